"""What only a new process shows: jaclang is loaded amid an author's files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

NOTEBOOK = """\
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.colors = "nocolor"
shell.run_line_magic("load_ext", "jacnb")
for cell in {cells!r}:
    shell.run_cell(cell)
"""
HALF_A_FIELD = "import from math { sqrt }\n\nwalker w {\n    has x;\n}\n"


@pytest.fixture
def folder(compiler, tmp_path: Path) -> Path:
    (tmp_path / "base.jac").write_text("node Place { has x: int = 1; }")
    (tmp_path / "half.jac").write_text(HALF_A_FIELD)
    return tmp_path


def python(folder: Path, *arguments: str) -> tuple[str, str]:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout, done.stderr


def notebook(folder: Path, *cells: str) -> tuple[str, str]:
    return python(folder, "-c", NOTEBOOK.format(cells=cells))


def test_imports_of_a_program_run_on_jacnb(folder) -> None:
    (folder / "app.jac").write_text(
        "import from base { Place }\nwith entry { print(Place.__mro__[1].__module__); }"
    )
    said = python(folder, "-m", "jacnb", "run", "app.jac")
    assert said == ("jacnb.graph.archetypes\n", "")


def test_a_mistake_in_an_imported_file_shows_its_place(folder) -> None:
    (folder / "app.jac").write_text("import from half { w }")
    out, errors = python(folder, "-m", "jacnb", "run", "app.jac")
    lines = errors.splitlines()
    assert (out, lines[0]) == (
        "",
        f"jacnb: {folder / 'half.jac'} is not Jac as jacnb reads it:",
    )
    assert lines[2:4] == ["    has x;", "         ^"]
    assert "a field has a type" in lines[4]


@pytest.mark.parametrize("first", ["import base", "%%jac\nimport base;"])
def test_imports_of_a_notebook_run_on_jacnb(folder, first) -> None:
    ask = "print(base.Place.__mro__[1].__module__)"
    assert notebook(folder, first, ask) == ("jacnb.graph.archetypes\n", "")


def test_a_cell_of_python_shows_the_mistake_in_a_jac_file(folder) -> None:
    out, errors = notebook(folder, "%%jac\nwith entry { x = 1; }", "import half")
    assert errors == ""
    assert "half.jac:4\n    has x;\n         ^\n" in out
    assert "a field has a type" in out


def test_packages_of_jac_run_on_jacnb(folder) -> None:
    (folder / "land").mkdir()
    (folder / "land" / "__init__.jac").write_text("node Land { }")
    (folder / "land" / "rivers.jac").write_text("node River { }")
    (folder / "app.jac").write_text(
        "import from land { Land }\nimport from land.rivers { River }\n"
        "with entry { print(Land.__base__.__module__, River.__base__.__module__); }"
    )
    said = python(folder, "-m", "jacnb", "run", "app.jac")
    assert said == ("jacnb.graph.archetypes jacnb.graph.archetypes\n", "")


@pytest.mark.parametrize("name", ["json", "queue", "inspect", "jaclang"])
@pytest.mark.parametrize("command", ["run", "notebook"])
def test_a_file_with_a_name_of_pythons_stops_nothing(folder, name, command) -> None:
    (folder / f"{name}.jac").write_text("walker:pub w { }")
    program = "import json;\nwith entry { print(json.dumps([1])); }"
    (folder / "app.jac").write_text(program)
    if command == "notebook":
        said = notebook(folder, f"%%jac\n{program}")
    else:
        said = python(folder, "-m", "jacnb", "run", "app.jac")
    assert said == ("[1]\n", "")


@pytest.mark.parametrize("name", ["json", "jaclang"])
def test_such_a_file_itself_runs(folder, name) -> None:
    (folder / f"{name}.jac").write_text('with entry:__main__ { print("here"); }')
    said = python(folder, "-m", "jacnb", "run", f"{name}.jac")
    assert said == ("here\n", "")


def test_a_file_may_begin_with_a_byte_order_mark(folder) -> None:
    (folder / "app.jac").write_text("with entry { print(1); }", encoding="utf-8-sig")
    assert python(folder, "-m", "jacnb", "run", "app.jac") == ("1\n", "")
