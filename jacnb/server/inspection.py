"""Look into a running server, and close or ping one of its connections."""

from __future__ import annotations

import concurrent.futures
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from jacnb.client.transport import check_close
from jacnb.errors import ServerError, WaitTimeoutError
from jacnb.protocol.connections import Connection
from jacnb.server.engine import Engine
from jacnb.server.figures import (
    Channels,
    Connections,
    Counts,
    Traffic,
    Users,
    WalkerTable,
    channels_of,
    collect,
    connection_figures,
    users_of,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ServerFigures:
    """All figures of one moment.

    Attributes:
        at: When, unix seconds.
        is_running: Whether the server runs.
        connections: Who is connected.
        walkers: What was called.
        traffic: Messages and bytes since the start.
        trace_entries: How much the trace holds.
        trace_bytes: Bytes of its payloads.
    """

    at: float
    is_running: bool
    connections: Connections
    walkers: WalkerTable
    traffic: Traffic
    trace_entries: int
    trace_bytes: int


class Inspection:
    """The part of a server that lets its author look inside."""

    engine: Engine
    is_running: bool

    @property
    def connections(self) -> Connections:
        """Who is connected now, with counts; a stopped server has nobody."""
        return self._connections(self._counted()[0])

    @property
    def channels(self) -> Channels:
        """The channels that somebody listens on now, with their members."""
        return channels_of(self.connections)

    @property
    def users(self) -> Users:
        """The users who are connected now, with their connections."""
        return users_of(self.connections)

    @property
    def walkers(self) -> WalkerTable:
        """The walkers, with calls, errors and how long they took."""
        declared = [d.name for d in self.engine.registry if not d.specs.private]
        return WalkerTable(self.engine.walker_counts.figures(declared))

    def figures(self) -> ServerFigures:
        """Return the figures of this moment."""
        counted, traffic = self._counted()
        trace = self.engine.trace
        return ServerFigures(
            at=time.time(),
            is_running=self.is_running,
            connections=self._connections(counted),
            walkers=self.walkers,
            traffic=traffic,
            trace_entries=0 if trace is None else len(trace),
            trace_bytes=0 if trace is None else trace.size,
        )

    def disconnect(self, client: Any, code: int = 1000, reason: str = "") -> None:
        """Close one client's connection; its walker, if one runs, goes on.

        A `Client` connects again by itself after codes other than 1000 and 1008.

        Args:
            client: A client id, or a `Client` or whatever else has a ``client_id``.
            code: The close code: 1000 (done), or 4000 to 4999 for your own.
            reason: Why, 123 bytes at most; the client gets to see it.

        Raises:
            ServerError: If nobody with this id is connected.
            ValueError: If code or reason cannot be sent.
        """
        check_close(code, reason)
        self._ask(self._disconnect, _id_of(client), code, reason)

    def ping(self, client: Any, timeout: float = 5.0) -> float:
        """Return the milliseconds that a ping to a client takes, there and back.

        Args:
            client: A client id, or a `Client` or whatever else has a ``client_id``.
            timeout: Seconds to wait at most.

        Raises:
            ServerError: If nobody with this id is connected, or not any more.
            WaitTimeoutError: If the answer does not come in time.
        """
        answer: concurrent.futures.Future[float | None] = concurrent.futures.Future()
        key = _id_of(client)
        self._ask(self._ping, key, answer.set_result)
        try:
            seconds = answer.result(timeout)
        except concurrent.futures.TimeoutError:
            raise WaitTimeoutError(
                f"client {key} did not answer a ping within {timeout:g} s"
            ) from None
        if seconds is None:
            raise ServerError(f"client {key} is gone; server.connections shows who is")
        return seconds * 1000

    def send_pings(self, clients: Sequence[Any]) -> None:
        """Ping clients and do not wait; ``connections`` shows how long it took.

        Args:
            clients: Client ids or clients; those that are gone are passed over.
        """
        self._ask(self._ping_all, [_id_of(client) for client in clients])

    # How a shell does it.

    def _ask(self, function: Callable[..., T], *args: Any) -> T:
        """Return what ``function`` returns where the hub may be touched."""
        raise NotImplementedError

    def _traffic(self) -> Traffic:
        """Bring all counts up to date and return their sums."""
        raise NotImplementedError

    def _close(self, connection: Connection, code: int, reason: str) -> None:
        raise NotImplementedError

    def _send_ping(
        self, connection: Connection, on_answer: Callable[[float | None], object]
    ) -> None:
        raise NotImplementedError

    # Where the hub may be touched.

    def _collect(self) -> tuple[list[Counts], Traffic]:
        traffic = self._traffic()
        return collect(self.engine.hub), traffic

    def _disconnect(self, key: str, code: int, reason: str) -> None:
        self._close(self._connected(key), code, reason)

    def _ping(self, key: str, on_answer: Callable[[float | None], object]) -> None:
        self._send_ping(self._connected(key), on_answer)

    def _ping_all(self, keys: Sequence[str]) -> None:
        for connection in self.engine.hub.clients.select(keys):
            self._send_ping(connection, lambda seconds: None)

    def _connected(self, key: str) -> Connection:
        found = self.engine.hub.clients.get(key)
        if not found:
            raise ServerError(
                f"no client {key[:80]!r} is connected; server.connections shows who is"
            )
        return found[0]

    # On the caller's thread.

    def _counted(self) -> tuple[list[Counts], Traffic]:
        if self.is_running:
            return self._ask(self._collect)
        return [], Traffic()

    def _connections(self, counted: Sequence[Counts]) -> Connections:
        names = self.engine.client_names
        return Connections(
            connection_figures(counts, name)
            for counts, name in zip(
                counted, names.of([each.connection for each in counted]), strict=True
            )
        )


def _id_of(client: Any) -> str:
    """Return the id of a client that may be given as an object."""
    key = client if isinstance(client, str) else getattr(client, "client_id", None)
    if not isinstance(key, str):
        raise TypeError(f"give a client or its id, not {type(client).__name__}")
    return key
