"""Jac Cloud's WebSocket protocol without sockets, threads or clocks.

Its modules load on first use: the models of the events take pydantic's time.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

_HOMES: Final = {
    "PUBLIC": "identity",
    "ChangeUserCall": "hub",
    "Connection": "connections",
    "Entry": "trace",
    "Hub": "hub",
    "Identity": "identity",
    "Kind": "trace",
    "Outcome": "hub",
    "Trace": "trace",
    "WalkerCall": "hub",
    "WalkerEntry": "hub",
    "Walkers": "hub",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
