"""``WEBSOCKET_MANAGER``: how a walker notifies clients while it runs.

It is one object for all servers: inside a run it speaks for that run's server and
client (docs/protocol.md, section 5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jacnb.errors import NoRunError
from jacnb.graph import Node, Session, jid
from jacnb.protocol.json import encode

if TYPE_CHECKING:
    from jacnb.protocol.hub import Target

Notify = Callable[["Target", list[str], str], None]
"""Hands one serialised notification to the shell of a run."""


@dataclass(slots=True)
class Outlet:
    """The way out of one walker run.

    Args:
        notify: Hands a notification on, from whatever thread the walker runs on.
        client_id: The client whose event it is; None for a run over REST.
        session: The run's unit of work, told once something was heard outside.
    """

    notify: Notify
    client_id: str | None = None
    session: Session | None = None


current_outlet: ContextVar[Outlet | None] = ContextVar("jacnb_outlet", default=None)


class WebSocketManager:
    """Notify clients from inside a walker.

    Every method may be called any number of times during a run; each notification
    leaves at once. ``data`` arrives exactly as given.

    Raises:
        NoRunError: Outside a walker run; plain code calls ``server.notify_…``.
        ValueRangeError: If ``data`` cannot be written as JSON.
    """

    def notify_self(self, data: Any) -> None:
        """Send ``data`` to the client whose event this is; over REST to nobody."""
        outlet = _outlet("notify_self")
        text = encode(data)
        if outlet.client_id is not None:
            _send(outlet, "client", [outlet.client_id], text)

    def notify_users(self, roots: Iterable[Node | str], data: Any) -> None:
        """Send ``data`` to every connection of the users with these roots."""
        ids = [root if isinstance(root, str) else jid(root) for root in many(roots)]
        _send(_outlet("notify_users"), "user", ids, encode(data))

    def notify_channels(self, channel_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to every connection on these channels."""
        _send(_outlet("notify_channels"), "channel", many(channel_ids), encode(data))

    def notify_clients(self, client_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to these connections."""
        _send(_outlet("notify_clients"), "client", many(client_ids), encode(data))

    def __repr__(self) -> str:
        return "<WEBSOCKET_MANAGER: notifies clients from inside a walker>"


WEBSOCKET_MANAGER: Final = WebSocketManager()


def many(ids: Iterable[Any]) -> list[Any]:
    """Return ``ids`` as a list.

    Raises:
        TypeError: For a lone string, whose letters would each be taken for an id, and
            for what can be no id at all.
    """
    if isinstance(ids, str | Node):
        raise TypeError("pass a list of ids: write [an_id] instead of an_id")
    found = list(ids)
    for each in found:
        if not isinstance(each, str | Node):
            raise TypeError(f"an id is a string, not {type(each).__name__}")
    return found


def _outlet(method: str) -> Outlet:
    outlet = current_outlet.get()
    if outlet is None:
        raise NoRunError(
            f"{method} works inside a walker run only; in plain code call "
            f"server.{method.replace('notify_self', 'notify_clients')}(...)"
        )
    return outlet


def _send(outlet: Outlet, target: Target, ids: list[str], text: str) -> None:
    if outlet.session is not None:
        # From here on a repeated run would be heard twice.
        outlet.session.heard = True
    outlet.notify(target, ids, text)
