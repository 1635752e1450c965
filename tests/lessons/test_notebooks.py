"""What holds for the notebook of every lesson."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from lesson_reader import NOTEBOOKS, read_notebook, solved_notebook

from jacnb.lessons import opening
from jacnb.lessons.making import (
    solved_source,
    source_of,
    starter_source,
    student_version,
    text_of,
)

NUMBERS = opening.numbers()


def cells(number: int, kind: str) -> list[dict[str, Any]]:
    return [c for c in solved_notebook(number)["cells"] if c["cell_type"] == kind]


@pytest.mark.parametrize("number", NUMBERS)
def test_the_students_notebook_is_made_of_the_solved_one(number: int) -> None:
    made = NOTEBOOKS / opening.plan_of(number).file_name
    expected = text_of(student_version(solved_notebook(number)))
    assert made.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("number", NUMBERS)
def test_the_solved_one_was_executed_from_top_to_bottom(number: int) -> None:
    counts = [cell["execution_count"] for cell in cells(number, "code")]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("number", NUMBERS)
def test_a_lesson_is_as_long_as_it_says(number: int) -> None:
    code, prose = cells(number, "code"), cells(number, "markdown")
    assert 15 <= len(code) + len(prose) <= 40
    assert len(prose) >= len(code) * 2 / 3
    assert 25 <= opening.plan_of(number).minutes <= 45
    assert 2 <= len(opening.plan_of(number).exercises) <= 4


@pytest.mark.parametrize("number", NUMBERS)
def test_its_cells_are_short_and_none_sleeps(number: int) -> None:
    for cell in cells(number, "code"):
        source = solved_source(source_of(cell))
        assert len(source.splitlines()) <= 12, source
        assert "sleep" not in source


@pytest.mark.parametrize("number", NUMBERS)
def test_its_first_cells_are_title_lesson_and_picture(number: int) -> None:
    plan = opening.plan_of(number)
    title, *_ = cells(number, "markdown")
    first, second, *_ = cells(number, "code")
    assert source_of(title).startswith(f"# Lesson {number}: ")
    assert f'lab = jacnb.lesson("{number:02d}")' in source_of(first)
    assert source_of(first).endswith("\nlab")
    assert source_of(second).startswith(("lab.room", "lab.p", "jacnb.panels."))
    assert f"about {plan.minutes} minutes" in source_of(title)


@pytest.mark.parametrize("number", NUMBERS)
def test_each_question_is_asked_in_its_notebook(number: int) -> None:
    plan = opening.plan_of(number)
    prose = "\n".join(source_of(cell) for cell in cells(number, "markdown"))
    code = "\n".join(source_of(cell) for cell in cells(number, "code"))
    for index, exercise in enumerate(plan.exercises, 1):
        assert f"Exercise {index}: {exercise.title}\n" in prose
        assert exercise.text in prose
        assert f"q{index}.check({', '.join(exercise.takes)})" in code
    for index, _ in enumerate(plan.predictions, 1):
        assert f"lab.p{index}" in code


@pytest.mark.parametrize("number", NUMBERS)
def test_its_starters_can_be_run(number: int) -> None:
    for cell in cells(number, "code"):
        source = starter_source(source_of(cell))
        if not source.startswith("%"):
            ast.parse(source)


@pytest.mark.parametrize("number", NUMBERS)
def test_its_answers_are_among_the_options(number: int) -> None:
    for prediction in opening.plan_of(number).predictions:
        assert set(prediction.right) <= set(prediction.options)
        assert list(prediction.options) == sorted(prediction.options)


def test_every_notebook_has_a_lesson() -> None:
    names = [opening.plan_of(number).file_name for number in NUMBERS]
    for folder in (NOTEBOOKS, NOTEBOOKS / "solutions"):
        found = sorted(path.name for path in folder.glob("[0-9]*.ipynb"))
        assert [name for name in found if not name.startswith("00")] == names


def test_the_reader_of_a_notebook_finds_its_cells() -> None:
    first = read_notebook(NOTEBOOKS / "00_start_here.ipynb")
    assert source_of(first["cells"][0]).startswith("# Start here")


@pytest.mark.parametrize(
    "path",
    sorted(NOTEBOOKS.rglob("*.ipynb")),
    ids=lambda p: f"{p.parent.name}/{p.stem}",
)
def test_no_prose_is_shown_as_code_by_its_indent(path: Path) -> None:
    prose = [c for c in read_notebook(path)["cells"] if c["cell_type"] == "markdown"]
    assert [line for cell in prose for line in indented(source_of(cell))] == []


def test_an_indent_counts_outside_fences_and_lists_alone() -> None:
    assert indented("One\n\n    ## Two") == ["    ## Two"]
    assert indented("- one\n\n    more of it\n```\n    code\n```") == []


def indented(text: str) -> list[str]:
    """Return the lines with four spaces in front, but for those of fences and lists."""
    found, is_fenced, is_listed = [], False, False
    for line in text.split("\n"):
        if line.lstrip().startswith("```"):
            is_fenced = not is_fenced
        elif line and not line.startswith(" "):
            is_listed = re.match(r"[-*+] |\d+[.)] ", line) is not None
        elif line.startswith("    ") and not (is_fenced or is_listed):
            found.append(line)
    return found
