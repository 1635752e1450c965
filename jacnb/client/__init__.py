"""The client's side: connect to a server, call walkers, send, receive, expect.

What needs a network loads on first use, so that a client in memory needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jacnb.client.backoff import Backoff
from jacnb.client.client import Client
from jacnb.client.memory import MemoryTransport
from jacnb.client.messages import Message, Messages
from jacnb.client.presence import ConnectionInfo
from jacnb.client.response import Response
from jacnb.client.transport import Transport

if TYPE_CHECKING:
    from jacnb.client.aclient import AsyncClient
    from jacnb.client.connecting import aconnect, connect
    from jacnb.client.loop import LoopTransport
    from jacnb.client.network import NetworkTransport

__all__ = [
    "AsyncClient",
    "Backoff",
    "Client",
    "ConnectionInfo",
    "LoopTransport",
    "MemoryTransport",
    "Message",
    "Messages",
    "NetworkTransport",
    "Response",
    "Transport",
    "aconnect",
    "connect",
]

_LAZY = {
    "AsyncClient": "jacnb.client.aclient",
    "aconnect": "jacnb.client.connecting",
    "LoopTransport": "jacnb.client.loop",
    "connect": "jacnb.client.connecting",
    "NetworkTransport": "jacnb.client.network",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LAZY[name]), name)
