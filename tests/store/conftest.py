from __future__ import annotations

import socket
import threading

import pytest

from jacnb.store import MemoryStore


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


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()
