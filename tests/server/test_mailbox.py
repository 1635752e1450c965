from __future__ import annotations

import asyncio
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from jacnb.server.mailbox import MAX_WAITING, Mailbox


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def mailbox(loop: asyncio.AbstractEventLoop) -> Mailbox:
    return Mailbox(loop)


def turn(loop: asyncio.AbstractEventLoop) -> None:
    """Let the loop do what is waiting now, and no more."""
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_calls_are_done_in_order(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []
    for number in range(5):
        mailbox.post(done.append, number)

    assert done == []
    turn(loop)
    assert done == [0, 1, 2, 3, 4]


def test_many_calls_wake_the_loop_once(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(loop, "call_soon_threadsafe", woken.append)
    for number in range(5):
        mailbox.post(print, number)

    assert len(woken) == 1


def test_calls_from_threads_are_all_done(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []
    threads = [
        Thread(target=lambda: [mailbox.post(done.append, n) for n in range(100)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turn(loop)

    assert sorted(done) == sorted([*range(100)] * 4)


def test_sockets_are_served_between_many_calls(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []
    for number in range(1500):
        mailbox.post(done.append, number)
    turn(loop)

    assert len(done) == 1000
    turn(loop)
    assert done == [*range(1500)]


def test_a_call_may_post_another(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []

    def first() -> None:
        done.append(1)
        mailbox.post(done.append, 2)

    mailbox.post(first)
    turn(loop)
    turn(loop)

    assert done == [1, 2]


def test_a_call_that_fails_does_not_stop_those_behind_it(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []
    told: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda loop, context: told.append(context))
    mailbox.post(int, "x")
    mailbox.post(done.append, 1)
    turn(loop)

    assert done == [1]
    assert [str(context["exception"]) for context in told] == [
        "invalid literal for int() with base 10: 'x'"
    ]


def test_a_mailbox_is_full_until_the_loop_has_been_there(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    for _ in range(MAX_WAITING):
        assert not mailbox.is_full
        mailbox.post(int)

    assert mailbox.is_full
    turn(loop)
    assert not mailbox.is_full


def test_a_thread_waits_until_there_is_room(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    for _ in range(MAX_WAITING):
        mailbox.post(int)
    waiting = Thread(target=mailbox.wait_until, args=[lambda: not mailbox.is_full])
    waiting.start()
    turn(loop)
    waiting.join(10)

    assert not waiting.is_alive()


def test_closing_lets_everybody_go(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    waiting = Thread(target=mailbox.wait_until, args=[lambda: False])
    waiting.start()
    mailbox.close()
    waiting.join(10)

    assert not waiting.is_alive()


def test_calls_after_the_end_are_dropped(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []
    mailbox.close()
    mailbox.post(done.append, 1)
    turn(loop)

    assert done == []
    assert not mailbox._calls


def test_a_loop_that_is_gone_is_no_error() -> None:
    loop = asyncio.new_event_loop()
    mailbox = Mailbox(loop)
    loop.close()
    mailbox.post(int)

    assert not mailbox._calls


def test_a_thread_waits_to_post_while_the_mailbox_is_full(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []
    for number in range(MAX_WAITING):
        mailbox.post_note(done.append, number)
    thread = Thread(target=mailbox.post_note, args=(done.append, -1), daemon=True)
    thread.start()
    assert (done.append, (-1,)) not in mailbox._calls
    while thread.is_alive():
        turn(loop)
    mailbox.post(loop.stop)
    loop.run_forever()
    assert done == [*range(MAX_WAITING), -1]


def test_notes_wake_the_loop_once_and_keep_the_order(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    done: list[str] = []
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *what: woken.append(what))
    for word in "ab":
        mailbox.post_note(done.append, word)
    assert [function for function, *_ in woken] == [loop.call_later]
    mailbox.post(done.append, "c")
    mailbox.post_note(done.append, "d")
    assert len(woken) == 2
    woken[1][0]()
    assert done == ["a", "b", "c", "d"]


def test_a_note_that_is_expected_wakes_nobody_and_is_taken_soon(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[Any] = []
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda *what: woken.append(what))
    for _ in range(2):
        mailbox.expect_notes()
        mailbox.expect_notes()
        mailbox.post_note(loop.stop)
        loop.run_forever()
    assert woken == []


def test_a_note_alone_is_taken_soon(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    mailbox.post_note(loop.stop)
    loop.run_forever()
    mailbox.post_note(loop.stop)
    loop.run_forever()


def test_a_note_after_the_end_is_dropped(mailbox: Mailbox) -> None:
    mailbox.close()
    mailbox.post_note(print, "never")
    assert not mailbox._calls


def test_a_coroutine_does_not_wait_for_room(
    loop: asyncio.AbstractEventLoop, mailbox: Mailbox
) -> None:
    done: list[int] = []

    async def post() -> None:
        for number in range(MAX_WAITING + 1):
            mailbox.post_note(done.append, number)
        mailbox.post(loop.stop)

    loop.run_until_complete(post())
    loop.run_forever()
    assert done == [*range(MAX_WAITING + 1)]
