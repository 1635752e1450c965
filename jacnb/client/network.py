"""A client's connection over the network: websocket-client, one reader thread."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

import websocket

from jacnb.client.addresses import authorization, on_channel, without_secrets
from jacnb.client.backoff import Backoff
from jacnb.client.closing import closed_error
from jacnb.client.delays import DelayLine
from jacnb.client.faults import Way
from jacnb.client.last_words import LastingSocket
from jacnb.client.refusals import status_in_words
from jacnb.client.sending import say_goodbye, send_frame, shut_down
from jacnb.client.tap import Tap, TappedSocket, hold_little
from jacnb.client.transport import FINAL_CODES, Listener, State
from jacnb.errors import ClientError, ConnectError, ConnectionClosedError

_SLICE: Final = 0.1
"""Seconds after which a wait looks up, so that an interrupt is noticed anywhere."""

_COURTESY: Final = 1.0
"""Seconds that a wait which has ended gives the callbacks of its message."""

_GOODBYE: Final = 1.0
"""Seconds that closing waits for the server's part of it."""

_OUR_CODES: Final = frozenset({1002, 1007, 1011})
"""Close codes with which this side gives up; a server's own are repeated to nobody."""


class NetworkTransport:
    """A WebSocket. Its reader thread alone reads the socket; any thread may send.

    The thread holds its client weakly: a client that nobody refers to any more is
    closed, so that running a cell again leaves no ghosts on the channel.

    Args:
        url: A whole ws:// or wss:// address.
        token: Who the client is; None is the public.
        channel_id: The channel; None for one of its own.
        ping_interval: Seconds of silence after which the server is pinged.
        ping_timeout: Seconds in which it must answer.
        backoff: Whether and how to connect again by itself.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        channel_id: str | None = None,
        ping_interval: float = 20.0,
        ping_timeout: float = 10.0,
        backoff: Backoff | None = None,
    ) -> None:
        if min(ping_interval, ping_timeout) <= 0:
            raise ValueError("ping_interval and ping_timeout must be above 0 seconds")
        self._url = url
        self._token = token
        self._channel_id = channel_id
        self._ping_interval = ping_interval
        self._ping_timeout = ping_timeout
        self._backoff = backoff
        self._ws: Any = None
        self._ended = (1006, "not opened")
        self._goodbye: tuple[int, str] | None = None
        self._bells: list[threading.Lock] = []
        self._in_hand: object = None
        self._leaving = threading.Event()
        self._timeout = 5.0
        self._thread: threading.Thread | None = None
        self._listener: Callable[[], Listener | None] = lambda: None
        self._tap = Tap()
        self._arriving = DelayLine("jacnb-delay in")
        self._departing = DelayLine("jacnb-delay out")

    @property
    def url(self) -> str:
        """The address without what may hold a token or a password."""
        return without_secrets(self._url)

    def resume_as(self, token: str | None, channel_id: str) -> None:
        """Remember which user and channel a new connection is to have."""
        self._token, self._channel_id = token, channel_id

    # The caller's side.

    def open(self, listener: Listener, timeout: float) -> None:
        """Connect, and start to read."""
        self._timeout = timeout
        self._ws = self._shake_hands()
        self._listener = weakref.ref(listener)
        weakref.finalize(listener, self._abandon)
        name = f"jacnb-client {urlsplit(self.url).netloc}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def send(self, text: str | bytes) -> None:
        """Send one message."""
        ws = self._ws
        if ws is None:
            raise closed_error(*self._ended)
        opcode = _TEXT if isinstance(text, str) else _BINARY
        frame = websocket.ABNF.create_frame(text, opcode).format()
        self._departing.put(lambda: self._send_or_end(ws, frame))

    def _send_or_end(self, ws: Any, frame: bytes) -> None:
        """Send a frame; if that fails, end the connection and say why it ended."""
        try:
            send_frame(ws, frame)
        except (OSError, websocket.WebSocketException) as exc:
            # The server may have said why it left, and the reader not have read it.
            is_heard = not self._is_mine() and self.wait(
                lambda: self._ws is not ws, _COURTESY
            )
            shut_down(ws)
            ended = self._ended if is_heard else (1006, f"sending failed: {exc}")
            raise ConnectionClosedError(*ended) from exc

    def wake(self) -> None:
        """Let every wait look again.

        Not by a Condition: an interrupt within its `with` can leave it locked for
        ever, and then the reader stops. A bell is a lock of one wait alone: it waits
        by acquiring it, and the reader, which releases it, never blocks.
        """
        for bell in tuple(self._bells):
            if bell.locked():
                bell.release()

    def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Block until ``ready()``, which what the reader tells can make true."""
        if self._is_mine():
            raise ClientError(
                "a callback cannot wait, for it runs in the thread that reads; "
                "use send() or send_walker() there, or wait in a cell"
            )
        deadline = None if timeout is None else time.monotonic() + timeout
        bell = threading.Lock()
        bell.acquire()
        self._bells.append(bell)
        try:
            while not ready():
                rest = _SLICE if deadline is None else deadline - time.monotonic()
                if rest <= 0:
                    return False
                bell.acquire(timeout=min(rest, _SLICE))
            self._let_callbacks_end(bell)
            return True
        finally:
            self._bells.remove(bell)

    def _let_callbacks_end(self, bell: threading.Lock) -> None:
        """Give the callbacks of the message that ended a wait a moment to run."""
        in_hand, end = self._in_hand, time.monotonic() + _COURTESY
        while in_hand is not None and in_hand is self._in_hand:
            rest = end - time.monotonic()
            if rest <= 0:
                return
            bell.acquire(timeout=min(rest, _SLICE))

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, wait for the answer a moment, and end the reader."""
        self._leave(code, reason)
        thread = self._thread
        if thread is None or self._is_mine():
            return
        thread.join(_GOODBYE)
        if (ws := self._ws) is not None:
            shut_down(ws)
            thread.join(_GOODBYE)

    def _is_mine(self) -> bool:
        """Whether this thread hands on messages, so that it must not wait for them."""
        is_reader = threading.current_thread() is self._thread
        return is_reader or self._arriving.is_mine

    def _abandon(self) -> None:
        """End without waiting: the client is gone."""
        self._leave(1000, "")

    def _leave(self, code: int, reason: str) -> None:
        self._goodbye = self._goodbye or (code, reason)
        self._leaving.set()
        self._tap.give_way()
        self._departing.flush()
        if (ws := self._ws) is not None:
            say_goodbye(ws, code, reason)

    # Faults on purpose.

    def delay(self, way: Way, seconds: float, jitter: float) -> None:
        """Hold back what goes this way."""
        if way != "out":
            self._arriving.set(seconds, jitter)
        if way != "in":
            self._departing.set(seconds, jitter)

    def drop(self) -> None:
        """Cut the connection without a close frame."""
        if (ws := self._ws) is not None:
            shut_down(ws)
        self._tap.give_way()

    def freeze(self) -> None:
        """Let the reader read nothing."""
        self._tap.shut()

    def thaw(self) -> None:
        """Let it read again."""
        self._tap.open()

    def read_slowly(self, rate: float | None) -> None:
        """Let it read so many bytes a second."""
        if rate is not None and (ws := self._ws) is not None:
            hold_little(ws.sock)
        self._tap.slow_down(rate)

    # The reader's side.

    def _run(self) -> None:
        while True:
            self._read_to_the_end()
            if not self._is_to_resume():
                break
            self._tell("reconnecting")
            if not self._reconnect():
                break
        self._tell("closed")

    def _is_to_resume(self) -> bool:
        wanted = self._backoff is not None and not self._leaving.is_set()
        return wanted and self._ended[0] not in FINAL_CODES

    def _read_to_the_end(self) -> None:
        """Hand on messages until there are no more; note why."""
        ws = self._ws
        try:
            ended = self._read(ws)
        except UnicodeDecodeError:
            ended = (1007, "the server sent text that is not UTF-8")
        except websocket.WebSocketProtocolException as exc:
            ended = (1002, f"the server broke the WebSocket protocol: {exc}")
        except (OSError, websocket.WebSocketException):
            ended = (1006, "the connection was lost")
        # In this order: who finds no socket is told why.
        self._ended = self._goodbye or ended
        self._ws = None
        if ended[0] in _OUR_CODES:
            say_goodbye(ws, *ended)
        shut_down(ws)
        # Not while another thread sends: its file number could be another's by then.
        with ws.lock:
            ws.shutdown()

    def _read(self, ws: Any) -> tuple[int, str]:
        is_pinged = False
        while True:
            try:
                opcode, frame = ws.recv_data_frame(control_frame=True)
            except websocket.WebSocketTimeoutException:
                if is_pinged:
                    return 1011, "ping timeout: the server does not answer"
                is_pinged = True
                ws.settimeout(self._ping_timeout)
                ws.ping()
                continue
            if is_pinged:
                # Whatever it was: the server lives.
                is_pinged = False
                ws.settimeout(self._ping_interval)
            if opcode == _CLOSE:
                return _closed_with(frame.data)
            if opcode in (_TEXT, _BINARY):
                text = frame.data.decode()
                self._arriving.put(partial(self._hand_on, text))

    def _hand_on(self, text: str) -> None:
        listener = self._listener()
        if listener is not None:
            self._in_hand = object()
            listener.text_arrived(text)
            self._in_hand = None
            self.wake()

    def _tell(self, state: State) -> None:
        self._arriving.flush()
        listener = self._listener()
        if listener is not None:
            listener.state_changed(state, *self._ended)
            self.wake()

    # Connecting.

    def _reconnect(self) -> bool:
        """Try until a connection is made; return False to give up."""
        backoff = self._backoff or Backoff()
        for delay in backoff.delays():
            if self._leaving.wait(delay):
                break
            try:
                self._ws = self._shake_hands()
            except ConnectError as exc:
                if 400 <= (exc.status or 0) < 500:
                    self._ended = (1006, exc.reason)
                    break
                continue
            if self._leaving.is_set():
                say_goodbye(self._ws, 1000, "")
            return True
        self._ended = self._goodbye or self._ended
        return False

    def _shake_hands(self) -> Any:
        ws = LastingSocket(skip_utf8_validation=True)
        headers = authorization(self.url, self._token)
        try:
            ws.connect(  # type: ignore[no-untyped-call]
                on_channel(self._url, self._channel_id),
                header=headers,
                timeout=self._timeout,
                suppress_origin=True,
                # A redirect could take the token to another server.
                redirect_limit=0,
            )
        except (OSError, ValueError, websocket.WebSocketException) as exc:
            raise _refused(self.url, exc) from None
        ws.settimeout(self._ping_interval)
        ws.sock = TappedSocket(ws.sock, self._tap)  # type: ignore[assignment]
        return ws


_TEXT: Final = websocket.ABNF.OPCODE_TEXT
_BINARY: Final = websocket.ABNF.OPCODE_BINARY
_CLOSE: Final = websocket.ABNF.OPCODE_CLOSE


def _closed_with(data: bytes) -> tuple[int, str]:
    """Return code and reason of a close frame (RFC 6455, section 5.5.1)."""
    if len(data) < 2:
        return 1005, ""
    return int.from_bytes(data[:2], "big"), data[2:].decode(errors="replace")


def _refused(url: str, exc: Exception) -> ConnectError:
    """Return the error that says in words why there is no connection."""
    match exc:
        case websocket.WebSocketBadStatusException():
            status = exc.status_code
            words = status_in_words(status, exc.resp_body or b"")
            return ConnectError(url, words, status=status)
        case websocket.WebSocketAddressException():
            return ConnectError(url, "there is no such host")
        case ConnectionRefusedError():
            return ConnectError(url, "nobody listens there; is the server running?")
        case TimeoutError() | websocket.WebSocketTimeoutException():
            return ConnectError(url, "the server did not answer in time")
        case websocket.WebSocketException() | ValueError():
            return ConnectError(url, f"it does not speak WebSocket ({exc!s:.200})")
    return ConnectError(url, f"{exc!s:.200}")
