from __future__ import annotations

from jacnb.client.inbox import Inbox, Wanted, missed, unexpected
from jacnb.client.messages import KEPT, Message


def message(text: str, cursor: int = 0) -> Message:
    return Message(text, cursor=cursor)


CHAT = message('{"type":"chat","data":{"message":"hi"}}', 1)
DONE = message('{"type":"done"}', 2)


def test_taking_leaves_the_skipped_ones() -> None:
    inbox = Inbox()
    inbox.put(CHAT)
    inbox.put(DONE)
    assert inbox.take(Wanted("done", {}).fits) is DONE
    assert inbox.take(Wanted("done", {}).fits) is None
    assert inbox.unread() == [CHAT]


def test_taking_all_leaves_the_others() -> None:
    inbox = Inbox()
    inbox.put(CHAT)
    inbox.put(DONE)
    assert inbox.take_all(Wanted("chat", {}).fits) == [CHAT]
    assert inbox.unread() == [DONE]


def test_a_message_that_was_held_back_gets_its_place() -> None:
    inbox = Inbox()
    inbox.put(DONE)
    inbox.put(CHAT)
    assert inbox.unread() == [CHAT, DONE]


def test_the_oldest_unread_go_beyond_the_limit() -> None:
    inbox = Inbox()
    for number in range(KEPT + 2):
        inbox.put(message(str(number), number))
    assert len(inbox) == KEPT
    assert inbox.unread()[0].text == "2"


def test_failure_shows_the_nearest_first() -> None:
    wanted = Wanted("chat", {"message": "ho"})
    other = message('{"val":1}', 3)
    assert missed(wanted, "bob", 5, [CHAT, DONE, other]) == (
        "no message with type='chat', message='ho' arrived at bob within 5 s; "
        "3 messages did, nearest first:\n"
        '  {"type":"chat","data":{"message":"hi"}}\n'
        '  {"val":1}\n'
        '  {"type":"done"}'
    )


def test_failure_says_so_if_nothing_came() -> None:
    said = missed(Wanted(None, {}), "bob", 0.5, [])
    assert said == "no message arrived at bob within 0.5 s; nothing else did either"


def test_failure_is_bounded() -> None:
    many = [message("x" * 1000, n) for n in range(100)]
    said = missed(Wanted("chat", {"message": "y" * 1000}), "bob", 5, many)
    assert len(said) < 1300
    assert said.endswith("… and 95 more")


def test_unexpected_messages_are_shown() -> None:
    said = unexpected("carol", [DONE])
    assert said == '1 message arrived at carol:\n  {"type":"done"}'
