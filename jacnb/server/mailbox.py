"""The only door from other threads into the loop's thread.

Calls pile up while the loop is busy and are done in order at its next turn, so many
walkers cost one wake-up, not one each.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from threading import Condition
from typing import Any, Final

MAX_WAITING: Final = 1000
"""Calls that may wait before the mailbox counts as full."""

# Per turn of the loop, so that sockets are served in between.
_BATCH: Final = 1000

# Seconds that what is only taken note of may wait for company.
_PATIENCE: Final = 0.005


class Mailbox:
    """Brings calls to a loop from any thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._calls: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._is_awake = False
        self._is_dozing = False
        self._room = Condition()
        self._is_closed = False

    def post(self, function: Callable[..., object], *args: Any) -> None:
        """Have ``function`` called on the loop's thread, soon and in order."""
        if self._is_closed:
            return
        self._calls.append((function, args))
        # The flag falls before the calls are taken: one of the two sees this call.
        if not self._is_awake:
            self._is_awake = True
            self._wake(self._drain)

    def post_note(self, function: Callable[..., object], *args: Any) -> None:
        """Post, in order, what nobody waits for: it does not wake the loop at once.

        A thread waits first if the mailbox is full; a coroutine is not held back,
        because it may not block its loop.
        """
        if self.is_full and not _is_in_a_loop():
            self.post(self.tell_waiters)  # What waits may all be notes.
            self.wait_until(lambda: not self.is_full)
        if self._is_closed:
            return
        self._calls.append((function, args))
        if not (self._is_awake or self._is_dozing):
            self._is_dozing = True
            self._wake(self._loop.call_later, _PATIENCE, self._rouse)

    def expect_notes(self) -> None:
        """Look for notes soon (on the loop's thread), so that none has to wake it."""
        if not self._is_dozing:
            self._is_dozing = True
            self._loop.call_later(_PATIENCE, self._rouse)

    @property
    def is_full(self) -> bool:
        """Whether so much is waiting that a caller who can should wait, too."""
        return len(self._calls) >= MAX_WAITING

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Hold the calling thread back until ``ready()``, or the end of the loop."""
        with self._room:
            while not (ready() or self._is_closed):
                # The limit guards against a wake-up that fell between the two.
                self._room.wait(0.1)

    def tell_waiters(self) -> None:
        """Let threads that are held back look again."""
        with self._room:
            self._room.notify_all()

    def close(self) -> None:
        """Let nobody wait any more; calls that come later are dropped."""
        self._is_closed = True
        self.tell_waiters()

    def _wake(self, function: Callable[..., object], *args: Any) -> None:
        try:
            self._loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            # The loop is closed: a walker outlived its server, nobody listens.
            self._calls.clear()

    def _rouse(self) -> None:
        self._is_dozing = False
        self._drain()

    def _drain(self) -> None:
        self._is_awake = False
        calls = self._calls
        was_full = self.is_full
        for _ in range(min(len(calls), _BATCH)):
            function, args = calls.popleft()
            self._do(function, args)
        if calls and not self._is_awake:
            self._is_awake = True
            self._loop.call_soon(self._drain)
        if was_full:
            self.tell_waiters()

    def _do(self, function: Callable[..., object], args: tuple[Any, ...]) -> None:
        try:
            function(*args)
        except Exception as exc:  # noqa: BLE001 - the calls behind it are still to do
            context = {"message": f"{function} failed", "exception": exc}
            self._loop.call_exception_handler(context)


def _is_in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
