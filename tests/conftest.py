from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import hypothesis
import pytest

from jacnb import MemoryServer, Registry, Server
from jacnb.server import frontdoor
from jacnb.server.frontdoor import FrontDoor
from jacnb.walkers.registry import REGISTRY

Start = Callable[..., MemoryServer | Server]

# How long an example takes is the machine's affair, not the code's.
hypothesis.settings.register_profile("jacnb", deadline=None)
hypothesis.settings.load_profile("jacnb")


@pytest.fixture(scope="module", autouse=True)
def walkers_of_this_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a module see only the walkers that it declares, and leave none behind."""
    name = getattr(request.node.obj, "__name__", "")
    before = dict(REGISTRY._declared)
    REGISTRY._declared.clear()
    REGISTRY._declared.update(
        {key: each for key, each in before.items() if each.cls.__module__ == name}
    )
    yield
    REGISTRY._declared.clear()
    REGISTRY._declared.update(before)


@pytest.fixture(scope="module", autouse=True)
def nothing_left_running() -> Iterator[None]:
    """Fail a module that leaves a server or a connection to those after it."""
    before = _running()
    yield
    deadline = time.monotonic() + 5
    while (left := _running() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not left, f"left running: {', '.join(map(str, left))}"


def _running() -> set[FrontDoor | threading.Thread]:
    threads = [each for each in threading.enumerate() if each.name[:6] == "jacnb-"]
    return {*frontdoor._running, *threads}


@pytest.fixture(scope="session", autouse=True)
def interrupts_arrive() -> None:
    """Handle SIGINT as in a terminal: a shell's background job would ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
