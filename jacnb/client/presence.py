"""Who a client is on its server: the greeting, and later connection messages."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from jacnb.client.closing import closed_error
from jacnb.errors import ConnectionClosedError
from jacnb.ids import PUBLIC_ROOT_ID

_MAX_ASKS: Final = 1000


@dataclass(frozen=True, slots=True)
class ConnectionInfo:
    """The three ids of a connection (docs/protocol.md, section 1)."""

    client_id: str
    root_id: str
    channel_id: str

    @property
    def is_public(self) -> bool:
        """Whether this is a connection without a user."""
        return self.root_id == PUBLIC_ROOT_ID


@dataclass(slots=True, eq=False)
class Ask:
    """An event that is answered by a connection message."""

    changes_user: bool = False
    is_fence: bool = False
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    info: ConnectionInfo | None = None
    failure: ConnectionClosedError | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was answered, or never will be."""
        return self.info is not None or self.failure is not None

    def result(self) -> ConnectionInfo:
        """Return the answer.

        Raises:
            ConnectionClosedError: If the connection ended first.
        """
        if self.info is None:
            code, reason = (
                (self.failure.code, self.failure.reason) if self.failure else (1006, "")
            )
            raise ConnectionClosedError(code, reason)
        return self.info


_GREETING: Final = Ask()
"""What the greeting answers, which nobody asked."""


class Presence:
    """Keeps the ids of a connection, and pairs connection messages with asks.

    Data of other clients can look like a connection message. Each ask has a random
    `id`; a message with it is the answer, and true. Of a server that echoes it (known
    from the first such answer), nothing else is an answer.

    Of others (jac-cloud), only such messages count that name this very connection and
    could be true: the client and the channel never change, and a user only when asked,
    to the public (when a token ended), or back. Events are answered in order, so
    answers go to asks in order, also to those that nobody waits for any more.
    """

    def __init__(self) -> None:
        self.info: ConnectionInfo | None = None
        self.is_greeted = False
        self.echoes: bool | None = None
        # The last root that the greeting or an answer told of.
        self._told_root = ""
        self._asks: deque[Ask] = deque(maxlen=_MAX_ASKS)
        # Those that a message without an id has settled: the true answer may follow.
        self._doubtful: deque[Ask] = deque(maxlen=_MAX_ASKS)
        self._lock = Lock()

    def ask(self, *, changes_user: bool = False, is_fence: bool = False) -> Ask:
        """Return a new ask; to be sent only after this."""
        ask = Ask(changes_user, is_fence)
        with self._lock:
            self._asks.append(ask)
        return ask

    def cancel(self, ask: Ask) -> None:
        """Forget an ask that was never sent."""
        with self._lock:
            if ask in self._asks:
                self._asks.remove(ask)

    def abandon(self, ask: Ask) -> None:
        """Take note that nobody waits for this ask any more.

        Its answer may still come. It is told by its id, or else by its place.
        """
        with self._lock:
            if self.echoes and ask in self._asks:
                self._asks.remove(ask)
                self._doubtful.append(ask)

    def fail_all(self, code: int, reason: str) -> None:
        """End every ask, because the connection did; the next greeting counts."""
        with self._lock:
            self.is_greeted = False
            for ask in self._asks:
                ask.failure = closed_error(code, reason)
            self._asks.clear()
            self._doubtful.clear()

    def take(self, value: Any) -> Ask | None:
        """Return what this answers: an ask, or the greeting; learn from it."""
        info = _info_in(value)
        if info is None:
            return None
        with self._lock:
            if not self.is_greeted:
                self.is_greeted = True
                self._believe(info)
                return _GREETING
            return self._by_id(info, value.get("id")) or self._by_order(info, value)

    def _by_id(self, info: ConnectionInfo, id: object) -> Ask | None:
        for asks in (self._asks, self._doubtful):
            for ask in asks:
                if ask.id == id:
                    asks.remove(ask)
                    ask.info = info
                    self.echoes = True
                    self._believe(info)
                    return ask
        return None

    def _by_order(self, info: ConnectionInfo, value: dict[str, Any]) -> Ask | None:
        if not self._is_credible(info):
            return None
        self.info = info
        # A server echoes our own id or none: another one is of an event sent by hand.
        if self.echoes or not self._asks or "id" in value:
            return None
        ask = self._asks.popleft()
        ask.info = info
        self._doubtful.append(ask)
        if ask.changes_user:
            self._believe(info)
        return ask

    def _believe(self, info: ConnectionInfo) -> None:
        self.info, self._told_root = info, info.root_id

    def _is_credible(self, info: ConnectionInfo) -> bool:
        known = self.info
        if known is None or known.client_id != info.client_id:
            return False
        is_asked = not self.echoes and bool(self._asks) and self._asks[0].changes_user
        same_user = info.is_public or info.root_id in (known.root_id, self._told_root)
        return known.channel_id == info.channel_id and (same_user or is_asked)


def _info_in(value: Any) -> ConnectionInfo | None:
    if not isinstance(value, dict) or value.get("type") != "connection":
        return None
    data = value.get("data")
    match data:
        case {
            "client_id": str(client_id),
            "root_id": str(root_id),
            "channel_id": str(channel_id),
        }:
            return ConnectionInfo(client_id, root_id, channel_id)
    return None
