"""Real-time Jac in a notebook.

    server = jacnb.serve()
    alice = server.connect(user="alice", channel_id="room")
    alice.walker("send_chat_to_group", channel_id="room")

Declaring walkers works at once; the server, the client and the panels load on first
use, so that ``import jacnb`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from jacnb.errors import JacnbError
from jacnb.graph import (
    Edge,
    Node,
    Obj,
    Root,
    Walker,
    disengage,
    field,
    log_report,
    on_entry,
    on_exit,
    refs,
    report,
    root,
    spawn,
    visit,
)
from jacnb.walkers.functions import walker
from jacnb.walkers.registry import Registry
from jacnb.walkers.socket import WEBSOCKET_MANAGER
from jacnb.walkers.specs import specs
from jacnb.walkers.uploads import UploadFile

if TYPE_CHECKING:
    from jacnb import panels
    from jacnb.client import AsyncClient, Client, aconnect, connect
    from jacnb.lessons import lesson
    from jacnb.server import MemoryServer, Server, serve
    from jacnb.swarms import Swarm, SwarmResult, swarm

__version__ = "0.1.0"

__all__ = [
    "WEBSOCKET_MANAGER",
    "AsyncClient",
    "Client",
    "Edge",
    "JacnbError",
    "MemoryServer",
    "Node",
    "Obj",
    "Registry",
    "Root",
    "Server",
    "Swarm",
    "SwarmResult",
    "UploadFile",
    "Walker",
    "aconnect",
    "connect",
    "disengage",
    "field",
    "lesson",
    "log_report",
    "on_entry",
    "on_exit",
    "panels",
    "refs",
    "report",
    "root",
    "serve",
    "spawn",
    "specs",
    "swarm",
    "visit",
    "walker",
]

# What loads on first use, and where it lives.
_SHELLS: Final = {
    "AsyncClient": "jacnb.client",
    "Client": "jacnb.client",
    "aconnect": "jacnb.client",
    "connect": "jacnb.client",
    "lesson": "jacnb.lessons",
    "MemoryServer": "jacnb.server",
    "Server": "jacnb.server",
    "serve": "jacnb.server",
    "Swarm": "jacnb.swarms",
    "SwarmResult": "jacnb.swarms",
    "swarm": "jacnb.swarms",
}


def load_ipython_extension(shell: Any) -> None:
    """Add ``%%jac`` to a notebook: ``%load_ext jacnb``."""
    from jacnb.jac.magics import register

    register(shell)


def __getattr__(name: str) -> Any:
    if name in _SHELLS:
        return getattr(import_module(_SHELLS[name]), name)
    if name == "panels":
        return import_module("jacnb.panels")
    raise AttributeError(f"module 'jacnb' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
