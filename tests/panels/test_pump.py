from __future__ import annotations

import asyncio
import threading

import pytest

from jacnb.panels.pump import Pump


@pytest.fixture
def no_threads(monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)


def test_jobs_run_on_one_thread_in_the_order_they_are_due():
    pump, done, ran = Pump(), threading.Event(), []
    pump.later(
        0.05, lambda: (ran.append(("b", threading.current_thread())), done.set())
    )
    pump.later(0, lambda: ran.append(("a", threading.current_thread())))
    assert done.wait(5)
    assert [name for name, _ in ran] == ["a", "b"]
    assert len({thread for _, thread in ran} - {threading.current_thread()}) == 1


def test_a_job_that_fails_does_not_stop_the_next():
    pump, done = Pump(), threading.Event()
    pump.later(0, lambda: 1 / 0)
    pump.later(0, done.set)
    assert done.wait(5)


def test_without_threads_and_loop_a_job_runs_at_once(no_threads):
    ran = []
    Pump().later(5, lambda: ran.append("now"))
    assert ran == ["now"]


def test_without_threads_the_running_loop_is_used(no_threads):
    async def main():
        done = asyncio.Event()
        Pump().later(0.001, done.set)
        assert not done.is_set()
        await asyncio.wait_for(done.wait(), 5)

    asyncio.run(main())
