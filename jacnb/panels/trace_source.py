"""The rows of a server's trace, of a part of one, or of a recording."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Container, Sequence
from itertools import islice
from operator import attrgetter
from typing import Final

from jacnb.panels.rows import RECEIVERS_NAMED, Lane, Row, cut
from jacnb.protocol.connections import Connection
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind, Trace

_RUNS_KNOWN: Final = 20_000
_LANES_KNOWN: Final = 5_000


class Still:
    """Entries of a trace, or of a recording: like a trace to which nothing is added."""

    def __init__(self, entries: Entries) -> None:
        self._entries = entries
        self.kept_from = entries[0].seq if entries else 0
        self.next_seq = entries[-1].seq + 1 if entries else 0

    def since(self, seq: int) -> Sequence[Entry]:
        """Return the entries from number ``seq`` on."""
        first = bisect_left(self._entries, seq, key=attrgetter("seq"))
        return self._entries[first:]

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number, None if there is none."""
        return self._entries.get(seq)

    def view(self) -> Entries:
        """Return the entries."""
        return self._entries


class TraceSource:
    """The rows of a server's trace, with causes and walker runs.

    Args:
        trace: The trace.
        connected: Returns the connections there are.
        names: What clients are called; by default in the order of their rows.
    """

    has_causes = True
    note = ""

    def __init__(
        self,
        trace: Trace | Still,
        connected: Callable[[], Sequence[Connection]] = tuple,
        *,
        names: Names | None = None,
    ) -> None:
        self._trace = trace
        self._connected = connected
        self._names = names or Names()
        self._lanes: dict[Connection, Lane] = {}
        self._next_lane = 0
        self._runs: OrderedDict[int, int] = OrderedDict()
        self._many: tuple[Sequence[Connection], list[int]] = (), []
        self._lock = threading.RLock()

    def since(self, seq: int) -> list[Row]:
        """Return the rows that are kept from number ``seq`` on."""
        with self._lock:
            return [self._row(entry) for entry in self._trace.since(seq)]

    def next_seq(self) -> int:
        """Return the number that the next row will have."""
        return self._trace.next_seq

    def kept_from(self) -> int:
        """Return the number before which nothing is kept any more."""
        return self._trace.kept_from

    def row(self, seq: int) -> Row | None:
        """Return one row, None if it is gone."""
        entry = self._trace.get(seq)
        with self._lock:
            return None if entry is None else self._row(entry)

    def text(self, seq: int) -> str | None:
        """Return a row's whole payload, None if it is gone."""
        entry = self._trace.get(seq)
        return None if entry is None else entry.text

    def lanes(self) -> list[Lane]:
        """Return all clients that rows were made for, and those connected now."""
        # In order, so that lanes are numbered as clients came.
        connected = dict.fromkeys(self._connected())
        with self._lock:
            for connection in connected:
                self._lane(connection)
            self._forget_lanes(connected)
            for connection, lane in self._lanes.items():
                lane["open"] = connection in connected
                lane["name"] = self._names.of(connection)
            return [lane.copy() for lane in self._lanes.values()]

    def messages_of(self, client_id: str, since: int, count: int) -> list[Row]:
        """Return the last messages of one client from number ``since`` on."""
        found: list[Entry] = []
        for entry in reversed(self._trace.since(since)):
            if len(found) == count:
                break
            if _is_message_of(entry, client_id):
                found.append(entry)
        with self._lock:
            return [self._row(entry) for entry in reversed(found)]

    def connection(self, lane: int) -> Connection | None:
        """Return the connection of a lane."""
        with self._lock:
            found = (c for c, known in self._lanes.items() if known["lane"] == lane)
            return next(found, None)

    def entries(self) -> Entries:
        """Return what is kept now, as it can be filtered and saved."""
        return self._trace.view()

    def close(self) -> None:
        """Do nothing: nothing was subscribed to."""

    def _row(self, entry: Entry) -> Row:
        text, missing = cut(entry.text)
        return Row(
            seq=entry.seq,
            at=round(entry.time, 4),
            kind=entry.kind.value,
            type=entry.type,
            who=None if entry.sender is None else self._lane(entry.sender),
            to=self._to(entry.receivers),
            reach=entry.reach,
            size=entry.size,
            cause=entry.cause,
            run=self._run_of(entry),
            text=text,
            cut=missing,
        )

    def _to(self, receivers: Sequence[Connection]) -> list[int]:
        if len(receivers) <= RECEIVERS_NAMED:
            return [self._lane(each) for each in receivers]
        # The members of one channel, notified again and again, are looked up once.
        if self._many[0] is not receivers:
            self._many = receivers, sorted(map(self._lane, receivers))
        return self._many[1]

    def _lane(self, connection: Connection) -> int:
        known = self._lanes.get(connection)
        if known is None:
            known = self._lanes[connection] = Lane(
                lane=self._next_lane,
                client_id=connection.client_id,
                name=self._names.of(connection),
                channel_id=connection.channel_id,
                public=connection.identity.is_public,
                open=True,
            )
            self._next_lane += 1
        return known["lane"]

    def _forget_lanes(self, connected: Container[Connection]) -> None:
        """Drop the oldest clients that are gone, if there are very many."""
        if isinstance(self._trace, Still):
            return  # Their rows are all there still.
        surplus = len(self._lanes) - _LANES_KNOWN
        gone = (each for each in self._lanes if each not in connected)
        for connection in list(islice(gone, max(0, surplus))):
            del self._lanes[connection]
            self._many = (), []

    def _run_of(self, entry: Entry) -> int | None:
        """Return the number of the walker run that an entry is, or is part of."""
        if entry.kind is Kind.RUN:
            self._runs[entry.seq] = entry.seq
            while len(self._runs) > _RUNS_KNOWN:
                self._runs.popitem(last=False)
        if entry.kind is Kind.RUN or entry.cause is None:
            return self._runs.get(entry.seq)
        return self._runs.get(entry.cause, self._run_elsewhere(entry.cause))

    def _run_elsewhere(self, seq: int) -> int | None:
        """Return the number if it is that of a run; parts of a trace may lack it."""
        cause = self._trace.get(seq) if isinstance(self._trace, Still) else None
        return seq if cause is not None and cause.kind is Kind.RUN else None


def _is_message_of(entry: Entry, client_id: str) -> bool:
    """Return whether a client sent or got this, or came or went by it."""
    if entry.kind in (Kind.EVENT, Kind.OPEN, Kind.CLOSE):
        return entry.client_id == client_id
    return any(each.client_id == client_id for each in entry.receivers)
