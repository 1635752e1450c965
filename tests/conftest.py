from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import hypothesis
import pytest

from jacnb import MemoryServer, Registry, Server

Start = Callable[..., MemoryServer | Server]

# How long an example takes is the machine's affair, not the code's.
hypothesis.settings.register_profile("jacnb", deadline=None)
hypothesis.settings.load_profile("jacnb")


@pytest.fixture(params=["memory", "tornado"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start servers of both kinds: the same protocol, the same test."""
    kind = MemoryServer if request.param == "memory" else Server
    servers: list[MemoryServer | Server] = []

    def start(*walkers: type, **settings: object) -> MemoryServer | Server:
        servers.append(kind(registry=Registry(*walkers), **settings))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    """Start Tornado servers with walkers of their own."""
    servers: list[Server] = []

    def serve(*walkers: type, **settings: object) -> Server:
        servers.append(Server(registry=Registry(*walkers), **settings))
        return servers[-1]

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def compiler() -> None:
    """Skip a test where Jac's compiler is missing, unless it must not be."""
    if find_spec("jaclang") is not None:
        return
    if os.environ.get("JACNB_REQUIRE_JAC"):
        pytest.fail("jaclang is missing, and JACNB_REQUIRE_JAC is set")
    pytest.skip("jaclang is missing: pip install 'jacnb[jac]'")


@pytest.fixture
def forbid_threads_and_sockets(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fail a test of the core that starts a thread or makes a socket.

    The core runs where there are none, in a browser; the mark `threads` opts out.
    """
    if request.node.get_closest_marker("threads"):
        return

    def forbidden(*args: object, **kwargs: object) -> None:
        raise AssertionError("the core starts no thread and makes no socket")

    monkeypatch.setattr(threading.Thread, "start", forbidden)
    monkeypatch.setattr(socket.socket, "__init__", forbidden)
