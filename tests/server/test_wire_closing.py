from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from wire_server import Peer, WireServer, close_frame, frame, scenario

from jacnb.server.wire import Socket, encode_frame

Way = Callable[[WireServer, Socket, Peer], Awaitable[None]]


async def peer_closes(server: WireServer, socket: Socket, peer: Peer) -> None:
    await peer.send(close_frame(1000, b"bye"))


async def peer_shuts(server: WireServer, socket: Socket, peer: Peer) -> None:
    peer.socket.close()


async def peer_resets(server: WireServer, socket: Socket, peer: Peer) -> None:
    peer.vanish()


async def peer_resets_in_a_frame(
    server: WireServer, socket: Socket, peer: Peer
) -> None:
    await peer.send(frame(b"half a message")[:9])
    peer.vanish()


async def peer_breaks_the_rules(server: WireServer, socket: Socket, peer: Peer) -> None:
    await peer.send(b"\x81\x00" + close_frame(1000))


async def we_close(server: WireServer, socket: Socket, peer: Peer) -> None:
    socket.close(4401, "token expired")
    socket.close(1000)
    await peer.send(close_frame(4401))


async def we_close_a_silent_peer(
    server: WireServer, socket: Socket, peer: Peer
) -> None:
    socket.close(1000, "bye")


async def we_close_and_the_peer_resets(
    server: WireServer, socket: Socket, peer: Peer
) -> None:
    socket.close(1000, "bye")
    peer.vanish()


async def we_abort(server: WireServer, socket: Socket, peer: Peer) -> None:
    socket.abort()
    socket.abort()


async def we_stop(server: WireServer, socket: Socket, peer: Peer) -> None:
    await server.wire.close_all(grace=0.05)


WAYS: dict[Way, tuple[int, str]] = {
    peer_closes: (1000, "bye"),
    peer_shuts: (1006, ""),
    peer_resets: (1006, ""),
    peer_resets_in_a_frame: (1006, ""),
    peer_breaks_the_rules: (1002, "frame is not masked"),
    we_close: (4401, "token expired"),
    we_close_a_silent_peer: (1000, "bye"),
    we_close_and_the_peer_resets: (1000, "bye"),
    we_abort: (1006, ""),
    we_stop: (1001, "server is stopping"),
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@scenario
async def test_on_close_is_told_once_however_it_ends(way: Way) -> None:
    async with WireServer(close_timeout=0.05) as server:
        socket, peer = await server.open()
        await way(server, socket, peer)
        assert await server.closing() == WAYS[way]
        while server.wire.sockets:
            await asyncio.sleep(0)
        assert server.closes == [WAYS[way]]
        assert not socket.is_open


@scenario
async def test_a_peer_that_takes_part_sees_the_code_and_the_end() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.close(1001, "leaving")
        assert await peer.frame() == (0x88, b"\x03\xe9leaving")
        await peer.send(close_frame(1001))
        await peer.end()
        assert server.closes == [(1001, "leaving")]


@scenario
async def test_what_was_delivered_before_a_close_goes_out_first() -> None:
    async with WireServer() as server:
        socket, peer = await server.open(receive_buffer=4096)
        for n in range(40):
            server.wire.send(socket, encode_frame(str(n).rjust(50_000)))
        socket.close(1000)
        server.wire.send(socket, encode_frame("too late"))
        assert [int(await peer.text()) for _ in range(40)] == list(range(40))
        assert await peer.frame() == (0x88, b"\x03\xe8")


@scenario
async def test_a_long_reason_is_cut_at_a_character() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.close(1000, "é" * 100)
        _, payload = await peer.frame()
        assert payload == b"\x03\xe8" + "é".encode() * 61


@scenario
async def test_messages_of_a_peer_that_is_being_closed_are_not_heard() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.close(1000)
        await peer.send(frame(b"late") + frame(b"?", 0x89) + close_frame(1000))
        assert await peer.closed() == (1000, "")
        assert server.texts.empty()


@scenario
async def test_all_are_closed_and_the_silent_ones_dropped_in_time() -> None:
    async with WireServer(close_timeout=60) as server:
        _, silent = await server.open()
        _, polite = await server.open()
        stopping = asyncio.ensure_future(server.wire.close_all(grace=0.1))
        assert await polite.frame() == (0x88, b"\x03\xe9server is stopping")
        await polite.send(close_frame(1001))
        await polite.end()
        await stopping
        assert await silent.closed() == (1001, "server is stopping")
        assert server.closes == [(1001, "server is stopping")] * 2


@scenario
async def test_a_slow_reader_still_gets_the_close_frame_of_a_failure() -> None:
    async with WireServer() as server:
        socket, peer = await server.open(receive_buffer=4096)
        server.wire.send(socket, encode_frame("x" * 5_000_000))
        server.wire.flush()
        await peer.send(b"\x81\x00")
        assert await server.closing() == (1002, "frame is not masked")
        assert len(await peer.text()) == 5_000_000
        assert await peer.closed() == (1002, "frame is not masked")
