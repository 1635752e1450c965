from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from wire_server import WireServer, close_frame, frame, scenario

from jacnb.server.wire import wire as wire_module
from jacnb.server.wire.frames import FrameReader, encode_frame


@scenario
async def test_many_frames_of_one_packet_come_in_order() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(b"".join(frame(b"%d" % n) for n in range(2000)))
        assert [await server.texts.get() for _ in range(2000)] == [
            str(n) for n in range(2000)
        ]


@scenario
async def test_a_frame_may_come_byte_by_byte() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        for byte in frame("naïve".encode() * 30):
            await peer.send(bytes((byte,)))
        assert await server.texts.get() == "naïve" * 30


@scenario
async def test_fragments_become_one_message_around_a_ping() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(frame(b"\xe2\x82", 0x01) + frame(b"now?", 0x89))
        assert await peer.frame() == (0x8A, b"now?")
        await peer.send(frame(b"", 0x00) + frame(b"\xac 5", 0x80))
        assert await server.texts.get() == "€ 5"


@scenario
async def test_a_binary_message_comes_as_bytes() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(frame(b"\xff", 0x02) + frame(b"\xfe", 0x80) + frame(b"", 0x82))
        assert await server.texts.get() == b"\xff\xfe"
        assert await server.texts.get() == b""


@scenario
async def test_a_message_of_exactly_1_mib_is_taken() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(frame(b"x" * 1048576))
        assert len(await server.texts.get()) == 1048576


@scenario
async def test_a_paused_socket_answers_pings_and_keeps_order() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.pause()
        await peer.send(frame(b"one") + frame(b"two") + frame(b"now?", 0x89))
        assert await peer.frame() == (0x8A, b"now?")
        assert server.texts.empty()
        socket.resume()
        await peer.send(frame(b"three"))
        assert [await server.texts.get() for _ in range(3)] == ["one", "two", "three"]


@scenario
async def test_messages_are_taken_one_at_a_time_if_each_pauses() -> None:
    taken: list[Any] = []

    def take_one(socket: Any, text: str | bytes) -> None:
        socket.pause()
        taken.append(text)
        server.texts.put_nowait(text)

    async with WireServer(on_text=take_one) as server:
        socket, peer = await server.open()
        await peer.send(frame(b"one") + frame(b"two") + frame(b"three"))
        for count in (1, 2, 3):
            await server.texts.get()
            assert len(taken) == count
            socket.resume()


@scenario
async def test_a_socket_that_is_paused_for_long_holds_its_peer_back() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.pause()
        flood = asyncio.ensure_future(peer.send(frame(b"x" * 65000) * 200))
        while socket._held_cost < 1 << 18:
            await asyncio.sleep(0)
        assert socket._held_cost < 1 << 19
        socket.resume()
        assert [len(await server.texts.get()) for _ in range(200)] == [65000] * 200
        await flood


@scenario
async def test_a_peer_that_leaves_a_held_back_socket_is_noticed() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.pause()
        await peer.send(frame(b"x" * 65000) * 5)
        while not socket._stopped:
            await asyncio.sleep(0)
        await peer.send(frame(b"unread"))
        peer.socket.close()
        assert await server.closing() == (1006, "")


@scenario
async def test_messages_still_held_can_be_fetched_in_on_close() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        socket.pause()
        await peer.send(frame(b"one") + frame(b"two") + close_frame(1000))
        await server.closing()
        assert socket.held == ["one", "two"]


@scenario
async def test_an_error_of_the_server_ends_only_that_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(socket: Any, text: str | bytes) -> None:
        if text == "boom":
            raise RuntimeError("a bug")
        server.texts.put_nowait(text)

    async with WireServer(on_text=fail) as server:
        _, unlucky = await server.open()
        _, other = await server.open()
        with caplog.at_level(logging.ERROR):
            await unlucky.send(frame(b"boom") + frame(b"more"))
            assert await unlucky.closed() == (1011, "internal error")
        assert "a bug" in caplog.text
        await other.send(frame(b"fine"))
        assert await server.texts.get() == "fine"


def test_unmasking_works_without_tornados_extension() -> None:
    reader = FrameReader(100, wire_module._unmask_plainly)
    assert reader.feed(frame(b"hello, you")) == [(1, "hello, you")]


@pytest.mark.parametrize(
    ("size", "header"),
    [
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65535, b"\x81\x7e\xff\xff"),
        (65536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_length_is_written_in_its_shortest_form(size: int, header: bytes) -> None:
    assert encode_frame("x" * size) == header + b"x" * size
