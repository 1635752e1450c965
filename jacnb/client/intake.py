"""Sort what arrives at a client: greeting, answers, and messages to be read."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from jacnb.client.calls import Calls
from jacnb.client.inbox import Inbox
from jacnb.client.messages import Message, Messages, mask_secrets
from jacnb.client.presence import Presence
from jacnb.client.transport import State
from jacnb.errors import ConnectionClosedError
from jacnb.protocol.json import encode

_log = logging.getLogger(__name__)
# A callback's error is logged in a transport's thread, which must never print.
_log.addHandler(logging.NullHandler())

T = TypeVar("T")


class Callbacks(Generic[T]):
    """Functions to call with each piece of news."""

    def __init__(self) -> None:
        self._callbacks: tuple[Callable[[T], object], ...] = ()

    def add(self, callback: Callable[[T], object]) -> Callable[[], None]:
        """Call it from now on; return how to stop that."""
        self._callbacks += (callback,)
        return lambda: self._remove(callback)

    def _remove(self, callback: Callable[[T], object]) -> None:
        self._callbacks = tuple(c for c in self._callbacks if c is not callback)

    def tell(self, news: T) -> None:
        """Call each; the failure of one stops neither the others nor the reader."""
        for callback in self._callbacks:
            try:
                callback(news)
            except Exception:  # noqa: BLE001
                _log.warning("a callback of a client failed", exc_info=True)


class Intake:
    """The state of a client, as its transport tells it: a `transport.Listener`.

    Args:
        send: How to send; for the one event that pairing may need.
    """

    def __init__(self, send: Callable[[str], None]) -> None:
        self.messages = Messages()
        self.sent = Messages()
        self.inbox = Inbox()
        self.presence = Presence()
        self.calls = Calls(self.inbox.put, self._challenge)
        self.state: State = "open"
        self.on_message: Callbacks[Message] = Callbacks()
        self.on_sent: Callbacks[Message] = Callbacks()
        self.on_state: Callbacks[State] = Callbacks()
        self._send = send
        self._ended = (1006, "")
        self._cursors = itertools.count(1)

    @property
    def is_closed(self) -> bool:
        """Whether the connection has ended for good."""
        return self.state == "closed"

    def closed_error(self) -> ConnectionClosedError:
        """Return the error that says how the connection ended."""
        code, reason = self._ended
        if self.state == "reconnecting":
            reason = f"{reason}, connecting again".lstrip(", ")
        return ConnectionClosedError(code, reason)

    def record_sent(self, text: str) -> None:
        """Keep and tell what was sent, without its secrets."""
        message = Message(mask_secrets(text), "out", time.time(), next(self._cursors))
        self.sent.append(message)
        self.on_sent.tell(message)

    def text_arrived(self, text: str) -> None:
        """Take a message of the server."""
        message = Message(text, "in", time.time(), next(self._cursors))
        self.messages.append(message)
        is_greeting = not self.presence.is_greeted
        # Answers and what was asked for are not news to whoever reads messages.
        if not (self.presence.take(message.value) or self.calls.take(message)):
            self.inbox.put(message)
        self.on_message.tell(message)
        if is_greeting and self.presence.is_greeted:
            self._set_state("open")

    def state_changed(self, state: State, code: int, reason: str) -> None:
        """Take the news that the connection ended; it opens with the greeting."""
        if state == "open":
            return
        self._ended = (code, reason)
        self.presence.fail_all(code, reason)
        self.calls.fail_all(code, reason)
        self._set_state(state)

    def _set_state(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self.on_state.tell(state)

    def _challenge(self, secret: str) -> None:
        text = encode({"type": secret})
        self.record_sent(text)
        try:
            self._send(text)
        except ConnectionClosedError:
            _log.debug("the connection closed before a challenge was sent")
