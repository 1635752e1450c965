"""A Tornado server around a Wire, and a raw peer that can say anything to it."""

from __future__ import annotations

import asyncio
import functools
import socket
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from jacnb.server.wire import Socket, Wire

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455 section 1.3


def scenario(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Run a coroutine as a test, on a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        asyncio.run(_bounded(test(*args, **kwargs)))

    return run


async def _bounded(test: Awaitable[None]) -> None:
    async with asyncio.timeout(20):
        await test


def frame(payload: bytes, first: int = 0x81, mask: bytes = b"\1\2\3\4") -> bytes:
    size = len(payload)
    if size < 126:
        header = bytes((first, 0x80 | size))
    elif size < 65536:
        header = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        header = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    pattern = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")
    return header + mask + masked.to_bytes(size, "big")


def close_frame(code: int, reason: bytes = b"") -> bytes:
    return frame(code.to_bytes(2, "big") + reason, 0x88)


def request(**changes: str | None) -> bytes:
    """Write a handshake; a header of None is left out."""
    headers: dict[str, str | None] = {
        "Host": "localhost",
        "Upgrade": "websocket",
        "Connection": "keep-alive, Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": KEY,
    }
    line = changes.pop("line", None) or "GET /ws HTTP/1.1"
    more = changes.pop("more", None) or ""
    headers.update({name.replace("_", "-"): text for name, text in changes.items()})
    lines = [f"{name}: {text}\r\n" for name, text in headers.items() if text]
    return f"{line}\r\n{''.join(lines)}{more}\r\n".encode()


class Peer:
    """The other side of a connection, byte by byte."""

    def __init__(self, port: int, receive_buffer: int | None = None) -> None:
        self.socket = socket.socket()
        if receive_buffer is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.setblocking(False)
        self._port = port
        self._loop = asyncio.get_running_loop()
        self._buffer = b""

    async def connect(self, handshake: bytes) -> str:
        """Send a handshake; return the head of the answer."""
        await self._loop.sock_connect(self.socket, ("127.0.0.1", self._port))
        await self.send(handshake)
        while b"\r\n\r\n" not in self._buffer:
            await self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        return head.decode()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.socket, data)

    async def _more(self) -> None:
        data = await self._loop.sock_recv(self.socket, 1 << 20)
        if not data:
            raise EOFError
        self._buffer += data

    async def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            await self._more()
        data, self._buffer = self._buffer[:size], self._buffer[size:]
        return data

    async def frame(self) -> tuple[int, bytes]:
        """Read one frame: its first byte and its payload."""
        first, size = await self._take(2)
        if size == 126:
            size = int.from_bytes(await self._take(2), "big")
        elif size == 127:
            size = int.from_bytes(await self._take(8), "big")
        return first, await self._take(size)

    async def text(self) -> str:
        first, payload = await self.frame()
        assert first == 0x81
        return payload.decode()

    async def closed(self) -> tuple[int, str]:
        """Skip to the close frame and on to the end of the stream."""
        first, payload = await self.frame()
        while first != 0x88:
            first, payload = await self.frame()
        await self.end()
        return int.from_bytes(payload[:2], "big"), payload[2:].decode()

    async def end(self) -> None:
        while True:
            try:
                await self._more()
            except EOFError:
                return

    def vanish(self) -> None:
        """Reset the connection."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()


class WireServer:
    """Serves a Wire at /ws and notes what it is told."""

    def __init__(
        self,
        on_text: Callable[[Socket, str | bytes], None] | None = None,
        **bounds: Any,
    ) -> None:
        self.texts: asyncio.Queue[str | bytes] = asyncio.Queue()
        self.closes: list[tuple[int, str]] = []
        self.beats: asyncio.Queue[list[Socket]] = asyncio.Queue()
        self.drains: asyncio.Queue[Socket] = asyncio.Queue()
        self._was_closed = asyncio.Event()
        self._peers: list[Peer] = []
        self._opened: asyncio.Queue[Socket] = asyncio.Queue()
        self.wire = Wire(
            on_text=on_text or (lambda socket, text: self.texts.put_nowait(text)),
            on_close=self._note_close,
            on_drain=self.drains.put_nowait,
            on_beat=lambda sockets: self.beats.put_nowait(list(sockets)),
            **bounds,
        )

    def _note_close(self, socket: Socket, code: int, reason: str) -> None:
        self.closes.append((code, reason))
        self._was_closed.set()

    async def __aenter__(self) -> WireServer:
        server = self

        class Route(RequestHandler):
            def get(self) -> None:
                socket = server.wire.upgrade(self)
                if socket is not None:
                    server._opened.put_nowait(socket)

        self._http = HTTPServer(Application([("/ws", Route)], log_function=len))
        listening = bind_sockets(0, "127.0.0.1")
        self.port = listening[0].getsockname()[1]
        self._http.add_sockets(listening)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.stop()
        for peer in self._peers:
            peer.socket.close()
        await self.wire.close_all(grace=5)
        await self._http.close_all_connections()

    def peer(self, receive_buffer: int | None = None) -> Peer:
        """Make a peer that is not connected yet."""
        peer = Peer(self.port, receive_buffer)
        self._peers.append(peer)
        return peer

    async def open(self, receive_buffer: int | None = None) -> tuple[Socket, Peer]:
        """Connect a peer; return both ends."""
        peer = self.peer(receive_buffer)
        assert "101" in await peer.connect(request())
        return await self._opened.get(), peer

    async def closing(self) -> tuple[int, str]:
        """Wait for on_close; return what it was told first."""
        await self._was_closed.wait()
        return self.closes[0]
