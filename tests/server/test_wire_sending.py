from __future__ import annotations

import asyncio
from operator import attrgetter
from typing import Any

import pytest
from wire_server import WireServer, frame, scenario

from jacnb.server.wire import encode_frame
from jacnb.server.wire.backlog import Backlog
from jacnb.server.wire.limits import Limits
from jacnb.server.wire.outbox import Outbox

MEBIBYTE = 1 << 20


class Recorder:
    """Stands where a socket stands and keeps what it is given to write."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.sent = self.sent_bytes = 0

    def write(self, data: bytes) -> int:
        self.writes.append(data)
        return len(data)


@scenario
async def test_frames_of_one_turn_become_one_write_per_connection() -> None:
    outbox, ann, bob = Outbox(asyncio.get_running_loop(), None), Recorder(), Recorder()
    room: Any = (ann, bob)
    outbox.deliver(b"1", room)
    outbox.deliver(b"2", room)
    assert ann.writes == []
    await asyncio.sleep(0)
    assert ann.writes == bob.writes == [b"12"]


@scenario
async def test_mixed_receivers_of_one_turn_keep_their_order_in_one_write() -> None:
    outbox, ann, bob = Outbox(asyncio.get_running_loop(), None), Recorder(), Recorder()
    room: Any = (ann, bob)
    reply: Any = ann
    outbox.deliver(b"1", room)
    outbox.send(reply, b"2")
    outbox.deliver(b"3", room)
    outbox.deliver(b"4", (bob,))  # type: ignore[arg-type]
    outbox.deliver(b"5", (ann,))  # type: ignore[arg-type]
    outbox.deliver(b"6", (bob, ann))  # type: ignore[arg-type]
    outbox.flush()
    assert ann.writes == [b"12356"]
    assert bob.writes == [b"1346"]


@scenario
async def test_a_long_turn_is_written_in_parts() -> None:
    outbox, ann = Outbox(asyncio.get_running_loop(), None), Recorder()
    room: Any = (ann,)
    for _ in range(20):
        outbox.deliver(b"x" * 100_000, room)
    outbox.flush()
    assert [len(data) for data in ann.writes] == [300_000] * 6 + [200_000]


@scenario
async def test_receivers_may_be_records_that_know_their_socket_at_the_end() -> None:
    class Record:
        peer: Any = None

    async with WireServer(socket_of=attrgetter("peer")) as server:
        socket, peer = await server.open()
        record = Record()
        server.wire.deliver(encode_frame("welcome"), (record,))
        record.peer = socket
        server.wire.send(socket, encode_frame("reply"))
        assert [await peer.text(), await peer.text()] == ["welcome", "reply"]


@scenario
async def test_nobody_to_deliver_to_is_fine() -> None:
    async with WireServer() as server:
        server.wire.deliver(encode_frame("x"), ())
        server.wire.flush()


@scenario
async def test_every_frame_arrives_in_order_through_a_full_socket() -> None:
    async with WireServer() as server:
        socket, peer = await server.open(receive_buffer=4096)
        for n in range(60):
            server.wire.send(socket, encode_frame(f"{n} ".ljust(50_000)))
        server.wire.flush()
        assert socket.backlog > 0
        assert [int(await peer.text()) for _ in range(60)] == list(range(60))
        assert socket.backlog == 0
        server.wire.send(socket, encode_frame("again"))
        assert await peer.text() == "again"


@scenario
async def test_a_backlog_that_falls_below_1_mib_is_told_once() -> None:
    async with WireServer() as server:
        socket, peer = await server.open(receive_buffer=4096)
        server.wire.send(socket, encode_frame("x" * 8 * MEBIBYTE))
        server.wire.flush()
        assert socket.backlog > MEBIBYTE
        await peer.text()
        assert await server.drains.get() is socket
        assert server.drains.empty()


@scenario
async def test_a_slow_consumer_is_closed_and_others_are_unharmed() -> None:
    bounds = {"backlog_limit": 65536, "stall_timeout": 0.05}
    async with WireServer(**bounds) as server:
        slow, slow_peer = await server.open(receive_buffer=4096)
        quick, quick_peer = await server.open()
        sent = 0
        while slow.is_open:
            server.wire.deliver(encode_frame("x" * 50_000), (slow, quick))
            sent += 1
            assert len(await quick_peer.text()) == 50_000
        code, reason = await slow_peer.closed()
        assert (code, reason[:14]) == (1013, "slow consumer:")
        assert server.closes == [(code, reason)]
        assert quick.is_open
        assert sent > 2


@scenario
async def test_a_stall_is_noticed_without_another_frame() -> None:
    bounds = {"backlog_limit": 65536, "stall_timeout": 0.05}
    async with WireServer(**bounds) as server:
        socket, _ = await server.open(receive_buffer=4096)
        for _ in range(200):
            server.wire.send(socket, encode_frame("x" * 50_000))
        code, _ = await server.closing()
        assert code == 1013


@scenario
async def test_memory_of_a_slow_consumer_is_let_go_at_once() -> None:
    async with WireServer(backlog_cap=MEBIBYTE, backlog_limit=65536) as server:
        socket, _ = await server.open(receive_buffer=4096)
        while socket.is_open:
            server.wire.send(socket, encode_frame("x" * 50_000))
            server.wire.flush()
            assert socket.backlog < 3 * MEBIBYTE
        assert socket.backlog < MEBIBYTE


def test_one_message_alone_is_never_too_much() -> None:
    backlog = Backlog(b"x" * 100 * MEBIBYTE, 5, now=0)
    assert not backlog.is_too_slow(Limits(), now=100)
    assert backlog.size == 100 * MEBIBYTE - 5


@pytest.mark.parametrize(
    ("waiting", "seconds", "verdict"),
    [(4, 100, False), (5, 1, False), (5, 1.1, True), (64, 0, False), (65, 0, True)],
)
def test_a_peer_is_slow_if_much_waits_and_nothing_moves(
    waiting: int, seconds: float, verdict: bool
) -> None:
    backlog = Backlog(b"first", 0, now=0)
    backlog.append(b"x" * waiting * MEBIBYTE)
    assert backlog.is_too_slow(Limits(), now=seconds) is verdict


def test_a_cut_backlog_keeps_the_rest_of_a_frame_that_has_begun() -> None:
    backlog = Backlog(b"begun", 2, now=0)
    backlog.append(b"next")
    backlog.cut()
    assert (backlog.size, bytes(backlog.take())) == (3, b"gun")


def test_a_cut_backlog_keeps_nothing_of_a_frame_that_has_not() -> None:
    backlog = Backlog(b"untouched", 0, now=0)
    backlog.cut()
    assert backlog.size == 0


@scenario
async def test_a_dead_receiver_harms_neither_the_sender_nor_the_others() -> None:
    async with WireServer() as server:
        dead, dead_peer = await server.open()
        alive, peer = await server.open()
        dead_peer.vanish()
        for n in range(3):
            server.wire.deliver(encode_frame(str(n)), (dead, alive))
            server.wire.flush()
        assert [await peer.text() for _ in range(3)] == ["0", "1", "2"]
        assert await server.closing() == (1006, "")
        server.wire.deliver(encode_frame("3"), (dead, alive))
        assert await peer.text() == "3"


@scenario
async def test_a_socket_may_be_closed_by_what_is_told_of_another() -> None:
    async with WireServer() as server:
        first, peer = await server.open()
        second, other = await server.open()
        first.close(3000, "you")
        server.wire.deliver(encode_frame("to the rest"), (first, second))
        assert await other.text() == "to the rest"
        await peer.send(frame(b"", 0x88))
        assert await peer.closed() == (3000, "you")
