"""Which cell is being run: running it again can then replace what it made."""

from __future__ import annotations

import sys
from typing import NamedTuple


class CellRun(NamedTuple):
    """One run of one cell; both are empty where the front end does not say."""

    cell: str = ""
    message: str = ""

    def is_again(self, other: CellRun) -> bool:
        """Return whether the other is an earlier or later run of the same cell."""
        return bool(self.cell) and self.cell == other.cell and self != other


def current_run() -> CellRun:
    """Return the run of the cell that is being executed."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    parent = getattr(shell, "parent_header", None)
    if not isinstance(parent, dict):
        return CellRun()
    cell = parent.get("metadata", {}).get("cellId", "")
    return CellRun(str(cell or ""), str(parent.get("header", {}).get("msg_id", "")))
