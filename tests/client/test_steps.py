from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from jacnb.client.steps import Steps, Wait, run, run_async


def talk(ended: list[str]) -> Steps[str]:
    try:
        first = yield Wait(lambda: True, 1.0)
        second = yield Wait(lambda: False, None)
        return f"{first} {second}"
    finally:
        ended.append("ended")


def look(ready: Callable[[], bool], timeout: float | None) -> bool:
    return ready()


async def look_async(ready: Callable[[], bool], timeout: float | None) -> bool:
    return ready()


def test_both_drivers_take_the_same_steps() -> None:
    ended: list[str] = []
    assert run(talk(ended), look) == "True False"
    assert asyncio.run(run_async(talk(ended), look_async)) == "True False"
    assert ended == ["ended", "ended"]


def test_an_interrupted_wait_ends_the_conversation() -> None:
    def interrupted(ready: Callable[[], bool], timeout: float | None) -> bool:
        raise KeyboardInterrupt

    ended: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        run(talk(ended), interrupted)
    assert ended == ["ended"]


def test_a_cancelled_wait_ends_the_conversation() -> None:
    async def cancelled(ready: Callable[[], bool], timeout: float | None) -> bool:
        raise asyncio.CancelledError

    ended: list[str] = []
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run_async(talk(ended), cancelled))
    assert ended == ["ended"]
