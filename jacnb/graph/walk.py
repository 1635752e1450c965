"""Walk the graph: run a walker's and the places' abilities in Jac's order.

One generator says what runs next; a plain and an asynchronous driver call it. Order
"queue" is Jac Cloud's: places in the order of visiting, each left before the next is
entered. In "dfs", that of later Jac, places are entered in the same order, but left
only when nothing is left to visit, the last one first.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

from jacnb.errors import DeclarationError, NoRunError
from jacnb.graph.abilities import Plan, Step, frame_of, plan_of
from jacnb.graph.anchors import WalkerAnchor
from jacnb.graph.archetypes import Edge, Node, Walker, is_async_walker
from jacnb.graph.context import at_work, current_session, walking
from jacnb.graph.paths import OPath, refs
from jacnb.graph.reports import PLAIN

if TYPE_CHECKING:
    from jacnb.graph.session import Session

Place = Node | Edge
Targets = Place | list[Any]
Call = tuple[Any, Any, Any]


def spawn(one: Walker | Targets, two: Walker | Targets) -> Any:
    """Send a walker to a node, an edge or a list of them, given in either order.

    Inside an ability the walker runs to its end there, and its reports go to the same
    response. In a notebook cell what it changes is committed when it ends.

    Returns:
        The walker; for one with ``async def`` abilities a coroutine that returns it.
    """
    walker, targets = (one, two) if isinstance(one, Walker) else (two, one)
    if not isinstance(walker, Walker):
        raise TypeError("spawn() takes a walker and a node, an edge or a list of them")
    session = current_session()
    places = starting_places(targets)
    if is_async_walker(type(walker)):
        return _spawned(session.walk_async(walker, places), walker)
    session.walk(walker, places)
    return walker


async def _spawned(walk: Coroutine[Any, Any, None], walker: Walker) -> Walker:
    await walk
    return walker


def starting_places(targets: Any) -> list[Place]:
    """Return where a walker starts: an edge is followed by its target."""
    places: list[Place] = []
    for target in targets if isinstance(targets, list) else [targets]:
        places.append(_checked(target))
        if isinstance(target, Edge):
            places.append(target.__jac__.target.archetype)
    return places


def visit(walker: Walker, targets: Targets | OPath, insert_loc: int = -1) -> bool:
    """Queue places for a walker; return whether there was anything to queue.

    Args:
        walker: The walker, ``self`` in its own abilities.
        targets: A node, an edge, a list of them such as `refs` returns, or a path.
        insert_loc: Where in its queue; 0 comes next, -1 (default) last.
    """
    if isinstance(targets, OPath):
        targets = refs(targets.visit())
    places = targets if isinstance(targets, list) else [targets]
    session = current_session()
    found = [session.own(_checked(place)) for place in places]
    queue = walker.__jac__.queue
    if insert_loc == -1:
        queue.extend(found)
    else:
        waiting = list(queue)
        at = insert_loc if insert_loc >= 0 else max(0, insert_loc + len(queue) + 1)
        waiting[at:at] = found
        queue.clear()
        queue.extend(waiting)
    return bool(found)


def disengage(walker: Walker) -> bool:
    """Stop a walker when this ability returns: no further ability, no exits."""
    walker.__jac__.disengaged = True
    return True


def report(value: Any, custom: bool = False) -> None:
    """Add a value to the response of this run; it is serialised after the walk.

    Args:
        value: Anything JSON can carry, and nodes, edges, walkers, objects.
        custom: True makes ``value`` the whole response.

    Raises:
        NoRunError: If no walker is running.
    """
    session = at_work.get()
    if session is None:
        raise NoRunError("no walker is running: report() belongs into an ability")
    if type(value) not in PLAIN:
        # Should JSON not carry it, that comes out when the walk is over.
        frame = sys._getframe(1)
        session.reported[id(value)] = frame.f_code, frame.f_lasti
    if custom:
        session.raw_custom = value
        return
    session.reports.append(value)
    walker = walking.get()
    if walker is not None:
        walker.reports.append(value)
        if session.on_report is not None:
            session.on_report(walker.here, value)


log_report = report
"""Jac's long name of `report`."""


def drive(session: Session, walker: Walker, places: list[Place]) -> None:
    """Run a walk to its end.

    Raises:
        DeclarationError: If an ability is ``async def``.
    """
    anchor = _ready(walker, places)
    token = walking.set(anchor)
    try:
        for function, owner, other in _calls(session, walker, anchor, may_await=False):
            function(owner, other)
            if anchor.disengaged:
                break
    finally:
        walking.reset(token)


async def drive_async(session: Session, walker: Walker, places: list[Place]) -> None:
    """Run a walk to its end, awaiting its ``async def`` abilities."""
    anchor = _ready(walker, places)
    token = walking.set(anchor)
    try:
        for function, owner, other in _calls(session, walker, anchor, may_await=True):
            result = function(owner, other)
            if isinstance(result, Coroutine):
                await result
            if anchor.disengaged:
                break
    finally:
        walking.reset(token)


def _ready(walker: Walker, places: list[Place]) -> WalkerAnchor:
    anchor: WalkerAnchor = walker.__jac__
    anchor.queue = deque(places)
    anchor.reports = []
    anchor.disengaged = False
    return anchor


def _calls(
    session: Session, walker: Walker, anchor: WalkerAnchor, *, may_await: bool
) -> Iterator[Call]:
    """Yield each ability to call, with its owner and whom it meets."""
    queue = anchor.queue
    frame = _checked_plan(frame_of(type(walker)), may_await)
    place = anchor.here = queue[0] if queue else None
    # It is there already when its own entries run, before it enters the place.
    if place is not None:
        _tell(session, walker, place)
    told = place
    yield from _in_turn(frame.entries, walker, place)
    order = walker.__jac_order__ or session.order
    for leaving, where in _stages(queue, order == "queue"):
        anchor.here = where
        if not leaving:
            place = where
            if where is not told:
                _tell(session, walker, where)
            told = None
        plan = _checked_plan(plan_of(type(walker), type(where)), may_await)
        yield from _in_turn(plan.exits if leaving else plan.entries, walker, where)
    yield from _in_turn(frame.exits, walker, place)


def _tell(session: Session, walker: Walker, place: Place) -> None:
    if session.on_visit is not None:
        session.on_visit(walker, place)


def _stages(queue: deque[Any], leaves_at_once: bool) -> Iterator[tuple[bool, Any]]:
    """Yield places with False when they are entered, and with True when left."""
    entered: list[Place] = []
    while queue or entered:
        if not queue:
            yield True, entered.pop()
            continue
        place = queue.popleft()
        yield False, place
        if leaves_at_once:
            yield True, place
        else:
            entered.append(place)


def _in_turn(steps: tuple[Step, ...], walker: Walker, place: Any) -> Iterator[Call]:
    for function, is_walkers in steps:
        yield (function, walker, place) if is_walkers else (function, place, walker)


def _checked_plan(plan: Plan, may_await: bool) -> Plan:
    if plan.awaits is not None and not may_await:
        raise DeclarationError(
            f"ability {plan.awaits} is async, so its walker must be awaited: "
            "give the walker an async ability too"
        )
    return plan


def _checked(place: Any) -> Place:
    if isinstance(place, Node | Edge):
        return place
    raise TypeError(f"a walker visits nodes and edges, not {type(place).__name__}")
