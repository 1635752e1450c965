"""Take WebSocket connections from Tornado and carry their frames (RFC 6455).

    wire = Wire(on_text=..., on_close=..., on_drain=..., on_beat=...,
                socket_of=attrgetter("peer"))          # on the loop's thread

    class WebSocketRoute(tornado.web.RequestHandler):  # no WebSocketHandler
        def get(self) -> None:                         # after Host, Origin, token
            socket = wire.upgrade(self)
            if socket is not None:                     # else: refused and answered
                connection = hub.connect(identity, channel_id)
                connection.peer, socket.peer = socket, connection

Tornado speaks HTTP up to the upgrade; then its stream is detached, and the bare socket
is taken out of it and given to asyncio's selector. Tornado's own WebSocket code is not
used: it awaits three reads a frame, keeps handler, request and stream for every idle
connection, and lets many violations of the RFC pass. What is left needs
`RequestHandler.detach` and `IOStream.read_bytes`, `.writing` and `.socket`, which have
been there since Tornado 5. A TLS stream stays a stream (`StreamChannel`).
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from tornado import util
from tornado.httputil import HTTPServerRequest
from tornado.iostream import IOStream, StreamClosedError
from tornado.web import RequestHandler

from jacnb.server.wire.channel import Channel, SocketChannel, StreamChannel
from jacnb.server.wire.endpoint import Socket
from jacnb.server.wire.frames import PING, Unmask, encode_frame
from jacnb.server.wire.heartbeat import Heartbeat
from jacnb.server.wire.limits import Limits
from jacnb.server.wire.outbox import Outbox
from jacnb.server.wire.pings import OnAnswer, Pings
from jacnb.server.wire.tally import Tally

_WATCH_INTERVAL = 0.25
_READ_SIZE = 65536
_STOPPING = (503, "The server is stopping.")
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Wire:
    """All connections of one loop: their sockets, the turn's output, the heartbeat.

    Args:
        on_text: Takes each message (`str`; `bytes` if it was a binary one).
        on_close: Told once per socket, as soon as it stops being open, why: the code
            and reason of whoever began to close; 1005 without a code, 1006 vanished.
        on_drain: Told when an open socket's backlog that was over 1 MiB fell below.
        on_beat: Given all open sockets, in slices, once per ping interval.
        socket_of: Finds the socket of a receiver when the turn is over; without it
            the receivers are sockets.
        ping_interval: and the other bounds: see `Limits`.

    All callbacks are made from the loop, never inside a call into the wire.
    """

    def __init__(
        self,
        *,
        on_text: Callable[[Socket, str | bytes], None],
        on_close: Callable[[Socket, int, str], None],
        on_drain: Callable[[Socket], None] | None = None,
        on_beat: Callable[[Sequence[Socket]], None] | None = None,
        socket_of: Callable[[Any], Socket] | None = None,
        ping_interval: float = 20.0,
        ping_timeout: float = 10.0,
        max_message_size: int = 1 << 20,
        backlog_limit: int = 4 << 20,
        backlog_cap: int = 64 << 20,
        stall_timeout: float = 1.0,
        close_timeout: float = 2.0,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.limits = Limits(
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            max_message_size=max_message_size,
            backlog_limit=backlog_limit,
            backlog_cap=backlog_cap,
            stall_timeout=stall_timeout,
            close_timeout=close_timeout,
        )
        self.on_text = on_text
        self.on_drain = on_drain
        self.sockets: set[Socket] = set()
        # Tornado's is in C; the name is private, so it may be missing one day.
        self.unmask: Unmask = getattr(util, "_websocket_mask", _unmask_plainly)
        self._on_close = on_close
        self._is_closing = False
        self._on_empty: asyncio.Event | None = None
        self._watched: set[Socket] = set()
        self._outbox = Outbox(self.loop, socket_of)
        self._pings = Pings()
        # What sockets that are gone had received.
        self._received_before = self._received_bytes_before = 0
        self._heartbeat = Heartbeat(self.loop, self.limits, self.sockets, on_beat)
        self._heartbeat.start()

    def upgrade(self, handler: RequestHandler) -> Socket | None:
        """Answer the handshake; None if it was refused (answered) or the peer is gone.

        Nothing is read before the next turn of the loop, so the caller has the rest
        of this one to set `socket.peer`.
        """
        refusal = _STOPPING if self._is_closing else _refuse(handler.request)
        if refusal is not None:
            handler.set_status(refusal[0])
            handler.set_header("Sec-WebSocket-Version", "13")
            handler.set_header("Content-Type", "text/plain; charset=UTF-8")
            handler.finish(refusal[1] + "\n")
            return None
        key = handler.request.headers["Sec-WebSocket-Key"]
        channel = _switch_protocols(handler.detach(), key, self.loop)
        if channel is None:
            return None
        socket = Socket(channel, self)
        self.sockets.add(socket)
        return socket

    def deliver(self, frame: bytes, receivers: Sequence[Any]) -> None:
        """Queue a frame for receivers; it is written when this turn is over.

        Hand out the same sequence object while its members stay the same: frames
        for one object are joined into one write per connection. Each connection's
        frames come in the order of the calls. A receiver never makes this raise;
        closed ones are skipped.
        """
        self._outbox.deliver(frame, receivers)

    def send(self, socket: Socket, frame: bytes) -> None:
        """Queue a frame for one socket, in order with `deliver`."""
        self._outbox.send(socket, frame)

    def flush(self) -> None:
        """Write what was delivered in this turn now."""
        self._outbox.flush()

    def ping(self, socket: Socket, on_answer: OnAnswer | None = None) -> None:
        """Ping one socket now; its answer sets `socket.rtt`, like one of the beat's."""
        payload = self._pings.ask(socket, self.loop.time(), on_answer)
        if socket.is_open:
            self.flush()
            socket.put(encode_frame(payload, PING))
        else:
            self._pings.forget(socket)

    @property
    def tally(self) -> Tally:
        """What was sent; settle it before the counts of single sockets are read."""
        return self._outbox.tally

    @property
    def received(self) -> tuple[int, int]:
        """The messages and bytes that arrived since the start."""
        messages, size = self._received_before, self._received_bytes_before
        for socket in self.sockets:
            messages += socket.received
            size += socket.received_bytes
        return messages, size

    async def close_all(
        self,
        code: int = 1001,
        reason: str = "server is stopping",
        grace: float = 5.0,
    ) -> None:
        """Close every connection, drop what is left after `grace` s, stop the beat."""
        self._heartbeat.stop()
        self._is_closing = True
        for socket in list(self.sockets):
            socket.close(code, reason)
        if self.sockets:
            self._on_empty = asyncio.Event()
            try:
                async with asyncio.timeout(grace):
                    await self._on_empty.wait()
            except TimeoutError:
                for socket in list(self.sockets):
                    socket.abort()

    # What sockets call.

    @property
    def beat(self) -> bytes:
        """The payload of the last ping."""
        return self._heartbeat.payload

    def answered(self, socket: Socket, payload: bytes) -> None:
        """Time a ping that was asked for."""
        self._pings.answered(socket, payload, self.loop.time())

    def watch(self, socket: Socket) -> None:
        """Inspect a socket every quarter of a second while it says so."""
        if not self._watched:
            self.loop.call_later(_WATCH_INTERVAL, self._inspect)
        self._watched.add(socket)

    def _inspect(self) -> None:
        watched = self._watched
        self._watched = set()
        for socket in watched:
            if socket.inspect():
                self.watch(socket)

    def ended(self, socket: Socket, code: int, reason: str) -> None:
        """Pass the end of a socket on, outside of whatever is going on now."""
        self.loop.call_soon(self._on_close, socket, code, reason)
        self.loop.call_soon(self._pings.forget, socket)

    def dropped(self, socket: Socket) -> None:
        """Forget a socket, but not what it counted."""
        self.sockets.discard(socket)
        self._received_before += socket.received
        self._received_bytes_before += socket.received_bytes
        self._pings.forget(socket)
        if not self.sockets and self._on_empty is not None:
            self._on_empty.set()


def _refuse(request: HTTPServerRequest) -> tuple[int, str] | None:
    """Say what is wrong with a handshake (RFC 6455 section 4.2.1)."""
    headers = request.headers
    if request.method != "GET" or request.version != "HTTP/1.1":
        return 400, "A WebSocket handshake is a GET of HTTP/1.1."
    if "websocket" not in _tokens(headers.get_list("Upgrade")):
        return 400, 'Can "Upgrade" only to "WebSocket".'
    if "upgrade" not in _tokens(headers.get_list("Connection")):
        return 400, '"Connection" must be "Upgrade".'
    if headers.get_list("Sec-WebSocket-Version") != ["13"]:
        return 426, "Sec-WebSocket-Version must be 13."
    keys = headers.get_list("Sec-WebSocket-Key")
    if len(keys) != 1 or not _is_key(keys[0]):
        return 400, "Sec-WebSocket-Key must be given once: 16 bytes in base64."
    return None


def _tokens(values: list[str]) -> set[str]:
    return {token.strip().lower() for value in values for token in value.split(",")}


def _is_key(text: str) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == 16
    except binascii.Error:
        return False


def _switch_protocols(
    stream: IOStream, key: str, loop: asyncio.AbstractEventLoop
) -> Channel | None:
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest())
    try:
        stream.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        if type(stream) is not IOStream or stream.writing():
            return StreamChannel(stream, loop)
        stream.set_nodelay(True)
        return _take_socket(stream, loop)
    except StreamClosedError:
        return None


def _take_socket(stream: IOStream, loop: asyncio.AbstractEventLoop) -> SocketChannel:
    early = bytearray()
    # A read that is not done at once stays pending in the stream, which we drop.
    while (
        read := asyncio.ensure_future(stream.read_bytes(_READ_SIZE, partial=True))
    ).done():
        early += read.result()
    stream.io_loop.remove_handler(stream.socket)
    return SocketChannel(stream.socket, loop, bytes(early))


def _unmask_plainly(mask: bytes, data: bytes) -> bytes:
    size = len(data)
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(data, "big") ^ int.from_bytes(pattern, "big")).to_bytes(
        size, "big"
    )
