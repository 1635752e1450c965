"""Notice that a notebook's cell runs again, so that its `expect` still works."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

from jacnb.client.messages import Message

_PATIENCE: Final = 0.5
"""Seconds that a cell that runs again waits for a newer message."""

_MAX_CELLS: Final = 1000


class Reruns:
    """Remembers what each `expect` of each cell found.

    A cell that only expects finds nothing new when it is run again: its message was
    read. The key is the cell's text and how many times it has expected so far; outside
    of IPython nothing is remembered.
    """

    def __init__(self) -> None:
        self._found: dict[tuple[str, int], Message] = {}
        self._execution: object = None
        self._key: tuple[str, int] | None = None
        self._count = 0

    def begin(self, fits: Callable[[Message], bool]) -> Message | None:
        """Return what the same line found in an earlier run of its cell, or None."""
        cell = _running_cell()
        if cell is None:
            self._key = None
            return None
        execution, text = cell
        self._count = self._count + 1 if execution == self._execution else 1
        self._execution = execution
        self._key = (text, self._count)
        earlier = self._found.get(self._key)
        return earlier if earlier is not None and fits(earlier) else None

    def patience(self, timeout: float | None) -> float:
        """Return how long to wait for a newer message than the one found before."""
        return _PATIENCE if timeout is None else min(timeout, _PATIENCE)

    def found(self, message: Message) -> None:
        """Remember what the line that began last has found."""
        if self._key is None:
            return
        self._found[self._key] = message
        if len(self._found) > _MAX_CELLS:
            del self._found[next(iter(self._found))]


def _running_cell() -> tuple[int, str] | None:
    """Return number and text of the running cell; None outside of IPython."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return None
    cells = shell.user_ns.get("In") or [""]
    return shell.execution_count, cells[-1]
