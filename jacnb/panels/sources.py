"""Where panels get rows from: a server's trace, or what clients saw themselves."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Container, Iterable, Sequence
from functools import partial
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Any, Final, Protocol

from jacnb.errors import JacnbError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels.entries import MessageLike, kind_in, type_in
from jacnb.panels.rows import RECEIVERS_NAMED, Lane, Row, cut
from jacnb.protocol.connections import Connection
from jacnb.protocol.identity import Identity
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind, Trace

KEPT: Final = 10_000
"""Messages that a source of clients keeps, like a trace."""

_RUNS_KNOWN: Final = 2 * KEPT
_LANES_KNOWN: Final = 5_000


class Source(Protocol):
    """What a panel follows; numbers of rows only grow, and rows may be evicted."""

    has_causes: bool
    note: str

    def since(self, seq: int) -> list[Row]:
        """Return the rows that are kept from number ``seq`` on."""

    def next_seq(self) -> int:
        """Return the number that the next row will have."""

    def kept_from(self) -> int:
        """Return the number before which nothing is kept any more."""

    def row(self, seq: int) -> Row | None:
        """Return one row, None if it is gone."""

    def text(self, seq: int) -> str | None:
        """Return a row's whole payload, None if it is gone."""

    def lanes(self) -> list[Lane]:
        """Return all clients that rows were made for, and those connected now."""

    def entries(self) -> Entries:
        """Return what is kept now, as it can be filtered and saved."""

    def close(self) -> None:
        """Stop listening."""


def source_of(watched: Any) -> Source:
    """Return the source for a server, a trace, entries, a client or several clients.

    A source is returned as it is.

    Raises:
        TypeError: If it is none of these, or a server without a trace.
    """
    if isinstance(watched, TraceSource | ClientsSource):
        return watched
    if traced := _traced(watched):
        return traced
    if _is_client(watched):
        return ClientsSource([watched])
    # Asked second, because to iterate a client is to wait for its messages.
    clients = list(watched) if isinstance(watched, Iterable) else []
    if not clients or not all(map(_is_client, clients)):
        raise TypeError(
            "give a server, a trace, a client or a list of clients; "
            "a recording as read_jsonl() returns it"
        )
    return ClientsSource(clients)


def _traced(watched: Any) -> TraceSource | None:
    """Return the source for what has a trace or is one."""
    if isinstance(watched, Trace):
        return TraceSource(watched)
    if isinstance(watched, Entries):
        return TraceSource(Still(watched), watched.connected, names=watched.names)
    if not hasattr(watched, "engine"):
        return None
    if isinstance(watched, type):
        raise TypeError(
            f"give a server, as jacnb.serve(), not {watched.__name__} itself"
        )
    if watched.trace is None:
        raise TypeError("this server keeps no trace: serve(trace=True) to watch it")
    return TraceSource(watched.trace, lambda: _connected(watched))


def _is_client(watched: object) -> bool:
    return hasattr(watched, "on_message")


def _connected(server: Any) -> list[Connection]:
    hub = server.engine.hub
    return [each for key in hub.clients for each in hub.clients.get(key)]


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


class ClientsSource:
    """What clients themselves sent and received: of any server, without causes."""

    has_causes = False
    note = (
        "Seen from the clients: of another server it is not known what caused a "
        "message."
    )

    def __init__(self, clients: Sequence[Any]) -> None:
        self._clients = list(clients)
        # By lane and cursor: a message that comes while the past is read is seen twice.
        self._kept: OrderedDict[tuple[int, int], tuple[Row, str]] = OrderedDict()
        self._ids: dict[int, tuple[str, str, str]] = {}
        self._lock = threading.RLock()
        self._next = 0
        self._stop: list[Callable[[], object]] = []
        for lane in range(len(self._clients)):
            self._listen(lane)
        self._load_past(range(len(self._clients)))

    def follow(self, client: Any) -> None:
        """Show one more client, with what it has said and heard so far."""
        with self._lock:
            lane = len(self._clients)
            self._clients.append(client)
        self._listen(lane)
        self._load_past([lane])

    def since(self, seq: int) -> list[Row]:
        """Return the rows that are kept from number ``seq`` on."""
        with self._lock:
            oldest = self._next - len(self._kept)
            kept = islice(self._kept.values(), max(0, seq - oldest), None)
            return [row for row, _ in kept]

    def next_seq(self) -> int:
        """Return the number that the next row will have."""
        return self._next

    def kept_from(self) -> int:
        """Return the number before which nothing is kept any more."""
        with self._lock:
            return self._next - len(self._kept)

    def row(self, seq: int) -> Row | None:
        """Return one row, None if it is gone."""
        found = self._get(seq)
        return None if found is None else found[0]

    def text(self, seq: int) -> str | None:
        """Return a row's whole payload, None if it is gone."""
        found = self._get(seq)
        return None if found is None else found[1]

    def _get(self, seq: int) -> tuple[Row, str] | None:
        with self._lock:
            index = seq - (self._next - len(self._kept))
            if not 0 <= index < len(self._kept):
                return None
            return next(islice(self._kept.values(), index, None))

    def lanes(self) -> list[Lane]:
        """Return the clients."""
        return [self._lane(number) for number in range(len(self._clients))]

    def entries(self) -> Entries:
        """Return what is kept now, as it can be filtered and saved."""
        lanes = self.lanes()
        people = [_connection(lane, self._ids[lane["lane"]]) for lane in lanes]
        given = {
            person.client_id: lane["name"]
            for person, lane in zip(people, lanes, strict=True)
        }
        with self._lock:
            kept = list(self._kept.values())
        return Entries([_entry(*each, people) for each in kept], given=given)

    def close(self) -> None:
        """Stop listening to the clients."""
        for stop in self._stop:
            stop()
        self._stop = []

    def _lane(self, number: int) -> Lane:
        client = self._clients[number]
        try:
            ids = client.client_id, client.channel_id, client.root_id
        except (AttributeError, JacnbError):
            # A client that is closed may have no ids any more.
            ids = self._ids.get(number, ("", "", ""))
        self._ids[number] = ids
        return Lane(
            lane=number,
            client_id=str(ids[0]),
            name=str(client.name),
            channel_id=str(ids[1]),
            public=ids[2] == PUBLIC_ROOT_ID,
            open=bool(client.is_open),
        )

    def _listen(self, lane: int) -> None:
        client = self._clients[lane]
        for subscribe in (client.on_message, client.on_sent):
            self._stop.append(subscribe(partial(self._add, lane)))

    def _load_past(self, lanes: Iterable[int]) -> None:
        past = [
            (message.time, lane, message.cursor, message)
            for lane in lanes
            for client in [self._clients[lane]]
            for message in (*client.messages, *client.sent)
        ]
        for _, lane, _, message in sorted(past, key=itemgetter(0, 1, 2))[-KEPT:]:
            self._add(lane, message)

    def _add(self, lane: int, message: MessageLike) -> None:
        text, missing = cut(message.text)
        is_out = message.direction == "out"
        with self._lock:
            if (lane, message.cursor) in self._kept:
                return
            row = Row(
                seq=self._next,
                at=round(message.time, 4),
                kind=_kind(message),
                type=type_in(message.value),
                who=lane if is_out else None,
                to=[] if is_out else [lane],
                reach=0 if is_out else 1,
                size=message.size,
                cause=None,
                run=None,
                text=text,
                cut=missing,
            )
            self._next += 1
            self._kept[lane, message.cursor] = row, message.text
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _connection(lane: Lane, ids: tuple[str, str, str]) -> Connection:
    """Return a client as the entries of a trace name it."""
    user = None if lane["public"] else lane["name"]
    made = Connection(Identity(str(ids[2]), user, user), lane["channel_id"])
    made.client_id = lane["client_id"] or f"client {lane['lane']}"
    return made


def _entry(row: Row, text: str, people: list[Connection]) -> Entry:
    who = row["who"]
    return Entry(
        row["seq"],
        row["at"],
        Kind(row["kind"]),
        row["type"],
        None if who is None else people[who],
        tuple(people[lane] for lane in row["to"]),
        row["reach"],
        row["size"],
        None,
        text,
        0,
    )


def _kind(message: MessageLike) -> str:
    if message.direction == "out":
        return Kind.EVENT.value
    is_reply = kind_in(message.value) in ("response", "error", "connection")
    return Kind.REPLY.value if is_reply else Kind.NOTIFICATION.value
