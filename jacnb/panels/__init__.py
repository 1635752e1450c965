"""Live panels for notebooks; each loads on first use.

`ChatPanel` and `ChatRoom` for conversations, `Explorer`, `SequenceDiagram`,
`Inspector` and `GraphView` for what happens on the server, `BrowserClient` for
JavaScript that runs in the page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from jacnb.panels.browser_client import BrowserClient
    from jacnb.panels.chat_panel import ChatPanel
    from jacnb.panels.chat_room import ChatRoom
    from jacnb.panels.explorer import Explorer
    from jacnb.panels.graph_view import GraphView
    from jacnb.panels.inspector import Inspector
    from jacnb.panels.sequence_diagram import SequenceDiagram
    from jacnb.panels.transcript import Transcript

__all__ = [
    "BrowserClient",
    "ChatPanel",
    "ChatRoom",
    "Explorer",
    "GraphView",
    "Inspector",
    "SequenceDiagram",
    "Transcript",
]

_PANELS: Final = {
    "BrowserClient": "browser_client",
    "ChatPanel": "chat_panel",
    "ChatRoom": "chat_room",
    "Explorer": "explorer",
    "GraphView": "graph_view",
    "Inspector": "inspector",
    "SequenceDiagram": "sequence_diagram",
    "Transcript": "transcript",
}


def __getattr__(name: str) -> Any:
    if name in _PANELS:
        return getattr(import_module(f"jacnb.panels.{_PANELS[name]}"), name)
    raise AttributeError(f"module 'jacnb.panels' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
