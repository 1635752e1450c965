"""One WebSocket connection: its state, its queue, how it ends (RFC 6455).

Nothing here waits: a socket that takes no more leaves its frames in a queue of its
own, and whoever sends goes on. All callbacks to the server's side are made from the
loop, never from inside a call to a socket, so both sides may change their sets freely.
"""

from __future__ import annotations

import enum
import logging
from asyncio import AbstractEventLoop, TimerHandle
from collections import deque
from collections.abc import Callable
from typing import Any, Literal, Protocol

from jacnb.server.wire.backlog import Backlog
from jacnb.server.wire.channel import Channel
from jacnb.server.wire.frames import (
    CLOSE,
    PING,
    PONG,
    FrameReader,
    Unmask,
    decode_close,
    encode_close,
    encode_frame,
)
from jacnb.server.wire.limits import Limits

_log = logging.getLogger(__name__)

_READ_AHEAD = 1 << 18  # bytes held for a paused socket before its peer is held back
_MESSAGE_COST = 128  # what holding an empty message takes
_DRAINED = 1 << 20  # a backlog that fell below this is worth a callback


class Owner(Protocol):
    """What a socket needs of the wire it belongs to."""

    loop: AbstractEventLoop
    limits: Limits
    unmask: Unmask
    on_text: Callable[[Socket, str | bytes], None]
    on_drain: Callable[[Socket], None] | None

    @property
    def beat(self) -> bytes:
        """The payload of the last ping."""

    def flush(self) -> None:
        """Write what was delivered in this turn."""

    def answered(self, socket: Socket, payload: bytes) -> None:
        """Take a pong that does not answer the last ping of the beat."""

    def watch(self, socket: Socket) -> None:
        """Call `socket.inspect()` every quarter of a second while it returns True."""

    def ended(self, socket: Socket, code: int, reason: str) -> None:
        """Tell the server's side that the socket is no longer open."""

    def dropped(self, socket: Socket) -> None:
        """Forget the socket."""


class _State(enum.IntEnum):
    OPEN = 0
    CLOSING = 1  # our close frame is out, the peer's is awaited
    LINGERING = 2  # all is said: flush, FIN, discard what comes until the peer's FIN
    GONE = 3


class Socket:
    """One WebSocket connection; all but `backlog` belongs to the loop's thread.

    Attributes:
        peer: Yours: the record of this connection.
        closed_by: Who closed it, "client" or "server"; None while it is open, and if
            it was lost.
        rtt: Seconds, of the last ping that was answered.
        received: Messages that arrived; those of a pause count when they do.
        received_bytes: All that arrived, with what frames them.
        sent: Messages that were delivered to it, once the wire's tally is settled.
        sent_bytes: Their frames' bytes.
        write: The way in for the wire: to the socket while its queue is empty, into
            the queue after that, nowhere once it is closing. So the loop over five
            hundred receivers asks no questions.
    """

    __slots__ = (
        "_channel",
        "_deadline",
        "_held",
        "_held_cost",
        "_owner",
        "_paused",
        "_pinged",
        "_queue",
        "_reader",
        "_state",
        "_stopped",
        "_unanswered",
        "closed_by",
        "peer",
        "received",
        "received_bytes",
        "rtt",
        "sent",
        "sent_bytes",
        "write",
    )

    def __init__(self, channel: Channel, owner: Owner) -> None:
        self.peer: Any = None
        self.closed_by: Literal["client", "server"] | None = None
        self.rtt: float | None = None
        self.write: Callable[[bytes], int] = channel.send
        self.received = self.received_bytes = self.sent = self.sent_bytes = 0
        self._channel = channel
        self._owner = owner
        self._reader = FrameReader(owner.limits.max_message_size, owner.unmask)
        self._state = _State.OPEN
        self._deadline: TimerHandle | None = None
        # reading
        self._paused = False
        self._held: deque[str | bytes] | None = None
        self._held_cost = 0
        self._stopped = False
        # writing
        self._queue: Backlog | None = None
        # the heartbeat
        self._pinged = 0.0
        self._unanswered = 0.0  # the ping since which nothing was heard; 0: none
        channel.start_reading(self._received)

    @property
    def is_open(self) -> bool:
        """Tell whether messages still go both ways."""
        return self._state is _State.OPEN

    @property
    def backlog(self) -> int:
        """Bytes that wait to be sent; may be read from any thread."""
        queue = self._queue
        return queue.size if queue is not None else 0

    @property
    def is_paused(self) -> bool:
        """Tell whether messages are held back until `resume`."""
        return self._paused

    @property
    def held(self) -> list[str | bytes]:
        """The messages a pause still holds back; in `on_close` the last chance."""
        return list(self._held or ())

    # -- reading ---------------------------------------------------------------

    def pause(self) -> None:
        """Hold back `on_text` from now on (inside it, too: to take one at a time).

        Reading goes on 256 KiB ahead, so pings are answered and a close is noticed.
        Beyond that TCP holds the peer back, and it is not judged dead meanwhile.
        """
        self._paused = True

    def resume(self) -> None:
        """Hand over what was held back, soon (never inside this call)."""
        self._paused = False
        if self._held:
            self._owner.loop.call_soon(self._hand_over)

    def _hand_over(self) -> None:
        while self._held and not self._paused and self.is_open:
            message = self._held.popleft()
            self._held_cost -= len(message) + _MESSAGE_COST
            self._take(message)
        if not self._held and self.is_open:
            self._held = None
        if self._stopped and self._held_cost < _READ_AHEAD and self.is_open:
            self._read_again()

    def _read_again(self) -> None:
        self._stopped = False
        self._unanswered = 0.0  # we did not listen: start anew
        self._channel.start_reading(self._received)

    def _received(self, data: bytes) -> None:
        if not data:
            self.lost()
            return
        self._unanswered = 0.0
        self.received_bytes += len(data)
        if self._state >= _State.LINGERING:
            return
        for opcode, payload in self._reader.feed(data):
            if opcode < CLOSE:
                self._message(payload)
            elif isinstance(payload, bytes):
                self._control(opcode, payload)
        if self._reader.failure is not None:
            self.fail(*self._reader.failure)

    def _message(self, message: str | bytes) -> None:
        if self._state is not _State.OPEN:
            return
        self.received += 1
        if self._paused or self._held:
            self._hold_back(message)
        else:
            self._take(message)

    def _take(self, message: str | bytes) -> None:
        try:
            self._owner.on_text(self, message)
        except Exception:  # noqa: BLE001 - logged; it must end one connection only
            _log.exception("on_text failed")
            self.fail(1011, "internal error")

    def _hold_back(self, message: str | bytes) -> None:
        if self._held is None:
            self._held = deque()
        self._held.append(message)
        self._held_cost += len(message) + _MESSAGE_COST
        if self._held_cost > _READ_AHEAD and not self._stopped:
            self._stopped = True
            self._channel.stop_reading()
            self._owner.watch(self)

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING:
            if self.is_open:
                self.put(encode_frame(payload, PONG))
        elif opcode == PONG:
            if payload == self._owner.beat:
                self.rtt = self._owner.loop.time() - self._pinged
            else:
                self._owner.answered(self, payload)
        elif self.is_open:
            self._end(*decode_close(payload), _State.LINGERING, "client")
        elif self._state is _State.CLOSING:
            self._linger()

    # -- writing ---------------------------------------------------------------

    def put(self, frame: bytes) -> None:
        """Write a frame that is for this socket alone, past the turn's output."""
        try:
            sent = self.write(frame)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.lost()
            return
        if sent != len(frame):
            self.hold(frame, sent)

    def hold(self, data: bytes, sent: int) -> None:
        """Queue what the socket did not take of data."""
        self._queue = Backlog(data, sent, self._owner.loop.time())
        self.write = self._enqueue
        self._channel.start_writing(self._writable)

    def _enqueue(self, data: bytes) -> int:
        if self._queue is not None:
            self._queue.append(data)
            if self._queue.behind > self._owner.limits.backlog_limit:
                self._owner.watch(self)
                self._judge_backlog()
        return len(data)

    def _judge_backlog(self) -> None:
        queue = self._queue
        if queue is None or not self.is_open:
            return
        if queue.is_too_slow(self._owner.limits, self._owner.loop.time()):
            behind = queue.behind
            queue.cut()
            self.fail(1013, f"slow consumer: {behind} bytes behind")

    def _writable(self) -> None:
        queue = self._queue
        if queue is None:
            return
        before = queue.size
        data = queue.take()
        try:
            sent = self._channel.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.lost()
            return
        now = self._owner.loop.time()
        queue.put_back(data, sent, now)
        if sent and self._unanswered:  # our ping waits in the queue, and it moves
            self._unanswered = now
        if not queue.size:
            self._drained()
        if queue.size <= _DRAINED < before and self._owner.on_drain and self.is_open:
            self._owner.on_drain(self)

    def _drained(self) -> None:
        self._queue = None
        self._channel.stop_writing()
        if self.is_open:
            self.write = self._channel.send
        elif self._state is _State.LINGERING:
            self._channel.end_writing()

    # -- the heartbeat ---------------------------------------------------------

    def ping(self, frame: bytes, now: float) -> None:
        """Send the beat's ping; from here on anything that is heard counts as life."""
        self._pinged = now
        if not self._unanswered and not self._stopped:
            self._unanswered = now
        self.put(frame)

    def judge(self, since: float) -> None:
        """Fail (1011) if nothing was heard after a ping sent before `since`."""
        if self.is_open and not self._stopped and 0 < self._unanswered <= since:
            if self._queue is not None:
                self._queue.cut()
            self.fail(1011, "ping timeout")

    def inspect(self) -> bool:
        """Look after a stalled or paused socket; False when it needs no more of it."""
        if self._stopped and self._channel.has_hung_up():
            self.lost()
        self._judge_backlog()
        queue = self._queue
        is_behind = (
            queue is not None and queue.behind > self._owner.limits.backlog_limit
        )
        return self.is_open and (self._stopped or is_behind)

    # -- the end ---------------------------------------------------------------

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Send what was delivered, then close; `on_close` follows in a moment."""
        self._end(code, reason, _State.CLOSING)

    def fail(self, code: int, reason: str) -> None:
        """Tell the peer why, and listen to it no more."""
        self._end(code, reason, _State.LINGERING)

    def abort(self) -> None:
        """Drop the connection without a word."""
        self.lost()

    def lost(self) -> None:
        """Let go of a connection that is gone or has run out of time."""
        if self._state is _State.GONE:
            return
        was_open = self.is_open
        self._state = _State.GONE
        self.write = len
        self._queue = None
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._channel.close()
        self._owner.dropped(self)
        if was_open:
            self._owner.ended(self, 1006, "")

    def _end(
        self,
        code: int,
        reason: str,
        state: _State,
        by: Literal["client", "server"] = "server",
    ) -> None:
        if self._state is _State.CLOSING and state is _State.LINGERING:
            self._linger()
        if not self.is_open:
            return
        self._owner.flush()
        self.put(encode_close(code, reason))
        if self.write is len:  # that write found the connection dead
            return
        self._state = state
        self.closed_by = by
        self.write = len  # takes all and keeps nothing
        if self._stopped:
            self._read_again()
        timeout = self._owner.limits.close_timeout
        self._deadline = self._owner.loop.call_later(timeout, self.lost)
        self._owner.ended(self, code, reason)
        if state is _State.LINGERING:
            self._linger()

    def _linger(self) -> None:
        self._state = _State.LINGERING
        if self._queue is None:
            self._channel.end_writing()
