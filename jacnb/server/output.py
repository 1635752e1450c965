"""Keep what walkers print with their run.

In a notebook a thread's output lands in whatever cell happens to be running, so a
walker's never gets there: while a server exists, ``sys.stdout`` and ``sys.stderr`` ask
who writes. What a walker's own threads write is not known to be the walker's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Final, TextIO, cast

from jacnb.walkers.run import current_run

STREAMS: Final = ("stdout", "stderr")


class Router:
    """A stand-in for a stream that gives a walker's output to its run.

    Args:
        stream: Where everything else goes.
        echoes: Whether a walker's output goes there, too, as it should in a shell.
    """

    def __init__(self, stream: TextIO, echoes: bool = False) -> None:
        self._stream = stream
        self._echoes = echoes

    def write(self, text: str) -> int:
        """Write to the run that prints, else to the stream."""
        run = current_run.get()
        if run is not None:
            run.write(text)
        if run is None or self._echoes:
            self._stream.write(text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def capture_output(*, echoes: bool = False) -> None:
    """Have what walkers print kept from now on; a second call changes nothing."""
    for name in STREAMS:
        stream = getattr(sys, name)
        if not isinstance(stream, Router):
            setattr(sys, name, cast("TextIO", Router(stream, echoes)))


def release_output() -> None:
    """Put the streams back that ``capture_output`` stood in for."""
    for name in STREAMS:
        stream = getattr(sys, name)
        if isinstance(stream, Router):
            setattr(sys, name, stream._stream)
