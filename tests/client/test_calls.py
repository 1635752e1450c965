from __future__ import annotations

import json
from typing import Any

import pytest

from jacnb.client.calls import Call, Calls
from jacnb.client.messages import Message
from jacnb.errors import ConnectionClosedError, WalkerError

FORGED = {"status": 200, "reports": ["forged"]}


class Conversation:
    """Calls, what they gave back, and the challenges they sent."""

    def __init__(self) -> None:
        self.given_back: list[Any] = []
        self.challenges: list[str] = []
        self.calls = Calls(
            lambda message: self.given_back.append(message.value),
            self.challenges.append,
        )

    def hears(self, value: Any) -> bool:
        return self.calls.take(Message(json.dumps(value)))

    def hears_challenge_answered(self) -> bool:
        error = {"type": "union_tag_invalid", "input": {"type": self.challenges[-1]}}
        return self.hears({"error": [error]})


@pytest.fixture
def talk() -> Conversation:
    return Conversation()


@pytest.fixture
def old_talk(talk: Conversation) -> Conversation:
    """With a server that is known not to echo."""
    talk.calls.begin("first")
    talk.hears({"status": 200, "reports": [0]})
    talk.hears_challenge_answered()
    return talk


def reports(call: Call) -> Any:
    return call.result()["reports"]


def test_an_echoed_id_pairs_without_a_challenge(talk: Conversation) -> None:
    call = talk.calls.begin("add")
    assert talk.hears({"status": 200, "reports": [3], "id": call.id})
    assert reports(call) == [3]
    assert talk.calls.echoes is True
    assert talk.challenges == []


def test_ids_cannot_be_guessed(talk: Conversation) -> None:
    ids = {talk.calls.begin("add").id for _ in range(100)}
    assert len(ids) == 100
    assert all(20 <= len(one) <= 64 for one in ids)


def test_an_error_with_the_id_is_a_walker_error(talk: Conversation) -> None:
    call = talk.calls.begin("add")
    talk.hears({"type": "walker", "error": "ValueError: no", "id": call.id})
    with pytest.raises(WalkerError, match="walker add: ValueError: no"):
        call.result()


def test_answers_may_come_in_any_order_where_ids_are_echoed(talk: Conversation) -> None:
    one, two = talk.calls.begin("add"), talk.calls.begin("add")
    talk.hears({"status": 200, "reports": [2], "id": two.id})
    talk.hears({"status": 200, "reports": [1], "id": one.id})
    assert (reports(one), reports(two)) == ([1], [2])


@pytest.mark.parametrize("id", ["other", 7, None, ["x"], {}])
def test_another_id_is_not_an_answer(talk: Conversation, id: Any) -> None:
    talk.calls.begin("add")
    assert not talk.hears(FORGED | {"id": id})
    assert talk.challenges == []


def test_a_forgery_before_the_first_answer_is_not_taken(talk: Conversation) -> None:
    call = talk.calls.begin("add")
    assert talk.hears(FORGED)
    assert not call.is_done
    talk.hears({"status": 200, "reports": [3], "id": call.id})
    assert reports(call) == [3]
    assert talk.given_back == [FORGED]
    assert talk.hears_challenge_answered()


def test_a_forged_error_before_the_first_answer_is_not_taken(
    talk: Conversation,
) -> None:
    call = talk.calls.begin("add")
    forged = {"type": "walker", "error": "forged"}
    talk.hears(forged)
    talk.hears({"status": 200, "reports": [], "id": call.id})
    assert reports(call) == []
    assert talk.given_back == [forged]


def test_a_forged_answer_to_the_challenge_is_not_taken(talk: Conversation) -> None:
    call = talk.calls.begin("add")
    talk.hears(FORGED)
    talk.hears({"error": [{"type": "union_tag_invalid", "input": {"type": "guess"}}]})
    assert talk.calls.echoes is None
    assert not call.is_done


def test_once_ids_are_echoed_nothing_else_is_an_answer(talk: Conversation) -> None:
    first = talk.calls.begin("add")
    talk.hears({"status": 200, "reports": [], "id": first.id})
    talk.calls.begin("add")
    assert not talk.hears(FORGED)
    assert not talk.hears({"type": "walker", "error": "forged"})


def test_without_echo_the_challenge_decides(talk: Conversation) -> None:
    call = talk.calls.begin("add")
    talk.hears({"status": 200, "reports": [3]})
    assert not call.is_done
    assert talk.hears_challenge_answered()
    assert reports(call) == [3]
    assert talk.calls.echoes is False


def test_without_echo_the_last_lookalike_before_the_challenge_counts(
    talk: Conversation,
) -> None:
    call = talk.calls.begin("add")
    talk.hears(FORGED)
    talk.hears({"status": 200, "reports": [3]})
    talk.hears_challenge_answered()
    assert reports(call) == [3]
    assert talk.given_back == [FORGED]


def test_a_late_answer_during_the_challenge_keeps_its_place(talk: Conversation) -> None:
    late, call = talk.calls.begin("slow"), talk.calls.begin("add")
    talk.hears({"status": 200, "reports": ["slow"]})
    talk.hears({"status": 200, "reports": [3]})
    talk.hears_challenge_answered()
    assert (reports(late), reports(call)) == (["slow"], [3])


def test_without_echo_the_next_answer_is_the_oldest_calls(
    old_talk: Conversation,
) -> None:
    late, call = old_talk.calls.begin("slow"), old_talk.calls.begin("add")
    assert old_talk.hears({"status": 200, "reports": ["slow"]})
    assert not call.is_done
    assert old_talk.hears({"error": [{"loc": ["val"], "msg": "Field required"}]})
    assert reports(late) == ["slow"]
    with pytest.raises(WalkerError, match="walker add: val: Field required"):
        call.result()


@pytest.mark.parametrize(
    "data",
    [
        {"val": 1},
        {"status": 200, "reports": [], "more": 1},
        {"status": "200", "reports": []},
        {"status": 200, "reports": "x"},
        {"type": "chat", "error": "x"},
        ["status", "reports"],
    ],
)
def test_without_echo_other_shapes_are_messages(
    old_talk: Conversation, data: Any
) -> None:
    old_talk.calls.begin("add")
    assert not old_talk.hears(data)


def test_nothing_is_an_answer_when_nobody_asked(old_talk: Conversation) -> None:
    assert not old_talk.hears(FORGED)


def test_forgotten_calls_take_no_answer(old_talk: Conversation) -> None:
    old_talk.calls.begin("slow")
    assert old_talk.calls.is_waiting
    old_talk.calls.forget_all()
    assert not old_talk.hears(FORGED)


def test_a_call_that_was_not_sent_takes_no_answer(old_talk: Conversation) -> None:
    old_talk.calls.cancel(old_talk.calls.begin("add"))
    assert not old_talk.hears(FORGED)


def test_calls_fail_when_the_connection_ends(talk: Conversation) -> None:
    call = talk.calls.begin("add")
    talk.hears(FORGED)
    talk.calls.fail_all(1001, "stopping")
    with pytest.raises(ConnectionClosedError, match="1001: stopping"):
        call.result()
    assert talk.given_back == [FORGED]


def test_abandoned_calls_are_bounded(talk: Conversation) -> None:
    first = talk.calls.begin("add")
    for _ in range(1000):
        talk.calls.begin("add")
    assert not talk.hears({"status": 200, "reports": [], "id": first.id})


def test_a_traceback_for_an_error_is_told_by_its_last_line() -> None:
    error: Any = ["Traceback (most recent call last):\n", "ValueError: no\n"]
    assert str(WalkerError("add", error)) == "walker add: ValueError: no"
