from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jacnb.errors import ConflictError
from jacnb.graph import Node, Session, Turns, connect, jid, root
from jacnb.store import MemoryStore


class Tally(Node):
    value: int = 0


@pytest.fixture
def tally(store: MemoryStore) -> str:
    with Session(store) as session:
        [tally] = connect(root(), Tally())
        session.commit()
    return jid(tally)


def add_one(store: MemoryStore, tally: str, turn: Any) -> Session:
    session = Session(store, turn=turn)
    session.get(tally).value += 1
    return session


def test_one_repeat_is_enough_for_who_has_the_turn(
    store: MemoryStore, tally: str
) -> None:
    turns = Turns()
    with turns.turn() as mine, turns.turn() as other:
        loser, winner = (add_one(store, tally, turn) for turn in (mine, other))
        winner.commit()
        with pytest.raises(ConflictError) as conflict:
            loser.commit()
        assert mine.wait(conflict.value.object_id)
        repeated = add_one(store, tally, mine)
        eager = add_one(store, tally, other)
        with pytest.raises(ConflictError) as refused:
            eager.commit()
        assert refused.value.object_id == tally
        repeated.commit()
    assert Session(store).get(tally).value == 2


def test_a_run_that_was_heard_commits_in_spite_of_a_turn(
    store: MemoryStore, tally: str
) -> None:
    turns = Turns()
    with turns.turn() as mine, turns.turn() as other:
        mine.wait(tally)
        heard = add_one(store, tally, other)
        heard.heard = True
        heard.commit()
    assert Session(store).get(tally).value == 1


def test_a_turn_ends_with_its_block(store: MemoryStore, tally: str) -> None:
    turns = Turns()
    with turns.turn() as mine:
        mine.wait(tally)
        assert turns.holder(tally) is not None
    assert turns.holder(tally) is None
    add_one(store, tally, turns.turn()).commit()


def test_turns_come_in_order() -> None:
    turns = Turns(patience=0)
    first, second, third = turns.turn(), turns.turn(), turns.turn()
    assert first.wait("x")
    assert not second.wait("x")
    assert not third.wait("x")
    first.release()
    assert turns.holder("x") is second._held["x"]
    assert second._held["x"].done()
    third.release()
    second.release()
    assert turns.holder("x") is None


def test_who_waited_in_vain_goes_on_without(store: MemoryStore, tally: str) -> None:
    turns = Turns(patience=0)
    with turns.turn() as mine, turns.turn() as other:
        mine.wait(tally)
        assert not other.wait(tally)
        add_one(store, tally, other).commit()
    assert Session(store).get(tally).value == 1


def test_a_run_may_have_turns_at_several_objects() -> None:
    turns = Turns()
    with turns.turn() as mine:
        mine.wait("b")
        mine.wait("a")
        assert turns.holder("a") is mine._held["a"]
        assert turns.holder("b") is mine._held["b"]
        mine.check(["a", "b", "c"])


@pytest.mark.threads  # An event loop has a socket of its own.
def test_async_runs_wait_without_blocking_the_loop() -> None:
    async def both() -> list[str]:
        turns, seen = Turns(patience=5), []
        first, second = turns.turn(), turns.turn()
        await first.wait_async("x")

        async def wait() -> None:
            with second:
                seen.append(f"in time: {await second.wait_async('x')}")

        waiting = asyncio.create_task(wait())
        await asyncio.sleep(0)
        seen.append("loop goes on")
        first.release()
        await waiting
        return seen

    assert asyncio.run(both()) == ["loop goes on", "in time: True"]


@pytest.mark.threads
def test_async_runs_wait_only_so_long() -> None:
    async def impatient() -> bool:
        turns = Turns(patience=0.01)
        with turns.turn() as first, turns.turn() as second:
            await first.wait_async("x")
            return await second.wait_async("x")

    assert asyncio.run(impatient()) is False
