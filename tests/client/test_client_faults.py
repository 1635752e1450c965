from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from scripted import ScriptedServer

from jacnb import MemoryServer, Server
from jacnb.client import Backoff, connect
from jacnb.client.faults import Held
from jacnb.errors import ClientError, ConnectionClosedError, WaitTimeoutError

SOON = Backoff(first=0.001, most=0.002)

Start = Callable[..., MemoryServer | Server]
Serve = Callable[..., Server]


def closed(client: Any) -> ConnectionClosedError:
    """Wait until the client is closed; return how it was."""
    list(client)
    with pytest.raises(ConnectionClosedError) as caught:
        client.receive()
    return caught.value


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    """Look again and again; fail if it does not become true."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not true():
        assert time.monotonic() < end, "it did not become true"
        pause.wait(0.005)


def test_what_is_held_back_keeps_its_order() -> None:
    held = Held()
    done: list[int] = []
    held.seconds, held.jitter = 1.0, 5.0
    for number in range(5):
        held.put(0.0, partial(done.append, number))
    assert held.take(0.9) is None
    while (action := held.take()) is not None:
        action()
    assert done == [0, 1, 2, 3, 4]


def test_a_delay_holds_back_what_arrives(start: Start) -> None:
    bob = start().connect()
    with bob.delay(0.1):
        begun = time.monotonic()
        bob.send_to_clients(bob, {"n": 1})
        assert len(bob.messages) == 1
        assert bob.expect(n=1).value == {"n": 1}
        assert time.monotonic() - begun >= 0.1
    bob.sync()


def test_a_delay_holds_back_what_is_sent(start: Start) -> None:
    server = start()
    alice, bob = server.connect(), server.connect()
    alice.delay(0.1, way="out")
    begun = time.monotonic()
    alice.send_to_clients(bob, {"n": 1})
    bob.expect_nothing(n=1)
    alice.sync()
    assert time.monotonic() - begun >= 0.1
    assert bob.expect(n=1).value == {"n": 1}


def test_nothing_overtakes_what_is_held_back(start: Start) -> None:
    bob = start().connect()
    with bob.delay(0.02, jitter=0.02, way="both"):
        for number in range(5):
            bob.send_to_clients(bob, {"n": number})
    bob.send_to_clients(bob, {"n": 5})
    assert [bob.receive()["n"] for _ in range(6)] == [0, 1, 2, 3, 4, 5]


def test_a_wait_shorter_than_the_delay_ends_in_time(start: Start) -> None:
    bob = start().connect()
    bob.delay(30)
    with pytest.raises(WaitTimeoutError):
        bob.walker("nobody", timeout=0.02)
    bob.close()
    assert not bob.is_open


def test_what_is_held_back_at_the_end_goes_through(start: Start) -> None:
    bob = start().connect()
    bob.delay(30)
    bob.send_to_clients(bob, {"n": 1})
    bob.send_to_clients("1:nobody", {})
    bob.delay(30, way="out")
    bob.close()
    assert bob.state == "closed"


def test_a_client_that_drops_is_lost_without_a_word(server: ScriptedServer) -> None:
    with connect(server.url) as bob:
        bob.drop()
        assert closed(bob).code == 1006
        assert server.wait_for_close() == (None, None)


def test_a_client_that_drops_reconnects(server: ScriptedServer) -> None:
    with connect(server.url, reconnect=SOON) as bob:
        first = bob.client_id
        states: list[str] = []
        bob.on_state(states.append)
        bob.drop()
        wait_until(lambda: states == ["reconnecting", "open"])
        bob.sync()
        assert bob.client_id != first


def test_a_frozen_client_is_closed_by_the_server(serve: Serve) -> None:
    server = serve(ping_interval=0.05, ping_timeout=0.05)
    bob = server.connect()
    client_id = bob.client_id
    with bob.freeze():
        wait_until(lambda: not list(server.engine.hub.clients.get(client_id)))
        assert bob.is_open
    error = closed(bob)
    assert error.code == 1011


def test_a_client_that_thaws_late_learns_why_it_was_closed(serve: Serve) -> None:
    server = serve(ping_interval=0.05, ping_timeout=0.2)
    bob = server.connect()
    with bob.freeze():
        wait_until(lambda: not server._backend.sockets.wire.sockets)
    assert closed(bob).code == 1011


def test_a_frozen_client_reads_on_when_it_thaws(serve: Serve) -> None:
    server = serve()
    alice, bob = server.connect(channel_id="room"), server.connect(channel_id="room")
    bob.freeze()
    alice.send_to_channels("room", {"n": 1})
    alice.sync()
    with pytest.raises(WaitTimeoutError):
        bob.expect(n=1, timeout=0.05)
    bob.thaw()
    assert bob.expect(n=1).value == {"n": 1}


def test_a_frozen_client_can_be_closed_and_dropped(serve: Serve) -> None:
    server = serve()
    bob, carol = server.connect(), server.connect()
    bob.freeze()
    bob.close()
    assert bob.state == "closed"
    carol.freeze()
    carol.drop()
    assert closed(carol).code == 1006


def test_a_client_that_reads_slowly_is_closed_by_the_server(serve: Serve) -> None:
    server = serve()
    alice, bob = server.connect(), server.connect()
    bob_id = bob.client_id
    bob.read_slowly(1000)
    flood = {"text": "x" * 1_000_000}
    for _ in range(12):
        alice.send_to_clients(bob_id, flood)
    wait_until(lambda: not list(server.engine.hub.clients.get(bob_id)), 10)
    alice.sync()
    bob.read_slowly(None)
    assert closed(bob).code == 1013


def test_reading_slowly_loses_nothing_and_ends(server: ScriptedServer) -> None:
    with connect(server.url) as bob:
        with bob.read_slowly(20_000):
            begun = time.monotonic()
            bob.send_to_clients("1:x", {"text": "x" * 2000})
            bob.expect(text="x" * 2000)
            assert time.monotonic() - begun >= 0.08
        bob.read_slowly(10)
        bob.send_to_clients("1:x", {"text": "x" * 2000})
        bob.read_slowly(None)
        bob.expect(text="x" * 2000)


@pytest.mark.parametrize("fault", ["freeze", "thaw"])
def test_in_memory_there_are_no_pings(fault: str) -> None:
    with MemoryServer() as server:
        bob = server.connect()
        with pytest.raises(ClientError, match=rf"{fault}\(\) needs a socket"):
            getattr(bob, fault)()


def test_in_memory_nothing_is_read_slowly() -> None:
    with MemoryServer() as server:
        bob = server.connect()
        with pytest.raises(ClientError, match=r"read_slowly\(\) needs a socket"):
            bob.read_slowly(10)


def test_in_memory_a_client_can_drop() -> None:
    with MemoryServer() as server:
        bob = server.connect()
        bob.drop()
        assert closed(bob).code == 1006
        assert len(server.engine.hub.clients) == 0


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda bob: bob.delay(-1), "seconds is a number of at least 0"),
        (lambda bob: bob.delay("1"), "seconds is a number of at least 0, not '1'"),
        (lambda bob: bob.delay(float("nan")), "seconds is a number"),
        (lambda bob: bob.delay(1, jitter=-1), "jitter is a number"),
        (lambda bob: bob.delay(1, way="up"), "way is 'in', 'out' or 'both', not 'up'"),
        (lambda bob: bob.read_slowly(0), "bytes_per_second is a number above 0"),
        (lambda bob: bob.read_slowly(True), "bytes_per_second is a number"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(do: Any, said: str) -> None:
    with MemoryServer() as server:
        bob = server.connect()
        with pytest.raises(ValueError, match=said):
            do(bob)


def test_a_fault_says_how_to_end_it(server: ScriptedServer) -> None:
    with connect(server.url, name="bob") as bob:
        assert repr(bob.freeze()) == "<bob is frozen; thaw() ends it>"
        bob.thaw()
        assert repr(bob.delay(0.5)) == "<bob is 0.5 s late (in); delay(0) ends it>"
        slow = "<bob reads slowly; read_slowly(None) ends it>"
        assert repr(bob.read_slowly(9)) == slow


def test_a_fault_that_is_ended_says_so(server: ScriptedServer) -> None:
    with connect(server.url, name="bob") as bob:
        assert repr(bob.delay(0)) == "<bob is no longer late>"
        assert repr(bob.read_slowly(None)) == "<bob reads as fast as it can>"


def test_to_end_faults_of_a_closed_client_does_nothing(server: ScriptedServer) -> None:
    bob = connect(server.url)
    with bob.freeze(), bob.delay(1), bob.read_slowly(5):
        bob.close()
    bob.drop()
    bob.thaw()
    bob.delay(0)
    bob.read_slowly(None)
    assert bob.state == "closed"


@pytest.mark.parametrize(
    "do",
    [
        lambda bob: bob.freeze(),
        lambda bob: bob.delay(1),
        lambda bob: bob.read_slowly(5),
    ],
)
def test_a_closed_client_has_no_faults(server: ScriptedServer, do: Any) -> None:
    bob = connect(server.url)
    bob.close()
    with pytest.raises(ConnectionClosedError, match="the connection is closed"):
        do(bob)


def test_who_waits_for_a_frozen_client_is_told_that_it_is(serve: Serve) -> None:
    bob = serve().connect(user="bob")
    with bob.freeze():
        for wait in (bob.sync, partial(bob.walker, "any")):
            with pytest.raises(WaitTimeoutError, match="bob is frozen; thaw.. ends it"):
                wait(timeout=0.02)
    bob.sync()


def test_in_memory_it_is_said_where_a_fault_can_be_had() -> None:
    with MemoryServer() as server, pytest.raises(ClientError) as caught:
        server.connect().freeze()
    assert "jacnb.serve()" in str(caught.value)
    assert "--jac-network" in str(caught.value)
    assert "@pytest.mark.jac_server(network=True)" in str(caught.value)


def test_the_async_client_has_the_same_faults(serve: Serve) -> None:
    server = serve(ping_interval=0.1, ping_timeout=0.1)

    async def main() -> None:
        async with server.aconnect() as alice, server.aconnect() as bob:
            loop = asyncio.get_running_loop()
            with bob.delay(0.05, way="both"):
                begun = loop.time()
                await bob.sync()
                assert loop.time() - begun >= 0.1
            await bob.sync()
            bob.read_slowly(20_000)
            await alice.send_to_clients(bob, {"text": "x" * 2000})
            await bob.expect(text="x" * 2000)
            bob.read_slowly(None)
            bob_id = bob.client_id
            with bob.freeze():
                gone = lambda: not list(server.engine.hub.clients.get(bob_id))  # noqa: E731
                await loop.run_in_executor(None, wait_until, gone)
                assert bob.is_open
            with pytest.raises(ConnectionClosedError, match="1011"):
                await bob.receive()
            alice.drop()
            with pytest.raises(ConnectionClosedError, match="1006"):
                await alice.receive()
            alice.drop()
            alice.thaw()
            with pytest.raises(ConnectionClosedError, match="1006"):
                alice.freeze()

    asyncio.run(main())


def test_an_async_client_that_drops_reconnects(server: ScriptedServer) -> None:
    from jacnb import aconnect

    async def main() -> None:
        async with aconnect(server.url, reconnect=SOON) as bob:
            bob.delay(30)
            bob.delay(30, way="out")
            bob.drop()
            await bob._transport.wait(lambda: bob.state == "reconnecting", 5)
            bob.delay(0, way="both")
            await bob._transport.wait(lambda: bob.is_open, 5)
            await bob.sync()

    asyncio.run(main())
