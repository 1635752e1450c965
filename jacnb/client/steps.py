"""Conversations as steps: what to wait for is said here, how to wait is up to a shell.

A conversation is a generator. It sends by itself, which never blocks, and yields a
`Wait` wherever news must arrive first. The synchronous client waits on a lock, the
asynchronous one awaits; the conversation is the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wait:
    """Something to wait for.

    Args:
        ready: Whether it is here; called again after each news.
        timeout: Seconds to wait at most; None waits for ever.
    """

    ready: Callable[[], bool]
    timeout: float | None


# Yields what to wait for, is sent whether it came in time, returns the result.
Steps = Generator[Wait, bool, T]


def run(steps: Steps[T], wait: Callable[[Callable[[], bool], float | None], bool]) -> T:
    """Take all steps, blocking, and return their result."""
    with closing(steps):
        try:
            step = next(steps)
            while True:
                step = steps.send(wait(step.ready, step.timeout))
        except StopIteration as end:
            result: T = end.value
            return result


async def run_async(
    steps: Steps[T],
    wait: Callable[[Callable[[], bool], float | None], Awaitable[bool]],
) -> T:
    """Take all steps, awaiting, and return their result."""
    with closing(steps):
        try:
            step = next(steps)
            while True:
                step = steps.send(await wait(step.ready, step.timeout))
        except StopIteration as end:
            result: T = end.value
            return result
