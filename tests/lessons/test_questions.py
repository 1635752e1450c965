from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from jacnb.errors import CheckFailedError
from jacnb.lessons import Lab
from jacnb.lessons.outcomes import NotAttempted, NotYet, Verdict
from jacnb.lessons.plans import Exercise
from jacnb.lessons.probe import Probe
from jacnb.lessons.questions import Question


def ask(lab: Lab, check: Callable[..., None], *takes: str) -> Question:
    hints = ("Look.", "Look there.", "It is there.")
    exercise = Exercise("a test", "Do it.", hints, "\ndone = 1\n", check, takes)
    return Question("q9", exercise, lab)


def fine(probe: Probe, *given: Any) -> None:
    """Find nothing wrong."""


def not_yet(probe: Probe) -> None:
    raise NotYet("It is <b>half</b> done.", "The other half is missing.")


def test_an_answer_is_correct_if_its_check_finds_nothing_wrong(lab: Lab) -> None:
    outcome = ask(lab, fine).check()
    assert outcome.is_correct
    assert repr(outcome) == "✓ Correct: q9, a test"


def test_not_yet_says_why_and_where_help_is(lab: Lab) -> None:
    assert repr(ask(lab, not_yet).check()) == (
        "✗ Not yet: q9, a test. It is <b>half</b> done.\n"
        "  The other half is missing.\n"
        "  q9.hint() helps."
    )


def test_html_has_words_beside_its_mark_and_no_html_of_others(lab: Lab) -> None:
    shown = ask(lab, not_yet).check()._repr_html_()
    assert "Not yet: q9, a test" in shown
    assert "It is &lt;b&gt;half&lt;/b&gt; done." in shown
    assert "role='status'" in shown


def test_nothing_tried_is_not_attempted(lab: Lab) -> None:
    def check(probe: Probe) -> None:
        raise NotAttempted("There is nothing.")

    outcome = ask(lab, check).check()
    assert outcome.verdict is Verdict.NOT_ATTEMPTED
    assert repr(outcome).startswith(
        "○ Not attempted yet: q9, a test. There is nothing."
    )


@pytest.mark.parametrize("error", [ValueError("a\nb"), RecursionError(), KeyError("x")])
def test_whatever_is_raised_becomes_one_line(lab: Lab, error: Exception) -> None:
    def check(probe: Probe) -> None:
        raise error

    outcome = ask(lab, check).check()
    assert outcome.verdict is Verdict.NOT_YET
    assert outcome.lines[0].startswith(f"Something went wrong: {type(error).__name__}")
    assert "\n" not in outcome.lines[0]


@pytest.mark.parametrize("given", [(), (...,), (None,), (1, 2)])
def test_what_a_check_takes_must_be_given(lab: Lab, given: tuple[Any, ...]) -> None:
    outcome = ask(lab, fine, "answer").check(*given)
    assert outcome.verdict is Verdict.NOT_ATTEMPTED


def test_what_is_given_goes_to_the_check(lab: Lab) -> None:
    seen: list[Any] = []
    question = ask(lab, lambda probe, *given: seen.extend(given), "first", "second")
    assert question.check(1, "two").is_correct
    assert seen == [1, "two"]


def test_hints_tell_more_each_time_up_to_the_third(lab: Lab) -> None:
    question = ask(lab, fine)
    shown = [repr(question.hint()) for _ in range(4)]
    assert shown[0] == "Hint 1 of 3\nLook."
    assert shown[1] == "Hint 2 of 3\nLook there."
    assert shown[2] == shown[3]
    assert shown[2] == "Hint 3 of 3\nIt is there.  q9.solution() shows a solution."


def test_a_solution_is_shown_as_code(lab: Lab) -> None:
    told = ask(lab, fine).solution()
    assert repr(told) == "One solution of q9\ndone = 1"


def test_a_solution_for_a_page_is_shown_in_javascript(lab: Lab) -> None:
    exercise = replace(ask(lab, fine).exercise, javascript="\nconst done = 1;\n")
    told = Question("q9", exercise, lab).solution()
    assert repr(told) == "One solution of q9, in JavaScript\nconst done = 1;"
    assert "<pre" in told._repr_html_()


@pytest.mark.parametrize("check", [not_yet, lambda probe: 1 / 0])
def test_a_strict_check_raises(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, check: Callable[..., None]
) -> None:
    monkeypatch.setenv("JACNB_STRICT", "1")
    with pytest.raises(CheckFailedError, match="Not yet: q9, a test"):
        ask(lab, check).check()
    assert ask(lab, fine).check().is_correct


def test_a_question_shows_its_text_and_state(lab: Lab) -> None:
    question = ask(lab, fine)
    assert repr(question) == "q9, a test (not attempted)\nDo it."
    question.check()
    assert "q9, a test (correct)" in question._repr_html_()


def test_a_check_closes_the_clients_that_it_made(lab: Lab) -> None:
    made = []
    ask(lab, lambda probe: made.append(probe.client("nora"))).check()
    assert not made[0].is_open


def test_without_its_server_a_check_says_what_to_do(lab: Lab) -> None:
    lab.server.stop()
    assert "server is stopped: run its first cell" in repr(ask(lab, fine).check())


def test_a_closed_client_or_hostile_data_is_not_yet(lab: Lab) -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    lab.bob.close()
    assert "bob has sent nothing" in repr(lab.q1.check())
    assert lab.q3.check(Hostile(), Hostile()).verdict is Verdict.NOT_YET
    assert lab.q3.check(lab.alice, lab.bob).verdict is Verdict.NOT_YET
