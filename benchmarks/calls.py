"""The load of the round trips: callers that wait for each answer (closed loop)."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from frames import client_frame, split_frames
from load import PATIENCE, Sample
from opening import LoadError
from pings import received, without_pings
from polling import poll_for_input

CALL = client_frame(
    json.dumps(
        {"type": "walker", "walker": "Echo", "response": True, "context": {"val": 1}}
    ).encode()
)
ANSWER = {"status": 200, "reports": [1]}


@dataclass(slots=True)
class Callers:
    """Connections that call a walker again as soon as it has answered."""

    connections: Sequence[socket.socket]
    answer: bytes = field(default=b"", init=False)

    def check(self) -> None:
        """Call once on each connection and remember what an answer looks like.

        Raises:
            LoadError: an answer is not the one the walker gives.
        """
        for connection in self.connections:
            connection.settimeout(PATIENCE)
            connection.sendall(CALL)
            self.answer = without_pings(connection, received(connection))
            payloads, _ = split_frames(self.answer)
            if [json.loads(payload) for payload in payloads] != [ANSWER]:
                raise LoadError(f"a walker answered {self.answer!r}")

    def run(self, seconds: float) -> tuple[Sample, list[int]]:
        """Call for that long; return the sample and each call's nanoseconds."""
        by_descriptor = {each.fileno(): each for each in self.connections}
        poll, clock = poll_for_input(by_descriptor), time.perf_counter_ns
        sent_at, took = dict.fromkeys(by_descriptor, 0), list[int]()
        start, cpu = clock(), time.process_time()
        end = start + int(seconds * 1e9)
        for descriptor, connection in by_descriptor.items():
            sent_at[descriptor] = clock()
            connection.send(CALL)
        calling = len(by_descriptor)
        while calling:
            for descriptor, _ in _some(poll(PATIENCE)):
                connection = by_descriptor[descriptor]
                if not self._answered(connection):
                    continue
                now = clock()
                took.append(now - sent_at[descriptor])
                if now < end:
                    sent_at[descriptor] = now
                    connection.send(CALL)
                else:
                    calling -= 1
        elapsed = (clock() - start) / 1e9
        cpu = time.process_time() - cpu
        return Sample(len(took), elapsed, cpu / elapsed), took

    def _answered(self, connection: socket.socket) -> bool:
        """Read what came and return whether it was the answer, not just a ping."""
        data = received(connection)
        if data == self.answer:
            return True
        if rest := without_pings(connection, data):
            if rest == self.answer:
                return True
            raise LoadError(f"a walker answered {rest[:300]!r}")
        return False


def _some(ready: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if not ready:
        raise LoadError(f"a walker did not answer within {PATIENCE:.0f} s")
    return ready
