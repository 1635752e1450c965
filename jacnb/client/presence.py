"""Who a client is on its server: the greeting, and later connection messages."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from typing import Any

from jacnb.errors import ConnectionClosedError
from jacnb.ids import PUBLIC_ROOT_ID


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


class Presence:
    """Keeps the ids of a connection, and pairs connection messages with asks.

    Connection messages carry no `id`, and data of other clients can look like one.
    Only such count that name this very connection and could be true: the client and
    the channel never change, and a user only when asked, or to the public (when a
    token ended). Events are answered in order, so answers go to asks in order.
    """

    def __init__(self) -> None:
        self.info: ConnectionInfo | None = None
        self.is_greeted = False
        self._asks: deque[Ask] = deque()
        self._lock = Lock()

    def ask(self, *, changes_user: bool = False) -> Ask:
        """Return a new ask; to be sent only after this."""
        ask = Ask(changes_user)
        with self._lock:
            self._asks.append(ask)
        return ask

    def cancel(self, ask: Ask) -> None:
        """Forget an ask that was never sent."""
        with self._lock:
            if ask in self._asks:
                self._asks.remove(ask)

    def fail_all(self, code: int, reason: str) -> None:
        """End every ask, because the connection did; the next greeting counts."""
        with self._lock:
            self.is_greeted = False
            for ask in self._asks:
                ask.failure = ConnectionClosedError(code, reason)
            self._asks.clear()

    def take(self, value: Any) -> bool:
        """Tell whether this is the greeting or was asked for; learn from it."""
        info = _info_in(value)
        if info is None:
            return False
        with self._lock:
            if not self.is_greeted:
                self.info, self.is_greeted = info, True
                return True
            if not self._is_credible(info):
                return False
            self.info = info
            return self._settle(info)

    def _settle(self, info: ConnectionInfo) -> bool:
        if not self._asks:
            return False
        self._asks.popleft().info = info
        return True

    def _is_credible(self, info: ConnectionInfo) -> bool:
        known = self.info
        if known is None or known.client_id != info.client_id:
            return False
        may_change = bool(self._asks) and self._asks[0].changes_user
        same_user = info.root_id == known.root_id or info.is_public
        return known.channel_id == info.channel_id and (same_user or may_change)


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
