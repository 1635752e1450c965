"""Keep what jaclang says and does to the process out of the author's sight."""

from __future__ import annotations

import atexit
import io
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, Final

from jacnb.jac.progress import Progress

_SETUP: Final = "jaclang.jac0core.compiler"


@contextmanager
def silence(progress: Progress) -> Iterator[None]:
    """Swallow what jaclang says on this thread, its warnings and its log."""
    out, err = _Swallower(sys.stdout, progress), _Swallower(sys.stderr, progress)
    level = logging.root.level
    with (
        warnings.catch_warnings(),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.root.setLevel(level)
            _hush()


def _hush() -> None:
    """Undo what jaclang does to the process when it is loaded and used first."""
    for handler in list(logging.root.handlers):
        if isinstance(getattr(handler, "stream", None), _Swallower):
            logging.root.removeHandler(handler)
    # It would say at the end of the process that it is set up.
    setup = getattr(sys.modules.get(_SETUP), "setup_progress", None)
    atexit.unregister(getattr(setup, "_atexit_handler", _hush))


class _Swallower(io.TextIOBase):
    """Takes what one thread prints, and passes on what the others do."""

    def __init__(self, through: Any, progress: Progress) -> None:
        self._through = through
        self._progress = progress
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return int(self._through.write(text) or 0)
        if text.lstrip().startswith("Compiling "):
            self._progress.step()
        return len(text)

    def flush(self) -> None:
        if self._through is not None:
            self._through.flush()
