"""Carry bytes for one connection: on the bare socket, or through a Tornado stream.

A channel reads by calling `on_data(bytes)` (empty: the peer is gone) and writes by
`send(data) -> int`, which like a socket's raises BlockingIOError when it is full.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

_READ_SIZE = 65536
# Linux sees a FIN behind unread input; elsewhere the next ping or write will tell.
_HANG_UP = getattr(select, "POLLRDHUP", 0)


class Channel(Protocol):
    """What an endpoint needs of its connection."""

    def send(self, data: bytes | memoryview, /) -> int:
        """Write what fits now; BlockingIOError: nothing, other OSError: broken."""

    def start_reading(self, on_data: Callable[[bytes], None]) -> None:
        """Call on_data with what arrives, from the next turn of the loop on."""

    def stop_reading(self) -> None:
        """Leave what arrives where it is, so that TCP holds the peer back."""

    def has_hung_up(self) -> bool:
        """Tell, while not reading, whether the peer is gone."""

    def start_writing(self, on_writable: Callable[[], None]) -> None:
        """Call on_writable whenever there is room, after a send that found none."""

    def stop_writing(self) -> None:
        """Call it no more."""

    def end_writing(self) -> None:
        """Tell the peer that nothing more will come."""

    def close(self) -> None:
        """Let go of the connection at once."""


class SocketChannel:
    """A non-blocking socket on an asyncio loop: no task, no buffer, no stream."""

    __slots__ = ("_early", "_loop", "_on_data", "_socket", "send")

    def __init__(
        self, sock: socket.socket, loop: asyncio.AbstractEventLoop, early: bytes = b""
    ) -> None:
        self.send: Callable[[bytes | memoryview], int] = sock.send
        self._socket = sock
        self._loop = loop
        self._early = early  # what the HTTP side had already read
        self._on_data: Callable[[bytes], None] | None = None

    def start_reading(self, on_data: Callable[[bytes], None]) -> None:
        """Register with the loop's selector."""
        self._on_data = on_data
        self._loop.add_reader(self._socket, self._readable)
        if self._early:
            self._loop.call_soon(self._hand_over_early)

    def _hand_over_early(self) -> None:
        early, self._early = self._early, b""
        if self._on_data is not None:
            self._on_data(early)

    def _readable(self) -> None:
        if self._early:  # comes first
            return
        try:
            data = self._socket.recv(_READ_SIZE)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if self._on_data is not None:
            self._on_data(data)

    def stop_reading(self) -> None:
        """Leave the selector alone until start_reading."""
        self._loop.remove_reader(self._socket)

    def has_hung_up(self) -> bool:
        """Ask the kernel, which knows of a FIN behind unread bytes."""
        if not _HANG_UP:
            return False
        poll = select.poll()
        poll.register(self._socket, _HANG_UP)
        return bool(poll.poll(0))

    def start_writing(self, on_writable: Callable[[], None]) -> None:
        """Watch for room in the socket's buffer."""
        self._loop.add_writer(self._socket, on_writable)

    def stop_writing(self) -> None:
        """Watch no more."""
        self._loop.remove_writer(self._socket)

    def end_writing(self) -> None:
        """Send a FIN and go on reading, so that unread input causes no reset."""
        with contextlib.suppress(OSError):  # reset: the reader will be told
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Leave the loop, then close."""
        self._on_data = None
        if self._socket.fileno() >= 0:
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
            self._socket.close()


class Stream(Protocol):
    """The public face of `tornado.iostream.IOStream`, as far as it is used."""

    def write(self, data: bytes | memoryview) -> asyncio.Future[None]:
        """Write; the future tells when the socket has taken all."""

    def read_bytes(self, num_bytes: int, partial: bool) -> Awaitable[bytes]:
        """Read what is there, at most num_bytes."""

    def set_close_callback(self, callback: Callable[[], None] | None) -> None:
        """Be told of the end."""

    def closed(self) -> bool:
        """Tell whether it has ended."""

    def close(self) -> None:
        """End it."""


class StreamChannel:
    """The plain fall-back, for TLS and for streams that cannot be taken apart."""

    def __init__(self, stream: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._stream: Stream = stream
        self._loop = loop
        self._may_read = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None
        self._pending: asyncio.Future[None] | None = None
        self._on_writable: Callable[[], None] | None = None

    def send(self, data: bytes | memoryview, /) -> int:
        """Hand all of it to the stream, but nothing while it still holds some."""
        if self._pending is not None and not self._pending.done():
            raise BlockingIOError
        self._pending = self._stream.write(data)
        return len(data)

    def start_reading(self, on_data: Callable[[bytes], None]) -> None:
        """Read in a task of its own."""
        self._may_read.set()
        if self._reading is None:
            self._reading = self._loop.create_task(self._read(on_data))

    async def _read(self, on_data: Callable[[bytes], None]) -> None:
        data = b"-"
        while data:
            await self._may_read.wait()
            try:
                data = await self._stream.read_bytes(_READ_SIZE, partial=True)
            except OSError:  # tornado's StreamClosedError is one
                data = b""
            on_data(data)

    def stop_reading(self) -> None:
        """Leave the rest in the stream and the socket."""
        self._may_read.clear()

    def has_hung_up(self) -> bool:
        """Ask the stream."""
        return self._stream.closed()

    def start_writing(self, on_writable: Callable[[], None]) -> None:
        """Call back when the stream has written what it holds, again and again."""
        self._on_writable = on_writable
        self._call_when_written()

    def _call_when_written(self) -> None:
        if self._pending is not None:
            self._pending.add_done_callback(self._written)

    def _written(self, _: asyncio.Future[None]) -> None:
        if self._on_writable is None or self._stream.closed():
            return
        self._on_writable()
        if self._on_writable is not None:
            self._call_when_written()

    def stop_writing(self) -> None:
        """Forget the callback."""
        self._on_writable = None

    def end_writing(self) -> None:
        """Close when all is written: TLS has no half-closed state worth the name."""
        if self._pending is None or self._pending.done():
            self._stream.close()
        else:
            self._pending.add_done_callback(lambda _: self._stream.close())

    def close(self) -> None:
        """Close the stream; its reader ends by itself."""
        self._on_writable = None
        self._stream.close()
        self._may_read.set()
