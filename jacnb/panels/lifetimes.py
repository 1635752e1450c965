"""Close the panels of an earlier run of a cell.

ipywidgets keeps every live widget until it is closed, so a cell that is run
again would leave its old panels listening for ever.
"""

from __future__ import annotations

from typing import Protocol

from jacnb.cells import CellRun


class Closable(Protocol):
    """A panel as seen here."""

    stands_for: object
    run: CellRun

    def close(self) -> None:
        """Stop listening and go."""


_live: list[Closable] = []


def admit(panel: Closable) -> None:
    """Note a new panel, and close those that it takes the place of."""
    for old in [old for old in _live if _is_replaced(old, panel)]:
        old.close()
    _live.append(panel)


def forget(panel: Closable) -> None:
    """Drop a panel that was closed."""
    _live[:] = [other for other in _live if other is not panel]


def _is_replaced(old: Closable, new: Closable) -> bool:
    """Return whether this is the same cell again, or without cells the same thing."""
    if new.run.cell and old.run.cell:
        return new.run.is_again(old.run)
    # By name: a widget that was given traits is of a class of its own.
    is_alike = type(old).__qualname__ == type(new).__qualname__
    return is_alike and old.stands_for is new.stands_for
