from __future__ import annotations

from collections.abc import Callable

import pytest

from jacnb.errors import LessonError
from jacnb.lessons.plans import Prediction
from jacnb.lessons.prediction_panel import PredictionPanel

SKY = Prediction("Which colour?", {"a": "red", "b": "blue"}, "b", "Look up.", "Air.")


def at_once(delay: float, job: Callable[[], None]) -> None:
    job()


def panel(
    prediction: Prediction = SKY, changed: object = lambda: None
) -> PredictionPanel:
    return PredictionPanel("p1", prediction, changed, later=at_once)  # type: ignore[arg-type]


def test_it_shows_its_question_without_widgets() -> None:
    assert repr(panel()) == (
        'p1: Which colour?\n  a: red\n  b: blue\nlab.p1.answer("a") answers it.'
    )


def test_the_explanation_is_told_after_an_answer_only() -> None:
    asked = panel()
    assert asked.told == {}
    asked.answer("a")
    assert asked.told == {"then": "Look up.", "why": "Air."}


def test_no_answer_is_marked_wrong() -> None:
    for letter, word in (("a", "red"), ("B", "blue")):
        told = panel().answer(letter)
        assert repr(told) == (
            f"You predict\n  {letter.lower()}: {word}\nLook up.\nAnd why: Air."
        )


@pytest.mark.parametrize("letters", ["", "z", "az"])
def test_an_option_that_there_is_not_is_refused(letters: str) -> None:
    with pytest.raises(LessonError, match="p1 has the answers a, b"):
        panel().answer(letters)


def test_several_answers_can_be_ticked_where_several_are_right() -> None:
    both = Prediction("Which?", {"a": "1", "b": "2", "c": "3"}, "ac", "Run.", "So.")
    asked = panel(both)
    assert asked.is_many
    asked.answer("ca")
    assert asked.chosen == ["a", "c"]


def test_an_answer_in_the_browser_counts() -> None:
    calls: list[str] = []
    asked = panel(changed=lambda: calls.append("changed"))
    asked._on_browser(asked, {"op": "answer", "chosen": ["b"]}, [])
    assert (asked.chosen, asked.is_answered, calls) == (["b"], True, ["changed"])


@pytest.mark.parametrize(
    "content", [{}, {"op": "answer"}, {"op": "answer", "chosen": 5}]
)
def test_nonsense_of_the_browser_is_no_answer(content: dict[str, object]) -> None:
    asked = panel()
    asked._on_browser(asked, content, [])
    assert not asked.is_answered


def test_an_answer_after_the_panel_was_closed_is_no_error() -> None:
    asked = panel()
    asked.close()
    asked.close()
    asked.answer("a")
    assert asked.chosen == []
