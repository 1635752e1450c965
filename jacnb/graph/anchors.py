"""What jacnb itself keeps about an archetype object, under its one name ``__jac__``.

Everything else on the object belongs to the user, who may call a field ``node``, ``id``
or ``visit``. Anchors start with class-level defaults, so making one costs little.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from jacnb.graph.storage import PRIVATE, WRITE, Access, Record
from jacnb.ids import Kind, new_id

if TYPE_CHECKING:
    from jacnb.graph.session import Session


class Anchor:
    """The identity of one archetype object, in one session.

    Attributes:
        archetype: The object; None until a stored one is asked for.
        record: What the store holds; None for a new object.
        session: The session that keeps the object; None for a loose one.
        persistent: Whether the next commit writes it, or a former one did.
        root_id: The user who owns it.
        level: What this session's user may do with it.
        number: Counts edges in order of creation.
    """

    kind: ClassVar[Kind] = "o"

    archetype: Any = None
    record: Record | None = None
    session: Session | None = None
    persistent: bool = False
    deleted: bool = False
    root_id: str | None = None
    access: Access = PRIVATE
    level: int = WRITE
    number: int = 0
    _id: str | None = None

    @property
    def id(self) -> str:
        """The object's id, made when it is first asked for."""
        if self._id is None:
            self._id = new_id(self.kind, type(self.archetype).__jac__.name)
        return self._id

    def take(self, record: Record) -> None:
        """Stand for what the store holds."""
        self.record = record
        self.persistent = True
        self.root_id = record.root_id
        self.access = record.access
        self._id = record.id


class NodeAnchor(Anchor):
    """A node's anchor: its edges, once somebody asked for them.

    Attributes:
        edges: All its edges in order of creation; None while not yet read.
        added: Edges added before the others were read.
    """

    kind = "n"
    edges: list[EdgeAnchor] | None = None
    added: tuple[EdgeAnchor, ...] = ()

    def add(self, edge: EdgeAnchor) -> None:
        """Append an edge."""
        if self.edges is None:
            self.added = (*self.added, edge)
        else:
            self.edges.append(edge)

    def remove(self, edge: EdgeAnchor) -> None:
        """Forget an edge."""
        if self.edges is not None and edge in self.edges:
            self.edges.remove(edge)
        self.added = tuple(other for other in self.added if other is not edge)


class EdgeAnchor(Anchor):
    """An edge's anchor: its two nodes, None while it connects nothing."""

    kind = "e"
    source: NodeAnchor | None = None
    target: NodeAnchor | None = None
    undirected: bool = False


class WalkerAnchor(Anchor):
    """A walker's anchor: where it is, where it goes next, and what it reported."""

    kind = "w"
    here: Any = None
    disengaged: bool = False
    queue: deque[Any]
    reports: list[Any]

    def __init__(self) -> None:
        self.queue = deque()
        self.reports = []


ANCHORS: dict[str, type[Anchor]] = {
    "n": NodeAnchor,
    "e": EdgeAnchor,
    "w": WalkerAnchor,
    "o": Anchor,
}
