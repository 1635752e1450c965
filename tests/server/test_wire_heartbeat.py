from __future__ import annotations

import pytest
from wire_server import WireServer, close_frame, frame, scenario

from jacnb.errors import ServerError
from jacnb.server.wire import encode_frame
from jacnb.server.wire.limits import Limits

QUICK = {"ping_interval": 0.05, "ping_timeout": 0.05}
PATIENT = {"ping_interval": 0.05, "ping_timeout": 0.4}


@scenario
async def test_a_dead_peer_is_told_why_and_unregistered() -> None:
    async with WireServer(**QUICK) as server:
        _, peer = await server.open()
        assert await peer.frame() == (0x89, b"\x00\x00\x00\x01")
        assert await server.closing() == (1011, "ping timeout")
        assert await peer.closed() == (1011, "ping timeout")


@scenario
async def test_a_peer_that_answers_lives_and_is_timed() -> None:
    async with WireServer(**PATIENT) as server:
        socket, peer = await server.open()
        assert socket.rtt is None
        for _ in range(12):
            first, payload = await peer.frame()
            assert first == 0x89
            await peer.send(frame(payload, 0x8A))
        assert socket.is_open
        assert socket.rtt is not None
        assert 0 < socket.rtt < 1


@scenario
async def test_any_sign_of_life_counts() -> None:
    async with WireServer(**PATIENT) as server:
        socket, peer = await server.open()
        for _ in range(12):
            await peer.frame()
            await peer.send(frame(b"busy"))
        assert socket.is_open


@scenario
async def test_a_timeout_longer_than_the_interval_is_kept() -> None:
    async with WireServer(ping_interval=0.05, ping_timeout=0.5) as server:
        _, peer = await server.open()
        pings = 0
        while (await peer.frame())[0] == 0x89:
            pings += 1
        assert pings >= 3


@scenario
async def test_a_peer_that_we_hold_back_is_not_judged() -> None:
    async with WireServer(**QUICK) as server:
        socket, peer = await server.open()
        socket.pause()
        await peer.send(frame(b"x" * 65000) * 5)
        for _ in range(6):
            await server.beats.get()
        assert socket.is_open
        socket.resume()
        assert await server.closing() == (1011, "ping timeout")


@scenario
async def test_each_beat_shows_the_open_sockets() -> None:
    async with WireServer(**QUICK) as server:
        socket, peer = await server.open()
        closed, other = await server.open()
        closed.close()
        assert await server.beats.get() == [socket]
        await other.send(close_frame(1000))
        await peer.send(frame(b"", 0x8A))


@scenario
async def test_an_error_in_on_beat_does_not_stop_the_heart() -> None:
    async with WireServer(**PATIENT) as server:
        _, peer = await server.open()
        server.wire.loop.set_exception_handler(lambda loop, context: None)
        server.beats = None  # type: ignore[assignment]
        for _ in range(3):
            first, payload = await peer.frame()
            assert first == 0x89
            await peer.send(frame(payload, 0x8A))


@scenario
async def test_a_ping_that_waits_behind_a_moving_queue_is_no_death() -> None:
    async with WireServer(**PATIENT) as server:
        socket, peer = await server.open(receive_buffer=4096)
        server.wire.send(socket, encode_frame("x" * 8_000_000))
        for _ in range(14):
            await server.beats.get()
            await peer._take(400_000)
        assert socket.is_open


@pytest.mark.parametrize(
    "name",
    [
        "ping_interval",
        "ping_timeout",
        "max_message_size",
        "backlog_limit",
        "backlog_cap",
        "stall_timeout",
        "close_timeout",
    ],
)
def test_a_bound_of_zero_is_refused(name: str) -> None:
    with pytest.raises(ServerError, match=f"^{name} must be greater than 0$"):
        Limits(**{name: 0})
