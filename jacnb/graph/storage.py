"""What the graph asks of a store: records in, change sets out.

A store knows no Python objects of the user's, only records: an id, the name of a
class, a dictionary of frozen values, an owner, access levels and a version. The
in-memory store of `jacnb.store` and a database implement the same few methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, Protocol

ROOT_CLASS: Final = ("jacnb.graph.archetypes", "Root")
"""Module and name of the class of every root."""

MARK: Final = "jacnb"
"""Where a copier puts itself in the memo of `copy.deepcopy`."""

NO_ACCESS, READ, CONNECT, WRITE = range(4)
"""Access levels, each including the one before it."""


class Access(NamedTuple):
    """Who may do what with an object: everybody, and single users by their root."""

    all: int = NO_ACCESS
    roots: Mapping[str, int] = {}


PRIVATE = Access()
"""The access of a new object: its owner's alone."""


class Ref(NamedTuple):
    """A reference to another stored object, as it stands in frozen values."""

    id: str

    def __deepcopy__(self, memo: dict[Any, Any]) -> Any:
        copier = memo.get(MARK)
        return self if copier is None else copier.archetype(self, memo)


class Ends(NamedTuple):
    """The two ends of an edge, as node ids."""

    source: str
    target: str
    undirected: bool = False


@dataclass(slots=True, eq=False)
class Record:
    """One stored object. Nobody changes a record or its values: a change is a new one.

    Args:
        id: The object's id, such as ``n:City:<24 hex>``.
        cls: Module and qualified name of its class.
        values: Its fields, frozen: flat values, fresh containers, ``Ref``.
        deep: The names of the fields whose values must be copied when read.
        root_id: The root of the user who owns it.
        access: What others may do with it.
        version: 1 when it is new, and one more with each change.
        ends: An edge's two nodes.
    """

    id: str
    cls: tuple[str, str]
    values: dict[str, Any]
    deep: tuple[str, ...] = ()
    root_id: str | None = None
    access: Access = PRIVATE
    version: int = 1
    ends: Ends | None = None


@dataclass(slots=True)
class ChangeSet:
    """What one run wants to write: all of it, or nothing.

    Args:
        inserts: New objects. An edge's ends must exist, or be among the inserts.
        updates: Changed objects; the store must hold the version just before.
        deletes: Id and version of each object to remove; a node's edges go with it.
        orphans: Nodes to remove should they have no edge left after all this.
    """

    inserts: list[Record] = field(default_factory=list)
    updates: list[Record] = field(default_factory=list)
    deletes: dict[str, int] = field(default_factory=dict)
    orphans: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.inserts or self.updates or self.deletes or self.orphans)


class Store(Protocol):
    """Where the graph is kept."""

    def get(self, object_id: str) -> Record | None:
        """Return the newest record of this id, or None."""
        ...

    def get_many(self, ids: Iterable[str]) -> Sequence[Record | None]:
        """Return the newest records of these ids, None where there is none."""
        ...

    def edges_of(self, node_id: str) -> Sequence[Record]:
        """Return the edges at this node, both directions, in order of creation."""
        ...

    def owned_by(self, root_id: str) -> Sequence[str]:
        """Return the ids of all that a user owns, the root itself not among them."""
        ...

    def roots(self) -> Sequence[str]:
        """Return the ids of all roots, the public one first."""
        ...

    def new_root(self) -> str:
        """Make a root for a new user, and return its id."""
        ...

    def commit(self, changes: ChangeSet) -> Sequence[str]:
        """Write all of it or nothing, and return the ids of removed orphans.

        Raises:
            ConflictError: If an object to change or delete, or a new edge's end, was
                changed or deleted by another run meanwhile.
        """
        ...
