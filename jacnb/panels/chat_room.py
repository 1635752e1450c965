"""Several clients' panels side by side, as one room."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from typing import Any, Final

import ipywidgets

from jacnb.cells import current_run
from jacnb.panels import lifetimes
from jacnb.panels.chat_panel import ChatClient, ChatPanel
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.transcript import Transcript
from jacnb.panels.walker_forms import WalkerSource

_COLUMNS: Final = "repeat(auto-fit, minmax(min(100%, 19rem), 1fr))"


class ChatRoom(ipywidgets.GridBox):
    """Show the panels of several clients, who can pick one another as targets.

    Args:
        clients: The clients, in the order of their panels.
        walkers: As for `ChatPanel`, for every panel.
        height: The height of each panel in CSS.
        later: When to write to the browser; for tests.
    """

    def __init__(
        self,
        clients: Iterable[ChatClient],
        walkers: WalkerSource = None,
        *,
        height: str = "30rem",
        later: Later = PUMP.later,
    ) -> None:
        self.panels: tuple[ChatPanel, ...] = ()
        if hasattr(clients, "on_message"):
            raise TypeError("a room takes a list: write ChatRoom([client])")
        self.panels = tuple(
            ChatPanel(client, walkers, height=height, colour=number, later=later)
            for number, client in enumerate(_each_once(clients))
        )
        layout = ipywidgets.Layout(
            grid_template_columns=_COLUMNS, grid_gap="12px", width="100%"
        )
        super().__init__(children=self.panels, layout=layout)
        self.stands_for, self.run = self, current_run()
        lifetimes.admit(self)
        self._introduce()
        for panel in self.panels:
            panel.observe(self._introduce, names="me")
        # What changed before they were observed; from now on only the pump writes.
        later(0, self._introduce)

    def __repr__(self) -> str:
        names = ", ".join(panel.me["name"] for panel in self.panels)
        return f"ChatRoom({names}; transcript() shows a table)"

    def _display_(self) -> Any:
        """Return what marimo shows, which has anywidgets, but no boxes of Jupyter's."""
        marimo = import_module("marimo")
        return marimo.hstack(self.panels, widths="equal", wrap=True)

    def transcript(self) -> Transcript:
        """Return all conversations as one table, in the order of time."""
        return Transcript(
            (panel.me["name"], entry)
            for panel in self.panels
            for entry in panel.entries()
        )

    def close(self) -> None:
        """Close every panel; the clients stay open."""
        for panel in self.panels:
            panel.close()
        lifetimes.forget(self)
        self.layout.close()
        super().close()

    def _introduce(self, _change: object = None) -> None:
        everybody = [dict(panel.me) for panel in self.panels]
        for number, panel in enumerate(self.panels):
            panel.peers = everybody[:number] + everybody[number + 1 :]


def _each_once(clients: Iterable[ChatClient]) -> list[ChatClient]:
    """Return the clients: one given twice has one panel, as a second replaced it."""
    try:
        given = {id(client): client for client in clients}
    except TypeError:
        kind = type(clients).__name__
        raise TypeError(f"a room takes a list, as [alice, bob], not {kind}") from None
    return list(given.values())
