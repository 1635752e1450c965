"""Carry out what somebody sent in a panel's composer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Sender(Protocol):
    """What a panel needs of a client to send; none of these waits for an answer."""

    @property
    def name(self) -> str:
        """How the client is shown."""

    def send_to_channels(self, ids: list[str], data: dict[str, Any], /) -> object:
        """Send a channel event (docs/protocol.md, section 3)."""

    def send_to_users(self, ids: list[str], data: dict[str, Any], /) -> object:
        """Send a user event."""

    def send_to_clients(self, ids: list[str], data: dict[str, Any], /) -> object:
        """Send a client event."""

    def send_walker(
        self,
        name: str,
        context: dict[str, Any],
        /,
        *,
        node: str | None,
        response: bool,
    ) -> object:
        """Send a walker event."""


def carry_out(order: Mapping[str, Any], client: Sender) -> None:
    """Send what the composer asks for.

    Raises:
        ValueError: If the order names no target.
    """
    target = order.get("to")
    if target == "walker":
        _run_walker(order, client)
        return
    ids = [str(each) for each in order.get("ids", ()) if each]
    if not ids:
        raise ValueError("nobody to send to: choose a target or type its id")
    data = chat(str(order.get("text", "")), client.name)
    if target == "channel":
        client.send_to_channels(ids, data)
    elif target == "user":
        client.send_to_users(ids, data)
    elif target == "client":
        client.send_to_clients(ids, data)
    else:
        raise ValueError(f"no such kind of target: {str(target)[:40]!r}")


def chat(text: str, name: str) -> dict[str, Any]:
    """Return the data of a chat message, in the shape of Jac Cloud's examples."""
    return {"type": "chat", "data": {"message": text, "from": name}}


def _run_walker(order: Mapping[str, Any], client: Sender) -> None:
    name = str(order.get("walker") or "").strip()
    if not name:
        raise ValueError("which walker? Type its name")
    context = order.get("context")
    client.send_walker(
        name,
        dict(context) if isinstance(context, Mapping) else {},
        node=str(order["node"]) if order.get("node") else None,
        response=bool(order.get("response", True)),
    )
