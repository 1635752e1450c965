from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, strategies as st

from jacnb.errors import ConflictError, NotFoundError
from jacnb.graph.storage import ChangeSet, Ends, Record
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.store import AccountRecord, MemoryStore

CITY = ("atlas", "City")
ROAD = ("atlas", "Road")


def node(name: str, version: int = 1, **values: Any) -> Record:
    return Record(f"n:City:{name}", CITY, values, version=version)


def edge(name: str, source: str, target: str) -> Record:
    ends = Ends(f"n:City:{source}", f"n:City:{target}")
    return Record(f"e:Road:{name}", ROAD, {}, ends=ends)


def names(records: Sequence[Record]) -> list[str]:
    return [record.id.rpartition(":")[2] for record in records]


def test_the_public_root_always_exists(store: MemoryStore) -> None:
    record = store.get(PUBLIC_ROOT_ID)
    assert record is not None
    assert (record.access.all, record.cls[1]) == (3, "Root")
    assert store.roots() == (PUBLIC_ROOT_ID,)


def test_new_roots_are_private(store: MemoryStore) -> None:
    root_id = store.new_root()
    record = store.get(root_id)
    assert record is not None
    assert record.access.all == 0
    assert store.roots() == (PUBLIC_ROOT_ID, root_id)


def test_records_come_back_as_they_went_in(store: MemoryStore) -> None:
    bonn = node("bonn", size=3)
    store.commit(ChangeSet(inserts=[bonn]))
    assert store.get(bonn.id) is bonn
    assert store.get_many([bonn.id, "n:City:x"]) == [bonn, None]


def test_edges_are_known_at_both_ends_in_order(store: MemoryStore) -> None:
    edges = [edge("1", "a", "b"), edge("2", "b", "a"), edge("3", "a", "a")]
    store.commit(ChangeSet(inserts=[*edges, node("a"), node("b")]))
    assert names(store.edges_of("n:City:a")) == ["1", "2", "3"]
    assert names(store.edges_of("n:City:b")) == ["1", "2"]
    assert store.edges_of("n:City:x") == ()


def test_a_change_needs_the_version_before(store: MemoryStore) -> None:
    store.commit(ChangeSet(inserts=[node("a")]))
    store.commit(ChangeSet(updates=[node("a", version=2)]))
    for stale in (
        ChangeSet(updates=[node("a", version=2)]),
        ChangeSet(deletes={"n:City:a": 1}),
    ):
        with pytest.raises(ConflictError, match="another run changed n:City:a first"):
            store.commit(stale)


def test_what_is_gone_cannot_be_changed(store: MemoryStore) -> None:
    with pytest.raises(ConflictError, match="another run deleted n:City:a first"):
        store.commit(ChangeSet(updates=[node("a", version=2)]))
    with pytest.raises(ConflictError) as conflict:
        store.commit(ChangeSet(inserts=[node("b"), edge("1", "b", "a")]))
    assert conflict.value.object_id == "n:City:a"
    assert store.get("n:City:b") is None


def test_a_node_takes_its_edges_along(store: MemoryStore) -> None:
    edges = [edge("1", "a", "b"), edge("2", "a", "a")]
    store.commit(ChangeSet(inserts=[node("a"), node("b"), *edges]))
    store.commit(ChangeSet(deletes={"n:City:a": 1, "e:Road:1": 1}))
    assert list(store.edges_of("n:City:b")) == []
    assert store.get("e:Road:2") is None


def test_orphans_are_removed_if_no_edge_is_left(store: MemoryStore) -> None:
    edges = [edge("1", "a", "b"), edge("2", "b", "c")]
    store.commit(ChangeSet(inserts=[node("a"), node("b"), node("c"), *edges]))
    orphans = {"n:City:a", "n:City:b", "n:City:x"}
    removed = store.commit(ChangeSet(deletes={"e:Road:1": 1}, orphans=orphans))
    assert removed == ["n:City:a"]
    assert store.get("n:City:a") is None
    assert store.get("n:City:b") is not None


def test_what_a_user_owns_can_be_listed(store: MemoryStore) -> None:
    root_id = store.new_root()
    mine = dataclasses.replace(node("mine"), root_id=root_id)
    store.commit(ChangeSet(inserts=[mine, node("other")]))
    assert store.owned_by(root_id) == [mine.id]


def test_an_edge_that_vanishes_while_reading_is_left_out(store: MemoryStore) -> None:
    store.commit(ChangeSet(inserts=[node("a"), edge("1", "a", "a")]))
    store._records.pop("e:Road:1")
    assert store.edges_of("n:City:a") == []


def test_a_change_set_is_true_when_there_is_something_to_do() -> None:
    assert not ChangeSet()
    assert ChangeSet(orphans={"x"})


def test_the_repr_counts(store: MemoryStore) -> None:
    assert repr(store) == "MemoryStore(1 objects, 0 users)"


STEP = st.tuples(st.sampled_from(["change", "delete"]), st.integers(1, 3))
COMMITS = st.lists(st.dictionaries(st.sampled_from("abc"), STEP), max_size=10)


@given(COMMITS)
def test_a_commit_is_kept_as_a_whole_or_not_at_all(commits: Any) -> None:
    store, model = MemoryStore(), dict.fromkeys("abc", 1)
    store.commit(ChangeSet(inserts=[node(name) for name in model]))
    for steps in commits:
        changes, draft = ChangeSet(), dict(model)
        for name, (what, version) in steps.items():
            if what == "change":
                changes.updates.append(node(name, version=version + 1))
                draft[name] = version + 1
            else:
                changes.deletes[f"n:City:{name}"] = version
                draft.pop(name, None)
        if all(model.get(name) == version for name, (_, version) in steps.items()):
            store.commit(changes)
            model = draft
        else:
            with pytest.raises(ConflictError):
                store.commit(changes)
        records = {name: store.get(f"n:City:{name}") for name in "abc"}
        assert {n: each.version for n, each in records.items() if each} == model


def account(email: str = "a@b.co", **more: Any) -> AccountRecord:
    fields = {"id": "1" * 24, "password_hash": "h", "root_id": "n::" + "2" * 24}
    return AccountRecord(email=email, **{**fields, **more})


def test_accounts_are_found_by_email_and_id(store: MemoryStore) -> None:
    alice = account("Alice@b.co")
    assert store.add_account(alice)
    assert store.account_by_email("alice@B.co") is alice
    assert store.account_by_id(alice.id) is alice
    assert store.account_by_email("bob@b.co") is None
    assert store.account_by_id("x") is None


def test_an_email_is_taken_once(store: MemoryStore) -> None:
    first = account()
    assert store.add_account(first)
    assert not store.add_account(account("A@b.co", id="3" * 24))
    assert store.account_by_email("a@b.co") is first


def test_accounts_can_be_updated(store: MemoryStore) -> None:
    store.add_account(account())
    store.update_account(account(is_admin=True))
    found = store.account_by_email("a@b.co")
    assert found is not None
    assert found.is_admin
    with pytest.raises(NotFoundError, match="there is no account 999"):
        store.update_account(account(id="999"))


def test_an_account_never_shows_its_password_hash() -> None:
    assert "secret" not in repr(account(password_hash="secret"))


def test_revoked_tokens_are_remembered_until_they_expire() -> None:
    now = [100.0]
    store = MemoryStore(clock=lambda: now[0])
    store.revoke_token("one", expires=110.0)
    assert store.is_revoked("one")
    assert not store.is_revoked("two")
    now[0] = 120.0
    store.revoke_token("two", expires=130.0)
    assert store.is_revoked("two")
    assert not store.is_revoked("one")


def test_clearing_drops_the_graph_and_perhaps_the_accounts(store: MemoryStore) -> None:
    root_id = store.new_root()
    store.add_account(account(root_id=root_id))
    store.revoke_token("t", expires=1e12)
    store.commit(ChangeSet(inserts=[node("a")]))
    store.clear(accounts=False)
    assert store.get("n:City:a") is None
    assert store.roots() == (PUBLIC_ROOT_ID, root_id)
    assert store.is_revoked("t")
    store.clear()
    assert store.roots() == (PUBLIC_ROOT_ID,)
    assert store.account_by_email("a@b.co") is None
    assert not store.is_revoked("t")


def test_account_records_are_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        account().email = "x"  # type: ignore[misc]
