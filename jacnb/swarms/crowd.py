"""`Swarm`: many clients on one loop in one thread, driven from a cell."""

from __future__ import annotations

import asyncio
import concurrent.futures
import weakref
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from jacnb.client.faults import check_number
from jacnb.client.inbox import Wanted
from jacnb.client.response import Response
from jacnb.errors import ClientError, JacnbError, WaitTimeoutError
from jacnb.server.threads import LoopThread
from jacnb.swarms.crew import Crew, Plan
from jacnb.swarms.members import Member
from jacnb.swarms.progress import Progress
from jacnb.swarms.result import SwarmResult
from jacnb.swarms.talking import (
    Fields,
    Rate,
    Script,
    check_script,
    talk_at_rate,
    talk_by_script,
)

_TICK: Final = 0.1
"""Seconds after which a wait looks up: for an interrupt, and to show progress."""

_GOODBYE: Final = 10.0

T = TypeVar("T")


class Swarm:
    """Many simulated clients of one server, made by `jacnb.swarm`.

    They live on an event loop of their own, in one thread. The swarm ends with its
    ``with`` block, with `close`, or when nobody refers to it any more.

    Args:
        plan: Whom to connect.
        progress: Whether to show how far it is; by default where somebody looks.
    """

    def __init__(self, plan: Plan, progress: bool | None = None) -> None:
        self._is_shown = progress
        self._crew = Crew(plan)
        self._thread = LoopThread("jacnb-swarm")
        self._end = weakref.finalize(self, _end, self._thread, self._crew)
        try:
            self._wait(self._crew.open(), self._opened)
        except BaseException:
            self._end()
            raise

    @property
    def is_open(self) -> bool:
        """Whether the swarm was not closed."""
        return self._end.alive

    def __len__(self) -> int:
        return len(self._crew.open_members)

    # Talking.

    def say(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        by: int | list[int] | None = None,
    ) -> int:
        """Have clients send data to their channel; return how many did.

        Args:
            data: What; by default ``{"type": "swarm"}``. It is counted by a tag that is
                added under the key "swarm".
            by: The numbers of those that do; by default each of them, once.
        """
        data = {"type": "swarm"} if data is None else data
        return self._wait(self._say(data, by))

    def walker(
        self,
        name: str,
        /,
        context: Mapping[str, Any] | None = None,
        *,
        by: int | list[int] | None = None,
        timeout: float = 30.0,
        **fields: Any,
    ) -> list[Response]:
        """Have clients run a walker; return the responses, in the clients' order.

        A call that fails is left out, and counted in the result.

        Args:
            name: The walker.
            context: Its fields, and the way for fields named ``by`` or ``timeout``.
                Where a text says ``{tag}``, what the walker sends to the channel is
                counted.
            by: The numbers of those that do; by default each of them, once.
            timeout: Seconds to wait for each.
            fields: Its fields.
        """
        return self._wait(self._call(name, {**(context or {}), **fields}, by, timeout))

    def run(
        self,
        script: Script | None = None,
        *,
        rate: float | None = None,
        per_client: bool = False,
        seconds: float | None = None,
        data: Fields | None = None,
        walker: str | None = None,
        fields: Fields | None = None,
        patience: float = 5.0,
    ) -> SwarmResult:
        """Let them talk, wait until all has arrived, and return what came of it.

        Args:
            script: What each does: ``async def talk(client, number)``, or a generator
                function that yields calls of its client, or seconds to wait.
            rate: Or: how many events a second there are, of all clients together.
            per_client: Whether that is the rate of each client.
            seconds: For how long; a script may last until it ends.
            data: What is sent to the channel, or a function that makes it of the
                event's number.
            walker: A walker to call instead.
            fields: Its fields, or a function as for ``data``. Where a text says
                ``{tag}``, what the walker sends to the channel is counted.
            patience: Seconds to wait for a delivery that does not come.

        Raises:
            KeyboardInterrupt: If it is interrupted; `result` has the figures so far.
        """
        if (script is None) == (rate is None):
            raise ValueError("give either a script, or rate=…")
        talk: Coroutine[Any, Any, None]
        if script is not None:
            check_script(script)
            talk = talk_by_script(self._crew, script, seconds)
        else:
            check_number("rate", rate, above=0)
            if seconds is not None:
                check_number("seconds", seconds, above=0)
            each = (rate or 0) * (len(self) if per_client else 1)
            plan = Rate(each, seconds or 5.0, data, walker, fields or {})
            talk = talk_at_rate(self._crew, plan)
        self._wait(self._talk_and_settle(talk, patience), self._talked)
        return self.result

    def wait_for(
        self, type: str | None = None, *, timeout: float = 5.0, **fields: Any
    ) -> SwarmResult:
        """Wait until all that was said has arrived; return the figures so far.

        What did not arrive in time is lost; it is not waited for again. With a type or
        fields, wait until each client has such an unread message, and take it, as
        `Client.expect` does.

        Raises:
            WaitTimeoutError: If it does not come in time.
        """
        if type is None and not fields:
            self._wait(self._arrival(timeout))
        else:
            if not self._crew.plan.keep:
                raise ClientError("these clients only count; open them with keep=1000")
            wanted = Wanted(type, fields)
            has = _has_message(wanted)
            self._wait(self._crew.wait_until_all(has, timeout))
        return self.result

    @property
    def result(self) -> SwarmResult:
        """The figures so far."""
        if not self.is_open:
            return self._crew.result()
        return self._wait(self._read())

    # Faults on purpose.

    def drop(self, by: int | list[int] | None = None) -> None:
        """Cut the connections of these clients without a word; by default all."""
        self._wait(self._each(by, Member.drop))

    def freeze(self, by: int | list[int] | None = None) -> None:
        """Have these clients read nothing and answer no ping."""
        self._wait(self._each(by, Member.freeze))

    def thaw(self, by: int | list[int] | None = None) -> None:
        """Have these clients go on."""
        self._wait(self._each(by, Member.thaw))

    # The end.

    def close(self) -> None:
        """Close all connections; doing it twice does nothing."""
        if self._end.alive:
            try:
                self._wait(self._crew.close())
            finally:
                self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        state = f"{len(self):,} clients" if self.is_open else "closed"
        return f"<Swarm at {self._crew.plan.url}, {state}>"

    # On the loop.

    async def _say(self, data: Mapping[str, Any], by: int | list[int] | None) -> int:
        speakers = self._crew.pick(by)
        for member in speakers:
            await member.send_to_channels(member.channel_id, data)
        return len(speakers)

    async def _call(
        self,
        name: str,
        fields: dict[str, Any],
        by: int | list[int] | None,
        timeout: float,
    ) -> list[Response]:
        calls = [m.walker(name, fields, timeout=timeout) for m in self._crew.pick(by)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        for each in found:
            if isinstance(each, JacnbError):
                self._crew.note_error(each)
            elif isinstance(each, BaseException):
                raise each
        return [each for each in found if isinstance(each, Response)]

    async def _each(
        self, by: int | list[int] | None, act: Callable[[Member], object]
    ) -> None:
        for member in self._crew.pick(by):
            act(member)

    async def _talk_and_settle(
        self, talk: Coroutine[Any, Any, None], patience: float
    ) -> None:
        await talk
        await self._crew.settle(patience)

    async def _read(self) -> SwarmResult:
        # On the loop, where nothing is counted meanwhile.
        return self._crew.result()

    async def _arrival(self, timeout: float) -> None:
        before = self._crew.tally.missing - self._crew.tally.awaited
        await self._crew.settle(timeout)
        missing = self._crew.tally.missing
        if missing > before:
            lacking = dict(self._crew.tally.missing_by_member())
            raise WaitTimeoutError(
                f"deliveries missing after {timeout:g} s: {missing:,}, at "
                f"{len(lacking):,} of {len(self):,} clients; the first is number "
                f"{min(lacking)}"
            )

    # From the cell.

    def _wait(
        self,
        coroutine: Coroutine[Any, Any, T],
        told: Callable[[], tuple[float, str]] | None = None,
    ) -> T:
        """Run it on the loop; meanwhile show progress, and listen to an interrupt."""
        if not self._end.alive:
            coroutine.close()
            raise ClientError("this swarm is closed; make a new one")
        progress = Progress(self._is_shown) if told is not None else None
        future = asyncio.run_coroutine_threadsafe(coroutine, self._thread.loop)
        try:
            while not concurrent.futures.wait([future], _TICK).done:
                if progress is not None and told is not None:
                    progress.show(*told())
        except BaseException:
            future.cancel()
            raise
        finally:
            if progress is not None and told is not None:
                progress.show(*told(), is_last=True)
        return future.result()

    def _opened(self) -> tuple[float, str]:
        count, all_of_them = len(self._crew.members), self._crew.plan.count
        return count / all_of_them, f"{count:,} of {all_of_them:,} clients connected"

    def _talked(self) -> tuple[float, str]:
        tally = self._crew.tally
        arrived = tally.received / tally.expected if tally.expected else 1.0
        words = (
            f"{tally.sent:,} events, {tally.received:,} of {tally.expected:,} delivered"
        )
        if tally.answers.count:
            words += f", {tally.answers.count:,} calls answered"
        return self._crew.agenda.share(tally.clock()) * arrived, words


def _has_message(wanted: Wanted) -> Callable[[Member], bool]:
    def has(member: Member) -> bool:
        return member.take_unread(wanted.fits)

    return has


def _end(thread: LoopThread, crew: Crew) -> None:
    """Cut what is still connected, and end the thread."""
    # It may be over already, or this may be its own thread that collects garbage.
    with suppress(RuntimeError):
        thread.loop.call_soon_threadsafe(crew.abandon)
        thread.stop()
