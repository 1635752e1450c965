from __future__ import annotations

import io
import logging
import sys
import threading

import pytest

from jacnb import Walker
from jacnb.errors import JacError, JacSyntaxError
from jacnb.jac import compiler as adapter
from jacnb.jac.compiler import compile_jac
from jacnb.jac.progress import Progress
from jacnb.jac.silence import silence
from jacnb.walkers.registry import REGISTRY

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
    ("walker w:\n    has x: int\n", 1, "in braces"),
    ("walker x:pub { }", 1, "before the name: walker:pub visitor { … }"),
    ("node x :priv { }", 1, "before the name: walker:pub visitor { … }"),
    ("walker w: a { }", 1, "in parentheses: walker visitor(base) { … }"),
    ("walker w extends a { }", 1, "in parentheses: walker visitor(base) { … }"),
    ("with entry { if x = 1 { } }", 1, "two values are compared with =="),
    ("with entry { if x == 1 print(2); }", 1, "a block stands in braces: if x > 1"),
    ("with entry { x = !y; }", 1, "write not instead"),
    ("with entry { }\n#* never ends\n", 2, "a comment ends with *#"),
    ("glob y: int = ;", 1, "a value is missing before this place"),
    ("import form math { sqrt }", 1, "import from math { sqrt }"),
]

PATHS = [
    "visit -->;",
    "visit <--;",
    "visit --> ;",
    "visit ->;",
    "visit ->:Road:->;",
    "x = root[-->];",
    "x = root-->;",
    "x = root --> City();",
    "for n in --> { }",
    "for n in here --> { }",
    "if --> { }",
]

MISSPELT = [
    ("wlaker a { has x: int; }", "walker"),
    ("wlaker:pub a { }", "walker"),
    ("async wlaker a { }", "walker"),
    ("Walker a { }", "walker"),
    ("nod A { has x: int; }", "node"),
    ("object A { }", "obj"),
    ("golb x: int = 1;", "glob"),
    ("improt math;", "import"),
    ("wiht entry { }", "with"),
    ("with enrty { }", "entry"),
    ("node A { hsa x: int; }", "has"),
    ("walker w { cna a with Root entry { } }", "can"),
    ("walker w { can a wiht Root entry { } }", "with"),
    ("walker w { can a with Root entry { viist [-->]; } }", "visit"),
]

CHARACTERS = [
    ("with entry { x = “hi”; }", 18, 'write " instead'),
    ("with entry { x = \u2018hi\u2019; }", 18, "write ' instead"),
    ("with entry { x = 2 \u2013 1; }", 20, "write - instead"),
    ("with\u00a0entry { }", 5, "no-break space (U+00A0), stands here: put a space"),
    ("with entry {\u200b }", 13, "zero width space (U+200B), stands here: delete it"),
    ("with entry { x = 1;\ufeff }", 20, "(U+FEFF), stands here: delete it"),
    ("walker w { can naïve with Root entry { } }", 18, "letters a to z, digits and _"),
    ("walker w { has größe: int; }", 18, "letters a to z, digits and _"),
    ("with entry { x = 1 ☺; }", 20, "means nothing in Jac: take it out"),
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


@pytest.mark.parametrize("path", PATHS)
def test_a_path_out_of_its_brackets_is_told_so(compiler, path) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(f"walker w {{ can a with Root entry {{ {path} }} }}", "<cell>")
    advice = "a path stands in brackets: [-->] from here, [root -->] from a place"
    assert found.value.msg.endswith(advice)
    assert found.value.text[found.value.offset - 1 :].startswith(("-", "<"))


@pytest.mark.parametrize(("source", "meant"), MISSPELT)
def test_a_misspelt_word_is_recognised(jac, source, meant) -> None:
    with pytest.raises(JacSyntaxError) as found:
        jac(source)
    assert found.value.msg.endswith(f": did you mean {meant}?")


@pytest.mark.parametrize(("source", "column", "advice"), CHARACTERS)
def test_a_strange_character_is_named(compiler, source, column, advice) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(source, "<cell>")
    assert advice in found.value.msg
    assert found.value.offset == column


def test_strange_characters_may_stand_in_texts_and_comments(jac) -> None:
    module = jac("# “a”\u00a0\u2013\nglob said: str = 'it\u2019s \u2013 ☺';")
    assert module.said == "it\u2019s \u2013 ☺"


@pytest.mark.parametrize("source", ["walker:pub x { }", "walker x { }", "walker x;"])
def test_an_empty_body_is_a_body(jac, source) -> None:
    assert REGISTRY.find("x") is None
    assert issubclass(jac(source).x, Walker)


TAGS = [
    ("def f() -> dict<str> { return 1; }", "<str"),
    ("def f() { }\nnode A { has x: list<int>; }", "<int"),
    ("def f(x: dict<str, int>) { }", "<str"),
]


@pytest.mark.parametrize(("source", "marked"), TAGS)
def test_parts_of_a_type_stand_in_brackets(compiler, source, marked) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(source, "<cell>")
    error = found.value
    assert "the parts of a type stand in brackets, dict[str, int]" in error.msg
    assert error.text[error.offset - 1 : error.end_offset - 1] == marked
    assert error.lineno == source.count("\n") + 1


UNCLOSED = [
    'print(f"hello {name});',
    'print(f"hello name);',
    'print(f"hello {name);',
    'print(f"""hello {name}");',
    "print(f'{f\"a}');",
]


@pytest.mark.parametrize("statement", UNCLOSED)
def test_an_f_string_without_an_end_is_told_so(compiler, statement) -> None:
    with pytest.raises(JacSyntaxError, match="close the quotes of this text") as found:
        compile_jac(f"with entry {{\n    {statement}\n}}\ndef f {{ }}", "<cell>")
    error = found.value
    assert error.lineno == 2
    assert error.text[error.offset - 1 :].startswith("f")


def test_quotes_may_stand_in_the_braces_of_an_f_string(jac) -> None:
    module = jac('glob a: dict = {"`root": 1};\nglob b: str = f"{a["`root"]:>3}";')
    assert module.b == "  1"


def test_a_comparison_without_a_space_ends(jac) -> None:
    source = "def less(a: int, b: int) -> bool { return a<b; }"
    # The older compiler would look for the end of a tag without an end.
    if adapter.version().startswith("0.10."):
        with pytest.raises(JacSyntaxError, match="to compare, put a space after <"):
            jac(source)
    else:
        assert jac(source).less(1, 2) is True
    assert jac(source.replace("a<b", "a < b")).less(1, 2) is True


@pytest.mark.parametrize(
    "source",
    ["node A { has class: int; }", "node A {\n  has class: int = 1;\n}"],
)
def test_a_word_of_python_is_no_name(compiler, source) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(source, "<cell>")
    error = found.value
    assert error.msg == (
        "class is a word of Python and cannot be a name: call it class_, say"
    )
    assert error.text[error.offset - 1 : error.end_offset - 1] == "class"
    with pytest.raises(JacSyntaxError, match="class is a word of Python"):
        compile_jac("def f(class: int) { }", "<cell>")


@pytest.mark.parametrize(
    "block", ["::py:: return 2 ::py::", "::py::\nreturn 2\n::py::"]
)
def test_a_mistake_beyond_the_last_line_is_on_it(compiler, block) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(block, "<cell>")
    assert found.value.msg == "'return' outside function"
    assert found.value.lineno == len(block.split("\n"))


INLINE = [
    ("::py:: x = = 2 ::py::", 1, 12),
    ("with entry {\n    ::py:: x = = 2 ::py::\n}", 2, 16),
    ("::py::\nx = 1\ny = = 2\n::py::", 3, 5),
    ("with entry { }\n\n::py::\n    y = 1\n    z = = 2\n::py::", 5, 9),
]


@pytest.mark.parametrize(("source", "line", "column"), INLINE)
def test_a_mistake_in_inline_python_has_its_place(
    compiler, source, line, column
) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac(source, "<cell>")
    error = found.value
    assert (error.msg, error.lineno, error.offset) == ("invalid syntax", line, column)
    assert error.text[error.offset - 1] == "="


def test_a_mistake_that_python_finds_has_its_line(compiler) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac("glob x: int = 1;\nwith entry {\n  return 1; }", "<cell>")
    assert (found.value.msg, found.value.lineno) == ("'return' outside function", 3)


def test_lines_end_where_jacs_lines_end(compiler) -> None:
    with pytest.raises(JacSyntaxError) as found:
        compile_jac('glob x: str = "a\u2028b\x0cc\x85";\nglob y = ;', "<cell>")
    assert (found.value.lineno, found.value.text) == (2, "glob y = ;")


def test_a_cell_may_begin_with_a_byte_order_mark(jac) -> None:
    assert jac("\ufeffglob x: int = 1;").x == 1


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
    with silence(Progress()):
        thread = threading.Thread(target=lambda: sys.stdout.write("heard"))
        thread.start()
        thread.join()
        sys.stdout.write("swallowed")
    assert out.getvalue() == "heard"


def test_the_log_stays_as_it_was(compiler, monkeypatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    before = root.level
    with silence(Progress()):
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
