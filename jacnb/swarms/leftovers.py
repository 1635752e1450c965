"""Close the swarms that an earlier run of a cell left open.

IPython keeps what a cell showed, so they would go on listening when the cell is run
again, though nobody of the author's names refers to them any more.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakSet

from jacnb.cells import CellRun, current_run
from jacnb.swarms.crowd import Swarm

_left: dict[str, tuple[CellRun, WeakSet[Swarm]]] = {}


def replaced(make: Callable[[], Swarm]) -> Swarm:
    """Make a swarm, after those of an earlier run of this cell were closed.

    Args:
        make: Makes it; called after the others are gone, to leave it their files.
    """
    run = current_run()
    earlier, swarms = _left.get(run.cell, (run, WeakSet[Swarm]()))
    if run.is_again(earlier):
        for swarm in list(swarms):
            swarm.close()
        swarms = WeakSet()
    made = make()
    if run.cell:
        swarms.add(made)
        _left[run.cell] = run, swarms
    return made
