"""Keep what walkers print with their run.

In a notebook a thread's output lands in whatever cell happens to be running, so a
walker's never gets there: while a server exists, ``sys.stdout`` asks who prints.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TextIO, cast

from jacnb.walkers.run import current_run


class Router:
    """A stand-in for ``sys.stdout`` that gives a walker's output to its run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write to the run that prints, else to the stream."""
        run = current_run.get()
        if run is None:
            return self._stream.write(text)
        run.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def capture_output() -> None:
    """Have what walkers print kept from now on; a second call changes nothing."""
    if not isinstance(sys.stdout, Router):
        sys.stdout = cast("TextIO", Router(sys.stdout))


def release_output() -> None:
    """Put the stream back that ``capture_output`` stood in for."""
    if isinstance(sys.stdout, Router):
        sys.stdout = sys.stdout._stream
