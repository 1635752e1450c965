"""The Tornado server on a thread of its own, and ``serve()`` which starts it."""

from __future__ import annotations

import atexit
import concurrent.futures
import html
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

from jacnb.cells import CellRun, current_run
from jacnb.client.aclient import AsyncClient, Connecting
from jacnb.client.client import Client
from jacnb.errors import ServerError
from jacnb.protocol.connections import Connection
from jacnb.server.backend import GRACE, Backend
from jacnb.server.engine import Engine
from jacnb.server.figures import Traffic
from jacnb.server.frontdoor import FrontDoor
from jacnb.server.settings import Settings, make_settings
from jacnb.server.threads import LoopThread

T = TypeVar("T")

LOOPBACK = ("127.0.0.1", "::1")

_START_TIMEOUT = 10.0

AnyClient = Client | AsyncClient


class Server(FrontDoor):
    """A running server; every one that is made is a new one.

    Args:
        is_open: Whether clients are let in at once; else they wait until `open`.
        settings: Fields of `Settings`, such as ``port``, ``registry`` or ``secret``.

    Raises:
        ServerError: If the port is taken or a setting makes no sense.
    """

    def __init__(self, *, is_open: bool = True, **settings: Any) -> None:
        self.settings = make_settings(settings)
        sockets = self._waiting = _bind(self.settings.host, self.settings.port)
        self.port: int = sockets[0].getsockname()[1]
        self._clients_of: dict[str, tuple[CellRun, WeakSet[AnyClient]]] = {}
        self._thread = LoopThread("jacnb-server")
        try:
            self._backend: Backend = self._thread.run(
                _start(self.settings, self._thread), _START_TIMEOUT
            )
            if is_open:
                self.open()
        except BaseException:
            # Interrupted, most likely: neither thread nor port may stay.
            self._thread.stop()
            for bound in sockets:
                bound.close()
            raise
        self.is_running = True
        self._enter()
        atexit.register(self.stop)

    def open(self) -> None:
        """Let clients in, those first that wait since the port was bound."""
        sockets, self._waiting = self._waiting, []
        self._thread.run(_listen(self._backend, sockets), _START_TIMEOUT)

    @property
    def engine(self) -> Engine:  # type: ignore[override]
        """Walkers, accounts, graph, hub and trace of this server."""
        return self._backend.engine

    @property
    def address(self) -> str:
        """``host:port`` under which a client on this machine reaches it."""
        host = self.settings.host or LOOPBACK[0]
        if host in ("0.0.0.0", "::"):
            host = LOOPBACK[0]
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """Where clients connect."""
        return f"ws://{self.address}/websocket"

    @property
    def http_url(self) -> str:
        """Where REST calls go."""
        return f"http://{self.address}"

    def connect(
        self,
        *,
        user: str | None = None,
        channel_id: str | None = None,
        name: str | None = None,
        **options: Any,
    ) -> Client:
        """Return a client: of a simulated user, or public.

        A simulated user's account and token are made in this process, without a
        password. In a notebook, running a cell again closes the clients that it
        made before; elsewhere a client ends when nobody refers to it any more.

        Args:
            user: A name or an email address; the account is made if there is none.
            channel_id: The channel to listen on, by default one of its own.
            name: How it is shown; by default ``user``.
            options: Further arguments of `jacnb.connect`.

        Raises:
            ServerError: If the server is stopped.
        """
        from jacnb.client import connect

        self._check_running()
        mine = self._clients_of_this_cell()
        _, token = self._simulate(user)
        client = connect(
            self.url, channel_id=channel_id, token=token, name=name or user, **options
        )
        mine.add(client)
        return self._note_client(client, name)

    def aconnect(
        self,
        *,
        user: str | None = None,
        channel_id: str | None = None,
        name: str | None = None,
        **options: Any,
    ) -> Connecting:
        """Return an asynchronous client: await it, or enter it with ``async with``.

        The arguments are those of `connect`. The client belongs to the event loop
        that awaits it, in a notebook that of its cells.

        Raises:
            ServerError: If the server is stopped.
        """
        from jacnb.client import aconnect

        self._check_running()
        mine = self._clients_of_this_cell()

        async def start() -> AsyncClient:
            _, token = self._simulate(user)
            client = await aconnect(
                self.url,
                channel_id=channel_id,
                token=token,
                name=name or user,
                **options,
            )
            client.catalogue = self.engine.catalogue
            if name:
                self._do(self.engine.call_connection, client.client_id, name)
            mine.add(client)
            return client

        return Connecting(start)

    def trust(self, origin: str, host: str) -> None:
        """Let one page connect, under the one name by which it reaches this server.

        `jacnb.panels.BrowserClient` calls this for its own page, whose public name
        nobody knows beforehand on a hub; it holds until the server stops.

        Args:
            origin: The page's ``location.origin``.
            host: Its ``location.host``, which its requests carry as their Host.

        Raises:
            ServerError: If they are none, or the server is stopped.
        """
        self._check_running()
        self._backend.policy.trust(origin, host)

    def stop(self) -> None:
        """Close every client with 1001 and free the port; twice is no error."""
        if not self.is_running:
            return
        self.is_running = False
        atexit.unregister(self.stop)
        self._leave()
        with suppress(TimeoutError):
            self._thread.run(self._backend.close(), GRACE + 5)
        self._thread.stop()
        for bound in self._waiting:
            bound.close()
        _forget(self)

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
        if not self.is_running:
            return f"<Server {self.url}, stopped>"
        clients, walkers = len(self.engine.hub.clients), len(self.registry)
        return f"<Server {self.url}, {walkers} walkers, {clients} clients>"

    def _repr_html_(self) -> str:
        state = "running" if self.is_running else "stopped"
        walkers = ", ".join(d.name for d in self.registry if not d.specs.private)
        hub = self.engine.hub
        people = [
            connection.identity.email or "public"
            for key in hub.clients
            for connection in hub.clients.get(key)
        ]
        rows = {
            "websocket": self.url,
            "REST": self.http_url,
            "walkers": walkers or "none yet: declare one in a cell",
            "clients": f"{len(people)}: {', '.join(people)}" if people else "none yet",
        }
        cells = "".join(
            f"<tr><th style='text-align:left'>{name}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in rows.items()
        )
        return f"<div><b>jacnb server</b> ({state})<table>{cells}</table></div>"

    def _clients_of_this_cell(self) -> WeakSet[AnyClient]:
        """Close what an earlier run of this cell connected; return where to note more.

        IPython keeps what a cell showed, so those clients would go on listening.
        """
        run = current_run()
        earlier, clients = self._clients_of.get(run.cell, (run, WeakSet()))
        if run.is_again(earlier):
            for client in list(clients):
                if isinstance(client, Client):
                    client.close()
                else:
                    client.leave()
            clients = WeakSet()
        if run.cell:
            self._clients_of[run.cell] = run, clients
        return clients

    def _do(self, function: Callable[..., object], *args: Any) -> None:
        self._check_running()
        self._backend.mailbox.post(function, *args)

    def _do_now(self, function: Callable[..., object], *args: Any) -> None:
        done = Event()
        self._do(function, *args)
        self._do(done.set)
        done.wait(_START_TIMEOUT)

    def _ask(self, function: Callable[..., T], *args: Any) -> T:
        answer: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._do(_fulfil, answer, function, args)
        try:
            return answer.result(_START_TIMEOUT)
        except concurrent.futures.TimeoutError:
            raise ServerError("this server does not answer; is it stopping?") from None

    def _traffic(self) -> Traffic:
        wire = self._backend.sockets.wire
        wire.tally.settle()
        return Traffic(wire.tally.frames, wire.tally.size, *wire.received)

    def _close(self, connection: Connection, code: int, reason: str) -> None:
        connection.peer.close(code, reason)

    def _send_ping(
        self, connection: Connection, on_answer: Callable[[float | None], object]
    ) -> None:
        self._backend.sockets.wire.ping(connection.peer, on_answer)

    def _check_running(self) -> None:
        if not self.is_running:
            raise ServerError("this server is stopped; call jacnb.serve() again")


def _fulfil(
    answer: concurrent.futures.Future[T], function: Callable[..., T], args: Any
) -> None:
    try:
        answer.set_result(function(*args))
    except Exception as exc:  # noqa: BLE001 - raised again where it was asked for
        answer.set_exception(exc)


_current: Server | None = None


def serve(**settings: Any) -> Server:
    """Return the notebook's server, started if need be.

    Run again with the same settings it returns the server that runs; with others it
    replaces it, and says so.

    Args:
        settings: Fields of `Settings`, such as ``port``.

    Raises:
        ServerError: If the port is taken or a setting makes no sense.
    """
    global _current
    wanted = make_settings(settings)
    old = _current
    if old is None or not old.is_running:
        _current = Server(**settings)
    elif old.settings != wanted:
        if wanted.port == old.port:
            old.stop()
        # Unless it needs the port, the old one goes on if the new one cannot start.
        _current = Server(**settings)
        old.stop()
        sys.stdout.write(
            f"The server at {old.url} is replaced; connect its clients anew.\n"
        )
    assert _current is not None
    return _current


def _forget(server: Server) -> None:
    global _current
    if _current is server:
        _current = None


async def _start(settings: Settings, thread: LoopThread) -> Backend:
    return Backend(settings, thread.loop)


async def _listen(backend: Backend, sockets: list[socket.socket]) -> None:
    if sockets:
        backend.listen(sockets)


def _bind(host: str | None, port: int) -> list[socket.socket]:
    """Bind in the caller's thread, so that a taken port fails at once in the cell.

    Without a host both loopback addresses are bound, where there are two: a browser
    may take ``localhost`` for either.
    """
    if host is not None:
        return [_bound(host, port)]
    first = _bound(LOOPBACK[0], port)
    try:
        second = _bound(LOOPBACK[1], first.getsockname()[1])
    except ServerError:
        if port and socket.has_ipv6 and _is_taken(LOOPBACK[1], port):
            first.close()
            raise
        return [first]
    return [first, second]


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
    except OSError as exc:
        raise ServerError(f"cannot listen on {host}: {exc.strerror or exc}") from None
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(1024)
        made.setblocking(False)
    except OSError as exc:
        made.close()
        raise ServerError(_bind_problem(host, port, exc)) from None
    return made


def _bind_problem(host: str, port: int, exc: OSError) -> str:
    import errno

    if exc.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is in use; port=0 picks a free one"
    if exc.errno == errno.EACCES:
        return f"port {port} on {host} needs more rights; take one above 1023"
    return f"cannot listen on {host} port {port}: {exc.strerror or exc}"


def _is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0
