"""Live panels for notebooks: `ChatPanel` for one client, `ChatRoom` for several."""

from __future__ import annotations

from jacnb.panels.chat_panel import ChatPanel
from jacnb.panels.chat_room import ChatRoom
from jacnb.panels.transcript import Transcript

__all__ = ["ChatPanel", "ChatRoom", "Transcript"]
