"""The trace tells what a walker run did in the order in which it did it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from threading import Event, Thread

import pytest

from jacnb import (
    WEBSOCKET_MANAGER as socket,
    Root,
    Server,
    Walker,
    on_entry,
    report,
    visit,
    walker,
)
from jacnb.protocol.trace import Trace

Start = Callable[..., Server]


@walker(auth=None)
def tells_all() -> int:
    socket.notify_self({"n": 1})
    report(2)
    socket.notify_self({"n": 3})
    return 4


@walker(auth=None)
async def tells_all_async() -> int:
    socket.notify_self({"n": 1})
    report(2)
    socket.notify_self({"n": 3})
    return 4


class TellsTwice(Walker):
    @on_entry
    def start(self, here) -> None:  # type: ignore[no-untyped-def]
        socket.notify_channels(["room"], {"n": 1})

    @on_entry
    def go(self, here: Root) -> None:
        report(2)
        socket.notify_channels(["room"], {"n": 3})
        report(4)
        if not hasattr(self, "is_back"):
            self.is_back = True
            visit(self, here)

    class __specs__:
        auth = None
        methods = ["websocket", "post"]


def done(trace: Trace, since: int = 0) -> str:
    """Return what a run did, in short: v is a visit, r2 a report, n1 a notification."""
    letters = {"visit": "v", "report": "r", "notification": "n", "end": "end"}
    return " ".join(
        letters[entry.kind.value]
        + str(entry.value["n"] if isinstance(entry.value, dict) else entry.text or "")
        for entry in list(trace)[since:]
        if entry.kind.value in letters
    )


@pytest.mark.parametrize("called", [tells_all, tells_all_async])
def test_visit_reports_and_notifications_stand_as_they_happened(
    start: Start, called: type[Walker]
) -> None:
    server = start(called)
    with server.connect() as client:
        for _ in range(20):
            since = len(server.trace)
            client.walker(called.__name__)
            assert done(server.trace, since) == "v n1 r2 n3 r4 end"
            assert server.runs[-1].is_done


def test_what_a_walker_does_on_its_second_visit_stands_after_it(start: Start) -> None:
    server = start(TellsTwice)
    with server.connect(channel_id="room") as client:
        client.walker("TellsTwice")
        assert done(server.trace) == "v n1 r2 n3 r4 v r2 n3 r4 end"


def test_a_call_over_rest_has_the_same_order(serve: Start) -> None:
    server = serve(TellsTwice)
    request = urllib.request.Request(f"{server.http_url}/walker/TellsTwice", b"{}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["reports"] == [2, 4, 2, 4]
    assert done(server.trace) == "v n1 r2 n3 r4 v r2 n3 r4 end"


def test_a_walker_that_reports_very_much_waits_for_the_loop(serve: Start) -> None:
    @walker(auth=None)
    def tells_much() -> None:
        for number in range(3000):
            report(number)

    server = serve(tells_much)
    busy, free = Event(), Event()

    def block() -> None:
        busy.set()
        free.wait(10)

    with server.connect() as client:
        server._backend.mailbox.post(block)
        assert busy.wait(10)
        caller = Thread(target=client.walker, args=("tells_much",))
        caller.start()
        free.set()
        caller.join(20)
        reported = [e.text for e in server.trace if e.kind.value == "report"]
    assert reported == [str(number) for number in range(3000)]
