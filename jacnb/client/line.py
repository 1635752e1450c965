"""One TCP connection on an asyncio loop that speaks WebSocket as a client."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final, Protocol

from jacnb.client.frames import (
    BINARY,
    CLOSE,
    PING,
    PONG,
    TEXT,
    FrameError,
    FrameReader,
    decode_close,
    encode_close,
    encode_frame,
)
from jacnb.client.handshake import Handshake
from jacnb.client.tap import hold_little
from jacnb.errors import ConnectError

LOST: Final = (1006, "the connection was lost")


class LineOwner(Protocol):
    """Whom a line tells what happens."""

    def arrived(self, text: str) -> None:
        """Take a message."""
        ...

    def ended(self, line: Line, code: int, reason: str) -> None:
        """Take the news that the connection is gone."""
        ...


class Line(asyncio.Protocol):
    """A connection, from its handshake to its end; used on its loop only.

    Args:
        owner: Whom to tell.
        handshake: The handshake to make.
        ping_interval: Seconds of silence after which the server is pinged.
        ping_timeout: Seconds in which it must answer.
    """

    __slots__ = (
        "_beat",
        "_ended",
        "_handshake",
        "_heard",
        "_is_frozen",
        "_loop",
        "_owner",
        "_ping_interval",
        "_ping_timeout",
        "_pinged",
        "_rate",
        "_reader",
        "_resume",
        "_room",
        "_transport",
        "is_gone",
        "is_open",
    )

    def __init__(
        self,
        owner: LineOwner,
        handshake: Handshake,
        ping_interval: float,
        ping_timeout: float,
    ) -> None:
        self._owner = owner
        self._handshake: Handshake | None = handshake
        self._ping_interval = ping_interval
        self._ping_timeout = ping_timeout
        self._loop = asyncio.get_running_loop()
        self._transport: Any = None
        self._reader = FrameReader()
        self._ended = LOST
        self._heard = self._loop.time()
        self._pinged = False
        self._beat: asyncio.TimerHandle | None = None
        self._is_frozen = False
        self._rate: float | None = None
        self._resume: asyncio.TimerHandle | None = None
        self._room: asyncio.Future[None] | None = None
        self.is_open: asyncio.Future[None] = self._loop.create_future()
        self.is_gone: asyncio.Future[None] = self._loop.create_future()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the handshake."""
        self._transport = transport
        if self._handshake is not None:
            self._transport.write(self._handshake.request)

    def data_received(self, data: bytes) -> None:
        """Take what arrived."""
        self._heard = self._loop.time()
        self._pinged = False
        if self._rate is not None:
            self._pause_for(len(data) / self._rate)
        if self._handshake is not None:
            rest = self._shake_hands(data)
            if not rest:
                return
            data = rest
        try:
            for opcode, payload in self._reader.feed(data):
                if opcode == TEXT:
                    self._owner.arrived(payload.decode())
                else:
                    self._take(opcode, payload)
        except FrameError as exc:
            said = f"the server broke the WebSocket protocol: {exc.reason}"
            self.leave(exc.code, said)
        except UnicodeDecodeError:
            self.leave(1007, "the server sent text that is not UTF-8")

    def eof_received(self) -> bool:
        """Take the end: what is left of a handshake is all there is."""
        if self._handshake is not None:
            self._shake_hands(b"", is_all=True)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell of the end, whatever it was."""
        for timer in (self._beat, self._resume):
            if timer is not None:
                timer.cancel()
        self.resume_writing()
        self.is_gone.set_result(None)
        if not self.is_open.done():
            self.is_open.set_exception(ConnectionResetError(LOST[1]))
        elif self._handshake is None:
            self._owner.ended(self, *self._ended)

    def pause_writing(self) -> None:
        """Take note that the socket takes no more for now."""
        self._room = self._room or self._loop.create_future()

    def resume_writing(self) -> None:
        """Let go on who waits to write."""
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    # What its owner does with it.

    def send(self, text: str | bytes) -> None:
        """Send one message, bytes as a binary one."""
        opcode = TEXT if isinstance(text, str) else BINARY
        self.write(encode_frame(text, opcode))

    def write(self, frame: bytes) -> None:
        """Send a frame; after the end, nowhere."""
        if not self._transport.is_closing():
            self._transport.write(frame)

    async def drain(self) -> None:
        """Wait for room, if there is none."""
        if self._room is not None:
            await asyncio.shield(self._room)

    def leave(self, code: int, reason: str) -> None:
        """Say goodbye to a server that broke the rules, and end."""
        self._ended = (code, reason)
        self.write(encode_close(code, reason))
        self._transport.close()

    async def close(self, code: int, reason: str, patience: float) -> None:
        """Say goodbye, wait for the answer a moment, and end."""
        self._ended = (code, reason)
        self.write(encode_close(code, reason))
        self.go_on()
        await asyncio.wait([self.is_gone], timeout=patience)
        self.abort()

    def abort(self) -> None:
        """End without a word."""
        if self._transport is not None:
            self._transport.abort()

    # Faults on purpose.

    def freeze(self) -> None:
        """Read nothing."""
        self._is_frozen = True
        self._transport.pause_reading()

    def thaw(self) -> None:
        """Read again."""
        self._is_frozen = False
        self._heard = self._loop.time()
        if self._resume is None and not self._transport.is_closing():
            self._transport.resume_reading()

    def read_slowly(self, rate: float | None) -> None:
        """Read so many bytes a second."""
        self._rate = rate
        if rate is not None:
            hold_little(self._transport.get_extra_info("socket"))
        elif self._resume is not None:
            self._resume.cancel()
            self._read_on()

    def go_on(self) -> None:
        """End all faults."""
        self.read_slowly(None)
        self.thaw()

    def _pause_for(self, seconds: float) -> None:
        self._transport.pause_reading()
        self._resume = self._loop.call_later(seconds, self._read_on)

    def _read_on(self) -> None:
        self._resume = None
        if not self._is_frozen:
            self.thaw()

    # Details of the protocol.

    def _shake_hands(self, data: bytes, *, is_all: bool = False) -> bytes | None:
        """Take a part of the handshake; return what came behind it."""
        assert self._handshake is not None
        try:
            rest = self._handshake.feed(data, is_all=is_all)
        except ConnectError as exc:
            self._fail(exc)
            return None
        if rest is not None:
            self._handshake = None
            self._watch()
            if not self.is_open.done():
                self.is_open.set_result(None)
        return rest

    def _fail(self, exc: ConnectError) -> None:
        if not self.is_open.done():
            self.is_open.set_exception(exc)
        self._transport.abort()

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            self.write(encode_frame(payload, PONG))
        elif opcode == CLOSE:
            if self._ended is LOST:
                self._ended = decode_close(payload)
                # The server's own code goes back (RFC 6455, section 5.5.1).
                self.write(encode_frame(payload[:2], CLOSE))
            self._transport.close()
        elif opcode != PONG:
            self._owner.arrived(payload.decode())

    def _watch(self) -> None:
        """Ping a server that says nothing; leave one that does not answer."""
        now = self._loop.time()
        if self._is_frozen or self._resume is not None:
            self._heard = now
        wait = self._ping_timeout if self._pinged else self._ping_interval
        if now < self._heard + wait:
            self._beat = self._loop.call_at(self._heard + wait, self._watch)
        elif self._pinged:
            self.leave(1011, "ping timeout: the server does not answer")
            # It will take no goodbye either.
            self._beat = self._loop.call_later(wait, self.abort)
        else:
            self._pinged, self._heard = True, now
            self.write(encode_frame(b"", PING))
            self._beat = self._loop.call_later(self._ping_timeout, self._watch)


async def dial(
    line: Line, host: str, port: int, *, secure: bool, timeout: float
) -> None:
    """Connect a line, and wait until its handshake is made.

    Raises:
        TimeoutError: If that took too long.
        OSError: If there is nobody.
        ConnectError: If the server refuses.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            await loop.create_connection(
                lambda: line, host, port, ssl=_tls() if secure else None
            )
            await asyncio.shield(line.is_open)
    except BaseException:
        line.abort()
        if not line.is_open.done():
            line.is_open.cancel()
        with contextlib.suppress(BaseException):
            line.is_open.exception()
        raise


def _tls() -> Any:
    import ssl

    return ssl.create_default_context()
