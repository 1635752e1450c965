"""The garden of the last lesson, drawn from what one client hears."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import ipywidgets

from jacnb.cells import current_run
from jacnb.client import Client, Message
from jacnb.errors import ClientError
from jacnb.lessons import garden_svg
from jacnb.lessons.garden_svg import COLUMNS, ROWS, Plot, picture
from jacnb.panels import lifetimes
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.svg import Picture

SQUARES: Final = frozenset(column + row for column in COLUMNS for row in ROWS)

_NAME: Final = 80
# Somebody may make up any number of names. There is room for the owners of 25 holes and
# of 25 flags; of the others the oldest are forgotten.
_PLAYERS: Final = 60
_WORDS: Final = 80


class GardenView(ipywidgets.HTML):
    """A picture of the garden that follows the messages of a client.

    It believes what it hears, whoever sent it; what is no message about a garden of
    this size it passes over.

    Args:
        client: Whose messages to follow.
        later: When to write to the browser; for tests.
    """

    def __init__(self, client: Client, *, later: Later = PUMP.later) -> None:
        self.client = client
        self.plot = Plot()
        self._later = later
        self._is_closed = False
        super().__init__(value=garden_svg.drawn(self.plot))
        self.stands_for, self.run = self, current_run()
        lifetimes.admit(self)
        self._stop = client.on_message(self._on_message)

    def show(self, holes: Mapping[str, str]) -> None:
        """Draw these holes, and no others; what was heard of others is forgotten."""
        drawn = {s: _name(by) or "somebody" for s, by in holes.items() if s in SQUARES}
        owners, known = set(drawn.values()), self.plot.players
        plot = Plot(sign=self.plot.sign, holes=drawn)
        plot.flags = {s: by for s, by in self.plot.flags.items() if s not in drawn}
        plot.found = [square for square in self.plot.found if square in drawn]
        # Those who have dug come first, in colours that they may have had already.
        for name in (*(n for n in known if n in owners), *drawn.values(), *known):
            _note(plot, name)
        plot.news = _counted(len(holes), len(drawn))
        self.plot = plot
        self._later(0, self._write)

    def picture(self) -> Picture:
        """Return the picture as it is once all that was sent so far has arrived."""
        # A client that is closed has what it has.
        with suppress(ClientError):
            self.client.sync()
        return picture(self.plot)

    def close(self) -> None:
        """Stop following the client and remove the picture."""
        if not self._is_closed:
            self._is_closed = True
            self._stop()
            lifetimes.forget(self)
            super().close()

    def __repr__(self) -> str:
        return f"GardenView({self.client.name}; picture() returns a still one)"

    def _on_message(self, message: Message) -> None:
        if message.type == "planted":
            self.plot = Plot()
        elif message.type not in _NEWS or not isinstance(message.data, Mapping):
            return
        else:
            _NEWS[message.type](self.plot, message.data)
        # A callback runs where the client reads: widgets are written by the pump.
        self._later(0, self._write)

    def _write(self) -> None:
        if not self._is_closed:
            self.value = garden_svg.drawn(self.plot)


def _joined(plot: Plot, data: Mapping[str, Any]) -> None:
    name = _name(data.get("name"))
    if name:
        _note(plot, name)
        plot.news = f"{name} is here."


def _dug(plot: Plot, data: Mapping[str, Any]) -> None:
    square, by = data.get("square"), _name(data.get("by"))
    if not by or not isinstance(square, str) or square not in SQUARES:
        return
    if square in plot.found:
        plot.found.remove(square)
    plot.holes[square] = by
    plot.flags.pop(square, None)
    _note(plot, by)
    plot.news = f"{by} dug {square}: nothing there."
    if data.get("found") is True:
        plot.found.append(square)
        plot.news = f"{by} found the treasure at {square}!"


def _flag(plot: Plot, data: Mapping[str, Any]) -> None:
    square, by = data.get("square"), _name(data.get("by"))
    if by and isinstance(square, str) and square in SQUARES:
        plot.flags[square] = by
        _note(plot, by)
        plot.news = f"{by} put a flag on {square}."


def _sign(plot: Plot, data: Mapping[str, Any]) -> None:
    words = data.get("text")
    if isinstance(words, str):
        plot.sign = words[:_WORDS]
        plot.news = "There is a new text at the gate."


_NEWS: Final = {"joined": _joined, "dug": _dug, "flag": _flag, "sign": _sign}


def _counted(there: int, drawn: int) -> str:
    said = f"{there} hole{'' if there == 1 else 's'}, as the server has them"
    return f"{said}." if there == drawn else f"{said}; {drawn} of them on squares."


def _name(given: object) -> str:
    """Return a player's name; empty if it is none."""
    return given[:_NAME] if isinstance(given, str) else ""


def _note(plot: Plot, name: str) -> None:
    """Remember a player, and not too many."""
    if name in plot.players:
        return
    plot.players.append(name)
    if len(plot.players) > _PLAYERS:
        seen = {*plot.holes.values(), *plot.flags.values()}
        plot.players.remove(next(each for each in plot.players if each not in seen))
