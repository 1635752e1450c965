"""Words that code compiled from Jac uses, and that mean little in Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from jacnb.graph.context import UNSET, current_session

if TYPE_CHECKING:
    from jacnb.graph.session import Session

T = TypeVar("T")


class Context:
    """What a walker sees of its own run: ``get_context().status = 201``.

    Attributes:
        session: The run's session.
    """

    __slots__ = ("session",)

    def __init__(self, session: Session) -> None:
        self.session = session

    @property
    def status(self) -> int:
        """The status of the response, 200 unless a walker sets it."""
        return self.session.status

    @status.setter
    def status(self, value: int) -> None:
        self.session.status = value

    @property
    def reports(self) -> list[Any]:
        """What was reported so far."""
        return self.session.reports

    @property
    def custom(self) -> Any:
        """What takes the place of the whole response; None if nothing does."""
        raw = self.session.raw_custom
        return None if raw is UNSET else raw

    @custom.setter
    def custom(self, value: Any) -> None:
        self.session.raw_custom = value


def get_context() -> Context:
    """Return what a walker may know and say about its run."""
    return Context(current_session())


def safe_subscript(obj: Any, key: Any) -> Any:
    """Return ``obj[key]``, or None if there is nothing (``obj?[key]`` in Jac)."""
    try:
        return obj[key]
    except (KeyError, IndexError, TypeError):
        return None


def sem(text: str, inner: dict[str, str] | None = None) -> Callable[[T], T]:
    """Describe something for language models; here it changes nothing."""
    return lambda described: described


def impl_patch_filename(*names: Any, **options: Any) -> Callable[[T], T]:
    """Mark a body that stands in an ``impl`` block; here it changes nothing."""
    return lambda function: function
