from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jacnb.lessons import making


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {
        "kernelspec": kernel,
        "language_info": {"name": "python", "version": "3.11.2"},
    }
    numbered = [{**cell, "id": f"cell-{n}"} for n, cell in enumerate(cells)]
    return {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def code(source: str, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> Any:
    cell = {"cell_type": "code", "source": source, "outputs": list(outputs)}
    return cell | {"metadata": {"tags": list(tags)}, "execution_count": 1}


def shown(**data: str) -> dict[str, Any]:
    kinds = {"plain": "text/plain", "html": "text/html", "widget": making._WIDGET}
    return {
        "output_type": "execute_result",
        "data": {kinds[kind]: text for kind, text in data.items()},
    }


WHOLE = "### BEGIN SOLUTION\nanswer = 42\n### END SOLUTION"
STARTED = (
    "### BEGIN SOLUTION\na = 1\n### STARTER\n# a = ...\n### END SOLUTION\nprint(a)"
)
INNER = "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"


def test_a_solution_gives_way_to_a_placeholder() -> None:
    assert making.starter_source(WHOLE) == "pass  # your code goes here"
    assert making.starter_source(INNER) == "def f():\n    pass  # your code goes here"


def test_or_to_its_starter() -> None:
    assert making.starter_source(STARTED) == "a = ...\nprint(a)"


def test_a_solved_cell_has_neither_marks_nor_starter() -> None:
    assert making.solved_source(WHOLE) == "answer = 42"
    assert making.solved_source(STARTED) == "a = 1\nprint(a)"
    assert making.solved_source(INNER) == "def f():\n    return 1"


def test_a_student_gets_no_output_and_no_promise_of_one() -> None:
    cell = code("1", shown(plain="1"), tags=("q1", "nbval-check-output"))
    made = making.student_version(notebook(cell))["cells"][0]
    assert (made["outputs"], made["execution_count"]) == ([], None)
    assert made["metadata"] == {"tags": ["q1"]}


def test_links_of_a_student_are_one_folder_shorter() -> None:
    cell = {"cell_type": "markdown", "source": "[p](../../docs/protocol.md)"}
    made = making.student_version(notebook(cell))["cells"][0]
    assert made["source"] == ["[p](../docs/protocol.md)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1795420795:" + "5" * 32, "1795411167:" + "1".zfill(32)),
        ("n::" + "a" * 24, "n::6b03ccc8aa1079061cc30001"),
        ("n:Post:" + "a" * 24, "n:Post:6b03ccc8aa1079061cc30001"),
        ("n::000000000000000000000001", "n::000000000000000000000001"),
        ("ws://127.0.0.1:45773/websocket", "ws://127.0.0.1:8000/websocket"),
        ("<object at 0x7f3a>", "<object at 0x000000000001>"),
        ("jacnb-still-66ce2a8b74cd", "jacnb-still-000000000001"),
        ("eyJhbGc.eyJzdWI.c2ln", "eyJ1.eyJ1.1"),
        ("at 08:15:31 after 12.5 ms", "at 12:00:00 after 1.0 ms"),
    ],
)
def test_what_changes_from_run_to_run_is_replaced(text: str, expected: str) -> None:
    settled = making.settled(notebook(code("x", shown(plain=text))))
    assert settled["cells"][0]["outputs"][0]["data"]["text/plain"] == expected


def test_the_same_id_gets_the_same_name_in_every_cell() -> None:
    one, other = "1795420795:" + "5" * 32, "1795420795:" + "6" * 32
    cells = [code("x", shown(plain=text)) for text in (one, other, one)]
    shown_now = [
        cell["outputs"][0]["data"]["text/plain"]
        for cell in making.settled(notebook(*cells))["cells"]
    ]
    assert [text[-1] for text in shown_now] == ["1", "2", "1"]


def test_a_widget_stays_as_its_text() -> None:
    settled = making.settled(
        notebook(code("x", shown(plain="P", html="<p>", widget="")))
    )
    assert list(settled["cells"][0]["outputs"][0]["data"]) == [
        "text/plain",
        "text/html",
    ]
    assert settled["metadata"]["language_info"] == {"name": "python"}


def test_figures_of_one_run_are_not_kept() -> None:
    cell = code("result", shown(plain="12 deliveries/s"), tags=("not-kept",))
    solved = making.settled(notebook(cell))
    assert solved["cells"][0]["outputs"] == []
    made = making.student_version(solved)["cells"][0]
    assert made["metadata"] == {}


def test_what_a_notebook_needs_stays_with_it() -> None:
    solved = notebook(code("x"))
    solved["metadata"]["jacnb"] = {"needs": ["jaclang"]}
    made = making.student_version(making.settled(solved))
    assert made["metadata"]["jacnb"] == {"needs": ["jaclang"]}


def test_the_command_makes_the_notebooks_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "solutions").mkdir()
    for name in ("01_one.ipynb", "02_two.ipynb"):
        (tmp_path / "solutions" / name).write_text(json.dumps(notebook(code(WHOLE))))
    assert making.main(["2", "--folder", str(tmp_path)]) == 0
    made = json.loads((tmp_path / "02_two.ipynb").read_text())
    assert made["cells"][0]["source"] == ["pass  # your code goes here"]
    assert not (tmp_path / "01_one.ipynb").exists()
    assert capsys.readouterr().out == f"{tmp_path / '02_two.ipynb'}\n"


def test_executing_a_notebook_keeps_what_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "03_three.ipynb"
    path.write_text(making.text_of(notebook(code("import os"), code("6 * 7"))))
    executed = making.execute(path)
    assert executed["cells"][1]["outputs"][0]["data"] == {"text/plain": ["42"]}
