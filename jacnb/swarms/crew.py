"""A swarm's members and books; all of it lives on the swarm's own loop."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from jacnb.client.loop import LoopTransport
from jacnb.errors import ClientError, JacnbError, WaitTimeoutError
from jacnb.swarms.members import Member
from jacnb.swarms.result import SwarmResult
from jacnb.swarms.tally import Tally

_FENCES: Final = 200
"""How many members ask at the same time whether all has arrived."""

_LOOK: Final = 0.02
"""Seconds between two looks at what is missing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to connect, and how.

    Args:
        url: The server's WebSocket address.
        count: How many.
        channel_id: The channel of all; None gives each its own.
        tokens: Who they are, in turn; None is the public.
        keep: How many messages each keeps.
        at_once: How many connect at the same time.
        timeout: Seconds that each has to connect.
    """

    url: str
    count: int
    channel_id: str | None
    tokens: tuple[str | None, ...]
    keep: int
    at_once: int
    timeout: float


@dataclass(slots=True)
class Agenda:
    """How far the talking is: by what was done of it, or by its time.

    Args:
        whole: How many events or scripts there are.
        seconds: When it is over at the latest.
        start: When it began, on the clock of the tally.
        done: How many events were said, or scripts ended.
    """

    whole: int = 0
    seconds: float | None = None
    start: float = 0.0
    done: int = 0

    def share(self, now: float) -> float:
        """Return how much of it is done, from 0 to 1."""
        by_count = self.done / self.whole if self.whole else 0.0
        by_time = (now - self.start) / self.seconds if self.seconds else 0.0
        return min(1.0, max(by_count, by_time))


class Crew:
    """The members of a swarm, and what is counted of them.

    Args:
        plan: Whom to connect.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.tally = Tally(plan.count)
        self.members: list[Member] = []
        self.agenda = Agenda()
        self.errors: Counter[str] = Counter()
        self.close_codes: Counter[int] = Counter()
        self.behind = 0.0
        self.opening = 0.0
        self.duration = 0.0
        self._is_ending = False
        self._refused: JacnbError | None = None
        self._audiences: dict[tuple[str, tuple[Any, ...]], frozenset[int]] = {}

    # Coming and going.

    async def open(self) -> None:
        """Connect all; those that are refused are counted as errors.

        Raises:
            ConnectError: If all are refused.
        """
        clock = self.tally.clock
        start = clock()
        gate = asyncio.Semaphore(self.plan.at_once)
        numbers = range(self.plan.count)
        async with asyncio.TaskGroup() as group:
            for number in numbers:
                group.create_task(self._open_one(number, gate))
        self.members.sort(key=lambda member: member.number)
        self._audiences.clear()
        self.opening = clock() - start
        if not self.members and self._refused is not None:
            raise self._refused
        self.tally.started = clock()

    async def _open_one(self, number: int, gate: asyncio.Semaphore) -> None:
        plan = self.plan
        token = plan.tokens[number % len(plan.tokens)]
        transport = LoopTransport(plan.url, token=token, channel_id=plan.channel_id)
        member = Member(transport, number, self, token=token, keep=plan.keep)
        async with gate:
            try:
                await member.open(plan.timeout)
            except JacnbError as exc:
                self._refused = exc
                self.note_error(exc)
                return
        self.members.append(member)

    def member_left(self, member: Member) -> None:
        """Take note that the connection of a member ended."""
        self._audiences.clear()
        self.tally.left(member.number)
        if not self._is_ending and not member.is_leaving:
            self.close_codes[member.close_code] += 1

    @property
    def open_members(self) -> list[Member]:
        """Those that are connected now."""
        return [member for member in self.members if member.is_open]

    async def close(self) -> None:
        """Say goodbye, all at once."""
        self._is_ending = True
        await asyncio.gather(*(member.close() for member in self.members))

    def abandon(self) -> None:
        """End all connections without waiting."""
        self._is_ending = True
        for member in self.members:
            member.drop()

    # What members ask.

    def audience(self, kind: str, ids: list[Any]) -> frozenset[int]:
        """Return the connected members that are reached by these ids."""
        key = kind, tuple(each for each in ids if isinstance(each, str))
        found = self._audiences.get(key)
        if found is None:
            wanted = set(key[1])
            found = self._audiences[key] = frozenset(
                member.number
                for member in self.open_members
                if getattr(member, kind) in wanted
            )
            if len(self._audiences) > 1000:
                self._audiences.clear()
        return found

    def note_error(self, exc: BaseException) -> None:
        """Count an error by its words."""
        said = str(exc).splitlines()[0] if str(exc) else ""
        self.errors[f"{type(exc).__name__}: {said}"[:200]] += 1

    # Coming to rest.

    async def settle(self, patience: float) -> None:
        """Wait until all has arrived, or nothing more does for a while.

        In the end every member asks the server something: when the answer is there,
        all that the server had sent before is there as well, copies included.
        """
        clock = self.tally.clock
        last, seen = clock(), self.tally.received
        while self.tally.awaited > 0 and clock() - last < patience:
            await asyncio.sleep(_LOOK)
            if self.tally.received != seen:
                last, seen = clock(), self.tally.received
        self.duration = last - self.tally.started
        gate = asyncio.Semaphore(_FENCES)
        fences = (self._fence(member, gate, patience) for member in self.open_members)
        await asyncio.gather(*fences)
        self.tally.give_up()

    async def _fence(
        self, member: Member, gate: asyncio.Semaphore, patience: float
    ) -> None:
        async with gate:
            try:
                await member.sync(timeout=patience)
            except WaitTimeoutError as exc:
                # Where something is missing, it has been waited for already.
                if not self.tally.awaited:
                    self.note_error(exc)
            except JacnbError as exc:
                self.note_error(exc)

    async def wait_until_all(
        self, fits: Callable[[Member], bool], timeout: float
    ) -> None:
        """Wait until something is true of every connected member.

        Raises:
            WaitTimeoutError: If it does not become so in time.
        """
        clock = self.tally.clock
        end = clock() + timeout
        lacking = [m for m in self.open_members if not fits(m)]
        while lacking:
            if clock() > end:
                raise WaitTimeoutError(
                    f"{len(lacking):,} of {len(self.open_members):,} clients did not "
                    f"get it within {timeout:g} s, the first is number "
                    f"{lacking[0].number}"
                )
            await asyncio.sleep(_LOOK)
            lacking = [m for m in lacking if m.is_open and not fits(m)]

    # The result.

    def result(self) -> SwarmResult:
        """Return the figures so far."""
        tally = self.tally
        deliveries = tally.timeline.total()
        # Where deliveries were due, only they count: an answer is no arrival.
        is_asked = not (tally.expected or deliveries.count)
        shown = tally.answers if is_asked else deliveries
        return SwarmResult(
            clients=self.plan.count,
            connected=len(self.members),
            opening=self.opening,
            sent=tally.sent,
            expected=tally.expected,
            received=tally.received,
            lost=tally.missing,
            cut_off=tally.cut_off,
            duplicates=tally.duplicates,
            out_of_order=tally.out_of_order,
            strays=tally.strays,
            answers=tally.answers.count,
            errors=dict(self.errors),
            close_codes=dict(self.close_codes),
            duration=self.duration,
            behind=self.behind,
            p50=shown.percentile(50),
            p90=shown.percentile(90),
            p99=shown.percentile(99),
            max=shown.max if shown.count else None,
            timeline=tally.timeline.copy(),
            answered=tally.answers.copy(),
            mark=tally.mark,
        )

    def pick(self, by: int | list[int] | None) -> list[Member]:
        """Return the members with these numbers; None is all that are connected.

        Raises:
            ClientError: If there is no such member.
        """
        if by is None:
            return self.open_members
        numbers = [by] if isinstance(by, int) else list(by)
        members = {member.number: member for member in self.members}
        for number in numbers:
            if number not in members:
                raise ClientError(
                    f"there is no client {number!r}: they are numbered from 0 to "
                    f"{self.plan.count - 1}"
                )
        return [members[number] for number in numbers]
