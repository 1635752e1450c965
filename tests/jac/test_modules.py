from __future__ import annotations

import importlib
import socket
import sys
import traceback
from pathlib import Path

import pytest

from jacnb.errors import JacSyntaxError, WalkerError
from jacnb.jac import modules
from jacnb.jac.compiler import load_compiler
from jacnb.jac.modules import look_in, run_file


@pytest.fixture
def folder(compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # It cannot be loaded in parts, some of them into what is put back later.
    load_compiler()
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "modules", {**sys.modules})
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(modules._FINDER, "folders", set())
    return tmp_path


def test_a_file_is_a_module(folder) -> None:
    (folder / "town.jac").write_text('"""Towns."""\nnode Town { has name: str; }\n')
    town = run_file(folder / "town.jac")
    assert sys.modules["town"] is town
    assert (town.__file__, town.__doc__) == (str(folder / "town.jac"), "Towns.")
    assert repr(town.Town("Ur")) == "Town(name='Ur')"


def test_files_beside_each_other_import_each_other(folder) -> None:
    (folder / "places.jac").write_text("node Town { has name: str; }")
    (folder / "names.py").write_text("UR = 'Ur'")
    (folder / "main_app.jac").write_text(
        "import from places { Town }\nimport from names { UR }\nimport places;\n"
        "with entry { town = Town(UR); same = places.Town is Town; }"
    )
    app = run_file(folder / "main_app.jac")
    assert repr(app.town) == "Town(name='Ur')"
    assert app.same is True


def test_packages_of_jac_files_are_found(folder) -> None:
    (folder / "land").mkdir()
    (folder / "land" / "__init__.py").touch()
    (folder / "land" / "rivers.jac").write_text("glob longest: str = 'Nile';")
    look_in(folder)
    assert importlib.import_module("land.rivers").longest == "Nile"


def test_python_imports_jac(folder) -> None:
    (folder / "hills.jac").write_text("glob highest: int = 8849;")
    look_in(folder)
    assert importlib.import_module("hills").highest == 8849


def test_what_is_installed_is_left_alone(folder) -> None:
    installed = folder / ".venv" / "site-packages"
    installed.mkdir(parents=True)
    (installed / "theirs.jac").touch()
    (folder / "socket.jac").touch()
    look_in(folder)
    assert modules._FINDER.find_spec("pkg.theirs", [str(installed)]) is None
    assert modules._FINDER.find_spec("pkg.theirs", [str(folder / "land")]) is None
    assert modules._FINDER.find_spec("socket", None).origin == socket.__file__


def test_a_traceback_shows_the_line_of_jac(jac) -> None:
    module = jac("def half(x: int) -> float {\n    y = x;\n    return y / 0;\n}")
    with pytest.raises(ZeroDivisionError) as found:
        module.half(1)
    last = traceback.extract_tb(found.value.__traceback__)[-1]
    assert (last.lineno, last.line) == (3, "return y / 0;")


def test_a_run_keeps_the_line_of_jac(jac, server) -> None:
    jac(
        "walker fail {\n    can a with Root entry {\n        report 1 / 0;\n    }\n"
        "    class __specs__ { has methods: list = ['websocket']; }\n}"
    )
    with pytest.raises(Exception, match="ZeroDivisionError"):
        server.connect(user="alice").walker("fail")
    assert "line 3, in a\n    report 1 / 0;" in server.runs[-1].traceback


def traceback_of_fail(server) -> str:
    with pytest.raises(WalkerError):
        server.connect(user="alice").walker("fail")
    return str(server.runs[-1].traceback)


FAIL = (
    "walker fail {{\n    can a with Root entry {{\n        {}\n    }}\n"
    "    class __specs__ {{ has methods: list = ['websocket']; }}\n}}"
)
BROKEN = [
    ("visit 5;", "TypeError: a walker visits nodes and edges, not int"),
    ("jobj(id='nope');", "'nope' is not an id: expected n::<24 hex digits>"),
    ("report lambda : 1;", "JSON has no function: report its parts instead"),
    ("report [lambda : 1];", "JSON has no function: report its parts instead"),
    ("report (x for x in [1]);", "JSON has no generator: report its parts instead"),
    ("report float('nan');", "JSON has no nan: report None or a text instead"),
    ("report [1 / x for x in [0]];", "ZeroDivisionError: division by zero"),
    ("report (lambda : 1 / 0)();", "ZeroDivisionError: division by zero"),
]


@pytest.mark.parametrize(("line", "said"), BROKEN)
def test_a_traceback_ends_at_the_line_of_jac(jac, server, line, said) -> None:
    jac(FAIL.format(line))
    shown = traceback_of_fail(server)
    assert f"line 3, in a\n    {line}\n" in shown
    assert said in shown.splitlines()[-1]
    assert "jacnb/" not in shown


def test_an_unknown_type_of_an_ability_has_its_line(jac, server) -> None:
    jac(FAIL.format("report 1;").replace("Root entry", "Nowhere entry"))
    shown = traceback_of_fail(server)
    assert "line 2, in " in shown
    assert "can a with Nowhere entry {" in shown
    assert "'Nowhere' is not defined" in shown
    assert "jacnb/" not in shown


def test_lines_are_shown_as_jac_counts_them(jac) -> None:
    module = jac('glob x: str = "a\u2028b\x0cc";\ndef half { return 1 / 0; }')
    with pytest.raises(ZeroDivisionError) as found:
        module.half()
    last = traceback.extract_tb(found.value.__traceback__)[-1]
    assert (last.lineno, last.line) == (2, "def half { return 1 / 0; }")


def test_a_traceback_shows_the_line_of_a_block_of_one_line(jac) -> None:
    with pytest.raises(ZeroDivisionError) as found:
        jac("with entry {\n    ::py:: x = 5; y = 1 / 0 ::py::\n}")
    last = traceback.extract_tb(found.value.__traceback__)[-1]
    assert (last.lineno, last.line) == (2, "::py:: x = 5; y = 1 / 0 ::py::")


CARETS = [
    ("x = 4;  y = 2 + 1 / a;", "1 / a"),
    ('x = "größe €"; y = "ä" + other(a);', '"ä" + other(a)'),
    ("return nothing + 1;", "nothing"),
]


@pytest.mark.parametrize(("line", "marked"), CARETS)
def test_carets_stand_under_what_failed(jac, line, marked) -> None:
    module = jac(
        "def other(a: int) -> int { return 5; }\n"
        f"def f(a: int) -> int {{\n    {line}\n}}"
    )
    with pytest.raises(Exception, match="division|str|nothing") as found:
        module.f(0)
    last = traceback.extract_tb(found.value.__traceback__)[-1]
    text = f"    {line}".encode()
    assert text[last.colno : last.end_colno].decode() == marked


def test_a_traceback_shows_the_line_of_inline_python(jac) -> None:
    module = jac("::py::\ndef half(x):\n    return x / 0\n::py::")
    with pytest.raises(ZeroDivisionError) as found:
        module.half(1)
    last = traceback.extract_tb(found.value.__traceback__)[-1]
    assert (last.lineno, last.line) == (3, "return x / 0")


REFUSED = [
    ("def app() -> any { return <div>hi</div>; }", "<div>hi</div>"),
    ('with entry { g = "é"; x = store(); }', "store"),
    ("def ask(q: str) -> str by my_model();", "def ask(q: str) -> str by my_model();"),
]


@pytest.mark.parametrize(("source", "marked"), REFUSED)
def test_what_is_refused_later_shows_its_place(jac, source, marked) -> None:
    with pytest.raises(JacSyntaxError) as found:
        jac(f"glob x: int = 1;\n{source}")
    error = found.value
    assert (error.lineno, error.text) == (2, source)
    assert error.text[error.offset - 1 : error.end_offset - 1] == marked
