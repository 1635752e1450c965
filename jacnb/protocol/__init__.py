"""Jac Cloud's WebSocket protocol without sockets, threads or clocks."""

from __future__ import annotations

from jacnb.protocol.connections import Connection
from jacnb.protocol.hub import (
    ChangeUserCall,
    Hub,
    Outcome,
    WalkerCall,
    WalkerEntry,
    Walkers,
)
from jacnb.protocol.identity import PUBLIC, Identity
from jacnb.protocol.trace import Entry, Kind, Trace

__all__ = [
    "PUBLIC",
    "ChangeUserCall",
    "Connection",
    "Entry",
    "Hub",
    "Identity",
    "Kind",
    "Outcome",
    "Trace",
    "WalkerCall",
    "WalkerEntry",
    "Walkers",
]
