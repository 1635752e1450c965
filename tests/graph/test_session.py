from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from jacnb.errors import ConflictError, NoRunError, NotFoundError
from jacnb.graph import (
    Node,
    Obj,
    Root,
    Session,
    Walker,
    commit,
    connect,
    current_session,
    destroy,
    disconnect,
    get_context,
    impl_patch_filename,
    jid,
    jobj,
    on_entry,
    refs,
    report,
    root,
    safe_subscript,
    save,
    sem,
)
from jacnb.store import MemoryStore


class Counter(Node):
    value: int = 0
    log: list[Any] = []
    link: Any = None


@pytest.fixture
def counter(store: MemoryStore) -> str:
    with Session(store) as session:
        [counter] = connect(root(), Counter())
        session.commit()
    return jid(counter)


def value_of(store: MemoryStore, counter: str) -> int:
    record = store.get(counter)
    assert record is not None
    return int(record.values["value"])


def test_a_run_sees_its_own_copies(store: MemoryStore, counter: str) -> None:
    one, two = Session(store), Session(store)
    mine, other = one.get(counter), two.get(counter)
    mine.value = 5
    mine.log.append("x")
    assert (other.value, other.log) == (0, [])
    assert one.get(counter) is mine


def test_nothing_is_written_before_the_commit(store: MemoryStore, counter: str) -> None:
    session = Session(store)
    session.get(counter).value = 5
    assert value_of(store, counter) == 0
    session.commit()
    assert value_of(store, counter) == 5


def test_a_container_changed_in_place_is_a_change(
    store: MemoryStore, counter: str
) -> None:
    session = Session(store)
    session.get(counter).log.append({"a": [1]})
    session.commit()
    later = Session(store)
    later.get(counter).log[0]["a"].append(2)
    later.commit()
    assert Session(store).get(counter).log == [{"a": [1, 2]}]


def test_reading_changes_nothing(store: MemoryStore, counter: str) -> None:
    session = Session(store)
    session.get(counter).log.extend([])
    before = store.get(counter)
    session.commit()
    assert store.get(counter) is before
    assert not session.has_committed


def test_two_runs_that_changed_the_same_node_conflict(
    store: MemoryStore, counter: str
) -> None:
    slow, quick = Session(store), Session(store)
    slow.get(counter).value += 1
    quick.get(counter).value += 1
    quick.commit()
    with slow:
        connect(slow.root, Counter(value=99))
    with pytest.raises(ConflictError) as conflict:
        slow.commit()
    assert conflict.value.object_id == counter
    assert str(conflict.value) == (
        f"another run changed {counter} first: nothing of this run was kept; "
        "run it again"
    )
    assert value_of(store, counter) == 1
    assert len(store.edges_of(jid(slow.root))) == 1


def test_a_changed_node_that_was_deleted_meanwhile_conflicts(
    store: MemoryStore, counter: str
) -> None:
    slow, quick = Session(store), Session(store)
    slow.get(counter).value += 1
    with quick:
        destroy(quick.get(counter))
        quick.commit()
    with pytest.raises(ConflictError, match=f"another run deleted {counter} first"):
        slow.commit()


def test_two_runs_cannot_delete_the_same_node(store: MemoryStore, counter: str) -> None:
    sessions = [Session(store), Session(store)]
    for session in sessions:
        with session:
            destroy(session.get(counter))
    sessions[0].commit()
    with pytest.raises(ConflictError):
        sessions[1].commit()


def test_new_nodes_and_edges_never_conflict(store: MemoryStore, counter: str) -> None:
    sessions = [Session(store), Session(store)]
    for session in sessions:
        with session:
            connect(session.get(counter), Counter())
    for session in sessions:
        session.commit()
    with Session(store) as session:
        assert len(refs(session.get(counter))) == 2


def test_an_edge_to_a_node_that_was_deleted_conflicts(
    store: MemoryStore, counter: str
) -> None:
    slow, quick = Session(store), Session(store)
    with slow:
        connect(slow.get(counter), Counter())
    with quick:
        destroy(quick.get(counter))
        quick.commit()
    with pytest.raises(ConflictError, match=counter):
        slow.commit()


def test_a_run_goes_on_after_a_commit(store: MemoryStore, counter: str) -> None:
    with Session(store) as session:
        node = jobj(counter)
        for step in (1, 2, 3):
            node.value = step
            connect(node, Counter(value=step))
            commit()
            assert value_of(store, counter) == step
        assert [each.value for each in refs(node)] == [1, 2, 3]
        assert not session.is_repeatable


def test_a_run_that_was_heard_cannot_be_repeated(store: MemoryStore) -> None:
    session = Session(store)
    assert session.is_repeatable
    session.heard = True
    assert not session.is_repeatable


def test_an_exception_keeps_nothing(store: MemoryStore, run: Any, counter: str) -> None:
    class Failing(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            refs(here)[0].value = 7
            connect(here, Counter())
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        run(Failing())
    assert value_of(store, counter) == 0
    assert len(store.edges_of(jid(Session(store).root))) == 1


def test_fields_refer_to_nodes_by_id(store: MemoryStore, counter: str) -> None:
    with Session(store) as session:
        [other] = connect(root(), Counter(value=2, link=[jobj(counter)]))
        jobj(counter).link = other
        session.commit()
    with Session(store):
        node = jobj(counter)
        assert node.link.value == 2
        assert node.link.link == [node]
        assert refs(root())[1] is node.link


def test_a_loose_node_in_a_stored_field_is_stored_too(
    store: MemoryStore, counter: str
) -> None:
    with Session(store) as session:
        jobj(counter).link = {"next": Counter(value=3)}
        session.commit()
    assert Session(store).get(counter).link["next"].value == 3


def test_an_edge_in_a_field_stays_that_edge(store: MemoryStore, counter: str) -> None:
    with Session(store) as session:
        [edge] = connect(jobj(counter), Counter(), edges_only=True)
        jobj(counter).link = edge
        session.commit()
    with Session(store):
        assert jid(jobj(counter).link) == jid(edge)


def test_a_reference_to_what_was_deleted_becomes_none(
    store: MemoryStore, counter: str
) -> None:
    with Session(store) as session:
        gone = Counter()
        save(gone)
        jobj(counter).link = gone
        session.commit()
        destroy(gone)
        session.commit()
    assert Session(store).get(counter).link is None


def test_a_long_chain_of_references_can_be_read(
    store: MemoryStore, counter: str
) -> None:
    with Session(store) as session:
        here = jobj(counter)
        for _ in range(3000):
            here.link = Counter()
            here = here.link
        session.commit()
    node, length = Session(store).get(counter), 0
    while node.link is not None:
        node, length = node.link, length + 1
    assert length == 3000


def test_plain_objects_in_fields_are_copied(store: MemoryStore, counter: str) -> None:
    class Point(Obj):
        x: int = 0

    point = Point(x=1)
    with Session(store) as session:
        jobj(counter).link = (point, [point])
        session.commit()
    point.x = 2
    loaded, [again] = Session(store).get(counter).link
    assert loaded.x == 1
    assert again is loaded


def test_a_saved_object_in_a_field_stays_that_object(
    store: MemoryStore, counter: str
) -> None:
    class Shared(Obj):
        x: int = 0

    with Session(store) as session:
        shared = Shared()
        save(shared)
        jobj(counter).link = shared
        session.commit()
        shared.x = 9
        session.commit()
    assert Session(store).get(counter).link.x == 9


def test_a_node_of_another_session_is_deleted_for_this_one(
    store: MemoryStore, counter: str
) -> None:
    node = Session(store).get(counter)
    with Session(store) as session:
        destroy(node)
        session.commit()
        with pytest.raises(NotFoundError, match="there is no object"):
            session.own(node)


def test_a_session_without_its_root_says_so(store: MemoryStore) -> None:
    missing = "n::" + "a" * 24
    with pytest.raises(NotFoundError, match=f"there is no object {missing}"):
        Session(store, root_id=missing).entry()


def test_outside_of_runs_there_is_no_session() -> None:
    with pytest.raises(NoRunError, match=r"call jacnb\.serve\(\) first"):
        current_session()


def test_sessions_nest(store: MemoryStore) -> None:
    outer, inner = Session(store), Session(store)
    with outer:
        with inner:
            assert current_session() is inner
        assert current_session() is outer


def test_a_session_knows_its_first_walker_and_has_a_short_repr(
    store: MemoryStore,
) -> None:
    class Plain(Walker): ...

    session, walker = Session(store), Plain()
    session.run(walker, session.root)
    session.run(Plain(), session.root)
    assert session.walker is walker
    assert repr(session) == "Session(n::000000000000000000000001, 1 objects)"


def test_a_walker_may_set_the_response(store: MemoryStore) -> None:
    class Custom(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            context = get_context()
            context.status = context.status + 1
            report({"a": 1}, custom=True)
            context.custom = {**context.custom, "reports": len(context.reports)}

    session = Session(store)
    assert session.custom is None
    with session:
        assert get_context().custom is None
        session.run(Custom(), session.root)
    assert (session.status, session.custom) == (201, b'{"a":1,"reports":0}')


def test_words_that_mean_little_in_python() -> None:
    assert sem("a city", {"name": "its name"})(Counter) is Counter
    assert impl_patch_filename("a.jac")(len) is len
    assert safe_subscript({"a": 1}, "a") == 1
    assert safe_subscript([1], 5) is None
    assert safe_subscript(None, "a") is None


STEP = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 4), st.integers()),
    st.tuples(st.just("add"), st.integers(0, 4), st.integers()),
    st.tuples(st.just("delete"), st.integers(0, 4), st.just(0)),
    st.tuples(st.just("cut"), st.integers(0, 4), st.just(0)),
)
RUNS = st.lists(st.tuples(st.lists(STEP, max_size=5), st.booleans()), max_size=8)


@given(RUNS)
def test_a_run_is_kept_as_a_whole_or_not_at_all(runs: Any) -> None:
    store = MemoryStore()
    model: list[int] = []
    for steps, is_kept in runs:
        draft = list(model)
        with Session(store) as session:
            for what, at, value in steps:
                nodes = refs(root())
                if what == "add":
                    connect(root(), Counter(value=value))
                    draft.append(value)
                elif at < len(nodes):
                    _change(what, nodes[at], value)
                    draft[at : at + 1] = [value] if what == "set" else []
            if is_kept:
                session.commit()
                model = draft
        with Session(store):
            assert [node.value for node in refs(root())] == model
        assert len(store._records) == 1 + 2 * len(model)


def _change(what: str, node: Counter, value: int) -> None:
    if what == "set":
        node.value = value
    elif what == "delete":
        destroy(node)
    else:
        disconnect(root(), node)
