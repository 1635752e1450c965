from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import GraphError, InvalidIdError, NotFoundError
from jacnb.graph import (
    Edge,
    EdgeDir,
    GenericEdge,
    Node,
    Obj,
    OPath,
    Session,
    Walker,
    allroots,
    assign_all,
    build_edge,
    commit,
    connect,
    destroy,
    disconnect,
    grant,
    jid,
    jobj,
    refs,
    reset_graph,
    root,
    save,
)
from jacnb.graph.access import ReadPerm, WritePerm
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.store import MemoryStore


class Room(Node):
    name: str = "room"


class Door(Edge):
    width: int = 1
    depth: int = 1


@pytest.fixture
def session(store: MemoryStore) -> Any:
    session = Session(store)
    with session:
        yield session


def stored(store: MemoryStore) -> int:
    """Return how many nodes and edges there are beside the public root."""
    return len(store._records) - 1


def test_connecting_to_a_stored_node_stores_the_other_side(
    store: MemoryStore, session: Session
) -> None:
    hall, attic = Room(name="hall"), Room(name="attic")
    connect(hall, attic)
    assert stored(store) == 0
    connect(root(), hall)
    commit()
    assert stored(store) == 4
    assert jobj(jid(attic)) is attic


def test_loose_nodes_are_not_stored_but_have_an_id(
    store: MemoryStore, session: Session
) -> None:
    hall = Room()
    connect(hall, Room())
    commit(hall)
    assert stored(store) == 0
    with pytest.raises(NotFoundError, match="there is no object n:Room:"):
        jobj(jid(hall))


def test_a_long_loose_chain_can_be_stored(store: MemoryStore, session: Session) -> None:
    first = here = Room()
    for _ in range(3000):
        [here] = connect(here, Room())
    connect(root(), first)
    commit()
    assert stored(store) == 6002


def test_connect_returns_the_right_side_or_the_edges(session: Session) -> None:
    rooms = [Room(name="a"), Room(name="b")]
    assert connect(root(), rooms) == rooms
    edges = connect(rooms, [Room(), Room()], edge=Door(width=2), edges_only=True)
    assert [edge.width for edge in edges] == [2, 2, 2, 2]
    assert len(set(edges)) == 4


def test_fields_of_new_edges_can_be_assigned(session: Session) -> None:
    class Gate(Edge):
        height: int
        width: int = 1

    [gate] = connect(
        root(), Room(), edge=Gate, conn_assign=(("height",), (7,)), edges_only=True
    )
    assert (gate.height, gate.width) == (7, 1)
    [door] = connect(
        root(), Room(), edge=Door(), conn_assign=(["width"], [3]), edges_only=True
    )
    assert door.width == 3
    with pytest.raises(GraphError, match="Door has no field 'color'"):
        connect(root(), Room(), edge=Door, conn_assign=(("color",), ("red",)))


def test_build_edge_makes_a_connector(session: Session) -> None:
    here, there = root(), Room()
    assert isinstance(build_edge()(here, there), GenericEdge)
    assert isinstance(build_edge(True, Door)(here, there), Door)
    assert refs(here) == [there]


def test_edges_keep_the_order_of_their_creation(
    store: MemoryStore, session: Session
) -> None:
    hall, one, two = Room(), Room(name="1"), Room(name="2")
    connect(hall, one)
    connect(hall, two)
    connect(root(), hall)
    commit()
    connect(hall, Room(name="3"))
    assert [room.name for room in refs(hall)] == ["1", "2", "3"]
    commit()
    with Session(store) as later:
        names = [room.name for room in refs(refs(later.root))]
    assert names == ["1", "2", "3"]


def test_a_hub_can_be_connected_without_reading_its_edges(
    store: MemoryStore, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(root(), Room())
    commit()
    with Session(store) as busy:
        monkeypatch.setattr(store, "edges_of", None)
        [room] = connect(busy.root, Room(name="new"))
        disconnect_later = connect(busy.root, room, edges_only=True)
        destroy(disconnect_later)
        busy.commit()
        monkeypatch.undo()
        assert [each.name for each in refs(busy.root)] == ["room", "new"]


def test_disconnect_cuts_edges_in_a_direction(session: Session) -> None:
    hall, attic = Room(), Room()
    connect(hall, attic)
    assert not disconnect(attic, hall)
    assert disconnect(attic, hall, dir=EdgeDir.IN)
    assert refs(hall) == []
    connect(hall, attic)
    assert disconnect([attic], [hall], dir=EdgeDir.ANY)


@pytest.mark.parametrize("keyword", ["filter", "filter_on"])
def test_disconnect_takes_a_filter(session: Session, keyword: str) -> None:
    hall, attic = Room(), Room()
    connect(hall, attic, edge=Door(width=1))
    connect(hall, attic, edge=Door(width=2))
    assert disconnect(hall, attic, **{keyword: lambda door: door.width == 1})
    [door] = refs(OPath(hall).edge_out().edge())
    assert door.width == 2
    assert not disconnect(hall, attic, **{keyword: GenericEdge})


def test_destroying_a_node_takes_its_edges_along(
    store: MemoryStore, session: Session
) -> None:
    [hall] = connect(root(), Room())
    connect(hall, root())
    commit()
    destroy(hall)
    destroy([hall])
    assert refs(root()) == []
    commit()
    assert stored(store) == 0


def test_destroying_a_loose_edge_does_nothing(
    store: MemoryStore, session: Session
) -> None:
    destroy(Door())
    commit()
    assert stored(store) == 0


def test_a_node_cut_off_is_removed_at_the_end(
    store: MemoryStore, session: Session
) -> None:
    [hall] = connect(root(), Room())
    commit()
    disconnect(root(), hall)
    commit()
    assert stored(store) == 0
    with pytest.raises(NotFoundError):
        jobj(jid(hall))


def test_a_node_cut_off_in_the_run_that_made_it_is_never_stored(
    store: MemoryStore, session: Session
) -> None:
    [hall] = connect(root(), Room())
    assert refs(root()) == [hall]
    disconnect(root(), hall)
    commit()
    assert stored(store) == 0


def test_a_node_cut_off_and_connected_again_stays(
    store: MemoryStore, session: Session
) -> None:
    [hall] = connect(root(), Room())
    commit()
    disconnect(root(), hall)
    connect(root(), hall)
    commit()
    assert stored(store) == 2


def test_a_node_whose_neighbour_goes_is_removed_too(
    store: MemoryStore, session: Session
) -> None:
    [hall] = connect(root(), Room())
    connect(hall, Room(name="attic"))
    commit()
    with Session(store) as later:
        destroy(later.get(jid(hall)))
        later.commit()
    assert stored(store) == 0


def test_a_saved_node_without_edges_stays(store: MemoryStore, session: Session) -> None:
    hall = Room()
    save(hall)
    save(hall)
    commit()
    hall.name = "still here"
    commit()
    record = store.get(jid(hall))
    assert record is not None
    assert record.values == {"name": "still here"}


def test_objects_and_walkers_can_be_saved(store: MemoryStore, session: Session) -> None:
    class Note(Obj):
        text: str

    class Guide(Walker):
        step: int = 3

    note, guide = Note(text="x"), Guide()
    save(note)
    save(guide)
    commit()
    with Session(store) as later:
        assert jobj(jid(note)).text == "x"
        assert jobj(jid(guide)).step == 3
        destroy(jobj(jid(note)))
        later.commit()
    assert store.get(jid(note)) is None


def test_an_edge_that_connects_nothing_cannot_be_saved(session: Session) -> None:
    with pytest.raises(GraphError, match="connects nothing: use connect"):
        save(Door())


def test_jobj_finds_by_id(store: MemoryStore, session: Session) -> None:
    [edge] = connect(root(), Room(), edge=Door, edges_only=True)
    commit()
    assert jobj("root") is root()
    assert jobj(PUBLIC_ROOT_ID) is root()
    with Session(store) as later:
        assert isinstance(jobj(jid(edge)), Door)
        assert refs(later.root)[0].name == "room"


def test_jobj_names_an_id_that_is_wrong(session: Session) -> None:
    with pytest.raises(InvalidIdError, match="'abc' is not an id"):
        jobj("abc")
    with pytest.raises(InvalidIdError, match=r"'\[1\]' is not an id"):
        jobj([1])  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="there is no object n::0{24}"):
        jobj("n::" + "0" * 24)


def test_a_deleted_object_is_not_found(session: Session) -> None:
    [hall] = connect(root(), Room())
    destroy(hall)
    with pytest.raises(NotFoundError):
        jobj(jid(hall))


def test_allroots_gives_every_users_root(store: MemoryStore, session: Session) -> None:
    other = store.new_root()
    assert [jid(each) for each in allroots()] == [PUBLIC_ROOT_ID, other]


def test_a_users_graph_can_be_reset(store: MemoryStore, session: Session) -> None:
    other = store.new_root()
    with Session(store, root_id=other) as theirs:
        connect(root(), Room())
        theirs.commit()
    connect(root(), [Room(), Room()])
    commit()
    connect(root(), Room())
    assert reset_graph() == 6
    commit()
    assert refs(root()) == []
    assert stored(store) == 3
    assert reset_graph(jobj(other)) == 2
    commit()
    assert stored(store) == 3


def test_assign_all_sets_fields_and_returns_the_objects() -> None:
    rooms = [Room(), Room()]
    assert assign_all(rooms, (("name",), ("x",))) is rooms
    assert [room.name for room in rooms] == ["x", "x"]


def test_what_is_not_writable_is_not_destroyed(store: MemoryStore) -> None:
    user = store.new_root()
    with Session(store, root_id=user) as session:
        [hall] = connect(root(), Room())
        grant(hall, ReadPerm)
        session.commit()
    with Session(store) as public:
        destroy(jobj(jid(hall)))
        assert connect(root(), jobj(jid(hall)), edges_only=True) == []
        assert connect(jobj(jid(hall)), root(), edges_only=True) == []
        public.commit()
    assert stored(store) == 3


def test_cutting_off_a_foreign_node_that_may_not_be_touched_leaves_it(
    store: MemoryStore,
) -> None:
    user = store.new_root()
    with Session(store, root_id=user) as session:
        [hall] = connect(root(), Room())
        grant(hall, WritePerm)
        [cellar] = connect(hall, Room(name="cellar"))
        session.commit()
    with Session(store) as public:
        destroy(jobj(jid(hall)))
        public.commit()
    assert store.get(jid(hall)) is None
    assert store.get(jid(cellar)) is not None


def test_who_may_not_connect_may_not_disconnect(store: MemoryStore) -> None:
    user = store.new_root()
    with Session(store, root_id=user) as session:
        [hall] = connect(root(), Room())
        [attic] = connect(hall, Room())
        grant(hall, ReadPerm)
        grant(attic, ReadPerm)
        session.commit()
    with Session(store):
        assert not disconnect(jobj(jid(hall)), jobj(jid(attic)))
