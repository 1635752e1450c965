"""The rows of what clients themselves sent and received."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from jacnb.errors import JacnbError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels.entries import MessageLike, kind_in, type_in
from jacnb.panels.rows import Lane, Row, cut
from jacnb.protocol.connections import Connection
from jacnb.protocol.identity import Identity
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind

KEPT: Final = 10_000
"""Messages that a source of clients keeps, like a trace."""


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
