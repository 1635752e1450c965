from __future__ import annotations

import socket
import threading

import pytest
from hypothesis import settings

# A busy machine is slow, which is no finding.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture(autouse=True)
def no_threads_no_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub does no I/O, so that it also runs in a browser."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the protocol must not use threads or sockets")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr(socket.socket, "__init__", refuse)
