from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from walker_world import World

from jacnb.walkers.registry import REGISTRY


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(autouse=True)
def core_alone(
    loop: asyncio.AbstractEventLoop,
    forbid_threads_and_sockets: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No threads, no sockets but those of `loop`, and an empty global registry."""
    monkeypatch.setattr(REGISTRY, "_declared", {})


@pytest.fixture
def world(loop: asyncio.AbstractEventLoop) -> World:
    return World(loop)
