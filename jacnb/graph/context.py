"""Which session is at work: a walker run's, or outside of runs the notebook's own."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from jacnb.errors import NoRunError

if TYPE_CHECKING:
    from jacnb.graph.anchors import WalkerAnchor
    from jacnb.graph.session import Session

UNSET: Final[Any] = object()
"""Stands for a value that nobody gave."""

at_work: ContextVar[Session | None] = ContextVar("jacnb session", default=None)
"""The session of the run that is going on in this thread or task."""

walking: ContextVar[WalkerAnchor | None] = ContextVar("jacnb walker", default=None)
"""The innermost walker at work."""

_ambient: Callable[[], Session] | None = None


def set_ambient(provider: Callable[[], Session] | None) -> None:
    """Say where code outside of walker runs finds its session; None takes it back."""
    global _ambient
    _ambient = provider


def current_session() -> Session:
    """Return the session of this run, or outside of runs the notebook's own.

    Raises:
        NoRunError: If there is neither.
    """
    session = at_work.get()
    if session is not None:
        return session
    if _ambient is None:
        raise NoRunError(
            "no walker is running and no server was started: call jacnb.serve() first"
        )
    return _ambient()
