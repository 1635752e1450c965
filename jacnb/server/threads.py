"""Where walkers run: daemon threads for plain ones, a loop of their own for coroutines.

``concurrent.futures`` is not used because it joins its threads when the interpreter
ends: a walker that sleeps for ever would keep the notebook's kernel alive.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from queue import SimpleQueue
from threading import Lock, Semaphore, Thread
from typing import Any

log = logging.getLogger("jacnb.server")

Task = Callable[[], object]


class DaemonThreads:
    """A pool of daemon threads that grows with need; tasks must not raise."""

    def __init__(self, name: str, limit: int) -> None:
        self._name = name
        self._limit = limit
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._idle = Semaphore(0)
        self._lock = Lock()
        self._count = 0
        self._is_full = False

    def submit(self, task: Task) -> None:
        """Run ``task`` on a thread of the pool, at once or when one is free."""
        self._tasks.put(task)
        if self._idle.acquire(blocking=False):
            return
        with self._lock:
            if self._count >= self._limit:
                if not self._is_full:
                    log.warning(
                        "all %d threads of %s are busy: calls wait for one to end",
                        self._limit,
                        self._name,
                    )
                self._is_full = True
                return
            self._count += 1
            number = self._count
        Thread(target=self._work, name=f"{self._name}-{number}", daemon=True).start()

    def close(self) -> None:
        """End the threads as they become idle."""
        with self._lock:
            for _ in range(self._count):
                self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()
            # Nothing of a task may live on in a thread that waits.
            del task
            self._is_full = False
            self._idle.release()


class LoopThread:
    """An event loop on a daemon thread of its own.

    It is a selector loop on every system: Tornado needs its ``add_reader``.
    """

    def __init__(self, name: str) -> None:
        self.loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
        finally:
            self._finish()

    def _finish(self) -> None:
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def run(self, coroutine: Coroutine[Any, Any, Any], timeout: float) -> Any:
        """Run a coroutine on the loop and return its result.

        Raises:
            TimeoutError: If it is not done in time.
        """
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(timeout)

    def start(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run a coroutine on the loop; nobody waits for it and it must not raise."""
        asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def stop(self, timeout: float = 5.0) -> None:
        """End the loop, its tasks and its thread."""
        if self._thread.is_alive():
            self.loop.call_soon_threadsafe(self.loop.stop)
            self._thread.join(timeout)
