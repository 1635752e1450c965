"""``/websocket``: frames in, hub, frames out (docs/protocol.md, sections 2 to 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final

from jacnb.protocol.connections import Connection
from jacnb.protocol.endings import Ending
from jacnb.protocol.hub import ChangeUserCall, Outcome, Target, WalkerCall
from jacnb.server.handlers import Handler
from jacnb.server.handshakes import handshake_of
from jacnb.server.wire import Socket, Wire, encode_frame

if TYPE_CHECKING:
    from jacnb.server.backend import Backend

MAX_CHANNEL_ID: Final = 255

HOLD_BACK: Final = 1024 * 1024
"""Bytes waiting for a client above which a walker that it started is held back."""


_HEALTHY: Final = encode_frame('{"type":"health"}')


class Sockets:
    """All websocket connections of one server; lives on the loop's thread."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._engine = backend.engine
        settings = backend.engine.settings
        # Events of clients that are gone, whose walker still runs.
        self._left: dict[Socket, deque[str | bytes]] = {}
        self.wire = Wire(
            on_text=self._on_text,
            on_close=self._on_close,
            on_drain=self._on_drain,
            on_beat=self._on_beat,
            socket_of=attrgetter("peer"),
            ping_interval=settings.ping_interval,
            ping_timeout=settings.ping_timeout,
            max_message_size=settings.max_message_size,
        )

    def deliver(self, text: str, receivers: Sequence[Connection]) -> None:
        """Encode a message once and queue it for everyone who gets it."""
        self.wire.deliver(encode_frame(text), receivers)

    def connect(
        self, handler: Handler, token: str | None, channel_id: str | None
    ) -> None:
        """Answer a handshake and register the client."""
        socket = self.wire.upgrade(handler)
        if socket is not None:
            identity = self._engine.accounts.identify(token)
            handshake = handshake_of(handler.request)
            socket.peer = self._engine.hub.connect(
                identity, channel_id, socket, handshake
            )

    def report_health(self, handler: Handler) -> None:
        """Answer a handshake, say one word and close: no client, no trace of it.

        A proxy may open a page's WebSocket before it has one to the server, so that
        only a message tells the page that it got through.
        """
        socket = self.wire.upgrade(handler)
        if socket is not None:
            self.wire.send(socket, _HEALTHY)
            socket.close(1000)

    def _on_text(self, socket: Socket, text: str | bytes) -> None:
        call = self._take(socket.peer, text)
        if call is not None:
            socket.pause()
            self._run(socket, call)

    def _take(self, connection: Connection, text: str | bytes) -> WalkerCall | None:
        """Handle one event, or return the call that it makes."""
        self._engine.refresh(connection)
        call = self._engine.hub.receive(connection, text)
        if isinstance(call, ChangeUserCall):
            self._engine.hub.finish(call, self._engine.accounts.identify(call.token))
            return None
        return call

    def _run(self, socket: Socket, call: WalkerCall) -> None:
        """Run a walker elsewhere; the client's next event waits for its end."""
        post = self._backend.mailbox.post
        notify = self._engine.hub.notify

        def hand_over(
            target: Target, ids: list[str], text: str, cause: int | None
        ) -> None:
            self._hold_back(socket, is_async)
            post(notify, target, ids, text, cause)

        def done(outcome: Outcome) -> None:
            post(self._finish, socket, call, outcome)

        job = self._engine.job(call, hand_over)
        is_async = job.is_async
        self._backend.mailbox.expect_notes()
        self._backend.run(job, done)

    def _hold_back(self, socket: Socket, is_async: bool) -> None:
        """Let a walker's thread wait while its own client's queue drains.

        A coroutine may not block its loop; the bound on the queue guards that case.
        """
        mailbox = self._backend.mailbox
        if is_async or not (mailbox.is_full or socket.backlog > HOLD_BACK):
            return
        mailbox.wait_until(
            lambda: (
                not mailbox.is_full
                and (socket.backlog <= HOLD_BACK or not socket.is_open)
            )
        )

    def _finish(self, socket: Socket, call: WalkerCall, outcome: Outcome) -> None:
        self._engine.hub.finish(call, outcome)
        if socket in self._left:
            self._catch_up(socket)
        else:
            socket.resume()

    def _catch_up(self, socket: Socket) -> None:
        """Handle what a client that is gone sent while its walker ran."""
        left = self._left[socket]
        while left:
            call = self._take(socket.peer, left.popleft())
            if call is not None:
                self._run(socket, call)
                return
        del self._left[socket]

    def _on_close(self, socket: Socket, code: int, reason: str) -> None:
        connection: Connection | None = socket.peer
        if connection is not None:
            ending = Ending(code, reason, socket.closed_by)
            self._engine.hub.disconnect(connection, ending)
            if socket.held:
                self._left[socket] = deque(socket.held)
                # Its walker may have ended in the same moment: then no end follows.
                if not socket.is_paused:
                    self._catch_up(socket)
        self._backend.mailbox.tell_waiters()

    def _on_drain(self, socket: Socket) -> None:
        self._backend.mailbox.tell_waiters()

    def _on_beat(self, sockets: Sequence[Socket]) -> None:
        for socket in sockets:
            self._engine.refresh(socket.peer)


class WebSocketHandler(Handler):
    """``GET /websocket``."""

    def get(self) -> None:
        """Upgrade; a bad token makes a public connection, not a refusal."""
        if self.header("Upgrade") is None:
            self.refuse(404, "Not Found")
            return
        channel_id = self.last_query("channel_id")
        if channel_id is not None and len(channel_id) > MAX_CHANNEL_ID:
            self.refuse(400, f"channel_id is limited to {MAX_CHANNEL_ID} characters")
            return
        self.backend.sockets.connect(self, self._token(), channel_id)

    def _token(self) -> str | None:
        """Return what the client gave: ``?auth=`` wins, even if it is bad."""
        given = self.last_query("auth")
        if given:
            return given
        # Jupyter's proxy passes its own `Authorization: token …` on: not ours.
        scheme, _, token = (self.header("Authorization") or "").partition(" ")
        return token if scheme.lower() == "bearer" else None
