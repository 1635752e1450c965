"""Connect and delete, save and find: what abilities do with the graph."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from jacnb.errors import GraphError
from jacnb.graph.anchors import Anchor, EdgeAnchor, NodeAnchor
from jacnb.graph.archetypes import Archetype, Edge, GenericEdge, Node, Root
from jacnb.graph.context import current_session
from jacnb.graph.paths import EdgeDir, Filter, as_test
from jacnb.graph.storage import CONNECT, WRITE

if TYPE_CHECKING:
    from jacnb.graph.session import Session

T = TypeVar("T")
Nodes = Node | Sequence[Node]
Assignments = tuple[Sequence[str], Sequence[Any]]
"""Names of fields, and the values to give them."""

_numbers = itertools.count(1)


def root() -> Root:
    """Return the root of the user this code works for."""
    session = current_session()
    session.renew()
    return session.root


def jobj(id: str) -> Any:
    """Return the object with this id; "root" is the current user's root.

    Raises:
        InvalidIdError: If the text is no id.
        NotFoundError: If there is no such object.
    """
    session = current_session()
    session.renew()
    return session.root if id == "root" else session.get(id)


def jid(obj: Archetype) -> str:
    """Return an object's id, such as ``n:City:<24 hex>``."""
    return str(obj.__jac__.id)


def allroots() -> list[Root]:
    """Return the roots of all users, the public one first."""
    session = current_session()
    session.renew()
    return [session.get(root_id) for root_id in session.store.roots()]


def save(obj: Archetype) -> None:
    """See that an object is stored when the run commits, even if nothing leads to it.

    Raises:
        GraphError: If it is an edge that connects nothing.
    """
    session = current_session()
    anchor = session.own(obj).__jac__
    if isinstance(anchor, EdgeAnchor) and anchor.source is None:
        raise GraphError(f"{obj} connects nothing: use connect() to make edges")
    session.keep(anchor)
    session.settle()


def commit(obj: Archetype | None = None) -> None:
    """Write what this run did so far; ``obj`` means nothing, it is all or nothing.

    Raises:
        ConflictError: If another run changed one of these objects first.
    """
    current_session().commit()


def connect(
    left: Nodes,
    right: Nodes,
    edge: type[Edge] | Edge | None = None,
    undir: bool = False,
    conn_assign: Assignments | None = None,
    edges_only: bool = False,
) -> list[Any]:
    """Connect every node on the left with every node on the right.

    If one of two is stored, so is the other. What this user may not connect to is
    left out.

    Args:
        left: Where the edges start: a node or several.
        right: Where they lead: a node or several.
        edge: The edge's class, or an edge to use; by default a GenericEdge.
        undir: Mark the edges as leading both ways.
        conn_assign: Names and values for fields of the new edges.
        edges_only: True returns the edges instead of the nodes on the right.
    """
    session = current_session()
    builder = build_edge(undir, edge, conn_assign)
    targets = [session.own(node) for node in _listed(right)]
    edges = [
        builder(source, target)
        for source in map(session.own, _listed(left))
        if _may_connect(source)
        for target in targets
        if _may_connect(target)
    ]
    session.settle()
    return edges if edges_only else list(targets)


def build_edge(
    is_undirected: bool = False,
    conn_type: type[Edge] | Edge | None = None,
    conn_assign: Assignments | None = None,
) -> Callable[[Node, Node], Edge]:
    """Return a function that connects one node with another by such an edge."""

    def build(source: Node, target: Node) -> Edge:
        edge = _new_edge(conn_type or GenericEdge, conn_assign)
        anchor: EdgeAnchor = edge.__jac__
        anchor.source, anchor.target = source.__jac__, target.__jac__
        anchor.undirected = is_undirected
        anchor.number = next(_numbers)
        _attach(current_session(), anchor, source.__jac__, target.__jac__)
        return edge

    return build


def disconnect(
    left: Nodes,
    right: Nodes,
    dir: EdgeDir = EdgeDir.OUT,
    filter: Filter = None,
    filter_on: Filter = None,
) -> bool:
    """Delete the edges between nodes; return whether there were any.

    Args:
        left: Where the edges start: a node or several.
        right: Where they lead: a node or several.
        dir: Which way the edges lead, seen from the left.
        filter: Which edges: a class or a function.
        filter_on: The same, as the compiler calls it.
    """
    session = current_session()
    test = as_test(filter if filter is not None else filter_on)
    ends = {session.own(node).__jac__ for node in _listed(right)}
    found = [
        edge
        for node in map(session.own, _listed(left))
        for edge in list(session.edges_of(node.__jac__))
        if dir.far_end(node.__jac__, edge) in ends
        and (test is None or test(session.object_of(edge)))
        and _may_cut(edge)
    ]
    for edge in found:
        _detach(session, edge)
    session.settle()
    return bool(found)


def destroy(objs: Archetype | Iterable[Archetype]) -> None:
    """Delete objects; a node takes its edges along.

    What this user may not write stays, without a word, as in Jac Cloud.
    """
    session = current_session()
    for obj in [objs] if isinstance(objs, Archetype) else list(objs):
        anchor: Anchor = session.own(obj).__jac__
        if anchor.level < WRITE or anchor.deleted:
            continue
        if isinstance(anchor, EdgeAnchor):
            _detach(session, anchor)
            continue
        if isinstance(anchor, NodeAnchor):
            for edge in list(session.edges_of(anchor)):
                _detach(session, edge, with_node=True)
        _delete(session, anchor)
    session.settle()


def reset_graph(root: Root | None = None) -> int:
    """Delete all that a user owns but the root, and return how many objects it was.

    Args:
        root: The user's root; by default the current user's.
    """
    session = current_session()
    owner = session.root_id if root is None else jid(root)
    new = [each.id for each in session.fresh if each.root_id == owner]
    found = [session.anchor(each) for each in (*session.store.owned_by(owner), *new)]
    anchors = [each for each in found if each is not None]
    destroy([session.object_of(each) for each in anchors])
    return len(anchors)


def assign_all(targets: T, attr_val: Assignments) -> T:
    """Set the same fields of several objects, and return the objects."""
    for obj in targets:  # type: ignore[attr-defined]
        for name, value in zip(*attr_val, strict=True):
            setattr(obj, name, value)
    return targets


def _listed(nodes: Any) -> list[Any]:
    return [nodes] if isinstance(nodes, Node) else list(nodes)


def _may_connect(node: Node) -> bool:
    anchor: NodeAnchor = node.__jac__
    return anchor.level >= CONNECT and not anchor.deleted


def _may_cut(edge: EdgeAnchor) -> bool:
    """An edge may be cut by who owns it, and by who may connect its nodes."""
    ends = (edge.source, edge.target)
    return edge.level >= WRITE or all(end and end.level >= CONNECT for end in ends)


def _new_edge(kind: type[Edge] | Edge, assigned: Assignments | None) -> Edge:
    values = dict(zip(*assigned, strict=True)) if assigned else {}
    cls = kind if isinstance(kind, type) else type(kind)
    unknown = next((name for name in values if name not in cls.__jac__.fields), None)
    if unknown is not None:
        raise GraphError(f"{cls.__name__} has no field {unknown!r}")
    if isinstance(kind, type):
        return kind(**values)
    edge = kind if kind.__jac__.source is None else copy.copy(kind)
    vars(edge).update(values)
    return edge


def _attach(
    session: Session, edge: EdgeAnchor, source: NodeAnchor, target: NodeAnchor
) -> None:
    for node in {source: None, target: None}:
        node.add(edge)
    if source.persistent or target.persistent:
        session.keep(edge)


def _detach(session: Session, edge: EdgeAnchor, with_node: bool = False) -> None:
    for node in (edge.source, edge.target):
        if node is not None:
            node.remove(edge)
            session.cut.add(node)
    if with_node and edge.record is not None:
        edge.deleted = True  # The store removes it with its node.
    else:
        _delete(session, edge)


def _delete(session: Session, anchor: Anchor) -> None:
    anchor.deleted = True
    if anchor.record is not None:
        session.removed[anchor.id] = anchor.record.version
