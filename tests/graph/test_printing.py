from __future__ import annotations

from typing import Any

import pytest

from jacnb.graph import Edge, Node, Session, connect, printgraph
from jacnb.store import MemoryStore


class Town(Node):
    name: str


class Road(Edge):
    km: int = 1


@pytest.fixture
def session(store: MemoryStore) -> Any:
    """root -> A"B -Road-> C, and C -> root."""
    with Session(store) as session:
        one, two = Town(name='A"B'), Town(name="C")
        connect(session.root, one)
        connect(one, two, edge=Road(km=5))
        connect(two, session.root)
        yield session


def test_the_graph_can_be_drawn_for_graphviz(session: Session) -> None:
    assert printgraph() == (
        "digraph {\n"
        '  n0 [label="Root"];\n'
        '  n1 [label="Town(name=\'A\\"B\')"];\n'
        "  n2 [label=\"Town(name='C')\"];\n"
        "  n0 -> n1;\n"
        "  n2 -> n0;\n"
        '  n1 -> n2 [label="Road(km=5)"];\n'
        "}"
    )


def test_the_graph_can_be_drawn_in_mermaid(session: Session) -> None:
    assert printgraph(format="mermaid") == (
        "flowchart TD\n"
        '  n0("Root")\n'
        "  n1(\"Town(name='A#quot;B')\")\n"
        "  n2(\"Town(name='C')\")\n"
        "  n0 --> n1\n"
        "  n2 --> n0\n"
        '  n1 -->|"Road(km=5)"| n2'
    )


def test_a_drawing_has_limits(session: Session) -> None:
    assert printgraph(depth=0) == 'digraph {\n  n0 [label="Root"];\n}'
    assert printgraph(node_limit=2).count("->") == 1
    assert printgraph(edge_limit=1).count("->") == 1
    assert printgraph(edge_type=["Road"]).count("->") == 0


def test_a_drawing_may_begin_anywhere(session: Session) -> None:
    town = Town(name="lone")
    assert printgraph(town) == "digraph {\n  n0 [label=\"Town(name='lone')\"];\n}"
