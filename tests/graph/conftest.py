from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from jacnb.graph import Session, Walker, archetypes, set_ambient
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.store import MemoryStore

Run = Callable[..., list[Any]]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "threads: may start threads and open sockets")


@pytest.fixture(autouse=True)
def no_threads_no_sockets(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The core runs where there are none, in a browser; `threads` opts out."""
    if request.node.get_closest_marker("threads"):
        return

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the core must not use threads or sockets")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(socket.socket, "__init__", refuse)


@pytest.fixture(autouse=True)
def graph_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server, and no registry that hears of the walkers made here."""
    set_ambient(None)
    monkeypatch.setattr(archetypes, "walker_hooks", [])


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def run(store: MemoryStore) -> Run:
    """Run a walker as the server does, and return its reports as they arrive."""

    def run_walker(
        walker: Walker, root_id: str = PUBLIC_ROOT_ID, node: Any = None, **options: Any
    ) -> list[Any]:
        session = Session(store, root_id=root_id, **options)
        with session:
            session.run(walker, session.entry(node))
            body = session.serialized_reports()
            session.commit()
        return json.loads(body)  # type: ignore[no-any-return]

    return run_walker
