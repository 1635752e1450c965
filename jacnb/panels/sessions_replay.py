"""Say again what the clients of a recording said, as other clients."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

from jacnb.client.faults import check_number
from jacnb.errors import JacnbError
from jacnb.panels.sessions_masks import is_session_id
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind, Trace

_MASK: Final = "***"
_TICK: Final = 0.002
_QUIET: Final = 0.05


class Player(Protocol):
    """What a replay needs of a client."""

    client_id: Any
    root_id: Any
    channel_id: Any

    def send(self, event: str, /) -> object:
        """Send one message."""


@dataclass(frozen=True, slots=True)
class Role:
    """A client of a recording, for whom another one is to speak.

    Attributes:
        name: How it was called.
        client_id: Its id then.
        root_id: Its user then.
        channel_id: Its channel then.
        user: The address of its user; None is the public.
    """

    name: str
    client_id: str
    root_id: str
    channel_id: str
    user: str | None

    @property
    def channel(self) -> str | None:
        """The channel to ask for; None is one of its own, as it had then."""
        return None if is_session_id(self.channel_id) else self.channel_id or None


@dataclass(frozen=True)
class Replayed:
    """What became of a replay.

    Attributes:
        sent: How many events were sent.
        notes: What was left out or went wrong, and why.
        entries: What happened meanwhile.
    """

    sent: int
    notes: tuple[str, ...]
    entries: Entries

    def __repr__(self) -> str:
        events = "1 event" if self.sent == 1 else f"{self.sent} events"
        return "\n".join([f"<{events} sent again>", *(f"  {n}" for n in self.notes)])


Settled = Callable[[Player, int], bool]
"""Whether all that a client's event of at least this number led to has happened."""


def roles_of(entries: Entries) -> list[Role]:
    """Return the clients of a recording, in the order in which they appear."""
    found = {
        connection: None
        for entry in entries
        for connection in ([entry.sender] if entry.sender else []) + [*entry.receivers]
    }
    return [
        Role(
            entries.names.of(connection),
            connection.client_id,
            connection.root_id,
            connection.channel_id,
            connection.identity.email,
        )
        for connection in found
    ]


def is_like(actor: Mapping[str, Any], role: Role) -> bool:
    """Return whether a client of the public can stand in for another of them."""
    if role.user is not None or not actor["public"]:
        return False
    own = is_session_id(str(actor["channel_id"]))
    return role.channel is None if own else actor["channel_id"] == role.channel


class Replay:
    """One replay: who speaks for whom, and what to say.

    Args:
        entries: The recording.
        players: The clients that speak now, by the client id that was theirs then.
        pace: How many times faster than it was; None is as fast as it goes.
        timeout: Seconds to wait for what an event leads to.
        sleep: Waits for some seconds.
    """

    def __init__(
        self,
        entries: Entries,
        players: Mapping[str, Player],
        *,
        pace: float | None = None,
        timeout: float = 5.0,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if pace is not None:
            check_number("pace", pace, above=0)
        check_number("timeout", timeout)
        self._events = [entry for entry in entries if entry.kind is Kind.EVENT]
        self._players = players
        self._new_ids = _new_ids(roles_of(entries), players)
        self._pace = pace
        self._timeout = timeout
        self._sleep = sleep
        self.sent = 0
        self.notes: list[str] = []

    def run(self, next_seq: Callable[[], int], settled: Settled) -> None:
        """Send everything; each event waits for what the one before it led to.

        Args:
            next_seq: Returns the number that the next entry will have.
            settled: Tells when an event has been dealt with.
        """
        for entry, pause in self._with_pauses():
            if pause:
                self._sleep(pause)
            start = next_seq()
            player = self._say(entry)
            if player is None:
                continue
            if not self._wait(partial(settled, player, start)):
                self._note(entry, f"no end of it within {self._timeout:g} s")

    def _with_pauses(self) -> Iterator[tuple[Entry, float]]:
        last: float | None = None
        for entry in self._events:
            gap = 0.0 if last is None else max(0.0, entry.time - last)
            yield entry, gap / self._pace if self._pace else 0.0
            last = entry.time

    def _say(self, entry: Entry) -> Player | None:
        """Send one event; return who did, None if it is left out."""
        player, text = self._players.get(entry.client_id or ""), entry.text
        if why := _problem(entry, player):
            self._note(entry, why)
            return None
        assert player is not None
        assert text is not None
        for old, new in self._new_ids.items():
            text = text.replace(old, new)
        try:
            player.send(text)
        except JacnbError as error:
            self._note(entry, str(error))
            return None
        self.sent += 1
        return player

    def _wait(self, is_done: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + self._timeout
        while not is_done():
            if time.monotonic() > deadline:
                return False
            self._sleep(_TICK)
        return True

    def _note(self, entry: Entry, why: str) -> None:
        self.notes.append(f"#{entry.seq} {entry.type}: {why}")


def settled_in(trace: Trace) -> Settled:
    """Return what tells from a trace whether an event has been dealt with."""

    def settled(player: Player, start: int) -> bool:
        entries = trace.since(start)
        event = next(filter(lambda e: _is_from(e, player.client_id), entries), None)
        if event is None:
            return False
        led_to = [entry for entry in entries if entry.cause == event.seq]
        if event.type != "walker":
            return event.type != "change_user" or bool(led_to)
        runs = [entry.seq for entry in led_to if entry.kind is Kind.RUN]
        ends = (e for e in entries if e.kind is Kind.END and e.cause in runs)
        return any(ends) if runs else bool(led_to)

    return settled


def settled_when_quiet(next_seq: Callable[[], int]) -> Settled:
    """Return what tells, where causes are not known, that nothing comes any more."""
    seen = (-1, 0.0)

    def settled(player: Player, start: int) -> bool:
        nonlocal seen
        number, now = next_seq(), time.monotonic()
        if number != seen[0]:
            seen = (number, now)
        return number > start and now - seen[1] >= _QUIET

    return settled


def _problem(entry: Entry, player: Player | None) -> str:
    """Return why an event cannot be sent again."""
    if player is None:
        return "nobody speaks for its client"
    if entry.text is None:
        return "its payload was no longer kept"
    return "its token was not recorded" if _is_masked_token(entry) else ""


def _is_from(entry: Entry, client_id: str) -> bool:
    return entry.kind is Kind.EVENT and entry.client_id == client_id


def _is_masked_token(entry: Entry) -> bool:
    value = entry.value
    return entry.type == "change_user" and (
        isinstance(value, dict) and value.get("token") == _MASK
    )


def _new_ids(roles: Iterable[Role], players: Mapping[str, Player]) -> dict[str, str]:
    """Return the ids of now by those of then; a channel with a name keeps it."""
    found: dict[str, str] = {}
    for role in roles:
        player = players.get(role.client_id)
        if player is None:
            continue
        found[role.client_id] = str(player.client_id)
        if role.user is not None:
            found[role.root_id] = str(player.root_id)
        if role.channel is None:
            found[role.channel_id] = str(player.channel_id)
    return {old: new for old, new in found.items() if old and old != new}
