"""Count what a swarm said and what arrived of it: exactly, by ids of its own.

Each event carries a tag that no other has. Who should get it is known when it is
sent: the members that are addressed and connected at that moment. Each member
remembers in one bit per event whether it got it, so a copy that is missing, doubled or
late shows.
"""

from __future__ import annotations

import secrets
import time
from array import array
from collections.abc import Callable, Iterator
from typing import Final

from jacnb.swarms.latencies import Latencies, Timeline

_END: Final = ";"
_DIGITS: Final = 12
_SPARE: Final = 64
"""Bytes by which a member's memory grows beyond what it needs now."""


class Said:
    """One event: who sent it when, and who should get it."""

    __slots__ = ("audience", "sender", "sent_at")

    def __init__(self, sender: int, audience: frozenset[int], sent_at: float) -> None:
        self.sender = sender
        self.audience = audience
        self.sent_at = sent_at


class Tally:
    """The books of one swarm; used on its loop only.

    Args:
        count: How many members there are.
        clock: A monotonic clock, in seconds.

    Attributes:
        received: Deliveries that arrived where they should, each counted once.
        duplicates: Further copies of those.
        out_of_order: Deliveries that came after a later one of the same sender.
        strays: Copies that reached a member to whom they were not sent.
        cut_off: Deliveries that could not arrive, for the connection ended first.
    """

    def __init__(
        self, count: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.mark = f"swarm:{secrets.token_hex(8)}:"
        self.clock = clock
        self.started = clock()
        self.sent = 0
        self.expected = 0
        self.received = 0
        self.duplicates = 0
        self.out_of_order = 0
        self.strays = 0
        self.cut_off = 0
        self.timeline = Timeline()
        self.answers = Latencies()
        self._said: list[Said] = []
        self._seen = [bytearray() for _ in range(count)]
        self._last: list[array[int] | None] = [None] * count
        self._gone: set[int] = set()
        self._given_up = 0
        self._given_up_before = 0

    @property
    def missing(self) -> int:
        """Deliveries that are still to arrive, or are lost."""
        return self.expected - self.received - self.cut_off

    @property
    def awaited(self) -> int:
        """Deliveries that may still arrive: those missing that were not given up."""
        return self.missing - self._given_up

    def give_up(self) -> None:
        """Wait no more for what is missing now; should it come, it counts."""
        self._given_up = self.missing
        self._given_up_before = len(self._said)

    def missing_by_member(self) -> Iterator[tuple[int, int]]:
        """Yield each member that lacks some deliveries, and how many."""
        for member in range(len(self._seen)):
            if member in self._gone:
                continue
            lacking = sum(1 for _ in self._lacking(member))
            if lacking:
                yield member, lacking

    def tag(self, sender: int, audience: frozenset[int]) -> str:
        """Take note of an event that is sent now; return the text it must carry."""
        number = len(self._said)
        self._said.append(Said(sender, audience, self.clock()))
        self.sent += 1
        self.expected += len(audience)
        return f"{self.mark}{number}{_END}"

    def take_back(self, tag: str) -> None:
        """Forget an event that could not be sent."""
        said = self._find(tag)
        if said is not None:
            self.sent -= 1
            self.expected -= len(said[1].audience)
            said[1].audience = frozenset()

    def heard(self, member: int, text: str) -> bool:
        """Count a message if it carries a tag; return whether it does."""
        found = self._find(text)
        if found is None:
            return False
        number, said = found
        if self._is_repeated(member, number):
            self.duplicates += 1
        elif member not in said.audience:
            self.strays += 1
        else:
            self.received += 1
            self._come_to_light(number)
            self._check_order(member, number, said.sender)
            now = self.clock()
            self.timeline.add(said.sent_at - self.started, now - said.sent_at)
        return True

    def left(self, member: int) -> None:
        """Take note that a member's connection ended: what it lacks will not come."""
        if member not in self._gone:
            for number in self._lacking(member):
                self.cut_off += 1
                self._come_to_light(number)
            self._gone.add(member)

    def _come_to_light(self, number: int) -> None:
        """Take note that the fate of a delivery of this event is known now."""
        if number < self._given_up_before:
            self._given_up -= 1

    def _lacking(self, member: int) -> Iterator[int]:
        seen = self._seen[member]
        for number, said in enumerate(self._said):
            byte = number >> 3
            is_seen = byte < len(seen) and seen[byte] & (1 << (number & 7))
            if not is_seen and member in said.audience:
                yield number

    def _find(self, text: str) -> tuple[int, Said] | None:
        start = text.find(self.mark)
        if start < 0:
            return None
        start += len(self.mark)
        end = text.find(_END, start, start + _DIGITS)
        digits = text[start:end]
        if end < 0 or not (digits.isascii() and digits.isdecimal()):
            return None
        number = int(digits)
        return (number, self._said[number]) if number < len(self._said) else None

    def _is_repeated(self, member: int, number: int) -> bool:
        """Set the bit of an event; return whether it was set before."""
        seen, byte, bit = self._seen[member], number >> 3, 1 << (number & 7)
        if byte >= len(seen):
            seen.extend(bytes(byte + _SPARE - len(seen)))
        if seen[byte] & bit:
            return True
        seen[byte] |= bit
        return False

    def _check_order(self, member: int, number: int, sender: int) -> None:
        last = self._last[member]
        if last is None:
            # Numbers from 1, so that 0 says: nothing yet.
            last = self._last[member] = array("I", bytes(4 * len(self._seen)))
        if number + 1 < last[sender]:
            self.out_of_order += 1
        else:
            last[sender] = number + 1
