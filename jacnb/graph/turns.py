"""Fairness between runs that keep changing the same object.

A run that conflicted takes its turn at the object before it is repeated, first come
first served. While it holds the turn, no run that can still be repeated may commit a
change of that object, so one repeat is enough.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, TimeoutError as FutureTimeoutError
from threading import Lock
from types import TracebackType
from typing import Final, Self

from jacnb.errors import ConflictError

PATIENCE: Final = 1.0
"""Seconds a run waits for its turn before it goes on without."""


class Turns:
    """Who may change which object next; one for all runs on a store.

    Args:
        patience: Seconds a run waits for its turn before it goes on without.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._lock = Lock()
        # Per object the waiting runs; the first one holds the turn.
        self._lines: dict[str, deque[Future[None]]] = {}

    def turn(self) -> Turn:
        """Return a run's own turn, which holds nothing yet."""
        return Turn(self)

    def holder(self, object_id: str) -> Future[None] | None:
        """Return who has the turn at an object."""
        line = self._lines.get(object_id)
        return line[0] if line else None

    def enter(self, object_id: str) -> Future[None]:
        """Join the line at an object; the result comes with the turn."""
        place: Future[None] = Future()
        with self._lock:
            line = self._lines.setdefault(object_id, deque())
            line.append(place)
            if line[0] is place:
                place.set_result(None)
        return place

    def leave(self, object_id: str, place: Future[None]) -> None:
        """Leave the line, and let the next one have the turn."""
        with self._lock:
            line = self._lines[object_id]
            line.remove(place)
            if not line:
                del self._lines[object_id]
            elif not line[0].done():
                line[0].set_result(None)


class Turn:
    """One run's turns, over all its repeats; leave the ``with`` block to end them."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._held: dict[str, Future[None]] = {}
        self._is_patient = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def wait(self, object_id: str) -> bool:
        """Wait for the turn at an object; tell whether it came in time."""
        for each in self._wanted(object_id):
            place = self._held[each] = self._turns.enter(each)
            try:
                place.result(self._turns.patience)
            except FutureTimeoutError:
                self._is_patient = False
        return self._is_patient

    async def wait_async(self, object_id: str) -> bool:
        """Do the same as `wait`, without standing in the event loop's way."""
        import asyncio  # Not before it is needed: it is a large import.

        for each in self._wanted(object_id):
            place = self._held[each] = self._turns.enter(each)
            waiting = asyncio.shield(asyncio.wrap_future(place))
            try:
                await asyncio.wait_for(waiting, self._turns.patience)
            except TimeoutError:
                self._is_patient = False
        return self._is_patient

    def check(self, object_ids: Iterable[str]) -> None:
        """See that no other run has the turn at one of these objects.

        Raises:
            ConflictError: If one has; unless this run has waited in vain before.
        """
        if not self._is_patient:
            return
        for object_id in object_ids:
            holder = self._turns.holder(object_id)
            if holder is not None and holder is not self._held.get(object_id):
                raise ConflictError(object_id)

    def release(self) -> None:
        """End all turns."""
        for object_id, place in self._held.items():
            self._turns.leave(object_id, place)
        self._held.clear()

    def _wanted(self, object_id: str) -> list[str]:
        """Let go of all, and return what to take: in order, against deadlocks."""
        wanted = sorted({*self._held, object_id})
        self.release()
        return wanted
