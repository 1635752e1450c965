from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

import jacnb
from jacnb.jac import modules
from jacnb.jac.magics import JacCellError

GREET = """%%jac
walker greet {
    has name: str, times: int = 1;
    can start with Root entry { report f"hello {self.name}"; }
    class __specs__ { has methods: list = ["websocket"]; has auth: bool = False; }
}
node City { has name: str; }
"""


def test_a_cell_shows_what_it_declared(compiler, shell, capsys) -> None:
    shell.run_cell(GREET).raise_error()
    assert capsys.readouterr().out == (
        "walker  greet  new  name: str, times: int  "
        "websocket for the public; jacnb.serve() offers it\n"
        "node    City   new  name: str\n"
    )


def test_a_cell_run_again_replaces(compiler, shell, server, capsys) -> None:
    shell.run_cell(GREET).raise_error()
    shell.run_cell(GREET.replace("hello", "welcome")).raise_error()
    assert "greet  replaced" in capsys.readouterr().out.splitlines()[2]
    reports = server.connect().walker("greet", name="Ann").reports
    assert reports == ["welcome Ann"]


def test_the_table_says_what_the_server_offers(compiler, shell, server, capsys) -> None:
    shell.run_cell(GREET).raise_error()
    assert "offered by the running server\n" in capsys.readouterr().out


def test_cells_of_both_languages_share_names(compiler, shell, server, capsys) -> None:
    cells = [
        "from jacnb import Node, Root, Walker, on_entry, report, spawn, visit, refs\n"
        "class Town(Node):\n    name: str\n"
        "class Base(Walker):\n"
        "    @on_entry\n    def start(self, here: Root): report('base')\n",
        "%%jac\n"
        "node Port(Town) { has depth: int = 3; }\n"
        "walker look(Base) { can at with Town entry { report here.name; } }\n"
        "with entry { root ++> Port(name='Ur'); }",
        "class Again(look):\n"
        "    @on_entry\n    def go(self, here: Root): visit(self, refs(here))\n",
        "%%jac\nwith entry { told = (root spawn Again()).reports; }",
    ]
    for cell in cells:
        shell.run_cell(cell).raise_error()
    assert shell.user_ns["told"] == ["base", "Ur"]


def test_a_syntax_error_shows_only_itself(compiler, shell, capsys) -> None:
    result = shell.run_cell("%%jac\nwalker w {\n    has x int;\n}")
    assert isinstance(result.error_in_exec, JacCellError)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith('>", line 2')
    assert lines[1:3] == ["    has x int;", "          ^^^"]
    assert lines[3].startswith("JacSyntaxError: Expected ':', got 'int'")
    assert len(lines) == 4


def test_an_error_shows_the_line_of_jac(compiler, shell, capsys) -> None:
    shell.run_cell("%%jac\nwith entry {\n    x = 1;\n    y = x / 0;\n}")
    said = capsys.readouterr().out
    assert "y = x / 0;" in said
    assert "magics.py" not in said


def test_an_error_in_a_walk_shows_no_frames_of_jacnb(
    compiler, shell, server, capsys
) -> None:
    shell.run_cell(
        "%%jac\nwalker fail {\n    can a with Root entry { report 1 / 0; }\n}\n"
        "with entry { root spawn fail(); }"
    )
    said = capsys.readouterr().out
    assert "report 1 / 0;" in said
    assert "walk.py" not in said


def test_an_error_of_jacnb_shows_the_line_that_asked_for_it(
    compiler, shell, capsys
) -> None:
    shell.run_cell(
        "%%jac\nimport from jac_cloud.core { NodeAnchor }\n"
        "with entry {\n    NodeAnchor();\n}"
    )
    said = capsys.readouterr().out
    assert "----> 3     NodeAnchor();" in said
    assert said.endswith("JacError: NodeAnchor of Jac Cloud is not part of jacnb\n")
    assert "library.py" not in said


@pytest.mark.parametrize("cell", ["%%jac\nimport broken_file;", "import broken_file"])
def test_an_error_in_an_imported_file_shows_only_authors_lines(
    compiler, shell, capsys, monkeypatch, tmp_path, cell
) -> None:
    (tmp_path / "broken_file.jac").write_text("with entry {\n    x = 1 / 0;\n}\n")
    monkeypatch.setattr(modules._FINDER, "folders", {str(tmp_path)})
    shell.run_cell(cell)
    said = capsys.readouterr().out
    assert "broken_file.jac:2\n      1 with entry {\n----> 2     x = 1 / 0;" in said
    assert "modules.py" not in said


def test_a_cell_that_touches_the_graph_asks_for_a_server(
    compiler, shell, capsys
) -> None:
    shell.run_cell("%%jac\nnode A { }\nwith entry {\n    root ++> A();\n}")
    said = capsys.readouterr().out
    assert "----> 3     root ++> A();" in said
    assert "no server was started: call jacnb.serve() first" in said


FAILING = [
    ("assert n == len([]);", "1 == 0"),
    ('assert n == 2, f"n is {n}";', "n is 1 (1 == 2)"),
    ("assert n in [2, 3];", "1 in [2, 3]"),
    ("assert n is None;", "1 is None"),
    ("assert [];", "it is []"),
    ('assert not n, "not this";', "not this"),
    ('if n { assert n > 1, "too small"; }', "too small (1 > 1)"),
    ("assert 0 < n < 1;", ""),
    ("assert 'a' * 300 == 'b';", f"'{'a' * 198}… == 'b'"),
    ("assert Odd() == 2;", "<Odd whose repr raised ValueError> == 2"),
]


@pytest.mark.parametrize(("check", "told"), FAILING)
def test_a_failed_test_tells_what_it_compared(
    compiler, shell, capsys, check, told
) -> None:
    shell.run_cell(
        "%%jac\nobj Odd { def __repr__ -> str { raise ValueError('no'); } }\n"
        f'test "adds" {{\n    n = 1;\n    {check}\n}}'
    )
    failed = capsys.readouterr().out.splitlines()[1]
    said = f": {told}" if told else ""
    assert failed == f"failed  adds  (line 4: AssertionError{said})"


def test_a_test_without_a_name_has_that_of_its_line(compiler, shell, capsys) -> None:
    shell.run_cell("%%jac\nglob x: int = 1;\n\ntest { assert x == 1; }")
    assert capsys.readouterr().out == "passed  test at line 3\n"


def test_the_table_says_what_is_not_on_the_websocket(compiler, shell, capsys) -> None:
    shell.run_cell("%%jac\nwalker:pub w { }").raise_error()
    assert "post for everybody, not over the WebSocket;" in capsys.readouterr().out


def test_tests_report_in_the_cell(compiler, shell, capsys) -> None:
    cell = (
        "%%jac\ndef add(a: int, b: int) -> int { return a + b; }\n"
        'test "adds" { assert add(1, 2) == 3; }\n'
        'test "does not" {\n    assert add(1, 2) == 4;\n}\n'
    )
    result = shell.run_cell(cell)
    assert str(result.error_in_exec) == "1 of 2 tests failed: does not"
    said = capsys.readouterr().out
    assert said.startswith(
        "passed  adds\nfailed  does not  (line 4: AssertionError: 3 == 4)"
    )


def test_a_cell_may_ask_for_depth_first(compiler, shell) -> None:
    shell.run_cell(GREET.replace("%%jac", "%%jac --order dfs")).raise_error()
    assert shell.user_ns["greet"].__jac_order__ == "dfs"


def test_names_of_walkers_are_completed(shell) -> None:
    @jacnb.walker
    def shout() -> str:
        return "HEY"

    @jacnb.walker(methods=["post"])
    def show() -> str:
        return "no event"

    line = "alice.walker('sh"
    with provisionalcompleter():
        found = [c.text for c in shell.Completer.completions(line, len(line))]
    assert found == ["shout"]


def test_another_order_is_refused(shell, capsys) -> None:
    result = shell.run_cell("%%jac --order up\nwalker w { }")
    assert not result.success
    assert "use %%jac, or %%jac --order dfs" in capsys.readouterr().err


def test_without_the_compiler_a_cell_says_how_to_get_it(
    shell, monkeypatch, capsys
) -> None:
    from jacnb.jac import compiler as adapter

    def missing(name: str) -> str:
        raise adapter.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(adapter.metadata, "version", missing)
    shell.run_cell("%%jac\nwalker w { }")
    assert "pip install 'jacnb[jac]'" in capsys.readouterr().out


def test_the_table_is_html_in_a_notebook() -> None:
    from jacnb.jac.declared import Declared, Row, TestResult

    table = Declared([Row("node", "A", "new", "x: list[<int>]")], [TestResult("t")])
    said = table._repr_html_()
    assert "x: list[&lt;int&gt;]" in said
    assert "passed  t" in said


def test_nothing_declared_shows_nothing(compiler, shell, capsys) -> None:
    shell.run_cell("%%jac\nwith entry { x = 1; }").raise_error()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("line", ["", "--order queue", "--order=dfs"])
def test_orders(line) -> None:
    from jacnb.jac.magics import order_of

    assert order_of(line) in (None, "queue", "dfs")
