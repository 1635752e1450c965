"""The fall-back through a Tornado stream keeps the same promises."""

from __future__ import annotations

import pytest
from tornado.iostream import IOStream
from wire_server import WireServer, close_frame, frame, scenario

from jacnb.server.wire import encode_frame, wire as wire_module
from jacnb.server.wire.channel import StreamChannel


@pytest.fixture(autouse=True)
def every_stream_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    class OtherStream(IOStream):
        pass

    monkeypatch.setattr(wire_module, "IOStream", OtherStream)


@scenario
async def test_messages_go_both_ways() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        assert isinstance(socket._channel, StreamChannel)
        await peer.send(frame(b"hello") * 3)
        assert [await server.texts.get() for _ in range(3)] == ["hello"] * 3
        for n in range(60):
            server.wire.send(socket, encode_frame(str(n).rjust(50_000)))
        assert [int(await peer.text()) for _ in range(60)] == list(range(60))


@scenario
async def test_a_close_is_echoed() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(close_frame(1000, b"bye"))
        assert await peer.closed() == (1000, "bye")
        assert server.closes == [(1000, "bye")]


@scenario
async def test_a_violation_is_answered() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(b"\x81\x00")
        assert await peer.closed() == (1002, "frame is not masked")


@scenario
async def test_a_peer_that_vanishes_is_noticed() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        peer.vanish()
        assert await server.closing() == (1006, "")
        server.wire.send(socket, encode_frame("x"))


@scenario
async def test_a_paused_peer_is_held_back_and_its_end_noticed() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.pause()
        await peer.send(frame(b"x" * 65000) * 10)
        socket.resume()
        assert [len(await server.texts.get()) for _ in range(10)] == [65000] * 10
        socket.abort()
        await peer.end()
        assert await server.closing() == (1006, "")


@scenario
async def test_a_slow_consumer_is_closed() -> None:
    bounds = {"backlog_limit": 65536, "stall_timeout": 0.05, "close_timeout": 0.2}
    async with WireServer(**bounds) as server:
        socket, _ = await server.open(receive_buffer=4096)
        for _ in range(200):
            server.wire.send(socket, encode_frame("x" * 50_000))
        code, _ = await server.closing()
        assert code == 1013


@scenario
async def test_all_are_closed() -> None:
    async with WireServer(close_timeout=0.05) as server:
        _, peer = await server.open()
        await server.wire.close_all()
        assert await peer.closed() == (1001, "server is stopping")
