"""The load of the fan-out: one publisher, many subscribers, raw sockets.

The timed part counts bytes only, because parsing would make the generator slower than
the servers. That is exact all the same: every message has the same size, and before
and after the timed part each subscriber's messages are read and compared one by one.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from frames import PING, client_frame, pong, split_frames
from opening import LoadError
from pings import keep_alive, received, without_pings
from polling import poll_for_input

PATIENCE = 10.0
CHECKED_EVENTS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """What one timed run did: how much of it, in how long, at what cost to us."""

    count: int
    seconds: float
    generator_cpu: float

    @property
    def rate(self) -> float:
        """Return the count per second."""
        return self.count / self.seconds


def numbered(number: int) -> dict[str, object]:
    """Build the data of event `number`; all are equally long."""
    return {"type": "chat", "data": {"message": "hello", "n": f"{number:08d}"}}


def channel_event(number: int) -> bytes:
    """Build the frame by which a client sends event `number` to the channel itself."""
    event = {"type": "channel", "channel_ids": ["room"], "data": numbered(number)}
    return client_frame(json.dumps(event).encode())


def walker_event(number: int) -> bytes:
    """Build the frame that has a walker send event `number` to the channel."""
    context = {"channel_id": "room", "n": f"{number:08d}"}
    event = {"type": "walker", "walker": "Publish", "context": context}
    return client_frame(json.dumps(event).encode())


class Fanout:
    """One publisher and the subscribers of one channel."""

    def __init__(
        self,
        publisher: socket.socket,
        subscribers: Sequence[socket.socket],
        event: Callable[[int], bytes],
    ) -> None:
        self._publisher = publisher
        self._subscribers = subscribers
        self._event = event
        self._sent = 0
        self._size = 0
        self._arrived = {each.fileno(): 0 for each in subscribers}
        self._receive: dict[int, Callable[[bytearray], int]] = {
            each.fileno(): each.recv_into for each in subscribers
        }
        self._poll = poll_for_input(self._receive)
        self._buffer = bytearray(1 << 20)

    def check(self) -> None:
        """Send a few events and compare what each subscriber got, word by word.

        Raises:
            LoadError: something is missing, doubled, changed or in another order.
        """
        first = self._sent
        self._publish(CHECKED_EVENTS)
        wanted = [numbered(first + step) for step in range(CHECKED_EVENTS)]
        for subscriber in self._subscribers:
            data = _read_events(subscriber, CHECKED_EVENTS)
            if [json.loads(payload) for payload in split_frames(data)[0]] != wanted:
                raise LoadError("a subscriber did not get exactly what was sent")
            self._size = len(data) // CHECKED_EVENTS

    def run(self, seconds: float, window: int) -> Sample:
        """Keep `window` events in flight for that long; count the deliveries.

        An event leaves the window when every subscriber has got it.

        Raises:
            LoadError: a subscriber got less or more than was sent.
        """
        self._arrived = dict.fromkeys(self._arrived, 0)
        sent = done = 0
        start, cpu = time.perf_counter(), time.process_time()
        while True:
            if time.perf_counter() - start < seconds:
                self._publish(done + window - sent)
                sent = done + window
            elif done == sent:
                break
            done = self._wait(done + 1)
        elapsed, cpu = time.perf_counter() - start, time.process_time() - cpu
        self._expect_exactly(sent)
        return Sample(sent * len(self._subscribers), elapsed, cpu / elapsed)

    def _publish(self, count: int) -> None:
        frames = (self._event(self._sent + step) for step in range(count))
        self._publisher.sendall(b"".join(frames))
        self._sent += count

    def _wait(self, events: int) -> int:
        """Read until every subscriber has so many events; return how many all have."""
        need = events * self._size
        for subscriber in self._arrived:
            # One look at each is enough: what a subscriber has it keeps.
            while self._arrived[subscriber] < need:
                self._read()
        return min(self._arrived.values()) // self._size

    def _read(self) -> None:
        arrived, receive, buffer = self._arrived, self._receive, self._buffer
        ready = self._poll(PATIENCE)
        if not ready:
            keep_alive([self._publisher])
            raise LoadError(f"events are missing: nothing came for {PATIENCE:.0f} s")
        for descriptor, _ in ready:
            size = receive[descriptor](buffer)
            if not size or size % self._size:
                size = self._without_pings(descriptor, size)
            arrived[descriptor] += size

    def _without_pings(self, descriptor: int, size: int) -> int:
        """Answer the pings among what was read; return the bytes of events."""
        if not size:
            raise LoadError("the server closed a subscriber's connection")
        of_events, at = size, -self._arrived[descriptor] % self._size
        while at < size:
            if self._buffer[at] != PING:
                at += self._size
                continue
            end = at + 2 + self._buffer[at + 1]
            os.write(descriptor, pong(bytes(self._buffer[at + 2 : end])))
            of_events -= end - at
            at = end
        return of_events

    def _expect_exactly(self, events: int) -> None:
        if set(self._arrived.values()) != {events * self._size}:
            raise LoadError("a subscriber got more or less than was sent")
        time.sleep(0.02)
        keep_alive([self._publisher, *self._subscribers])


def _read_events(connection: socket.socket, count: int) -> bytes:
    """Read until so many whole frames are there; answer pings."""
    connection.settimeout(PATIENCE)
    data = b""
    while len(split_frames(data)[0]) < count:
        try:
            data += without_pings(connection, received(connection))
        except TimeoutError:
            raise LoadError(f"events are missing after {PATIENCE:.0f} s") from None
    connection.setblocking(False)
    return data
