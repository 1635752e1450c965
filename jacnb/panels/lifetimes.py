"""Close the panels of an earlier run of a cell.

ipywidgets keeps every live widget until it is closed, so a cell that is run
again would leave its old panels listening for ever.
"""

from __future__ import annotations

import sys
from typing import NamedTuple, Protocol


class Run(NamedTuple):
    """One run of one cell; both are empty where the front end does not say."""

    cell: str = ""
    message: str = ""


class Closable(Protocol):
    """A panel as seen here."""

    stands_for: object
    run: Run

    def close(self) -> None:
        """Stop listening and go."""


_live: list[Closable] = []


def current_run() -> Run:
    """Return the run of the cell that is being executed."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    parent = getattr(shell, "parent_header", None)
    if not isinstance(parent, dict):
        return Run()
    cell = parent.get("metadata", {}).get("cellId", "")
    return Run(str(cell or ""), str(parent.get("header", {}).get("msg_id", "")))


def admit(panel: Closable) -> None:
    """Note a new panel, and close those that it takes the place of."""
    for old in [old for old in _live if _is_replaced(old, panel)]:
        old.close()
    _live.append(panel)


def forget(panel: Closable) -> None:
    """Drop a panel that was closed."""
    _live[:] = [other for other in _live if other is not panel]


def _is_replaced(old: Closable, new: Closable) -> bool:
    """Return whether this is the same cell again, or without cells the same client."""
    if new.run.cell and old.run.cell:
        return old.run.cell == new.run.cell and old.run.message != new.run.message
    return old.stands_for is new.stands_for
