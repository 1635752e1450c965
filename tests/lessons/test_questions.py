from __future__ import annotations

import linecache
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


def run_in_the_notebook(source: str, name: str) -> Any:
    """Return what a cell of the notebook declares under a name."""
    file = f"<cell of {name}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    names: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(source, file, "exec"), names)
    return names[name]


def lines_for(lab: Lab, source: str, name: str, *args: Any) -> tuple[str, ...]:
    """Return what is said of a function of the learner that a check calls."""
    question = ask(lab, lambda probe, given: given(*args), name)
    return question.check(run_in_the_notebook(source, name)).lines[:-1]


def test_an_error_in_a_function_is_told_with_its_line_and_its_call(lab: Lab) -> None:
    source = "def first(message):\n    return message.pop('error')[0]\n"
    assert lines_for(lab, source, "first", {"error": []}) == (
        "Something went wrong: IndexError: list index out of range",
        "It was called so: first({'error': []})",
        "It happened in line 2: return message.pop('error')[0]",
    )


def test_a_function_or_a_password_is_shown_by_its_parameter(lab: Lab) -> None:
    source = "def log_in(post, email, password):\n    return post[email]\n"
    said = lines_for(lab, source, "log_in", print, "a@example.com", "sesame")
    assert said[1] == "It was called so: log_in(post, 'a@example.com', password)"


def test_a_function_with_other_parameters_is_told_as_well(lab: Lab) -> None:
    said = lines_for(lab, "def add(a):\n    return a\n", "add", 1, "x" * 500)
    assert said[0] == (
        "Something went wrong: TypeError: add() takes 1 positional argument but 2 "
        "were given"
    )
    assert said[1].startswith("It was called so: add(1, 'xxx")
    assert len(said[1]) < 250


def test_an_error_in_the_check_itself_has_no_line_of_the_learner(lab: Lab) -> None:
    def check(probe: Probe) -> None:
        raise ValueError

    assert len(ask(lab, check).check().lines) == 2


def test_an_error_of_a_function_is_the_same_for_who_catches_it(lab: Lab) -> None:
    def check(probe: Probe, fails: Callable[[], None]) -> None:
        with pytest.raises(ZeroDivisionError):
            fails()

    source = "def fails():\n    1 / 0\n"
    given = run_in_the_notebook(source, "fails")
    assert ask(lab, check, "fails").check(given).is_correct


def soup(text: str = "Soup is ready") -> dict[str, Any]:
    return {"type": "chat", "data": {"message": text}}


def test_a_check_speaks_of_what_was_sent_since_the_last_one(lab: Lab) -> None:
    lab.bob.send_to_channels(["garden", "team"], soup())
    assert "so did alice" in repr(lab.q1.check())
    lab.bob.send_to_channels("garden", soup("Soup"))
    assert "data is {'message': 'Soup'}" in repr(lab.q1.check())
    lab.bob.send_to_channels("Garden", soup())
    for _ in range(2):
        said = repr(lab.q1.check())
        assert "nor anything like it" in said
        assert '"channel_ids":["Garden"]' in said
    lab.bob.send_to_channels("garden", soup())
    for _ in range(2):
        assert lab.q1.check().is_correct


def test_what_the_server_refused_last_is_told_with_its_error(lab: Lab) -> None:
    lab.bob.send_to_channels(["garden", "team"], soup())
    lab.bob.send(soup())
    assert lab.q1.check().lines[:-1] == (
        "carol received it, but so did alice.",
        'What bob sent last: {"type":"chat","data":{"message":"Soup is ready"}}',
        "The server answered with an error: event: Input tag 'chat' found using "
        "'type' does not match any of the expected tags: 'connection', 'walker', "
        "'user', 'channel', 'client', 'change_user'",
    )


def test_an_event_that_came_after_the_nearest_message_is_told(lab: Lab) -> None:
    lab.bob.send_to_channels("garden", soup("Soup"))
    assert "sent last" not in repr(lab.q1.check())
    lab.bob.send_to_channels("garden", soup("Soup!"))
    lab.bob.send_to_channels("Garden", soup())
    said = repr(lab.q1.check())
    assert "data is {'message': 'Soup!'}" in said
    assert 'What bob sent last: {"type":"channel","channel_ids":["Garden"]' in said
