"""Hold back messages for a while, on a thread that lives only while some are held."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable

from jacnb.client.faults import Held
from jacnb.errors import ConnectionClosedError


class DelayLine:
    """Runs actions after a while, one after the other.

    When an action that was held back finds the connection closed, nobody is there to
    hear of it any more: that it closed is told elsewhere.

    Once a line was used, everything goes through it, so that nothing overtakes.

    Args:
        name: The name of its thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._held = Held()
        self._is_used = False
        self._lock = threading.Lock()
        # Who runs actions; entered anew by an action that ends the connection.
        self._running = threading.RLock()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None

    def set(self, seconds: float, jitter: float) -> None:
        """Hold back what is put from now on for so long."""
        self._is_used = True
        self._held.seconds, self._held.jitter = seconds, jitter

    def put(self, action: Callable[[], None]) -> None:
        """Run an action when its time has come; at once if the line was never used."""
        if not self._is_used:
            action()
            return
        with self._lock:
            self._held.put(time.monotonic(), action)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=self._name, daemon=True
                )
                self._thread.start()

    def flush(self) -> None:
        """Run now what is held back."""
        if not self._is_used:
            return
        with self._running:
            while (action := self._held.take()) is not None:
                _run_late(action)
        self._hurry.set()

    @property
    def is_mine(self) -> bool:
        """Whether this is the thread of the line."""
        return threading.current_thread() is self._thread

    def _run(self) -> None:
        while (due := self._next_due()) is not None:
            self._hurry.wait(max(0.0, due - time.monotonic()))
            with self._running:
                action = self._held.take(time.monotonic())
                if action is not None:
                    _run_late(action)

    def _next_due(self) -> float | None:
        with self._lock:
            self._hurry.clear()
            due = self._held.due
            if due is None:
                self._thread = None
            return due


def _run_late(action: Callable[[], None]) -> None:
    with contextlib.suppress(ConnectionClosedError):
        action()
