"""Call back with news; keep what goes wrong there for the thread that can show it."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from jacnb.errors import ClientError
from jacnb.protocol.masking import masked_text

_log = logging.getLogger(__name__)
# A callback's error is logged in a transport's thread, which must never print.
_log.addHandler(logging.NullHandler())

_MAX_NOTICES: Final = 5
_PACKAGE: Final = str(Path(__file__).parent)

T = TypeVar("T")


class Notices:
    """What a client must tell its user, who looks at another thread's output.

    Kept until the next public call, which warns of it; only the first few are.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._running = threading.local()

    def add(self, text: str) -> None:
        """Keep a text, unless it is kept already or there are too many."""
        if text not in self._texts and len(self._texts) < _MAX_NOTICES:
            self._texts.append(text)

    def warn(self) -> None:
        """Warn of what was kept, at the line outside of this package."""
        if self.is_inside_callback:
            return
        while self._texts:
            warn(self._texts.pop(0))

    @property
    def is_inside_callback(self) -> bool:
        """Whether this thread is calling back for this client just now."""
        return getattr(self._running, "depth", 0) > 0

    def refuse_to_wait(self) -> None:
        """Raise if this is a callback: what it waits for could not arrive.

        Raises:
            ClientError: If this thread runs a callback of this client.
        """
        if self.is_inside_callback:
            raise ClientError(
                "a callback cannot wait, for nothing arrives until it returns; "
                "use send() or send_walker() there, or wait in a cell"
            )

    def run(self, name: str, callback: Callable[[T], object], news: T) -> None:
        """Call back; an error becomes a notice."""
        depth: int = getattr(self._running, "depth", 0)
        self._running.depth = depth + 1
        try:
            callback(news)
        except Exception as exc:  # noqa: BLE001
            _log.warning("a callback of a client failed", exc_info=True)
            said = f"{type(exc).__name__}: {masked_text(str(exc))[:200]}"
            self.add(f"a callback of {name} raised {said}")
        finally:
            self._running.depth = depth


class Callbacks(Generic[T]):
    """Functions to call with each piece of news.

    Args:
        name: The method of the client that adds them.
        notices: Where their errors go.
    """

    def __init__(self, name: str, notices: Notices) -> None:
        self._name = name
        self._notices = notices
        self._callbacks: tuple[Callable[[T], object], ...] = ()

    def add(self, callback: Callable[[T], object]) -> Callable[[], None]:
        """Call it from now on; return how to stop that.

        Raises:
            TypeError: If it cannot be called.
        """
        _check_callable(self._name, callback)
        self._callbacks += (callback,)
        return lambda: self._remove(callback)

    def _remove(self, callback: Callable[[T], object]) -> None:
        self._callbacks = tuple(c for c in self._callbacks if c is not callback)

    def tell(self, news: T) -> None:
        """Call each; the failure of one stops neither the others nor the reader."""
        for callback in self._callbacks:
            self._notices.run(self._name, callback, news)


def warn(text: str) -> None:
    """Warn of something at the line outside of this package that led here."""
    warnings.warn(text, stacklevel=_stacklevel())


def _check_callable(name: str, callback: object) -> None:
    if not callable(callback):
        raise TypeError(f"{name}() takes a function, not {type(callback).__name__}")


def _stacklevel() -> int:
    """Return how far above its caller the line is that this package serves."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    return level
