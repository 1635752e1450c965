from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import NotFoundError
from jacnb.graph import (
    Edge,
    EdgeDir,
    GenericEdge,
    Node,
    OPath,
    Session,
    arefs,
    connect,
    destroy,
    filter_on,
    jid,
    refs,
)
from jacnb.store import MemoryStore


class Town(Node):
    name: str


class Farm(Node):
    name: str = "farm"


class Track(Edge):
    km: int = 1


@pytest.fixture
def map_of(store: MemoryStore) -> Any:
    """root -> a -Track(5)-> b;  root -> farm;  a -> farm."""
    session = Session(store)
    with session:
        a, b, farm = Town(name="a"), Town(name="b"), Farm()
        connect(session.root, [a, farm])
        connect(a, b, edge=Track(km=5))
        connect(a, farm)
        yield session.root, a, b, farm


def test_a_node_is_short_for_what_its_edges_lead_to(map_of: Any) -> None:
    root, a, b, farm = map_of
    assert refs(root) == [a, farm]
    assert refs([root, a]) == [a, farm, b]
    assert refs(OPath(root)) == [a, farm]


def test_directions(map_of: Any) -> None:
    root, a, b, farm = map_of
    assert refs(OPath(farm).edge_in()) == [root, a]
    assert refs(OPath(a).edge_any()) == [root, b, farm]
    assert refs(OPath(b).edge_out()) == []


def test_paths_go_on_and_give_each_node_once(map_of: Any) -> None:
    root, a, b, farm = map_of
    assert refs(OPath([root, root]).edge_out().edge_out()) == [b, farm]
    assert refs(OPath(farm).edge_in().edge_out()) == [a, farm, b]


@pytest.mark.parametrize("keyword", ["node", "nd"])
def test_filters_may_be_classes_functions_objects_and_lists(
    map_of: Any, keyword: str
) -> None:
    root, a, b, farm = map_of

    def out(chosen: Any) -> list[Any]:
        return refs(OPath(root).edge_out(**{keyword: chosen}))

    assert out(Town) == [a]
    assert out(lambda node: isinstance(node, Farm)) == [farm]
    assert out(farm) == [farm]
    assert out([a, b]) == [a]
    assert out(None) == [a, farm]


def test_edges_are_filtered_too(map_of: Any) -> None:
    _root, a, b, farm = map_of
    assert refs(a, edge=Track) == [b]
    assert refs(a, edge=lambda edge: isinstance(edge, GenericEdge)) == [farm]
    assert refs(OPath(b).edge_in(edge=lambda edge: edge.km > 5)) == []


def test_a_path_may_end_with_edges(map_of: Any) -> None:
    _root, a, b, _farm = map_of
    edges = refs(OPath(a).edge_out().edge())
    assert [type(edge) for edge in edges] == [Track, GenericEdge]
    assert refs(OPath(a).edge_out(edge=Track).edge().visit()) == [edges[0], b]


def test_what_a_path_found_can_be_filtered_and_cut(map_of: Any) -> None:
    root, a, _b, farm = map_of
    assert refs(root, lambda node: node.name == "farm") == [farm]
    assert refs(root, slc=slice(0, 1)) == [a]
    assert refs(root, node=Town) == [a]


def test_filter_on_keeps_the_items_that_pass() -> None:
    assert filter_on([1, 2, 3], lambda item: item > 1) == [2, 3]


def test_arefs_can_be_awaited(map_of: Any) -> None:
    root, a, _, farm = map_of
    with pytest.raises(StopIteration) as stop:
        arefs(root).send(None)
    assert stop.value.value == [a, farm]


def test_an_undirected_edge_leads_both_ways_in_dfs_order_only(
    store: MemoryStore,
) -> None:
    with Session(store) as session:
        [town] = connect(session.root, Town(name="a"), undir=True)
        assert refs(town) == []
        session.commit()
    with Session(store, order="dfs") as session:
        assert refs(refs(session.root)[0]) == [session.root]


def test_a_loop_leads_to_itself_once(store: MemoryStore) -> None:
    with Session(store) as session:
        town = Town(name="a")
        connect(town, town)
        assert refs(OPath(town).edge_any()) == [town]
        connect(session.root, town)
        session.commit()
    with Session(store) as session:
        [town] = refs(session.root)
        assert refs(OPath(town).edge_any()) == [town, session.root]


def test_the_other_end_depends_on_the_direction(map_of: Any) -> None:
    root, a, _, farm = map_of
    [edge] = refs(OPath(root).edge_out(node=a).edge())
    source, target, link = root.__jac__, a.__jac__, edge.__jac__
    assert EdgeDir.OUT.far_end(source, link) is target
    assert EdgeDir.IN.far_end(source, link) is None
    assert EdgeDir.ANY.far_end(target, link) is source
    assert EdgeDir.ANY.far_end(farm.__jac__, link) is None


def test_nodes_of_another_session_are_translated(store: MemoryStore) -> None:
    with Session(store) as first:
        [town] = connect(first.root, Town(name="a"))
        first.commit()
    with Session(store) as second:
        assert refs(first.root) == [second.get(jid(town))]
        assert refs(first.root) != [town]
        destroy(town)
        with pytest.raises(NotFoundError, match=jid(town)):
            refs(town)


def test_edges_that_lost_their_other_end_are_left_out(
    store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(store) as first:
        [town] = connect(first.root, Town(name="a"))
        first.commit()
    with Session(store) as late:
        root = late.root
        records = store.edges_of(jid(root))
        with Session(store) as quick:
            destroy(quick.get(jid(town)))
            quick.commit()
        # As if the other run had committed between the two readings of this one.
        monkeypatch.setattr(store, "edges_of", lambda node_id: records)
        assert refs(root) == []
