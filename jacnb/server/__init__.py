"""Serve walkers: with Tornado on a thread of its own, or in memory.

What needs Tornado loads on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jacnb.server.memory import MemoryServer
    from jacnb.server.server import Server, serve

__all__ = ["MemoryServer", "Server", "serve"]

_HOMES = {"Server": "server", "serve": "server", "MemoryServer": "memory"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
