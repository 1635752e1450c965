"""Read from a server's trace who sent what, and what a message was caused by."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jacnb.client import Client, Message
from jacnb.errors import JacnbError
from jacnb.protocol.trace import Entry, Kind, Trace


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a message arrived.

    Attributes:
        seq: The number of the event that caused it; None for REST and cells.
        client_id: The connection whose event that was.
        event: The type of that event.
        walker: The walker that sent it, None if it needed none.
        reached: The connections that it went to.
    """

    seq: int | None = None
    client_id: str | None = None
    event: str | None = None
    walker: str | None = None
    reached: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check asks of a cause; None is anything."""

    by: Client | None = None
    event: str | None = None
    walker: str | None = None

    def fits(self, cause: Cause) -> bool:
        """Tell whether a message was caused so."""
        return (
            (self.by is None or cause.client_id in ids_of(self.by))
            and self.event in (None, cause.event)
            and self.walker in (None, cause.walker)
        )

    def __str__(self) -> str:
        parts = [f"by {self.by.name}"] if self.by is not None else []
        parts += [f"with a {self.event} event"] if self.event else []
        parts += [f"through the walker {self.walker}"] if self.walker else []
        return " ".join(parts)


@dataclass(slots=True)
class Attempts:
    """Where the newest attempt at a question begins, as numbers of the trace.

    Attributes:
        begins: The first entry that may belong to it.
        checked: The first entry that no check has seen.
    """

    begins: int = 0
    checked: int = 0

    def look_at(self, sent: list[Entry]) -> None:
        """Take what was sent since the last check, if anything was, for the newest."""
        if sent and sent[-1].seq >= self.checked:
            self.begins = self.checked


def ids_of(client: Client) -> set[str]:
    """Return the ids of a client's connections, those before a reconnect too."""
    known = {m["data"]["client_id"] for m in client.messages if _is_greeting(m)}
    # A client that is closed may have none any more.
    with suppress(JacnbError):
        known.add(client.client_id)
    return known


def sent_by(trace: Trace, clients: Iterable[Client]) -> list[Entry]:
    """Return the events of these clients, oldest first, less connection events."""
    ids: set[str | None] = set().union(*(ids_of(client) for client in clients))
    return [entry for entry in events_of(trace) if entry.client_id in ids]


def events_of(trace: Trace) -> list[Entry]:
    """Return everybody's events, oldest first, less connection events."""
    return [
        entry
        for entry in trace
        if entry.kind is Kind.EVENT and entry.type != "connection"
    ]


def causes_of(
    trace: Trace, client: Client, message: Message, since: int = 0
) -> list[Cause]:
    """Return the causes of all messages with this text that a client was sent."""
    return [
        _cause(trace, entry)
        for entry in _notified(trace, client, since)
        if entry.value == message.value
    ]


def sent_to(trace: Trace, client: Client, since: int) -> list[Any]:
    """Return the messages that a client was sent from an entry of the trace on."""
    return [entry.value for entry in _notified(trace, client, since)]


def errors_of(trace: Trace, event: Entry) -> list[Any]:
    """Return the errors in the server's answers to an event, as they were sent.

    What others have sent may look like an error, but has another cause.
    """
    answers = [
        entry.value
        for entry in trace.since(event.seq)
        if entry.kind is Kind.REPLY and event in trace.causes(entry)
    ]
    return [each["error"] for each in answers if "error" in _members(each)]


def in_words(error: Any) -> str:
    """Return an error of the server as one line."""
    if isinstance(error, str):
        return error
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error)


def _members(answer: Any) -> dict[str, Any]:
    return answer if isinstance(answer, dict) else {}


def _notified(trace: Trace, client: Client, since: int) -> list[Entry]:
    ids = ids_of(client)
    return [
        entry
        for entry in trace.since(since)
        if entry.kind is Kind.NOTIFICATION and ids.intersection(entry.receiver_ids)
    ]


def _cause(trace: Trace, entry: Entry) -> Cause:
    chain = [each for each in trace.causes(entry) if each is not None]
    runs = [each for each in chain if each.kind is Kind.RUN]
    events = [each for each in chain if each.kind is Kind.EVENT]
    return Cause(
        seq=events[0].seq if events else None,
        client_id=events[0].client_id if events else None,
        event=events[0].type if events else None,
        walker=runs[0].type if runs else None,
        reached=frozenset(entry.receiver_ids),
    )


def _is_greeting(message: Message) -> bool:
    data = message.data
    return (
        message.type == "connection" and isinstance(data, dict) and "client_id" in data
    )
