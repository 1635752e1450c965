from __future__ import annotations

import io
import logging
import sys
import threading

import pytest

from jacnb.errors import JacError, JacSyntaxError
from jacnb.jac import compiler as adapter
from jacnb.jac.compiler import compile_jac
from jacnb.jac.progress import Progress

MISTAKES = [
    ("x = 1;", 1, "statements stand in a block: with entry { … }"),
    ("walker w {\n    has x;\n}", 2, "a field has a type: has name: str;"),
    ("walker w {\n    has x int;\n}", 2, "a field has a type: has name: str;"),
    ("walker w { class __specs__ { has methods = []; } }", 1, "a field has a type"),
    (
        "walker w {\n    has x: int\n    can a with Root entry { }\n}",
        3,
        "the statement before this place ends with ;",
    ),
    ("walker w { can a with Root entry { report 1; }\n", 2, "count the braces above"),
    ("walker w { } }", 1, "there is one } too many"),
    ("walker w { can f(x: int) { } }", 1, "a plain method begins with def"),
    ("walker w { can a with entry root { } }", 1, "with Root entry { … }"),
    ("// a comment\nwalker w { }", 1, "comments begin with # in Jac"),
    ("with entry { if 1 { } else if 2 { } }", 1, "Jac writes elif"),
    ("from math import sqrt\nwalker w { }", 1, "import from math { sqrt }"),
    ("with entry {\n    if 1: x = 1;\n}", 2, "a block stands in braces: if x > 1"),
    ("def f(x):\n    return x\n", 1, "def add(a: int, b: int) -> int { … }"),
    ('with entry { print("abc); }', 1, "close the quotes of this text"),
    ("test adds { assert 1; }", 1, 'a test has its name in quotes: test "adds"'),
    ("obj A { def f(self) { return 1; } }", 1, "has self without naming it"),
    ("node A { has a: int = 1, b: int; }", 1, "stand before those with one"),
    ("walker w { has größe: int; }", 1, "the letters a to z, digits and _"),
    ("walker w:\n    has x: int\n", 1, "in braces"),
]


@pytest.mark.parametrize(("source", "line", "advice"), MISTAKES)
def test_a_mistake_gets_its_place_and_advice(compiler, source, line, advice) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(source, "<cell>")
    error = found.value
    assert advice in error.msg
    assert "TokenKind" not in error.msg
    # One compiler blames a missing brace on the last line, the other on the next.
    assert error.lineno in (line, line + 1)
    assert (error.filename, error.text) == (
        "<cell>",
        [*source.splitlines(), ""][error.lineno - 1],
    )


def test_the_caret_stands_under_the_mistake(compiler) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac('with entry {\n    x = "größe"; y = ;\n}', "<cell>")
    assert (found.value.lineno, found.value.offset) == (2, 22)
    assert found.value.end_offset == 23


def test_a_type_is_called_as_it_is_written(compiler) -> None:
    with pytest.raises(JacSyntaxError, match="Expected ':', got 'str'"):
        compile_jac("walker w { has name str; }", "<cell>")


def test_the_compiler_prints_nothing(compiler, capfd) -> None:
    compile_jac('obj __specs__ { static has a: list = ["x"]; }', "<cell>")
    assert capfd.readouterr() == ("", "")


def test_other_threads_print_as_before(monkeypatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    with adapter._silence(Progress()):
        thread = threading.Thread(target=lambda: sys.stdout.write("heard"))
        thread.start()
        thread.join()
        sys.stdout.write("swallowed")
    assert out.getvalue() == "heard"


def test_the_log_stays_as_it_was(compiler, monkeypatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    before = root.level
    with adapter._silence(Progress()):
        # What jaclang does when it is imported: from then on all INFO would be shown.
        logging.basicConfig(level=logging.INFO)
    assert (root.handlers, root.level) == ([], before)


def test_a_missing_compiler_says_how_to_install_it(monkeypatch) -> None:
    def missing(name: str) -> str:
        raise adapter.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(adapter.metadata, "version", missing)
    with pytest.raises(JacError, match=r"pip install 'jacnb\[jac\]'"):
        compile_jac("walker w { }", "<cell>")


def test_a_compiler_in_an_unknown_place_is_named(compiler, monkeypatch) -> None:
    monkeypatch.setattr(adapter, "HOMES", ("jaclang.nowhere.program",))
    with pytest.raises(JacError, match="keeps its compiler where jacnb does not look"):
        compile_jac("walker w { }", "<cell>")
