from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import ConflictError, NotFoundError
from jacnb.graph import (
    Node,
    NotebookSession,
    Obj,
    Root,
    Session,
    Walker,
    allroots,
    commit,
    connect,
    destroy,
    disconnect,
    grant,
    jid,
    jobj,
    on_entry,
    refs,
    report,
    root,
    save,
    set_ambient,
    spawn,
)
from jacnb.store import MemoryStore


class Pot(Node):
    level: int = 0
    items: list[str] = []


class FillUp(Walker):
    by: int = 1

    @on_entry
    def go(self, here: Root) -> None:
        for pot in refs(here):
            pot.level += self.by
            report(pot)


@pytest.fixture(autouse=True)
def notebook(store: MemoryStore) -> NotebookSession:
    session = NotebookSession(store)
    set_ambient(lambda: session)
    return session


def level_in(store: MemoryStore, pot: Node) -> Any:
    record = store.get(jid(pot))
    return record.values["level"] if record else None


def test_operations_commit_at_once(store: MemoryStore) -> None:
    [pot] = connect(root(), Pot())
    assert level_in(store, pot) == 0
    disconnect(root(), pot)
    assert store.get(jid(pot)) is None
    other = Pot()
    save(other)
    assert level_in(store, other) == 0
    destroy(other)
    assert store.get(jid(other)) is None


def test_a_spawn_commits_and_changes_the_cells_own_objects(store: MemoryStore) -> None:
    [pot] = connect(root(), Pot())
    walker = spawn(FillUp(by=5), root())
    assert walker.reports == [pot]
    assert pot.level == 5
    assert level_in(store, pot) == 5


def test_assigned_fields_are_written_by_the_next_operation(store: MemoryStore) -> None:
    [pot] = connect(root(), Pot())
    pot.level = 3
    assert level_in(store, pot) == 0
    spawn(FillUp(), root())
    assert level_in(store, pot) == 4
    pot.level = 7
    assert root() is jobj("root")
    assert pot.level == 7
    commit()
    assert level_in(store, pot) == 7


def test_a_cell_sees_what_runs_committed_since(store: MemoryStore, run: Any) -> None:
    [pot] = connect(root(), Pot())
    run(FillUp(by=2))
    assert pot.level == 0
    with Session(store) as session:
        connect(session.root, Pot(level=9))
        session.commit()
    assert [each.level for each in refs(root())] == [2, 9]
    assert refs(root())[0] is pot
    assert len(allroots()) == 1


def test_a_cell_sees_that_something_was_deleted(store: MemoryStore) -> None:
    [pot] = connect(root(), Pot())
    with Session(store) as session:
        destroy(session.get(jid(pot)))
        session.commit()
    assert refs(root()) == []
    with pytest.raises(NotFoundError):
        jobj(jid(pot))


def test_living_objects_get_the_newest_class() -> None:
    def define(word: str) -> Any:
        class Parrot(Node):
            def say(self) -> str:
                return word

        return Parrot

    [parrot] = connect(root(), define("old")())
    define("new")
    root()
    assert parrot.say() == "new"


def test_a_walker_that_raises_keeps_nothing(store: MemoryStore) -> None:
    class Failing(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            refs(here)[0].level = 99
            connect(here, Pot(level=1))
            save(Thing())
            raise RuntimeError("no")

    class Thing(Obj):
        x: int = 0

    [pot] = connect(root(), Pot())
    pot.level = 4
    with pytest.raises(RuntimeError):
        spawn(Failing(), root())
    assert pot.level == 4
    assert refs(root()) == [pot]
    assert root().__jac__.session.reports == []


def test_a_deletion_by_a_walker_that_raises_is_taken_back() -> None:
    class Failing(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            destroy(refs(here))
            raise RuntimeError("no")

    [pot] = connect(root(), Pot())
    with pytest.raises(RuntimeError):
        spawn(Failing(), root())
    assert refs(root()) == [pot]


def test_a_conflict_shows_the_newest_state(store: MemoryStore, run: Any) -> None:
    [pot] = connect(root(), Pot())
    pot.level = 5
    run(FillUp(by=2))
    with pytest.raises(ConflictError):
        commit()
    assert pot.level == 2
    pot.level += 1
    commit()
    assert level_in(store, pot) == 3


def test_inside_a_walk_nothing_is_committed_by_itself(store: MemoryStore) -> None:
    seen: list[Any] = []

    class Outer(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            [pot] = connect(root(), Pot())
            spawn(FillUp(), here)
            seen.append(level_in(store, pot))
            commit()
            seen.append(level_in(store, pot))

    spawn(Outer(), root())
    assert seen == [None, 1]


def test_async_walkers_can_be_awaited_in_a_cell(store: MemoryStore) -> None:
    class Inner(Walker):
        @on_entry
        async def go(self, here: Root) -> None:
            connect(here, Pot(level=8))

    class Slow(Walker):
        @on_entry
        async def go(self, here: Root) -> None:
            await spawn(Inner(), here)
            report("done")

    with pytest.raises(StopIteration) as stop:
        spawn(Slow(), root()).send(None)
    assert stop.value.value.reports == ["done"]
    assert level_in(store, refs(root())[0]) == 8


def test_each_spawn_starts_with_an_empty_response(notebook: NotebookSession) -> None:
    connect(root(), Pot())
    spawn(FillUp(), root())
    spawn(FillUp(), root())
    assert len(notebook.reports) == 1


def test_granting_commits_too(store: MemoryStore) -> None:
    [pot] = connect(root(), Pot())
    grant(pot, "READ")
    record = store.get(jid(pot))
    assert record is not None
    assert record.access.all == 1
    grant(pot, "READ")
    assert store.get(jid(pot)) is record
