"""A live look into a server: connections, channels, users and walkers."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import anywidget
import traitlets

from jacnb.cells import current_run
from jacnb.panels import assets, lifetimes
from jacnb.panels.inspector_tables import RTT, Query, Told, counts, query_of, rows_for
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.trace_source import TraceSource
from jacnb.server.inspection import Inspection, ServerFigures

REFRESH: Final = 1.0
"""Seconds between two looks while somebody watches."""

MESSAGES: Final = 30
"""Messages of a client that are shown."""

# A page that is closed cannot always say so. A view renews its wish every ten seconds,
# which a kernel without subshells hears only when its cell has ended: so not shorter.
_LEASE: Final = 120.0
_MAX_VIEWS: Final = 8

Order = Mapping[str, Any]


@dataclass(slots=True)
class _View:
    """One view in a browser: what it wants, and what it was told."""

    query: Query
    expires: float
    told: Told = field(default_factory=Told)
    summary: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    untimed: set[str] = field(default_factory=set)
    pinged: set[str] = field(default_factory=set)


class Inspector(anywidget.AnyWidget):
    """Show who is connected to a server and what its walkers do, live.

    It looks once a second, and only while it is displayed; ``server.connections``,
    ``.channels``, ``.users`` and ``.walkers`` are the same figures without a browser.

    Args:
        server: What ``jacnb.serve()`` returned, or a `MemoryServer`.
        height: The panel's height in CSS.
        later: When to write to the browser; for tests.
        clock: Returns seconds; for tests.
    """

    _esm = assets.script("inspector_parts.js", "inspector_client.js", "inspector.js")
    _css = assets.style("inspector.css")

    start: Any = traitlets.Dict().tag(sync=True)
    height = traitlets.Unicode("32rem").tag(sync=True)

    _is_closed = True  # until it is made

    def __init__(
        self,
        server: Inspection,
        *,
        height: str = "32rem",
        later: Later = PUMP.later,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not isinstance(server, Inspection):
            raise TypeError(
                "give the server itself, as jacnb.serve() returns it: of servers "
                "elsewhere nobody can say who is connected"
            )
        self.server = self.stands_for = server
        self.run = current_run()
        self._later = later
        self._clock = clock
        self._views: dict[str, _View] = {}
        self._is_due = False
        trace = server.engine.trace
        self._source = None if trace is None else TraceSource(trace)
        first = _View(Query(), 0.0)
        super().__init__(start=self._news(first, server.figures()), height=height)
        self._is_closed = False
        lifetimes.admit(self)
        self.on_msg(self._on_browser)

    def __repr__(self) -> str:
        n = counts(self.server.figures())
        return (
            f"Inspector({self.server!r}: {n['connections']} connections, "
            f"{n['channels']} channels, {n['users']} users, {n['walkers']} walkers)"
        )

    def close(self) -> None:
        """Remove the panel; the server goes on."""
        if self._is_closed:
            return
        self._is_closed = True
        self._views.clear()
        lifetimes.forget(self)
        self.layout.close()
        super().close()

    # On the pump, the only writer of messages.

    def _tick(self) -> None:
        self._is_due = False
        self._look()

    def _look(self) -> None:
        """Tell each view what changed, and come again while there is one."""
        began = self._clock()
        self._views = {n: v for n, v in self._views.items() if v.expires > began}
        if self._is_closed or not self._views:
            return
        try:
            figures = self.server.figures()
            for name, view in self._views.items():
                news = self._news(view, figures)
                if news:
                    table = view.query.table
                    self.send({"op": "figures", "view": name, "table": table, **news})
            self._time(figures)
        finally:
            # A server with very many connections is looked at less often.
            self._come_again(max(REFRESH, 10 * (self._clock() - began)))

    def _come_again(self, seconds: float) -> None:
        if not self._is_due:
            self._is_due = True
            self._later(seconds, self._tick)

    def _news(self, view: _View, figures: ServerFigures) -> dict[str, Any]:
        """Return what a view does not know yet; empty if that is nothing."""
        rows, found, _ = rows_for(view.query, figures)
        if view.query.table == "connections":
            view.untimed = {row[0] for row in rows if row[RTT] is None}
        news = view.told.changes(rows)
        summary = {**_summary(figures, self.server), "found": found}
        summary["gone"] = _gone(view.query.client_id, figures)
        news |= {k: v for k, v in summary.items() if view.summary.get(k) != v}
        view.summary = summary
        messages = self._messages(view)
        if messages:
            news["messages"] = messages
        if news:
            news["at"] = round(figures.at, 3)
        return news

    def _messages(self, view: _View) -> list[Any]:
        client_id = view.query.client_id
        if client_id is None or self._source is None:
            return []
        rows = self._source.messages_of(client_id, view.seq, MESSAGES)
        if rows:
            view.seq = rows[-1]["seq"] + 1
        keys = ("seq", "at", "kind", "type", "size", "text", "cut")
        return [{key: row[key] for key in keys} for row in rows]  # type: ignore[literal-required]

    def _time(self, figures: ServerFigures) -> None:
        """Ping the clients that are shown and were not timed yet, each once."""
        for view in self._views.values():
            new = view.untimed - view.pinged
            view.pinged = view.pinged & view.untimed | new
            if new and figures.is_running:
                self.server.send_pings(sorted(new))

    # From the browser: on the main thread, or on a subshell's while a cell runs.

    def _on_browser(
        self, _widget: object, content: Mapping[str, Any], _buffers: object
    ) -> None:
        carry_out = {
            "watch": self._watch,
            "unwatch": self._unwatch,
            "disconnect": self._disconnect,
            "ping": self._ping,
            "text": self._text,
        }.get(str(content.get("op")))
        if carry_out is not None:
            self._later(0, partial(self._carry_out, carry_out, content))

    def _carry_out(self, carry_out: Callable[[Order], None], order: Order) -> None:
        if self._is_closed:
            return
        try:
            carry_out(order)
        except Exception as error:  # noqa: BLE001 - shown, as no cell would show it
            text = str(error) or type(error).__name__
            self.send({"op": "error", "view": _name_of(order), "text": text})

    def _watch(self, order: Order) -> None:
        name, query = _name_of(order), query_of(order)
        view = self._views.pop(name, None)
        is_fresh = (
            view is None or bool(order.get("fresh")) or query.table != view.query.table
        )
        if view is None or is_fresh:
            view = _View(query, 0.0)
        if query.client_id != view.query.client_id:
            view.seq = 0
        view.query = query
        view.expires = self._clock() + _LEASE
        self._views[name] = view
        while len(self._views) > _MAX_VIEWS:
            del self._views[next(iter(self._views))]
        # Always answered, so that a view knows that the kernel is there.
        news = self._news(view, self.server.figures())
        answer = {"op": "figures", "view": name, "table": query.table} | news
        self.send(answer | ({"fresh": True} if is_fresh else {}))
        self._come_again(REFRESH)

    def _unwatch(self, order: Order) -> None:
        self._views.pop(_name_of(order), None)

    def _disconnect(self, order: Order) -> None:
        self.server.disconnect(str(order.get("client")), 1000, "closed by the server")
        self._look()

    def _ping(self, order: Order) -> None:
        self.server.send_pings([str(order.get("client"))])

    def _text(self, order: Order) -> None:
        seq = int(order["seq"])
        text = None if self._source is None else self._source.text(seq)
        answer = {"op": "text", "view": _name_of(order), "seq": seq, "text": text}
        self.send(answer)


def _summary(figures: ServerFigures, server: Inspection) -> dict[str, Any]:
    walkers = figures.walkers
    # What a stopped server sent and received stays in sight.
    traffic = {"traffic": list(figures.traffic)} if figures.is_running else {}
    return traffic | {
        "running": figures.is_running,
        "title": getattr(server, "url", "in memory"),
        "counts": counts(figures),
        "runs": sum(each.calls for each in walkers),
        "active": sum(each.running for each in walkers),
        "errors": sum(each.errors for each in walkers),
        "trace": [figures.trace_entries, figures.trace_bytes],
        "has_trace": server.engine.trace is not None,
    }


def _gone(client_id: str | None, figures: ServerFigures) -> str | None:
    """Return the client that a view looks at if it is connected no more."""
    is_here = any(each.client_id == client_id for each in figures.connections)
    return None if is_here else client_id


def _name_of(order: Order) -> str:
    return str(order.get("view", ""))[:80]
