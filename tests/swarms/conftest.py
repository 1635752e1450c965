from __future__ import annotations

from collections.abc import Iterator

import pytest
from unfair import UnfairServer

from jacnb import WEBSOCKET_MANAGER, Registry, Root, Server, Walker, on_entry, report


class call_out(Walker):
    channel_id: str
    text: str = ""

    @on_entry
    def enter(self, here: Root) -> None:
        WEBSOCKET_MANAGER.notify_channels([self.channel_id], {"text": self.text})
        report(self.text)

    class __specs__:
        methods = ["websocket"]
        auth = False


class broken(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        raise ValueError("no luck")

    class __specs__:
        methods = ["websocket"]
        auth = False


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(registry=Registry(call_out, broken)) as server:
        yield server


@pytest.fixture
def unfair() -> Iterator[UnfairServer]:
    """A server that can be told to lose, to double and to swap."""
    server = UnfairServer()
    yield server
    server.stop()
