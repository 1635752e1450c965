"""The figures of a server at one moment: its connections, channels, users, walkers.

They are read off in one go where the hub may be touched (`collect`); what people read
is made of that on the caller's thread, so the loop is held up as briefly as possible.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, NamedTuple, TypeVar

from jacnb.protocol.connections import Connection
from jacnb.protocol.hub import Hub
from jacnb.protocol.identity import Identity
from jacnb.protocol.telling.table import LIMIT, Column, Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ConnectionFigures:
    """One connection.

    Attributes:
        client_id: Its id.
        name: How people call it: "alice", "public 0db2".
        user: The user's address; None is the public.
        root_id: The user's root.
        channel_id: The channel it listens on.
        sent: Messages that were sent to it.
        sent_bytes: Their bytes, with what frames them.
        received: Messages that came from it.
        received_bytes: The bytes that came, with what frames them.
        queued: Bytes that wait to be sent to it.
        rtt: Milliseconds that its last ping took; None before the first.
        since: When it connected, unix seconds.
    """

    client_id: str
    name: str
    user: str | None
    root_id: str
    channel_id: str
    sent: int
    sent_bytes: int
    received: int
    received_bytes: int
    queued: int
    rtt: float | None
    since: int


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One channel and the connections that listen on it."""

    channel_id: str
    members: tuple[ConnectionFigures, ...]


@dataclass(frozen=True, slots=True)
class UserFigures:
    """One user, or the public (None), and the connections that it speaks on."""

    user: str | None
    root_id: str
    connections: tuple[ConnectionFigures, ...]


@dataclass(frozen=True, slots=True)
class WalkerFigures:
    """One walker.

    Attributes:
        name: Its name.
        calls: How often it was called, by events or over REST.
        running: How many of its runs have not ended.
        errors: How many ended with an error.
        p50: Milliseconds that half of its last 500 runs did not exceed.
        p95: The same of 95 %; None before the first run ended.
    """

    name: str
    calls: int
    running: int
    errors: int
    p50: float | None
    p95: float | None


class Counts(NamedTuple):
    """What is read off one connection."""

    connection: Connection
    identity: Identity
    sent: int
    sent_bytes: int
    received: int
    received_bytes: int
    queued: int
    rtt: float | None


class Traffic(NamedTuple):
    """Messages and bytes since the start, those of clients that are gone included."""

    sent: int = 0
    sent_bytes: int = 0
    received: int = 0
    received_bytes: int = 0


def collect(hub: Hub) -> list[Counts]:
    """Read off all connections, where the hub may be touched."""
    return [
        Counts(
            connection,
            connection.identity,
            peer.sent,
            peer.sent_bytes,
            peer.received,
            peer.received_bytes,
            peer.backlog,
            peer.rtt,
        )
        for key in hub.clients
        for connection in hub.clients.get(key)
        if (peer := connection.peer) is not None
    ]


def connection_figures(counts: Counts, name: str) -> ConnectionFigures:
    """Make the figures of one connection."""
    connection, identity = counts.connection, counts.identity
    return ConnectionFigures(
        client_id=connection.client_id,
        name=name,
        user=identity.email,
        root_id=identity.root_id,
        channel_id=connection.channel_id,
        sent=counts.sent,
        sent_bytes=counts.sent_bytes,
        received=counts.received,
        received_bytes=counts.received_bytes,
        queued=counts.queued,
        rtt=None if counts.rtt is None else counts.rtt * 1000,
        # The id begins with the time at which it was made.
        since=int(connection.client_id.partition(":")[0]),
    )


class Figures(Sequence[T], Generic[T]):
    """Figures as a sequence that ``print`` aligns and a notebook shows as a table."""

    _columns: Sequence[Column] = ()
    _empty = ""

    def __init__(self, items: Iterable[T] = ()) -> None:
        self._items = tuple(items)

    def __getitem__(self, index: Any) -> Any:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Figures):
            return self._items == other._items
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def table(self, limit: int | None = LIMIT) -> Table:
        """Return a table of the last ones, None is all; ``print`` aligns it."""
        first = 0 if limit is None else max(0, len(self) - limit)
        rows = [self._cells(item) for item in self._items[first:]]
        return Table(self._columns, rows, left_out=first, empty=self._empty)

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def _cells(self, item: T) -> list[str]:
        raise NotImplementedError


class Connections(Figures[ConnectionFigures]):
    """The connections of a server, in the order in which they came."""

    _empty = "nobody is connected"
    _columns = (
        Column("client", width=20),
        Column("user", width=28),
        Column("channel", width=24),
        Column("to it", is_number=True),
        Column("bytes", is_number=True),
        Column("from it", is_number=True),
        Column("bytes", is_number=True),
        Column("queued", is_number=True),
        Column("rtt ms", is_number=True),
        Column("since"),
        Column("client id", width=43),
    )

    def _cells(self, item: ConnectionFigures) -> list[str]:
        return [
            item.name,
            item.user or PUBLIC,
            item.channel_id,
            f"{item.sent:,}",
            f"{item.sent_bytes:,}",
            f"{item.received:,}",
            f"{item.received_bytes:,}",
            f"{item.queued:,}",
            _milliseconds(item.rtt),
            time.strftime("%H:%M:%S", time.localtime(item.since)),
            item.client_id,
        ]


class Channels(Figures[ChannelFigures]):
    """The channels of a server with their members."""

    _empty = "nobody is connected"
    _columns = (
        Column("channel", width=43),
        Column("members", is_number=True),
        Column("who", width=80),
    )

    def _cells(self, item: ChannelFigures) -> list[str]:
        return [item.channel_id, f"{len(item.members):,}", _names(item.members)]


class Users(Figures[UserFigures]):
    """The users of a server with their connections."""

    _empty = "nobody is connected"
    _columns = (
        Column("user", width=40),
        Column("connections", is_number=True),
        Column("who", width=80),
        Column("root id", width=30),
    )

    def _cells(self, item: UserFigures) -> list[str]:
        there = item.connections
        return [item.user or PUBLIC, f"{len(there):,}", _names(there), item.root_id]


class WalkerTable(Figures[WalkerFigures]):
    """The walkers of a server with their calls."""

    _empty = "no walkers yet: declare one"
    _columns = (
        Column("walker", width=40),
        Column("calls", is_number=True),
        Column("running", is_number=True),
        Column("errors", is_number=True),
        Column("p50 ms", is_number=True),
        Column("p95 ms", is_number=True),
    )

    def _cells(self, item: WalkerFigures) -> list[str]:
        counts = (item.calls, item.running, item.errors)
        times = (_milliseconds(item.p50), _milliseconds(item.p95))
        return [item.name, *(f"{count:,}" for count in counts), *times]


PUBLIC: Final = "public"
_NAMED: Final = 4


def channels_of(connections: Iterable[ConnectionFigures]) -> Channels:
    """Return the channels that connections listen on."""
    grouped = _grouped(connections, lambda each: each.channel_id)
    return Channels(ChannelFigures(key, tuple(each)) for key, each in grouped.items())


def users_of(connections: Iterable[ConnectionFigures]) -> Users:
    """Return the users who speak on connections."""
    grouped = _grouped(connections, lambda each: each.root_id)
    return Users(
        UserFigures(each[0].user, key, tuple(each)) for key, each in grouped.items()
    )


def _grouped(
    connections: Iterable[ConnectionFigures], key: Callable[[ConnectionFigures], str]
) -> dict[str, list[ConnectionFigures]]:
    grouped: defaultdict[str, list[ConnectionFigures]] = defaultdict(list)
    for each in connections:
        grouped[key(each)].append(each)
    return grouped


def _names(connections: Sequence[ConnectionFigures]) -> str:
    names = [each.name for each in connections[:_NAMED]]
    more = len(connections) - len(names)
    return ", ".join([*names, f"and {more:,} more"] if more else names)


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
