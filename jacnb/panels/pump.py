"""Run small jobs a little later, one after another: the panels' only writer.

Widgets may not be written from several threads, and the threads that bring
messages may not be held up, so every panel hands its writing to one pump.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

Job = Callable[[], None]
Later = Callable[[float, Job], None]
"""Run a job after so many seconds; safe to call from any thread."""

# A handler of its own: without one Python writes to stderr, and what a thread
# writes there lands in whichever cell happens to run.
_log: Final = logging.getLogger("jacnb.panels")
_log.addHandler(logging.NullHandler())


class Pump:
    """Run jobs on one daemon thread, or without threads on the running loop."""

    def __init__(self) -> None:
        self._jobs: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def later(self, delay: float, job: Job) -> None:
        """Run ``job`` after ``delay`` seconds; safe to call from any thread."""
        with self._changed:
            if self._has_thread():
                due = time.monotonic() + delay
                heapq.heappush(self._jobs, (due, next(self._order), job))
                self._changed.notify()
                return
        _without_threads(delay, job)

    def _has_thread(self) -> bool:
        if self._thread is not None and self._thread.is_alive():
            return True
        thread = threading.Thread(target=self._run, name="jacnb panels", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # Pyodide cannot start threads
            return False
        self._thread = thread
        return True

    def _run(self) -> None:
        while True:
            _safely(self._next_job())

    def _next_job(self) -> Job:
        with self._changed:
            while True:
                wait = self._jobs[0][0] - time.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._jobs)[2]
                self._changed.wait(wait)


def _safely(job: Job) -> None:
    try:
        job()
    except Exception:  # noqa: BLE001 - one broken panel must not stop the others
        _log.exception("a panel could not be updated")


def _without_threads(delay: float, job: Job) -> None:
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        _safely(job)
    else:
        loop.call_later(delay, _safely, job)


PUMP: Final = Pump()
"""The pump that all panels share."""
