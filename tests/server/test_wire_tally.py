from __future__ import annotations

from typing import Any

from wire_server import WireServer, frame, scenario

from jacnb.server.wire import encode_frame, tally as module
from jacnb.server.wire.tally import Tally


class Counted:
    def __init__(self) -> None:
        self.sent = self.sent_bytes = 0

    @property
    def counts(self) -> tuple[int, int]:
        return self.sent, self.sent_bytes


def of_sockets(receivers: Any) -> Any:
    return receivers


def test_a_single_receiver_is_counted_at_once() -> None:
    tally, ann = Tally(of_sockets), Counted()
    tally.add((ann,), 2, 50)
    assert ann.counts == (2, 50)


def test_many_receivers_are_counted_when_somebody_asks() -> None:
    tally, ann, bob = Tally(of_sockets), Counted(), Counted()
    room = (ann, bob)
    tally.add(room, 1, 10)
    tally.add(room, 2, 30)
    assert ann.counts == (0, 0)
    tally.settle()
    assert ann.counts == bob.counts == (3, 40)


def test_nothing_is_counted_twice() -> None:
    tally, ann, bob = Tally(of_sockets), Counted(), Counted()
    tally.add((ann, bob), 1, 10)
    tally.settle()
    tally.settle()
    assert ann.counts == (1, 10)


def test_sums_are_of_all_receivers_and_need_no_settling() -> None:
    tally = Tally(of_sockets)
    tally.add((Counted(), Counted(), Counted()), 2, 30)
    assert (tally.frames, tally.size) == (6, 90)


def test_too_many_sequences_are_settled_by_themselves(monkeypatch: Any) -> None:
    monkeypatch.setattr(module, "_MAX_WAITING", 3)
    tally, ann, bob = Tally(of_sockets), Counted(), Counted()
    for _ in range(3):
        # Alive until it is settled, so no other sequence can have its id.
        tally.add((ann, bob), 1, 10)
    assert ann.counts == (2, 20)
    tally.settle()
    assert ann.counts == (3, 30)


@scenario
async def test_a_socket_counts_messages_and_bytes_both_ways() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        await peer.send(frame(b"hello") + frame(b"you"))
        assert [await server.texts.get(), await server.texts.get()] == ["hello", "you"]
        server.wire.deliver(encode_frame("welcome"), (socket,))
        assert await peer.text() == "welcome"
        assert (socket.received, socket.received_bytes) == (2, 20)
        assert (socket.sent, socket.sent_bytes) == (1, 9)


@scenario
async def test_what_a_socket_that_is_gone_received_stays_in_the_sum() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(frame(b"hello"))
        await server.texts.get()
        peer.vanish()
        assert await server.closing() == (1006, "")
        assert server.wire.received == (1, 11)


@scenario
async def test_a_ping_is_timed_when_its_answer_comes() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        answers: list[float | None] = []
        server.wire.ping(socket, answers.append)
        first, payload = await peer.frame()
        assert (first, len(payload)) == (0x89, 8)
        await peer.send(frame(payload, 0x8A) + frame(b"after"))
        assert await server.texts.get() == "after"
        assert answers == [socket.rtt]
        assert socket.rtt is not None


@scenario
async def test_a_pong_answers_earlier_pings_too_and_strange_ones_nothing() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        answers: list[str] = []
        for name in ("first", "second", "third"):
            server.wire.ping(socket, lambda _, name=name: answers.append(name))
        payloads = [(await peer.frame())[1] for _ in range(3)]
        await peer.send(frame(b"strange!", 0x8A) + frame(payloads[1], 0x8A))
        await peer.send(frame(payloads[0], 0x8A) + frame(b"after"))
        await server.texts.get()
        assert answers == ["first", "second"]


@scenario
async def test_a_connection_that_ends_answers_no_ping_any_more() -> None:
    async with WireServer() as server:
        socket, peer = await server.open()
        answers: list[float | None] = []
        server.wire.ping(socket, answers.append)
        peer.vanish()
        await server.closing()
        server.wire.ping(socket, answers.append)
        assert answers == [None, None]


@scenario
async def test_of_very_many_unanswered_pings_the_oldest_is_given_up() -> None:
    async with WireServer() as server:
        socket, _ = await server.open()
        answers: list[float | None] = []
        for _ in range(101):
            server.wire.ping(socket, answers.append)
        assert answers == [None]
