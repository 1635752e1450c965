"""Read the users' graph out of a store, as the graph view shows it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from jacnb.graph.storage import Record, Ref, Store
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels.sequence_words import one_line
from jacnb.protocol.masking import masked_text

NODES: Final = 300
"""Nodes that are drawn; beyond them the view says that there are more."""

LABEL: Final = 40
_EDGES: Final = 4 * NODES
_DEPTH: Final = 6
_MANY: Final = 100
_TEXT: Final = 2_000
# What tells one node of a class from another, if it has such a field.
_TELLING: Final = ("name", "title", "label", "key", "text", "message", "value")


@dataclass(frozen=True)
class Spot:
    """A node of the graph.

    Attributes:
        id: Its id.
        name: The name of its class; of a root, the user.
        label: The fields that tell it apart, in short.
        level: How many edges it is away from the nearest root.
        is_root: Whether it is a user's root.
    """

    id: str
    name: str
    label: str
    level: int
    is_root: bool


@dataclass(frozen=True)
class Link:
    """An edge of the graph; ``name`` is empty for an edge without a class."""

    id: str
    source: str
    target: str
    name: str
    undirected: bool


@dataclass(frozen=True)
class Snapshot:
    """The graph as it was at one moment."""

    spots: tuple[Spot, ...] = ()
    links: tuple[Link, ...] = ()
    is_cut: bool = False
    ids: frozenset[str] = field(default=frozenset(), compare=False)


def snapshot(
    store: Store, roots: Sequence[str], users: Mapping[str, str], limit: int = NODES
) -> Snapshot:
    """Return what can be reached from these roots, the nearest nodes first.

    Args:
        store: Where the graph is.
        roots: The ids to start from.
        users: The names of users, by root.
        limit: How many nodes at most.
    """
    found = _Reader(store, limit)
    found.read(roots)
    spots = tuple(_spot(record, n, users) for record, n in found.nodes.values())
    links = tuple(link for each in found.edges.values() for link in _link(each, found))
    return Snapshot(spots, links, found.is_cut, frozenset(found.nodes))


class _Reader:
    """One walk over the graph, breadth first."""

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self._limit = limit
        self.nodes: dict[str, tuple[Record, int]] = {}
        self.edges: dict[str, Record] = {}
        self.is_cut = False

    def read(self, roots: Iterable[str]) -> None:
        waiting = deque(each for root in roots if (each := self._take(root, 0)))
        while waiting:
            here = waiting.popleft()
            level = self.nodes[here][1] + 1
            for edge in self._edges_of(here):
                far = self._far(edge, here)
                if far not in self.nodes and self._take(far, level):
                    waiting.append(far)

    def _edges_of(self, node_id: str) -> Iterator[Record]:
        for edge in self._store.edges_of(node_id):
            if edge.id not in self.edges:
                if len(self.edges) >= _EDGES:
                    self.is_cut = True
                    return
                self.edges[edge.id] = edge
            yield edge

    def _far(self, edge: Record, here: str) -> str:
        assert edge.ends is not None
        return edge.ends.target if edge.ends.source == here else edge.ends.source

    def _take(self, node_id: str, level: int) -> str | None:
        if len(self.nodes) >= self._limit:
            self.is_cut = True
            return None
        record = self._store.get(node_id)
        if record is None:
            return None
        self.nodes.setdefault(node_id, (record, level))
        return node_id


def is_root(record: Record) -> bool:
    """Return whether a record is a user's root."""
    return record.id.startswith("n::")


def class_name(record: Record) -> str:
    """Return the name of a record's class, empty for an edge without one."""
    name = record.cls[1].rpartition(".")[2]
    return "" if name == "GenericEdge" else name


def fields_of(record: Record) -> str:
    """Return an object's fields as JSON, however odd its values, tokens masked."""
    shown = {str(name): _plain(value) for name, value in record.values.items()}
    text = json.dumps(shown, ensure_ascii=False)
    return masked_text(text.encode("utf-8", "replace").decode())


def user_of(root_id: str, users: Mapping[str, str]) -> str:
    """Return how the owner of a root is called."""
    if root_id == PUBLIC_ROOT_ID:
        return "public"
    return users.get(root_id) or f"user {root_id[-6:]}"


def _spot(record: Record, level: int, users: Mapping[str, str]) -> Spot:
    if is_root(record):
        return Spot(record.id, user_of(record.id, users), "Root", level, True)
    return Spot(record.id, class_name(record)[:LABEL], _label(record), level, False)


def _link(record: Record, found: _Reader) -> Iterator[Link]:
    ends = record.ends
    if ends and ends.source in found.nodes and ends.target in found.nodes:
        name = class_name(record)[:LABEL]
        yield Link(record.id, ends.source, ends.target, name, ends.undirected)


def _label(record: Record) -> str:
    flat = {
        name: value
        for name, value in record.values.items()
        if isinstance(value, str | int | float) and value != ""
    }
    telling = next((name for name in (*_TELLING, *flat) if name in flat), None)
    if telling is None:
        return ""
    value = flat[telling]
    said = value if isinstance(value, str) else f"{telling} {value}"
    return masked_text(one_line(said))[:LABEL]


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value as JSON's own types, bounded in depth and length."""
    if isinstance(value, Ref):
        return value.id
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else repr(value)
    if isinstance(value, str):
        return value[:_TEXT]
    if depth < _DEPTH and isinstance(value, Mapping):
        items = list(value.items())[:_MANY]
        return {str(key)[:_TEXT]: _plain(each, depth + 1) for key, each in items}
    if depth < _DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [_plain(each, depth + 1) for each in list(value)[:_MANY]]
    try:
        return repr(value)[:200]
    except Exception:  # noqa: BLE001 - the author's own __repr__ may fail
        return f"<{type(value).__name__}>"
