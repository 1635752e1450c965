from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import AccessError, DeclarationError, InvalidIdError, NotFoundError
from jacnb.graph import (
    ConnectPerm,
    Node,
    NoPerm,
    ReadPerm,
    Root,
    Session,
    Walker,
    WritePerm,
    allow_root,
    connect,
    disallow_root,
    disconnect,
    grant,
    jid,
    jobj,
    on_entry,
    perm_grant,
    perm_revoke,
    refs,
    report,
    revoke,
    root,
)
from jacnb.ids import PUBLIC_ROOT_ID, SYSTEM_ROOT_ID
from jacnb.store import MemoryStore


class Diary(Node):
    text: str = "secret"


class Overwrite(Walker):
    @on_entry
    def go(self, here: Diary) -> None:
        here.text = "changed"
        report(here.text)


@pytest.fixture
def alice(store: MemoryStore) -> str:
    return store.new_root()


@pytest.fixture
def bob(store: MemoryStore) -> str:
    return store.new_root()


@pytest.fixture
def diary(store: MemoryStore, alice: str) -> str:
    with Session(store, root_id=alice) as session:
        [diary] = connect(root(), Diary())
        session.commit()
    return jid(diary)


def allowing(store: MemoryStore, owner: str, change: Any, *args: Any) -> None:
    with Session(store, root_id=owner) as session:
        change(jobj(args[0]), *args[1:])
        session.commit()


def text_of(store: MemoryStore, diary: str) -> str:
    record = store.get(diary)
    assert record is not None
    return str(record.values["text"])


def test_the_public_root_is_open_to_all(store: MemoryStore, bob: str) -> None:
    with Session(store, root_id=bob) as session:
        public = jobj(PUBLIC_ROOT_ID)
        connect(public, Diary())
        session.commit()
        assert session.entry(PUBLIC_ROOT_ID) is public
    with Session(store) as session:
        assert refs(session.root) == []
        assert len(store.edges_of(PUBLIC_ROOT_ID)) == 1


def test_a_users_root_and_nodes_are_private(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    with Session(store, root_id=bob) as session:
        for place in (alice, diary):
            with pytest.raises(AccessError) as refused:
                session.entry(place)
            message = f"You don't have access on target entry {place}!"
            assert str(refused.value) == message


def test_a_foreign_root_can_be_named_though_not_read(
    store: MemoryStore, alice: str, bob: str
) -> None:
    with Session(store, root_id=bob):
        assert jid(jobj(alice)) == alice


def test_an_entry_must_be_a_node_that_exists(store: MemoryStore) -> None:
    with Session(store) as session:
        assert isinstance(session.entry(), Root)
        [edge] = connect(root(), Diary(), edges_only=True)
        with pytest.raises(NotFoundError, match="is not a node: walkers start at"):
            session.entry(jid(edge))
        with pytest.raises(NotFoundError, match="there is no object n:X:"):
            session.entry("n:X:" + "1" * 24)
        with pytest.raises(InvalidIdError):
            session.entry("nonsense")


def test_unreadable_nodes_are_left_out_of_refs(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    with Session(store, root_id=bob):
        assert refs(jobj(alice)) == []
    with Session(store, root_id=alice):
        assert [jid(each) for each in refs(root())] == [diary]


@pytest.mark.parametrize(
    ("level", "text"),
    [(ReadPerm, "secret"), (ConnectPerm, "secret"), (WritePerm, "changed")],
)
def test_only_who_may_write_changes_a_node(
    store: MemoryStore,
    alice: str,
    bob: str,
    diary: str,
    run: Any,
    level: int,
    text: str,
) -> None:
    allowing(store, alice, grant, diary, level)
    assert run(Overwrite(), root_id=bob, node=diary) == ["changed"]
    assert text_of(store, diary) == text


@pytest.mark.parametrize(("level", "edges"), [("READ", 1), ("CONNECT", 2), (3, 2)])
def test_only_who_may_connect_connects(
    store: MemoryStore, alice: str, bob: str, diary: str, level: Any, edges: int
) -> None:
    allowing(store, alice, allow_root, diary, bob, level)
    with Session(store, root_id=bob) as session:
        connect(root(), jobj(diary))
        session.commit()
    assert len(store.edges_of(diary)) == edges


def test_one_may_cut_ones_own_edge(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    allowing(store, alice, grant, diary, ConnectPerm)
    with Session(store, root_id=bob) as session:
        connect(root(), jobj(diary))
        session.commit()
    allowing(store, alice, grant, diary, ReadPerm)
    with Session(store, root_id=bob) as session:
        assert disconnect(root(), jobj(diary))
        session.commit()
    assert len(store.edges_of(diary)) == 1


def test_a_level_may_be_given_to_one_user(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    with Session(store, root_id=bob) as session:
        bobs_root = session.root
    allowing(store, alice, allow_root, diary, bobs_root)
    assert Session(store, root_id=bob).entry(diary)
    with pytest.raises(AccessError):
        Session(store).entry(diary)
    allowing(store, alice, disallow_root, diary, bob)
    with pytest.raises(AccessError):
        Session(store, root_id=bob).entry(diary)


def test_a_root_opens_all_that_its_user_owns(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    allowing(store, alice, grant, alice, "READ")
    assert Session(store).entry(diary).__jac__.level == ReadPerm
    allowing(store, alice, allow_root, alice, bob, "WRITE")
    assert Session(store, root_id=bob).entry(diary).__jac__.level == WritePerm
    assert Session(store).entry(diary).__jac__.level == ReadPerm


def test_a_level_for_one_user_may_also_lower(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    allowing(store, alice, perm_grant, diary, WritePerm)
    allowing(store, alice, allow_root, diary, bob, NoPerm)
    assert Session(store).entry(diary)
    with pytest.raises(AccessError):
        Session(store, root_id=bob).entry(diary)


def test_what_was_granted_can_be_revoked(
    store: MemoryStore, alice: str, diary: str
) -> None:
    allowing(store, alice, grant, diary)
    allowing(store, alice, revoke, diary)
    allowing(store, alice, perm_revoke, diary)
    with pytest.raises(AccessError):
        Session(store).entry(diary)


def test_nobody_grants_himself_more(
    store: MemoryStore, alice: str, bob: str, diary: str
) -> None:
    allowing(store, alice, grant, diary, ReadPerm)
    with Session(store, root_id=bob) as session:
        mine = jobj(diary)
        grant(mine, WritePerm)
        mine.text = "stolen"
        session.commit()
    assert text_of(store, diary) == "secret"
    assert Session(store, root_id=bob).entry(diary).__jac__.level == ReadPerm


def test_access_given_before_saving_is_kept(store: MemoryStore, alice: str) -> None:
    with Session(store, root_id=alice) as session:
        page = Diary()
        grant(page, "READ")
        connect(root(), page)
        session.commit()
    assert Session(store).entry(jid(page))


def test_the_system_may_do_everything(store: MemoryStore, diary: str) -> None:
    session = Session(store, root_id=SYSTEM_ROOT_ID)
    assert session.entry(diary).__jac__.level == WritePerm


@pytest.mark.parametrize("level", ["ALL", 7, -1])
def test_an_unknown_level_is_named(store: MemoryStore, level: Any) -> None:
    with (
        Session(store),
        pytest.raises(DeclarationError, match="is no access level: use one of NO_ACC"),
    ):
        grant(root(), level)
