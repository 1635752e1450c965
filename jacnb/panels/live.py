"""What panels that follow a server or clients have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final

import anywidget
import traitlets

from jacnb.cells import current_run
from jacnb.panels import lifetimes
from jacnb.panels.allowance import Allowance
from jacnb.panels.finding import fitting
from jacnb.panels.follower import Follower
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.rows import Lane, Rooms, Row, chars_of, on_wire
from jacnb.panels.sources import Source, source_of
from jacnb.protocol.telling.view import Entries

HISTORY: Final = 200
"""Rows that views attached later start from; others are fetched on demand."""
HISTORY_SECONDS: Final = 1.0
PAGE: Final = 200
"""Rows of one answer to a view that scrolls back."""

FOUND: Final = 500
"""Rows of one answer to a view that looks for something."""

GLANCE: Final = 0.5
"""Seconds between two looks whether the server that is watched is stopped."""

LANES: Final = 100
"""Clients without a row in the history that views attached later know of."""

_HISTORY_CHARS: Final = 100_000

Order = Mapping[str, Any]
"""What a view asks for: its ``op`` and what belongs to it."""


class LivePanel(anywidget.AnyWidget):
    """A panel that shows rows of a source while they come.

    The browser gets ``{"op": "rows", "batch": n, "rows": […], "skipped": n, "lanes":
    […]}``, where ``lanes`` are those that are new or changed, and batches are counted.
    A view that is attached later starts from the traits below, which may be old, and
    sends ``{"op": "after", "seq": n}`` for what came since, up to the last batch
    (answered by ``{"op": "latest", "after": n, "batch": n, "rows": […], "lanes": […],
    "is_part": bool}``). It may send ``{"op": "text", "seq": n}`` for a whole payload
    (``{"op": "text", "seq": n, "text": …}``) and ``{"op": "before", "seq": n}`` for
    earlier rows (``{"op": "earlier", "before": n, "rows": […], "lanes": […], "runs":
    […], "more": bool}``), ``{"op": "find", "before": n, "wanted": {…}, "nonce": …}``
    for those of them that fit a filter (``{"op": "found", "nonce": …, "rows": […],
    "lanes": […], "runs": […], "more": bool, "kept_from": n}``),
    ``{"op": "row", "seq": n}`` for one row (``{"op": "row", "seq": n, "rows": […],
    "lanes": […], "runs": […]}``), and what a panel adds to `orders`. ``runs`` are
    walker runs that rows name and that are not among them.

    Args:
        watched: A server, a trace, entries of one or of a recording, a client or a
            list of clients.
        height: The panel's height in CSS.
        later: When to write to the browser; for tests.
    """

    lanes: Any = traitlets.List().tag(sync=True)
    history: Any = traitlets.List().tag(sync=True)
    has_causes = traitlets.Bool(True).tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)
    stopped = traitlets.Bool(False).tag(sync=True)
    recorded = traitlets.Bool(False).tag(sync=True)
    height = traitlets.Unicode("32rem").tag(sync=True)

    # Until it is made: Python closes what was refused, too, and that has nothing.
    _is_closed = True

    def __init__(
        self,
        watched: Any,
        *,
        height: str = "32rem",
        later: Later = PUMP.later,
        **traits: Any,
    ) -> None:
        self.stands_for = watched
        self.run = current_run()
        self._later = later
        self._history_due = False
        self._allowance = Allowance()
        self._told: dict[int, Lane] = {}
        self._rooms = Rooms()
        self._batch = 0
        self.source = self.source_for(watched)
        self._is_closed = False
        rows = self.source.since(0)
        history = _recent(rows)
        super().__init__(
            lanes=self._lanes_for(history),
            history=on_wire(history),
            has_causes=self.source.has_causes,
            note=self.source.note,
            stopped=_is_stopped(watched),
            recorded=isinstance(watched, Entries),
            height=height,
            **traits,
        )
        lifetimes.admit(self)
        self.on_msg(self._on_browser)
        start = rows[-1]["seq"] + 1 if rows else 0
        self._follower = Follower(self.source, self._deliver, later, start)
        self._follower.start()
        later(GLANCE, self._glance)

    def source_for(self, watched: Any) -> Source:
        """Return where the rows come from."""
        return source_of(watched)

    def close(self) -> None:
        """Stop following and remove the panel; what it watches goes on."""
        if self._is_closed:
            return
        self._is_closed = True
        if hasattr(self, "_follower"):
            self._follower.stop()
        self.source.close()
        lifetimes.forget(self)
        self.layout.close()
        super().close()

    # On the pump, the only writer of traits and messages.

    def _deliver(self, rows: list[Row], skipped: int) -> None:
        if self._is_closed:
            return
        self._rooms.forget_before(self.source.kept_from())
        self._batch += 1
        batch = {"batch": self._batch, "rows": on_wire(rows, self._rooms)}
        lanes = self._changed_lanes()
        self.tell({"op": "rows", **batch, "skipped": skipped, "lanes": lanes})
        self._allowance.earn(chars_of(rows))
        if not self._history_due and self._allowance.covers_last():
            self._history_due = True
            self._later(HISTORY_SECONDS, self._write_history)

    def _glance(self) -> None:
        """Tell when the server is stopped; that need not leave a row."""
        if self._is_closed:
            return
        self.stopped = _is_stopped(self.stands_for)
        self._later(GLANCE, self._glance)

    def _write_history(self) -> None:
        self._history_due = False
        if self._is_closed:
            return
        history = _recent(self._told_rows(0))
        if self._allowance.spend(chars_of(history)):
            self.lanes = self._lanes_for(history)
            self.history = on_wire(history)

    def _changed_lanes(self) -> list[Lane]:
        """Return the lanes that are not as views were told, and note that they are."""
        now = {lane["lane"]: lane for lane in self.source.lanes()}
        changed = [each for n, each in now.items() if self._told.get(n) != each]
        self._told = now
        return changed

    def _lanes_for(
        self, rows: list[Row], also: Collection[int | None] = ()
    ) -> list[Lane]:
        """Return the lanes that rows name, and some of the clients that are there."""
        named = {row["who"] for row in rows}.union(also)
        for row in rows:
            named.update(row["to"][:LANES])
        lanes = self.source.lanes()
        there = [each["lane"] for each in lanes if each["open"]][:LANES]
        return [each for each in lanes if each["lane"] in named.union(there)]

    def tell(self, content: dict[str, Any]) -> None:
        """Send a message to the browser (on the pump)."""
        # By its class: a panel may have a `send` of its own.
        anywidget.AnyWidget.send(self, content)

    def complain(self, error: Exception) -> None:
        """Show an error in the panel, as no cell would show it (on the pump)."""
        self.tell({"op": "error", "text": str(error) or type(error).__name__})

    # From the browser: on the main thread, or on a subshell's while a cell runs.

    def _on_browser(
        self, _widget: object, content: Mapping[str, Any], _buffers: object
    ) -> None:
        carry_out = self.orders().get(str(content.get("op")))
        if carry_out is not None:
            self._later(0, partial(self._carry_out, carry_out, content))

    def _carry_out(self, carry_out: Callable[[Order], None], order: Order) -> None:
        try:
            carry_out(order)
        except Exception as error:  # noqa: BLE001 - shown, as no cell would show it
            self.complain(error)

    def orders(self) -> dict[str, Callable[[Order], None]]:
        """Return what a view may ask for; each is carried out on the pump."""
        return {
            "text": self._send_text,
            "before": self._send_earlier,
            "after": self._send_latest,
            "find": self._find,
            "row": self._send_row,
        }

    def _send_text(self, order: Order) -> None:
        seq = int(order["seq"])
        self.tell({"op": "text", "seq": seq, "text": self.source.text(seq)})

    def _send_earlier(self, order: Order) -> None:
        before = int(order["seq"])
        earlier = [row for row in self.source.since(0) if row["seq"] < before]
        page = _recent(earlier, PAGE)
        answer = self._answer(page) | {"more": len(page) < len(earlier)}
        self.tell({"op": "earlier", "before": before, **answer})

    def _answer(self, page: list[Row]) -> dict[str, Any]:
        """Return rows, with the clients and the runs that they name."""
        lacking = {row["run"] for row in page} - {row["seq"] for row in page}
        found = (self.source.row(seq) for seq in lacking if seq is not None)
        runs = [_in_short(run) for run in found if run is not None]
        lanes = self._lanes_for(page, {run["who"] for run in runs})
        return {"rows": on_wire(page), "lanes": lanes, "runs": runs}

    def _send_row(self, order: Order) -> None:
        seq = int(order["seq"])
        row = self.source.row(seq)
        self.tell({"op": "row", "seq": seq, **self._answer([row] if row else [])})

    def fitting(self, rows: list[Row], wanted: Mapping[str, Any]) -> list[Row]:
        """Return the rows that a view's filter leaves."""
        return fitting(rows, self.source.lanes(), wanted, self.source.text)

    def _find(self, order: Order) -> None:
        rows = self.source.since(0)
        fitting = self.fitting(rows, order.get("wanted") or {})
        found = [row for row in fitting if row["seq"] < order["before"]]
        page = _recent(found, FOUND)
        answer = self._answer(page)
        about = {"more": len(page) < len(found), "kept_from": self.source.kept_from()}
        self.tell({"op": "found", "nonce": order.get("nonce"), **answer, **about})

    def _told_rows(self, seq: int) -> list[Row]:
        """Return the rows from a number on that views were told of already."""
        rows = self.source.since(seq)
        return [row for row in rows if row["seq"] < self._follower.next]

    def _send_latest(self, order: Order) -> None:
        known = int(order["seq"])
        # A view that begins now was not told what earlier rows told.
        self._rooms = Rooms()
        newer = self._told_rows(known + 1)
        page = _recent(newer, PAGE)
        # Those of its history, too: they may have gone meanwhile.
        known_lanes = {lane["lane"] for lane in self.lanes}
        lanes = self._lanes_for(page, known_lanes)
        answer = {"batch": self._batch, "rows": on_wire(page), "lanes": lanes}
        is_gone = self.source.kept_from() > known + 1
        is_part = len(page) < len(newer) or (is_gone and bool(page))
        self.tell({"op": "latest", "after": known, **answer, "is_part": is_part})


def _recent(rows: list[Row], count: int = HISTORY) -> list[Row]:
    """Return the newest rows, bounded in number and in size, oldest first."""
    room = _HISTORY_CHARS
    kept: list[Row] = []
    for row in reversed(rows[-count:]):
        room -= chars_of([row])
        if kept and room < 0:
            break
        kept.append(row)
    return kept[::-1]


def _in_short(run: Row) -> dict[str, Any]:
    """Return what rows of a run need to know of it."""
    keys = ("seq", "kind", "type", "who", "cause")
    return {key: value for key, value in run.items() if key in keys}


def _is_stopped(watched: Any) -> bool:
    """Return whether this is a server that runs no more."""
    return not getattr(watched, "is_running", True)
