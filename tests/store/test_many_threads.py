from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from jacnb.errors import ConflictError
from jacnb.graph import (
    Node,
    Root,
    Session,
    Turns,
    Walker,
    connect,
    jid,
    on_entry,
    refs,
    root,
)
from jacnb.store import MemoryStore

MOST_REPEATS = 5


class SharedCounter(Node):
    value: int = 0


class CountUp(Walker):
    pause: float

    @on_entry
    def go(self, here: Root) -> None:
        [counter] = refs(here)
        value = counter.value
        if self.pause:
            time.sleep(self.pause)  # Give the others every chance.
        counter.value = value + 1


def count_up(store: MemoryStore, turns: Turns, pause: float) -> int:
    """Run one walker as the server does; return how often it was repeated."""
    with turns.turn() as turn:
        for repeats in range(MOST_REPEATS + 1):
            session = Session(store, turn=turn)
            with session:
                session.run(CountUp(pause=pause), session.entry())
                try:
                    session.commit()
                except ConflictError as conflict:
                    turn.wait(conflict.object_id)
                else:
                    return repeats
    raise AssertionError("five repeats were not enough")


@pytest.mark.threads
@pytest.mark.parametrize("pause", [0, 0.001])
def test_eight_threads_count_one_counter_to_1600(
    store: MemoryStore, pause: float
) -> None:
    with Session(store) as session:
        [counter] = connect(root(), SharedCounter())
        session.commit()
    turns = Turns()

    def work(_: int) -> list[int]:
        return [count_up(store, turns, pause) for _ in range(200)]

    with ThreadPoolExecutor(8) as pool:
        repeats: list[Any] = [
            each for some in pool.map(work, range(8)) for each in some
        ]
    record = store.get(jid(counter))
    assert record is not None
    assert record.values["value"] == len(repeats) == 1600
    assert turns.holder(jid(counter)) is None
