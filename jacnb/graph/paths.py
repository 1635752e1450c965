"""Paths through the graph: which nodes or edges lie ahead, behind or around."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from typing import TYPE_CHECKING, Any, Self, TypeVar

from jacnb.graph.abilities import is_a
from jacnb.graph.anchors import EdgeAnchor, NodeAnchor
from jacnb.graph.archetypes import Archetype, Node
from jacnb.graph.context import current_session
from jacnb.graph.storage import READ

if TYPE_CHECKING:
    from jacnb.graph.session import Session

T = TypeVar("T")
Test = Callable[[Any], bool]
Filter = type | Test | Archetype | list[Any] | None
"""A class, a function, one object, or a list of objects."""

Hop = tuple["EdgeDir", Test | None, Test | None]
"""One step of a path: its direction, and tests for the edge and for the node."""


class EdgeDir(Enum):
    """Which way an edge leads, seen from a node."""

    IN = 1
    OUT = 2
    ANY = 3

    def far_end(self, node: NodeAnchor, edge: EdgeAnchor) -> NodeAnchor | None:
        """Return the other end of an edge at ``node``, None if it leads elsewhere."""
        if self is not EdgeDir.IN and edge.source is node:
            return edge.target
        if self is not EdgeDir.OUT and edge.target is node:
            return edge.source
        return None


class OPath:
    """A path that starts at a node or at several; `refs` follows it."""

    def __init__(self, origin: Node | Iterable[Node]) -> None:
        self.origin = [origin] if isinstance(origin, Node) else list(origin)
        self.hops: list[Hop] = []
        self.wants_edges = False
        self.for_visit = False

    def edge_out(
        self, edge: Filter = None, node: Filter = None, nd: Filter = None
    ) -> Self:
        """Go along edges that start here.

        Args:
            edge: Which edges: a class, a function, one edge or a list of them.
            node: Which nodes they must lead to, in the same ways.
            nd: The same as ``node``, as newer compilers call it.
        """
        return self._add(EdgeDir.OUT, edge, node if nd is None else nd)

    def edge_in(
        self, edge: Filter = None, node: Filter = None, nd: Filter = None
    ) -> Self:
        """Go back along edges that lead here; filters as for `edge_out`."""
        return self._add(EdgeDir.IN, edge, node if nd is None else nd)

    def edge_any(
        self, edge: Filter = None, node: Filter = None, nd: Filter = None
    ) -> Self:
        """Go along edges in both directions; filters as for `edge_out`."""
        return self._add(EdgeDir.ANY, edge, node if nd is None else nd)

    def edge(self) -> Self:
        """Ask for the last edges instead of the nodes."""
        self.wants_edges = True
        return self

    def visit(self) -> Self:
        """Ask for what a walker visits: after each edge the node it leads to."""
        self.for_visit = True
        return self

    def _add(self, direction: EdgeDir, edge: Filter, node: Filter) -> Self:
        self.hops.append((direction, as_test(edge), as_test(node)))
        return self


def refs(
    path: OPath | Node | Iterable[Node],
    post_filter: Test | None = None,
    slc: slice | None = None,
    *,
    edge: Filter = None,
    node: Filter = None,
) -> list[Any]:
    """Follow a path, and return what lies at its end, each object once.

    Args:
        path: A path; a node (or several) is short for all nodes its edges lead to.
        post_filter: A function that says which nodes at the end count.
        slc: Which part of the result to return.
        edge: Which edges to follow from a node: ``refs(here, edge=Road)``.
        node: Which nodes to return from a node: ``refs(here, node=City)``.
    """
    if not isinstance(path, OPath):
        path = OPath(path).edge_out(edge, node)
    session = current_session()
    nodes: list[NodeAnchor] = [session.own(each).__jac__ for each in path.origin]
    *hops, last = path.hops or [(EdgeDir.OUT, None, None)]
    for hop in hops:
        nodes = list(dict.fromkeys(far for _, far in _reached(session, nodes, hop)))
    pairs = _reached(session, nodes, last)
    if post_filter is not None:
        pairs = [each for each in pairs if post_filter(session.object_of(each[1]))]
    found = dict.fromkeys(_chosen(path, pairs))
    result = [session.object_of(each) for each in found]
    return result if slc is None else result[slc]


async def arefs(path: OPath | Node | Iterable[Node], **options: Any) -> list[Any]:
    """Do the same as `refs`, to be awaited."""
    return refs(path, **options)


def filter_on(items: Iterable[T], func: Callable[[T], bool]) -> list[T]:
    """Return the items for which ``func`` is true."""
    return [item for item in items if func(item)]


def as_test(chosen: Filter) -> Test | None:
    """Return the function that says whether an object is among the chosen."""
    if chosen is None:
        return None
    if isinstance(chosen, type):
        return lambda obj: is_a(type(obj), chosen)
    if isinstance(chosen, Archetype):
        return lambda obj: obj is chosen
    if isinstance(chosen, list):
        return lambda obj: obj in chosen
    return chosen


def _reached(
    session: Session, nodes: list[NodeAnchor], hop: Hop
) -> list[tuple[EdgeAnchor, NodeAnchor]]:
    direction, edge_test, node_test = hop
    found = []
    for here in nodes:
        for edge in session.edges_of(here):
            both = edge.undirected and session.order == "dfs"  # Later Jac's rule.
            far = (EdgeDir.ANY if both else direction).far_end(here, edge)
            if far is None or far.level < READ:
                continue
            if edge_test is not None and not edge_test(session.object_of(edge)):
                continue
            if node_test is not None and not node_test(session.object_of(far)):
                continue
            found.append((edge, far))
    return found


def _chosen(
    path: OPath, pairs: list[tuple[EdgeAnchor, NodeAnchor]]
) -> Iterable[EdgeAnchor | NodeAnchor]:
    if not path.wants_edges:
        return (far for _, far in pairs)
    if path.for_visit:
        return (each for pair in pairs for each in pair)
    return (edge for edge, _ in pairs)
