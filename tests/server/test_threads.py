from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from queue import Queue
from threading import Barrier, Event
from typing import Any

import pytest

from jacnb.server.threads import DaemonThreads, LoopThread


@pytest.fixture
def loop_thread() -> Iterator[LoopThread]:
    thread = LoopThread("test-loop")
    yield thread
    thread.stop()


def test_tasks_run_on_daemon_threads_of_that_name() -> None:
    pool = DaemonThreads("worker", 2)
    seen: Queue[threading.Thread] = Queue()
    pool.submit(lambda: seen.put(threading.current_thread()))
    thread = seen.get(timeout=10)
    pool.close()
    thread.join(10)

    assert (thread.name, thread.daemon, thread.is_alive()) == ("worker-1", True, False)


def test_tasks_run_side_by_side() -> None:
    pool = DaemonThreads("worker", 3)
    together = Barrier(4, timeout=10)
    for _ in range(3):
        pool.submit(together.wait)

    # It lets nobody through unless the three tasks wait at the same time.
    assert together.wait() in range(4)
    pool.close()


def test_an_idle_thread_is_used_again() -> None:
    pool = DaemonThreads("worker", 10)
    names: Queue[str] = Queue()
    for _ in range(5):
        pool.submit(lambda: names.put(threading.current_thread().name))
        name = names.get(timeout=10)
        # It is idle once it has said so, shortly after the task.
        assert pool._idle.acquire(timeout=10)
        pool._idle.release()
        assert name == "worker-1"
    pool.close()


def test_tasks_over_the_limit_wait_for_a_thread() -> None:
    pool = DaemonThreads("worker", 1)
    go, done = Event(), Queue[int]()
    pool.submit(lambda: go.wait(10))
    for number in range(3):
        pool.submit(lambda number=number: done.put(number))

    assert done.empty()
    go.set()
    assert [done.get(timeout=10) for _ in range(3)] == [0, 1, 2]
    pool.close()


def test_a_coroutine_runs_on_the_loops_thread(loop_thread: LoopThread) -> None:
    async def name() -> str:
        return threading.current_thread().name

    assert loop_thread.run(name(), 10) == "test-loop"


def test_what_a_coroutine_raises_is_raised(loop_thread: LoopThread) -> None:
    async def fail() -> None:
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        loop_thread.run(fail(), 10)


def test_a_coroutine_may_be_started_only(loop_thread: LoopThread) -> None:
    done = Event()

    async def finish() -> None:
        done.set()

    loop_thread.start(finish())

    assert done.wait(10)


def test_stopping_cancels_what_still_runs() -> None:
    loop_thread = LoopThread("test-loop")
    started, ended = Event(), Queue[str]()

    async def endless() -> None:
        started.set()
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            ended.put("cancelled")
            raise

    loop_thread.start(endless())
    assert started.wait(10)
    loop_thread.stop()

    assert ended.get(timeout=10) == "cancelled"
    assert loop_thread.loop.is_closed()


def test_stopping_twice_is_no_error() -> None:
    loop_thread = LoopThread("test-loop")
    loop_thread.stop()
    loop_thread.stop()

    assert loop_thread.loop.is_closed()


def test_the_loop_is_a_selector_loop(loop_thread: LoopThread) -> None:
    loop: Any = loop_thread.loop

    assert isinstance(loop, asyncio.SelectorEventLoop)
