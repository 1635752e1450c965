from __future__ import annotations

from collections.abc import Callable

import pytest

import jacnb
from jacnb.errors import LessonError
from jacnb.lessons import Lab, opening
from jacnb.lessons.records import sent_by

Open = Callable[[int | str], Lab]


@pytest.mark.parametrize("asked", [5, "5", "05", " 05 ", "05_channels"])
def test_a_lesson_opens_by_its_number(lesson: Open, asked: int | str) -> None:
    assert lesson(asked).plan.number == 5


@pytest.mark.parametrize("asked", ["99", 0, "", "channels", None, -5, 5.5, "²"])
def test_a_lesson_that_there_is_not_is_answered_with_a_list(asked: object) -> None:
    with pytest.raises(LessonError) as caught:
        jacnb.lesson(asked)  # type: ignore[arg-type]
    assert str(caught.value).startswith(f"there is no lesson {asked!r}; there are ")
    assert '"05"' in str(caught.value)


def test_a_lesson_opened_again_starts_anew_on_the_same_server(lesson: Open) -> None:
    first = lesson(5)
    first.bob.send_to_channels("team", {"type": "chat"})
    first.alice.expect("chat")
    second = lesson(5)
    assert second.server is first.server
    assert not first.alice.is_open
    assert list(second.alice.messages.where("chat")) == []
    trace = second.server.trace
    assert trace is not None
    assert sent_by(trace, [*first.clients, *second.clients]) == []


def test_it_starts_a_server_if_the_learner_stopped_theirs(lesson: Open) -> None:
    lesson(5).server.stop()
    assert lesson(5).alice.is_open


def test_a_question_of_the_lesson_before_says_so(lesson: Open) -> None:
    (question, *_) = lesson(5).questions
    lesson(5)
    assert "was opened again since: run its first cell" in repr(question.check())


def test_every_lesson_opens_by_itself(lesson: Open) -> None:
    for number in opening.numbers():
        assert lesson(number).plan.number == number
