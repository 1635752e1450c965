"""Every exercise of every lesson: its starter, its solution, its wrong answers."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from lesson_reader import answer_cell, code_cells

from jacnb.lessons import opening
from jacnb.lessons.making import solved_source, starter_source
from jacnb.lessons.outcomes import Verdict

EXERCISES = [
    (number, f"q{index}")
    for number in opening.numbers()
    for index, _ in enumerate(opening.plan_of(number).exercises, 1)
]


def wrong_answers(number: int, question: str) -> list[tuple[str, str]]:
    wrong: dict[str, Any] = import_module(f"wrong_{number:02d}").WRONG
    return list(wrong[question])


def right_answers(number: int, question: str) -> list[str]:
    """Return what is right though it is not the solution, where something is noted."""
    right: dict[str, list[str]] = getattr(
        import_module(f"wrong_{number:02d}"), "RIGHT", {}
    )
    return right.get(question, [])


SLOW = {each for each in EXERCISES if each[0] in (9, 11)} | {(10, "q2"), (10, "q3")}
"""Where something is measured or waited for: one reader tries all answers in turn."""

QUICK = [each for each in EXERCISES if each not in SLOW]

WRONG = [
    pytest.param(number, question, answer, said, id=f"{number:02d}-{question}-{index}")
    for number, question in QUICK
    for index, (answer, said) in enumerate(wrong_answers(number, question))
]

RIGHT = [
    pytest.param(number, question, answer, id=f"{number:02d}-{question}-{index}")
    for number, question in EXERCISES
    for index, answer in enumerate(right_answers(number, question))
]


@pytest.mark.parametrize(("number", "question"), QUICK)
def test_the_starter_is_not_attempted(reader: Any, number: int, question: str) -> None:
    starter = starter_source(answer_cell(number, question))
    outcome = reader.answer(number, question, starter)
    assert outcome.verdict is Verdict.NOT_ATTEMPTED, outcome


@pytest.mark.parametrize(("number", "question"), QUICK)
def test_the_solution_is_correct(reader: Any, number: int, question: str) -> None:
    solution = solved_source(answer_cell(number, question))
    exercise = opening.plan_of(number).exercises[int(question[1:]) - 1]
    assert solution == exercise.solution.strip("\n")
    outcome = reader.answer(number, question, solution)
    assert outcome.verdict is Verdict.CORRECT, outcome


@pytest.mark.parametrize(("number", "question", "answer", "said"), WRONG)
def test_a_wrong_answer_is_not_yet_right(
    reader: Any, number: int, question: str, answer: str, said: str
) -> None:
    outcome = reader.answer(number, question, answer)
    assert outcome.verdict is Verdict.NOT_YET, outcome
    assert said in repr(outcome)


@pytest.mark.parametrize(("number", "question", "answer"), RIGHT)
def test_another_right_answer_is_correct(
    reader: Any, number: int, question: str, answer: str
) -> None:
    outcome = reader.answer(number, question, answer)
    assert outcome.verdict is Verdict.CORRECT, outcome


@pytest.mark.parametrize(("number", "question"), EXERCISES)
def test_an_exercise_has_two_wrong_answers(number: int, question: str) -> None:
    assert len(wrong_answers(number, question)) >= 2


@pytest.mark.parametrize(("number", "question"), EXERCISES)
def test_whoever_was_wrong_first_is_right_in_the_end(
    reader: Any, number: int, question: str
) -> None:
    cell = answer_cell(number, question)
    reader.work_up_to(number, question)
    starter = reader.try_out(number, question, starter_source(cell))
    assert starter.verdict is Verdict.NOT_ATTEMPTED, starter
    for answer, said in wrong_answers(number, question):
        outcome = reader.try_out(number, question, answer)
        assert outcome.verdict is Verdict.NOT_YET, outcome
        # Elsewhere it may be about a try before, if that was nearer.
        assert (number, question) not in SLOW or said in repr(outcome)
    solution = reader.try_out(number, question, solved_source(cell))
    assert solution.verdict is Verdict.CORRECT, solution


@pytest.mark.parametrize("number", [n for n in opening.numbers() if n != 11])
def test_a_lesson_may_be_run_again_without_beginning_anew(
    reader: Any, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setenv("JACNB_STRICT", "1")
    cells = [solved_source(source) for source in code_cells(number)]
    for source in cells:
        reader.run(source)
    # There a connection ends for good: Bob's in an exercise, Carol's in her laptop.
    for source in cells if number in {1, 9} else cells[1:]:
        reader.run(source)
