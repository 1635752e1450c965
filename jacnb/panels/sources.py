"""Where panels get rows from: a server's trace, or what clients saw themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from jacnb.panels.clients_source import ClientsSource
from jacnb.panels.rows import Lane, Row
from jacnb.panels.trace_source import Still, TraceSource
from jacnb.protocol.connections import Connection
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Trace


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
