"""The instructors' page says what the lessons say."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from lesson_reader import NOTEBOOKS, Reader, solved_notebook

import jacnb
from jacnb import Registry, Server
from jacnb.lessons import opening
from jacnb.lessons.making import source_of
from jacnb.server.policy import Policy

PAGE = (NOTEBOOKS / "INSTRUCTORS.md").read_text(encoding="utf-8")
NUMBERS = opening.numbers()


def section(number: int) -> str:
    """Return the section of a lesson, with its heading."""
    found = re.search(rf"^## {number}\. .*?(?=^## |\Z)", PAGE, re.M | re.S)
    assert found, f"there is no section about lesson {number}"
    return found[0]


def test_it_has_thirteen_lessons() -> None:
    headings = re.findall(r"^## (\d+)\. ", PAGE, re.M)
    assert [int(number) for number in headings] == [0, *NUMBERS]
    assert len(headings) == 13


@pytest.mark.parametrize("number", NUMBERS)
def test_a_section_names_its_lesson(number: int) -> None:
    plan = opening.plan_of(number)
    count = len(plan.exercises)
    assert section(number).startswith(
        f"## {number}. {plan.title}\n\n`{plan.file_name}`, {plan.minutes} minutes, "
        f"{count} exercises."
    )


@pytest.mark.parametrize("number", NUMBERS)
def test_a_section_has_the_goals(number: int) -> None:
    goals = "; ".join(opening.plan_of(number).goals)
    assert f"\n**Goals** {goals}.\n" in section(number)


@pytest.mark.parametrize("number", NUMBERS)
def test_the_table_names_its_lesson(number: int) -> None:
    plan = opening.plan_of(number)
    stem = plan.file_name.removesuffix(".ipynb")
    row = f"| {number} | [{stem}]({stem}.ipynb) | {plan.title} | {plan.minutes} |"
    assert row in PAGE


@pytest.mark.parametrize("number", NUMBERS)
def test_a_section_has_the_answers_to_the_predictions(number: int) -> None:
    predictions = opening.plan_of(number).predictions
    answers = re.findall(r"\bp(\d) ([a-z]+)", section(number).split("**Misc")[0])
    wanted = [(f"{n}", each.right) for n, each in enumerate(predictions, 1)]
    assert answers == wanted


@pytest.mark.parametrize("number", NUMBERS)
def test_a_section_helps_to_give_the_lesson(number: int) -> None:
    text = section(number)
    assert text.count('\n- "') >= 4, "misconceptions"
    assert "**Discuss**" in text
    assert "**Exercises**" in text or "**Usual wrong answers**" in text


@pytest.mark.parametrize("number", NUMBERS)
def test_the_minutes_of_its_parts_are_those_of_the_lesson(number: int) -> None:
    plan, text = opening.plan_of(number), section(number)
    if number == 5:
        parts = re.findall(r"^\| [^|]+ \| (\d+) \|", text, re.M)
    else:
        line = text.split("exercises. ", 1)[1].partition(".")[0]
        parts = re.findall(r" (\d+)(?=,|$)", line)
    assert sum(int(part) for part in parts) == plan.minutes


def topics() -> list[tuple[int, str]]:
    """Return the lesson and the words for each topic of the documentation."""
    rows = re.findall(
        r"^\| (?:Use|Best|Trouble)[^|]+ \| (\d+) \| ([^|]+) \|", PAGE, re.M
    )
    return [(int(number), words) for number, words in rows]


def test_every_topic_of_the_documentation_is_in_the_table() -> None:
    assert len(topics()) == 15


@pytest.mark.parametrize(("number", "words"), topics())
def test_a_topic_is_in_its_lesson(number: int, words: str) -> None:
    cells = solved_notebook(number)["cells"]
    assert any(
        words in source_of(cell) for cell in cells if cell["cell_type"] == "markdown"
    )


def test_a_way_through_leaves_nothing_out_that_is_needed() -> None:
    table = re.findall(r"^\| (\d+) \| \[.*\| \d+ \| ([^|]*)\|$", PAGE, re.M)
    needs = {int(n): set(map(int, re.findall(r"\d+", row))) for n, row in table}
    ways = re.findall(r"^- \*\*(?:90|Half|For web)[^:]*: (.*)", PAGE, re.M)
    assert len(ways) == 3
    for way in ways:
        parts = {int(n) for n in re.findall(r" of (\d+)", way)}
        named = {int(n) for n in re.findall(r"\d+", way)}
        assert {n for each in named - parts for n in needs[each]} <= named, way


def test_the_cells_of_lesson_5_are_all_told() -> None:
    numbers = [
        cell["execution_count"]
        for cell in solved_notebook(5)["cells"]
        if cell["cell_type"] == "code"
    ]
    rows = re.findall(r"^\| ([^|]+) \| \d+ \|", section(5), re.M)
    told: list[int] = []
    for row in rows:
        found = [int(each) for each in re.findall(r"\[(\d+)\]", row)]
        told += range(found[0], found[-1] + 1) if found else []
    assert told == numbers


def test_the_parts_of_lesson_5_are_its_headings() -> None:
    prose = "\n".join(source_of(cell) for cell in solved_notebook(5)["cells"])
    named = re.findall(r'^\| "([^"]+)"[,|]', section(5), re.M)
    assert len(named) == 5
    assert [name for name in named if f"## {name}" not in prose] == []


def wrong_answers() -> list[tuple[str, int, str]]:
    """Return each wrong answer of lesson 5 with what the page says of it."""
    table = section(5).split("**Usual wrong answers**")[1].split("\n\n")[1]
    rows = [line.split(" | ") for line in table.splitlines()[2:]]
    said: dict[str, list[str]] = {}
    question = ""
    for row in rows:
        question = row[0].strip("| ") or question
        said.setdefault(f"q{question}", []).append(re.findall(r"`(.*?)`", row[2])[0])
    return [
        (q, index, text) for q, all_ in said.items() for index, text in enumerate(all_)
    ]


def test_every_wrong_answer_to_lesson_5_is_told() -> None:
    wrong: dict[str, Any] = import_module("wrong_05").WRONG
    told = [(question, index) for question, index, _ in wrong_answers()]
    assert told == [
        (q, i) for q, answers in wrong.items() for i, _ in enumerate(answers)
    ]


@pytest.mark.parametrize("number", [5])
@pytest.mark.parametrize(("question", "index", "said"), wrong_answers())
def test_the_check_says_what_the_page_says(
    reader: Reader, number: int, question: str, index: int, said: str
) -> None:
    wrong: dict[str, Any] = import_module("wrong_05").WRONG
    outcome = reader.answer(number, question, wrong[question][index][0])
    assert said.removesuffix(" …") in repr(outcome)


def test_the_class_server_serves_what_the_page_says(end_lesson: None) -> None:
    names: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.S)[0], names)
    with Server(registry=Registry(names["say"]), host="0.0.0.0") as server:
        port = server.address.rpartition(":")[2]
        ann = jacnb.connect(f"127.0.0.1:{port}", channel_id="class")
        ann.walker("say", channel_id="class", message="Hello")
        assert ann.expect(type="chat").data == {"message": "Hello"}
        ann.close()


@pytest.mark.parametrize(
    ("host", "origin", "option"),
    [
        ("192.168.1.10:8000", None, ""),
        ("teacher.local:8000", None, "--trusted-host teacher.local"),
        ("192.168.1.10:8000", "http://localhost:5500", ""),
        (
            "192.168.1.10:8000",
            "http://192.168.1.10:5500",
            "--trusted-origin http://192.168.1.10:5500",
        ),
    ],
)
def test_the_class_server_lets_in_whom_the_page_says(
    host: str, origin: str | None, option: str
) -> None:
    assert (origin or host) in PAGE
    strict = Policy("0.0.0.0")
    assert (strict.refusal(host, origin, "http") is None) == (option == "")
    if option:
        assert f"`{option}`" in PAGE
        name, value = option.removeprefix("--").split()
        lenient = Policy("0.0.0.0", **{f"{name.replace('-', '_')}s": [value]})
        assert lenient.refusal(host, origin, "http") is None


def test_a_page_opened_as_a_file_is_refused() -> None:
    refused = Policy("0.0.0.0").refusal("192.168.1.10:8000", "null", "http")
    assert refused == "Origin not allowed: add it to trusted_origins"
