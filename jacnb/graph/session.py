"""A unit of work: what one walker run reads, changes, and commits all or nothing.

A session is the identity map of its run. Objects come from the store's records when
they are first needed, as copies of the run's own; nothing is written before `commit`.
To repeat a run, drop its session and make a new one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import Token
from types import CodeType, TracebackType
from typing import Any, Literal, Self, TypeVar

from jacnb.errors import AccessError, NotFoundError, ValueRangeError
from jacnb.graph.access import level_of
from jacnb.graph.anchors import ANCHORS, Anchor, EdgeAnchor, NodeAnchor
from jacnb.graph.archetypes import Archetype, Node, Root, Walker
from jacnb.graph.changes import apply_changes, collect_changes
from jacnb.graph.context import UNSET, at_work
from jacnb.graph.loading import fill
from jacnb.graph.reports import context_of, first_bad, to_json
from jacnb.graph.storage import READ, Record, Store
from jacnb.graph.turns import Turn
from jacnb.graph.walk import Place, drive, drive_async
from jacnb.ids import PUBLIC_ROOT_ID, parse_id

A = TypeVar("A", bound=Archetype)
Order = Literal["queue", "dfs"]
OnReport = Callable[[Place | None, Any], None]


class Session:
    """One run's work on a store.

    Args:
        store: Where the graph is kept.
        root_id: The root of the user the run works for.
        order: "queue", as in Jac Cloud, or "dfs", as in later Jac.
        on_visit: Called with walker and place each time a walker enters a place.
        turn: This run's turn at objects it conflicted on, if it is to be repeated.
        on_report: Called with the place and the value each time a walker reports;
            the place is None for a walker that is nowhere.

    Attributes:
        reports: What walkers reported, by reference.
        reported: Where they did, by the value's ``id``: code and place in it.
        status: The status of the response.
        walker: The walker this session first ran.
        heard: Set it when somebody outside was told something: such a run must not
            be repeated.
    """

    def __init__(
        self,
        store: Store,
        root_id: str = PUBLIC_ROOT_ID,
        order: Order = "queue",
        on_visit: Callable[[Walker, Place], None] | None = None,
        turn: Turn | None = None,
        on_report: OnReport | None = None,
    ) -> None:
        self.store = store
        self.root_id = root_id
        self.order = order
        self.on_visit = on_visit
        self.turn = turn
        self.on_report = on_report
        self.reports: list[Any] = []
        self.reported: dict[int, tuple[CodeType, int]] = {}
        self.raw_custom: Any = UNSET
        self.status = 200
        self.walker: Walker | None = None
        self.heard = False
        self.has_committed = False
        self.anchors: dict[str, Anchor] = {}
        self.fresh: list[Anchor] = []
        self.removed: dict[str, int] = {}
        self.cut: set[NodeAnchor] = set()
        self.unfilled: list[Anchor] = []
        self._tokens: list[Token[Session | None]] = []

    def __enter__(self) -> Self:
        self._tokens.append(at_work.set(self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        at_work.reset(self._tokens.pop())

    def __repr__(self) -> str:
        return f"Session({self.root_id}, {len(self.anchors)} objects)"

    # Walking.

    def entry(self, node_id: str | None = None) -> Node:
        """Return the node where a walker starts: by default the user's root.

        Raises:
            InvalidIdError: If the text is no id.
            NotFoundError: If no node has this id.
            AccessError: If this user may not read the node.
        """
        if node_id is None:
            return self.root
        found = self.get(node_id)
        if not isinstance(found, Node):
            raise NotFoundError(f"{node_id} is not a node: walkers start at nodes")
        if found.__jac__.level < READ:
            raise AccessError(f"You don't have access on target entry {node_id}!")
        return found

    def run(self, walker: Walker, entry: Place) -> None:
        """Run a walker whose abilities are all plain functions."""
        self.walk(walker, [entry])

    async def run_async(self, walker: Walker, entry: Place) -> None:
        """Run a walker, awaiting those of its abilities that are ``async def``."""
        await self.walk_async(walker, [entry])

    def walk(self, walker: Walker, places: list[Place]) -> None:
        """Run a walker over these places."""
        self.walker = self.walker or walker
        drive(self, walker, [self.own(place) for place in places])

    async def walk_async(self, walker: Walker, places: list[Place]) -> None:
        """Run a walker over these places, awaiting ``async def`` abilities."""
        self.walker = self.walker or walker
        await drive_async(self, walker, [self.own(place) for place in places])

    # Its objects.

    @property
    def root(self) -> Root:
        """The root of the user this run works for.

        Raises:
            NotFoundError: If the store does not hold it.
        """
        found: Root = self.get(self.root_id)
        return found

    def get(self, object_id: object) -> Any:
        """Return this run's copy of an object.

        Raises:
            InvalidIdError: If the text is no id.
            NotFoundError: If there is no such object.
        """
        anchor = self.anchor(object_id) if isinstance(object_id, str) else None
        if anchor is None:
            parse_id(object_id)
            raise NotFoundError(f"there is no object {object_id}")
        return self.object_of(anchor)

    def anchor(self, object_id: str) -> Anchor | None:
        """Return the anchor of an object that exists for this run, or None."""
        found = self.anchors.get(object_id)
        if found is None:
            record = self.store.get(object_id)
            return None if record is None else self.adopt(record)
        return None if found.deleted else found

    def adopt(self, record: Record) -> Anchor | None:
        """Return an anchor for a record; None for an edge that lost an end."""
        anchor = ANCHORS[record.id[0]]()  # An id begins with its kind.
        if isinstance(anchor, EdgeAnchor) and record.ends is not None:
            source = self.anchor(record.ends.source)
            target = self.anchor(record.ends.target)
            if source is None or target is None:
                return None
            anchor.source = source  # type: ignore[assignment]
            anchor.target = target  # type: ignore[assignment]
            anchor.undirected = record.ends.undirected
        anchor.take(record)
        anchor.session = self
        anchor.level = level_of(self, record)
        self.anchors[record.id] = anchor
        return anchor

    def object_of(self, anchor: Anchor) -> Any:
        """Return an anchor's object, made from its record when first needed."""
        if anchor.archetype is None:
            fill(self, anchor)
        return anchor.archetype

    def own(self, obj: A) -> A:
        """Return this run's copy of an object that another session may have made.

        Raises:
            NotFoundError: If it was deleted.
        """
        anchor: Anchor = obj.__jac__
        if anchor.session is self or anchor.record is None:
            return obj
        found: A = self.get(anchor.id)
        return found

    def edges_of(self, node: NodeAnchor) -> list[EdgeAnchor]:
        """Return all edges of a node, in order of creation."""
        if node.edges is None:
            node.edges = list(dict.fromkeys([*self._stored_edges(node), *node.added]))
            node.added = ()
        return node.edges

    def _stored_edges(self, node: NodeAnchor) -> list[EdgeAnchor]:
        if node.record is None:
            return []
        records = self.store.edges_of(node.id)
        self._fetch(end for each in records if each.ends for end in each.ends[:2])
        found = (self.anchors.get(each.id) or self.adopt(each) for each in records)
        return [
            each for each in found if isinstance(each, EdgeAnchor) and not each.deleted
        ]

    def _fetch(self, ids: Iterable[str]) -> None:
        """Read the nodes that are still unknown in one go."""
        missing = [each for each in dict.fromkeys(ids) if each not in self.anchors]
        for record in self.store.get_many(missing):
            if record is not None:
                self.adopt(record)

    # Changing them.

    def keep(self, anchor: Anchor) -> None:
        """See that an object is stored with the next commit, and all it is tied to."""
        waiting = [anchor]
        while waiting:
            each = waiting.pop()
            if each.persistent:
                continue
            each.persistent = True
            each.session = self
            each.root_id = self.root_id
            self.anchors[each.id] = each
            self.fresh.append(each)
            waiting += _tied_to(each)

    def commit(self) -> None:
        """Write all changes or nothing; the run goes on with the new versions.

        Raises:
            ConflictError: If another run changed one of these objects first.
        """
        changes = collect_changes(self)
        if not changes:
            return
        if self.turn is not None and self.is_repeatable:
            self.turn.check([*(each.id for each in changes.updates), *changes.deletes])
        apply_changes(self, changes, self.store.commit(changes))
        self.has_committed = True

    @property
    def is_repeatable(self) -> bool:
        """Whether the run can be repeated without anybody noticing."""
        return not self.heard and not self.has_committed

    def settle(self) -> None:
        """Do what follows an operation; a notebook's own session commits here."""

    def renew(self) -> None:
        """See the store's newest state, in a notebook's own session."""

    # Answering.

    def serialized_reports(self) -> bytes:
        """Return the reports as the text of a JSON array.

        Raises:
            ValueRangeError: If one of them is not for JSON.
        """
        try:
            return to_json(self.reports)
        except ValueRangeError as error:
            error.where = self.reported.get(id(first_bad(self.reports)))
            raise

    @property
    def custom(self) -> bytes | None:
        """The whole response as JSON, if a walker reported it with ``custom=True``."""
        if self.raw_custom is UNSET:
            return None
        custom = self.raw_custom
        try:
            # As in Jac Cloud: alone, an object is its context, without an id.
            is_object = isinstance(custom, Archetype)
            return to_json(context_of(custom) if is_object else custom)
        except ValueRangeError as error:
            error.where = self.reported.get(id(custom))
            raise


def _tied_to(anchor: Anchor) -> list[Anchor]:
    if isinstance(anchor, NodeAnchor):
        return [*(anchor.edges or ()), *anchor.added]
    if isinstance(anchor, EdgeAnchor):
        return [end for end in (anchor.source, anchor.target) if end is not None]
    return []
