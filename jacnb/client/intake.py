"""Sort what arrives at a client: greeting, answers, and messages to be read."""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable

from jacnb.client.callbacks import Callbacks, Notices
from jacnb.client.calls import Calls
from jacnb.client.closing import closed_error
from jacnb.client.inbox import Inbox
from jacnb.client.messages import KEPT, Message, Messages
from jacnb.client.presence import Presence
from jacnb.client.tokens import Bearer
from jacnb.client.transport import State
from jacnb.errors import ConnectionClosedError
from jacnb.protocol.json import encode
from jacnb.protocol.masking import masked_text

_log = logging.getLogger(__name__)
# It is used in a transport's thread, which must never print.
_log.addHandler(logging.NullHandler())


class Intake:
    """The state of a client, as its transport tells it: a `transport.Listener`.

    Args:
        send: How to send; for the one event that pairing may need.
        bearer: Who the client is.
        keep: How many messages are kept of each kind: sent, arrived and unread.
    """

    def __init__(
        self, send: Callable[[str], None], bearer: Bearer, keep: int = KEPT
    ) -> None:
        self._bearer = bearer
        self.messages = Messages(keep=keep)
        self.sent = Messages(keep=keep)
        self.inbox = Inbox(keep)
        self.presence = Presence()
        self.calls = Calls(self._keep_news, self._challenge)
        self.notices = Notices()
        self.state: State = "open"
        self.on_message: Callbacks[Message] = Callbacks("on_message", self.notices)
        self.on_news: Callbacks[Message] = Callbacks("on_news", self.notices)
        self.on_sent: Callbacks[Message] = Callbacks("on_sent", self.notices)
        self.on_state: Callbacks[State] = Callbacks("on_state", self.notices)
        self._send = send
        self._ended = (1006, "")
        self._cursors = itertools.count(1)

    @property
    def is_closed(self) -> bool:
        """Whether the connection has ended for good."""
        return self.state == "closed"

    @property
    def ended(self) -> tuple[int, str]:
        """Code and reason with which the connection ended last."""
        return self._ended

    def closed_error(self) -> ConnectionClosedError:
        """Return the error that says how the connection ended."""
        code, reason = self._ended
        error = closed_error(code, reason)
        if self.state == "reconnecting":
            said = f"{code}: {error.reason}" if reason else f"{code}"
            advice = "is lost and being opened again; wait for it"
            error.args = (f"the connection {advice} ({said})",)
        return error

    def record_sent(self, text: str, *, is_fence: bool = False) -> None:
        """Keep and tell what was sent, without its secrets."""
        text, cursor = masked_text(text), next(self._cursors)
        message = Message(text, "out", time.time(), cursor, is_fence)
        self.sent.append(message)
        self.on_sent.tell(message)

    def text_arrived(self, text: str) -> None:
        """Take a message of the server."""
        message = Message(text, "in", time.time(), next(self._cursors))
        self.messages.append(message)
        is_greeting = not self.presence.is_greeted
        # Answers and what was asked for are not news to whoever reads messages.
        if not self._is_answer(message):
            self._keep_news(message)
        self.on_message.tell(message)
        if is_greeting and self.presence.is_greeted:
            self._check_token()
            self._set_state("open")

    def _keep_news(self, message: Message) -> None:
        self.inbox.put(message)
        self.on_news.tell(message)

    def _check_token(self) -> None:
        """Take note if a new connection of this client is not its user's any more."""
        info = self.presence.info
        if self.state != "reconnecting" or info is None:
            return
        if said := self._bearer.drop_if(info.is_public):
            self.notices.add(said)

    def _is_answer(self, message: Message) -> bool:
        """Tell whether this is for who asked; a server echoes all ids or none."""
        asked = self.presence.take(message.value)
        if asked is not None and asked.is_fence:
            message.mark_as_fence()
        if self.presence.echoes:
            self.calls.echoes = True
        is_taken = asked is not None or self.calls.take(message)
        self.presence.echoes = self.calls.echoes
        return is_taken

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
