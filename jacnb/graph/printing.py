"""Draw the graph as text: DOT for Graphviz, Mermaid for notebooks and Markdown."""

from __future__ import annotations

from collections import deque
from typing import Literal

from jacnb.graph.anchors import EdgeAnchor, NodeAnchor
from jacnb.graph.archetypes import GenericEdge, Node, Root
from jacnb.graph.context import current_session
from jacnb.graph.storage import READ

Format = Literal["dot", "mermaid"]


def printgraph(
    node: Node | None = None,
    depth: int = -1,
    edge_type: list[str] | None = None,
    edge_limit: int = 512,
    node_limit: int = 512,
    format: Format = "dot",
) -> str:
    """Return a drawing of the graph around a node, as text.

    Args:
        node: Where to begin; by default the current user's root.
        depth: How many edges to follow at most; -1 follows them all.
        edge_type: The names of the edge classes to follow; by default all.
        edge_limit: How many edges to draw at most.
        node_limit: How many nodes to draw at most.
        format: "dot" or "mermaid".
    """
    session = current_session()
    start = session.root if node is None else session.own(node)
    nodes, edges = _around(start.__jac__, depth, edge_type, node_limit)
    names = {anchor: f"n{number}" for number, anchor in enumerate(nodes)}
    labels = {names[each]: _label(session.object_of(each)) for each in nodes}
    lines = [
        (names[each.source], names[each.target], _edge_label(session.object_of(each)))
        for each in edges[:edge_limit]
        if each.source in names and each.target in names
    ]
    return _mermaid(labels, lines) if format == "mermaid" else _dot(labels, lines)


def _around(
    start: NodeAnchor, depth: int, edge_type: list[str] | None, node_limit: int
) -> tuple[list[NodeAnchor], list[EdgeAnchor]]:
    """Return nodes and edges near a node, those it is closest to first."""
    session = current_session()
    distance = {start: 0}
    edges: dict[EdgeAnchor, None] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        if distance[here] == depth:
            continue
        for edge in session.edges_of(here):
            far = edge.target if edge.source is here else edge.source
            if far is None or far.level < READ or not _is_wanted(edge, edge_type):
                continue
            if far not in distance and len(distance) < node_limit:
                distance[far] = distance[here] + 1
                waiting.append(far)
            edges[edge] = None
    return list(distance), list(edges)


def _is_wanted(edge: EdgeAnchor, edge_type: list[str] | None) -> bool:
    name = type(current_session().object_of(edge)).__name__
    return edge_type is None or name in edge_type


def _label(node: Node) -> str:
    return "Root" if isinstance(node, Root) else repr(node)


def _edge_label(edge: object) -> str:
    return "" if isinstance(edge, GenericEdge) else repr(edge)


def _dot(labels: dict[str, str], lines: list[tuple[str, str, str]]) -> str:
    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    nodes = [f"  {name} [label={quoted(text)}];" for name, text in labels.items()]
    edges = [
        f"  {source} -> {target}{f' [label={quoted(text)}]' if text else ''};"
        for source, target, text in lines
    ]
    return "\n".join(["digraph {", *nodes, *edges, "}"])


def _mermaid(labels: dict[str, str], lines: list[tuple[str, str, str]]) -> str:
    def quoted(text: str) -> str:
        # Mermaid takes entities; a bare quote or bracket would end the label.
        codes = {'"': "#quot;", "<": "#lt;", ">": "#gt;"}
        return '"' + "".join(codes.get(sign, sign) for sign in text) + '"'

    nodes = [f"  {name}({quoted(text)})" for name, text in labels.items()]
    edges = [
        f"  {source} -->{f'|{quoted(text)}|' if text else ''} {target}"
        for source, target, text in lines
    ]
    return "\n".join(["flowchart TD", *nodes, *edges])
