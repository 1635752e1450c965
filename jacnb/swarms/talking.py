"""What the members of a swarm say: at a rate, or as a script has it."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from jacnb.swarms.crew import Agenda, Crew
from jacnb.swarms.members import Member

Script = Callable[..., Any]
Fields = Mapping[str, Any] | Callable[[int], Mapping[str, Any]]

_IN_FLIGHT: Final = 500
"""Walker calls that are open at the same time; more would only queue in the server."""

_TURN: Final = 0.01
"""Seconds for which a sender that is behind talks before others have their turn."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often the swarm says something, and what.

    Args:
        per_second: Events a second, of all members together.
        seconds: For how long.
        data: What is sent to the sender's channel; or what makes it of a number.
        walker: The walker to call instead.
        fields: Its fields; or what makes them of a number.
    """

    per_second: float
    seconds: float
    data: Fields | None = None
    walker: str | None = None
    fields: Fields = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many events that are."""
        return max(1, round(self.per_second * self.seconds))


async def talk_at_rate(crew: Crew, rate: Rate) -> None:
    """Have the members talk in turn, each event when it is due."""
    loop = asyncio.get_running_loop()
    start = loop.time()
    gate = asyncio.Semaphore(_IN_FLIGHT)
    agenda = crew.agenda = Agenda(rate.count)
    async with asyncio.TaskGroup() as calls:
        turn = start
        for number in range(rate.count):
            due = start + number / rate.per_second
            now = loop.time()
            if now < due or now > turn + _TURN:
                await asyncio.sleep(max(0.0, due - now))
                turn = loop.time()
            crew.behind = max(crew.behind, loop.time() - due)
            speakers = crew.open_members
            if not speakers:
                return
            speaker = speakers[number % len(speakers)]
            if rate.walker is None:
                await _say(crew, speaker, rate, number)
            else:
                await gate.acquire()
                calls.create_task(_call(crew, speaker, rate, number, gate))
            agenda.done += 1


async def _say(crew: Crew, speaker: Member, rate: Rate, number: int) -> None:
    data = rate.data if rate.data is not None else {"type": "swarm"}
    try:
        await speaker.send_to_channels(speaker.channel_id, _made(data, number))
    except Exception as exc:  # noqa: BLE001 - it is shown in the result
        crew.note_error(exc)


async def _call(
    crew: Crew, speaker: Member, rate: Rate, number: int, gate: asyncio.Semaphore
) -> None:
    try:
        await speaker.walker(
            rate.walker or "", _made(rate.fields, number), timeout=30.0
        )
    except Exception as exc:  # noqa: BLE001 - it is shown in the result
        crew.note_error(exc)
    finally:
        gate.release()


def _made(fields: Fields, number: int) -> Mapping[str, Any]:
    return fields(number) if callable(fields) else fields


async def talk_by_script(crew: Crew, script: Script, seconds: float | None) -> None:
    """Run the script of every member, all at the same time.

    A script that fails counts as an error and ends alone. Those that still run when
    the time is over are ended.
    """
    tasks = [
        asyncio.ensure_future(_perform(crew, script, member))
        for member in crew.open_members
    ]
    agenda = crew.agenda = Agenda(len(tasks), seconds, crew.tally.clock())
    for task in tasks:
        task.add_done_callback(lambda _: _tick_off(agenda))
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _tick_off(agenda: Agenda) -> None:
    agenda.done += 1


async def _perform(crew: Crew, script: Script, member: Member) -> None:
    try:
        acted = script(member, member.number)
        if inspect.isgenerator(acted):
            await _step_through(acted)
        elif inspect.isawaitable(acted):
            await acted
    except Exception as exc:  # noqa: BLE001 - it is shown in the result
        crew.note_error(exc)


async def _step_through(steps: Generator[Any, Any, Any]) -> None:
    """Run a generator that yields what to await, or seconds to wait."""
    found: Any = None
    try:
        while True:
            step = steps.send(found)
            found = await _taken(step)
    except StopIteration:
        pass
    finally:
        steps.close()


async def _taken(step: object) -> Any:
    if isinstance(step, int | float):
        return await asyncio.sleep(step)
    if isinstance(step, Awaitable):
        return await step
    raise TypeError(
        f"a script yields calls of its client, or seconds, not {type(step).__name__}"
    )


def check_script(script: object) -> None:
    """Raise if this cannot be what a member says.

    Raises:
        TypeError: If it is neither a generator function nor an async one.
    """
    is_script = inspect.iscoroutinefunction(script) or inspect.isgeneratorfunction(
        script
    )
    if not is_script:
        raise TypeError(
            "a script is `async def talk(client, number): ...`, or a generator "
            "function that yields calls of its client"
        )
