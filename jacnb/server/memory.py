"""A server without sockets or threads, for tests and for where neither exists.

It speaks the same protocol as `Server`, because it holds the same engine. Messages go
through one queue that is drained before ``submit`` returns; what a callback sends
meanwhile is queued behind, so nothing ever recurses.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from jacnb.client.aclient import AsyncClient, Connecting
from jacnb.client.client import Client
from jacnb.client.memory import AsyncMemoryTransport, MemoryTransport
from jacnb.errors import ServerError
from jacnb.protocol.connections import Connection
from jacnb.protocol.endings import Ending
from jacnb.protocol.hub import ChangeUserCall, Outcome, WalkerCall
from jacnb.protocol.identity import Identity
from jacnb.server.engine import Engine
from jacnb.server.figures import Traffic
from jacnb.server.frontdoor import FrontDoor
from jacnb.server.settings import make_settings
from jacnb.walkers.run import Job

T = TypeVar("T")

OnText = Callable[[str], None]
OnClose = Callable[[int, str], None]


@dataclass(slots=True)
class _Counter:
    """Counts messages and their bytes."""

    sent: int = 0
    sent_bytes: int = 0
    received: int = 0
    received_bytes: int = 0

    def note_sent(self, size: int) -> None:
        """Count one message to a client."""
        self.sent += 1
        self.sent_bytes += size

    def note_received(self, size: int) -> None:
        """Count one message from a client."""
        self.received += 1
        self.received_bytes += size


@dataclass(slots=True, kw_only=True)
class _Peer(_Counter):
    """How one client in memory is reached; nothing is ever on its way to it."""

    on_text: OnText
    on_close: OnClose
    backlog: int = 0
    rtt: float | None = None


class MemoryServer(FrontDoor):
    """Serve walkers to clients of the same thread.

    A walker runs while its event is handled: one that sleeps holds everybody up.

    Args:
        settings: Fields of `Settings`; those about sockets have no effect.
    """

    def __init__(self, **settings: Any) -> None:
        self.engine = Engine(make_settings(settings), self._deliver)
        self._todo: deque[Callable[[], None]] = deque()
        self._is_draining = False
        self.is_running = True
        self._all = _Counter()
        self._enter()

    def connect(
        self,
        *,
        user: str | None = None,
        channel_id: str | None = None,
        name: str | None = None,
    ) -> Client:
        """Return a client in memory: of a simulated user, or public.

        Args:
            user: A name or an email address; the account is made if there is none.
            channel_id: The channel to listen on, by default one of its own.
            name: How it is shown; by default ``user``.
        """
        if not self.is_running:
            raise ServerError("this server is stopped; make a new one")
        identity, token = self._simulate(user)
        client = Client(
            MemoryTransport(self, identity, channel_id),
            name=name or user,
            token=token,
        )
        return self._note_client(client, name)

    def aconnect(
        self,
        *,
        user: str | None = None,
        channel_id: str | None = None,
        name: str | None = None,
    ) -> Connecting:
        """Return an asynchronous client: await it, or enter it with ``async with``.

        The arguments are those of `connect`.
        """
        if not self.is_running:
            raise ServerError("this server is stopped; make a new one")

        async def start() -> AsyncClient:
            identity, token = self._simulate(user)
            transport = AsyncMemoryTransport(self, identity, channel_id)
            client = AsyncClient(transport, name=name or user, token=token)
            client.catalogue = self.engine.catalogue
            return await client.open()

        return Connecting(start)

    def stop(self) -> None:
        """Close every client with 1001; a second call does nothing."""
        self.is_running = False
        self._leave()
        for key in list(self.engine.hub.clients):
            for connection in self.engine.hub.clients.get(key):
                self._close(connection, 1001, "server is stopping")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "in memory" if self.is_running else "stopped"
        return f"<MemoryServer {state}, {len(self.engine.hub.clients)} clients>"

    # What a MemoryTransport calls.

    def attach(
        self,
        identity: Identity,
        channel_id: str | None,
        on_text: OnText,
        on_close: OnClose,
    ) -> Connection:
        """Make a connection; its greeting goes to ``on_text``."""
        connection = self.engine.hub.connect(
            identity, channel_id, _Peer(on_text=on_text, on_close=on_close)
        )
        # Inside a callback the queue is being drained already, and a client that is
        # made there waits for its greeting: it is the message queued last.
        self._todo.pop()()
        return connection

    def submit(self, connection: Connection, text: str | bytes) -> None:
        """Handle an event and all it causes; inside a callback, after it."""
        self._todo.append(lambda: self._handle(connection, text))
        self._drain()

    def detach(self, connection: Connection, code: int, reason: str) -> None:
        """Forget a connection that its client closed."""
        self.engine.hub.disconnect(connection, Ending(code, reason, "client"))

    # How things are done here.

    def _do(self, function: Callable[..., object], *args: Any) -> None:
        function(*args)
        self._drain()

    def _ask(self, function: Callable[..., T], *args: Any) -> T:
        if not self.is_running:
            raise ServerError("this server is stopped; make a new one")
        return function(*args)

    def _traffic(self) -> Traffic:
        every = self._all
        return Traffic(
            every.sent, every.sent_bytes, every.received, every.received_bytes
        )

    def _close(self, connection: Connection, code: int, reason: str) -> None:
        connection.peer.on_close(code, reason)
        self.engine.hub.disconnect(connection, Ending(code, reason, "server"))

    def _send_ping(
        self, connection: Connection, on_answer: Callable[[float | None], object]
    ) -> None:
        connection.peer.rtt = 0.0
        on_answer(0.0)

    def _deliver(self, text: str, receivers: Sequence[Connection]) -> None:
        size = len(text.encode("utf-8", "surrogatepass"))
        for connection in receivers:
            connection.peer.note_sent(size)
            self._all.note_sent(size)
            self._todo.append(_delivery(connection, text))

    def _drain(self) -> None:
        if self._is_draining:
            return
        self._is_draining = True
        try:
            while self._todo:
                self._todo.popleft()()
        finally:
            self._is_draining = False

    def _handle(self, connection: Connection, text: str | bytes) -> None:
        if not self.engine.hub.is_connected(connection):
            return
        raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        size = len(raw)
        connection.peer.note_received(size)
        self._all.note_received(size)
        self.engine.refresh(connection)
        match call := self.engine.hub.receive(connection, text):
            case WalkerCall():
                job = self.engine.job(call, self.engine.hub.notify)
                self.engine.hub.finish(call, self._perform(job))
            case ChangeUserCall():
                identity = self.engine.accounts.identify(call.token)
                self.engine.hub.finish(call, identity)

    def _perform(self, job: Job) -> Outcome:
        if job.is_async:
            return _run_until_done(self.engine.perform_async(job))
        return self.engine.perform(job)


def _delivery(connection: Connection, text: str) -> Callable[[], None]:
    return lambda: connection.peer.on_text(text)


def _run_until_done(coroutine: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Run a coroutine to its end, even inside a loop that is running (a notebook's)."""
    outer = asyncio._get_running_loop()
    loop = asyncio.new_event_loop()
    asyncio._set_running_loop(None)
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()
        asyncio._set_running_loop(outer)
