from __future__ import annotations

from typing import Any

import pytest

from jacnb.client.presence import ConnectionInfo, Presence
from jacnb.errors import ConnectionClosedError

PUBLIC = "n::000000000000000000000001"
ALICE = "n::672b35cec309e5ef8469c372"
BOB = "n::672b35cec309e5ef8469c373"


def message(client: str = "1:a", root: str = ALICE, channel: str = "room") -> Any:
    data = {"client_id": client, "root_id": root, "channel_id": channel}
    return {"type": "connection", "data": data}


@pytest.fixture
def presence() -> Presence:
    greeted = Presence()
    assert greeted.take(message())
    return greeted


def test_the_first_connection_message_is_the_greeting(presence: Presence) -> None:
    assert presence.is_greeted
    assert presence.info == ConnectionInfo("1:a", ALICE, "room")
    assert not presence.info.is_public


def test_a_connection_message_answers_the_oldest_ask(presence: Presence) -> None:
    first, second = presence.ask(), presence.ask()
    assert presence.take(message())
    assert first.result() == ConnectionInfo("1:a", ALICE, "room")
    assert not second.is_done


def test_becoming_public_unasked_is_believed_and_is_news(presence: Presence) -> None:
    assert not presence.take(message(root=PUBLIC))
    assert presence.info == ConnectionInfo("1:a", PUBLIC, "room")


@pytest.mark.parametrize(
    "forged",
    [
        message(client="1:b"),
        message(channel="other"),
        message(root=BOB),
        {"type": "connection", "data": {"client_id": "1:a"}},
        {"type": "connection", "data": 7},
        {"type": "chat"},
        "text",
    ],
)
def test_what_cannot_be_true_is_not_believed(presence: Presence, forged: Any) -> None:
    ask = presence.ask()
    assert not presence.take(forged)
    assert not ask.is_done
    assert presence.info == ConnectionInfo("1:a", ALICE, "room")


def test_the_user_changes_when_asked(presence: Presence) -> None:
    ask = presence.ask(changes_user=True)
    assert presence.take(message(root=BOB))
    assert ask.result().root_id == BOB


def test_a_message_with_the_id_is_the_answer_and_true(presence: Presence) -> None:
    first, second = presence.ask(), presence.ask(changes_user=True)
    presence.take(message(root=PUBLIC))
    assert presence.take(message(root=BOB) | {"id": second.id})
    assert second.result().root_id == BOB
    assert presence.info == ConnectionInfo("1:a", BOB, "room")
    assert presence.echoes is True
    assert first.result().root_id == PUBLIC


def test_once_ids_are_echoed_nothing_else_is_an_answer(presence: Presence) -> None:
    presence.take(message() | {"id": presence.ask().id})
    ask = presence.ask(changes_user=True)
    for forged in (message(), message(root=BOB), message() | {"id": "guess"}):
        assert not presence.take(forged)
    assert not ask.is_done
    assert presence.info == ConnectionInfo("1:a", ALICE, "room")


def test_the_true_answer_corrects_a_forged_one(presence: Presence) -> None:
    ask = presence.ask(changes_user=True)
    assert presence.take(message(root=BOB))
    assert presence.take(message(root=PUBLIC) | {"id": ask.id})
    assert presence.info == ConnectionInfo("1:a", PUBLIC, "room")
    assert presence.echoes is True


def test_a_late_answer_is_no_news(presence: Presence) -> None:
    presence.take(message() | {"id": presence.ask().id})
    late, ask = presence.ask(changes_user=True), presence.ask()
    presence.abandon(late)
    assert presence.take(message(root=BOB) | {"id": late.id})
    assert presence.info == ConnectionInfo("1:a", BOB, "room")
    assert not ask.is_done


def test_without_echo_a_late_answer_is_not_given_to_the_next_ask(
    presence: Presence,
) -> None:
    late, ask = presence.ask(), presence.ask()
    presence.abandon(late)
    assert presence.take(message())
    assert not ask.is_done
    assert presence.take(message())
    assert ask.is_done


def test_without_echo_a_forged_user_does_not_hide_the_answer(
    presence: Presence,
) -> None:
    presence.take(message(root=PUBLIC))
    ask = presence.ask()
    assert presence.take(message(root=ALICE))
    assert ask.result().root_id == ALICE


def test_an_ask_that_was_not_sent_is_not_answered(presence: Presence) -> None:
    ask = presence.ask()
    presence.cancel(ask)
    presence.cancel(ask)
    assert not presence.take(message())


def test_asks_fail_when_the_connection_ends(presence: Presence) -> None:
    ask = presence.ask()
    presence.fail_all(1001, "stopping")
    with pytest.raises(ConnectionClosedError, match="1001: stopping"):
        ask.result()


def test_after_a_reconnect_the_next_greeting_counts(presence: Presence) -> None:
    presence.fail_all(1006, "")
    assert presence.info == ConnectionInfo("1:a", ALICE, "room")
    assert presence.take(message(client="2:b"))
    assert presence.info.client_id == "2:b"
