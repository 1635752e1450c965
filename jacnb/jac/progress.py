"""Show that jaclang compiles itself, as it does when it is first used on a machine."""

from __future__ import annotations

import io
import sys
import time
from threading import Event, Thread
from types import TracebackType
from typing import Any, Final, Protocol, Self

_TICK: Final = 1.0
_WHAT: Final = "jaclang compiles itself, once on each machine (some 15 s)"
_READY: Final = "jaclang is ready"
_STOPPED: Final = "jaclang was stopped; the next use goes on from there"


class Display(Protocol):
    """Where progress is shown: each text takes the place of the one before."""

    def show(self, text: str, is_last: bool = False) -> None:
        """Show a text."""


class Progress:
    """Counts modules and seconds from the first `step` to the end of the block.

    Without a step nothing is shown: on most days there is nothing to prepare.

    Args:
        display: Where it is shown; by default in the notebook's cell or the terminal.
    """

    def __init__(self, display: Display | None = None) -> None:
        self._display = display or _here()
        self._done = Event()
        self._modules = 0
        self._began = 0.0
        self._thread = Thread(target=self._tick, name="jac-progress", daemon=True)

    def step(self) -> None:
        """Take note of one more module."""
        self._modules += 1
        if self._modules == 1:
            self._began = time.monotonic()
            self._show()
            self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._modules:
            return
        self._done.set()
        self._thread.join()
        said = _STOPPED if isinstance(exc, KeyboardInterrupt) else _READY
        self._display.show(f"{said}: {self._so_far()}", is_last=True)

    def _tick(self) -> None:
        while not self._done.wait(_TICK):
            self._show()

    def _show(self) -> None:
        self._display.show(f"{_WHAT}: {self._so_far()} …")

    def _so_far(self) -> str:
        seconds = time.monotonic() - self._began
        plural = "" if self._modules == 1 else "s"
        return f"{seconds:.0f} s, {self._modules} module{plural}"


class Terminal:
    """Shows progress in one line of a stream; in a file, only how it begins and ends.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_live = stream.isatty()
        self._width = 0

    def show(self, text: str, is_last: bool = False) -> None:
        """Write over the text before."""
        if self._is_live:
            blank = " " * (self._width - len(text))
            self._stream.write(f"\r{text}{blank}" + "\n" * is_last)
        elif is_last or not self._width:
            self._stream.write(f"{text}\n")
        self._width = len(text)
        self._stream.flush()


class Cell:
    """Shows progress below a cell of a notebook."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, is_last: bool = False) -> None:
        """Put a text in the place of the one before."""
        from IPython.display import display

        if self._handle is None:
            self._handle = display(_Text(text), display_id=True)  # type: ignore[no-untyped-call]
        else:
            self._handle.update(_Text(text))


class _Text:
    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _here() -> Display:
    ipython = sys.modules.get("IPython")
    shell = None if ipython is None else ipython.get_ipython()
    # IPython in a terminal has no kernel.
    return Cell() if hasattr(shell, "kernel") else Terminal(sys.stderr or io.StringIO())
