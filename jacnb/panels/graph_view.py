"""The users' graph, drawn live: nodes light up as walkers visit them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final

import traitlets

from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels import assets
from jacnb.panels.graph_view_layout import Placed, placed
from jacnb.panels.graph_view_reading import (
    NODES,
    Snapshot,
    fields_of,
    snapshot,
    user_of,
)
from jacnb.panels.graph_view_svg import colour_of, drawn, titled
from jacnb.panels.graph_view_walks import Walk, WalkSource, walks_of
from jacnb.panels.live import LivePanel, Order
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.rows import Row
from jacnb.panels.sources import Source
from jacnb.panels.svg import Picture
from jacnb.protocol.connections import Connection

_SCRIPTS: Final = (
    "rows.js",
    "svg.js",
    "graph_view_walks.js",
    "graph_view_drawing.js",
    "graph_view.js",
)

GLANCE: Final = 0.5
"""Seconds between two looks at the graph."""
ROOTS: Final = 40
"""Users whose graphs are shown side by side."""


class GraphView(LivePanel):
    """Show the graph of a server, and the walks over it, live and step by step.

    Args:
        server: The server, with a trace.
        root: Whose graph: a client, a user's name or address, or a root's id. By
            default everybody's who has one.
        limit: How many nodes at most; the nearest to the roots are shown.
        height: The panel's height in CSS.
        later: When to write to the browser; for tests.
    """

    _esm = assets.script(*_SCRIPTS)
    _css = assets.style("graph_view.css")

    graph: Any = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        server: Any,
        root: Any = None,
        *,
        limit: int = NODES,
        height: str = "34rem",
        later: Later = PUMP.later,
    ) -> None:
        self._server = _checked(server)
        self._limit = limit
        self._users = {server.accounts.simulate("notebook").account.root_id: "notebook"}
        self._root = self._root_of(root)
        self._seen: Snapshot | None = None
        super().__init__(server, height=height, later=later, graph={})
        self._look()

    def __repr__(self) -> str:
        graph = self.snapshot()
        return (
            f"GraphView({len(graph.spots)} nodes, {len(graph.links)} edges, "
            f"{len(self.walks())} walks; svg() makes a picture)"
        )

    def source_for(self, watched: Any) -> Source:
        """Return the trace's rows that are about walks."""
        return WalkSource(watched.trace, lambda: _connected(watched))

    def snapshot(self) -> Snapshot:
        """Return the nodes and edges that are there now."""
        roots = [self._root] if self._root else list(islice(self._roots(), ROOTS))
        users = self._known_users()
        return snapshot(self._store, roots, users, self._limit)

    def walks(self) -> list[Walk]:
        """Return the walker runs that the trace still knows, oldest first."""
        rows = self.source.since(0)
        names = {lane["lane"]: lane["name"] for lane in self.source.lanes()}
        return walks_of(rows, lambda lane: names.get(lane, f"client {lane}"))

    def svg(self, walk: int | None = -1) -> Picture:
        """Return a picture of the graph, which a saved notebook keeps.

        Args:
            walk: Which walk to show on it, as an index of `walks`; None is none.

        Raises:
            IndexError: If there is no such walk; without any, -1 shows none.
            TypeError: If it is no number.
        """
        graph = placed(self.snapshot())
        shown = _chosen(self.walks(), walk)
        return Picture(drawn(graph, shown, self._more(graph)), titled(graph, shown))

    def orders(self) -> dict[str, Callable[[Order], None]]:
        """Return what a view may ask for, a node's fields among it."""
        return {**super().orders(), "fields": self._send_fields}

    # On the pump.

    def _deliver(self, rows: list[Row], skipped: int) -> None:
        # The graph first: what a walk visited is there when it is shown.
        self._refresh()
        super()._deliver(rows, skipped)

    def _look(self) -> None:
        if self._is_closed:
            return
        try:
            self._refresh()
        except Exception as error:  # noqa: BLE001 - shown, as no cell would show it
            self.complain(error)
        self._later(GLANCE, self._look)

    def _refresh(self) -> None:
        now = self.snapshot()
        if not self._is_closed and now != self._seen:
            self._seen = now
            self.graph = _for_browser(placed(now))

    def _send_fields(self, order: Order) -> None:
        """Send a node's or an edge's fields as they are now."""
        object_id = str(order.get("id"))
        answer = {"op": "fields", "id": object_id, "text": None, "owner": ""}
        record = self._store.get(object_id)
        if record is not None:
            owner = user_of(record.root_id, self._users) if record.root_id else ""
            answer |= {"text": fields_of(record), "owner": owner}
        self.tell(answer)

    # Whose graph.

    @property
    def _store(self) -> Any:
        return self._server.engine.store

    def _known_users(self) -> dict[str, str]:
        for connection in _connected(self._server):
            self._note(connection)
        return self._users

    def _note(self, connection: Connection) -> None:
        email = connection.identity.email
        if email:
            self._users[connection.root_id] = email.partition("@")[0]

    def _roots(self) -> Iterable[str]:
        """Yield the roots that have something, or else the public one."""
        found = False
        for root_id in self._store.roots():
            if self._store.edges_of(root_id):
                found = True
                yield root_id
        if not found:
            yield PUBLIC_ROOT_ID

    def _root_of(self, root: Any) -> str | None:
        if root is None:
            return None
        wanted = str(getattr(root, "root_id", root))
        if self._store.get(wanted) is not None:
            return wanted
        for connection in _connected(self._server):
            email = connection.identity.email or ""
            if wanted in (email, email.partition("@")[0]) and wanted:
                return connection.root_id
        if wanted == "public":
            return PUBLIC_ROOT_ID
        names = sorted(set(self._known_users().values()))
        raise ValueError(
            f"no user {wanted[:40]!r}: there are public, {', '.join(names)}"
        )

    def _more(self, graph: Placed) -> str:
        return _cut_note(len(graph.snapshot.spots)) if graph.snapshot.is_cut else ""


def _checked(server: Any) -> Any:
    if not hasattr(server, "engine") or isinstance(server, type):
        raise TypeError("a graph view watches a server: GraphView(server)")
    if server.trace is None:
        raise TypeError("this server keeps no trace: serve(trace=True) to watch it")
    return server


def _chosen(walks: list[Walk], walk: int | None) -> Walk | None:
    if walk is None or (walk == -1 and not walks):
        return None
    if not isinstance(walk, int):
        raise TypeError(f"walk is an index of walks(), or None, not {walk!r:.60}")
    if -len(walks) <= walk < len(walks):
        return walks[walk]
    known = f"{len(walks)}, from 0 on" if walks else "none yet"
    raise IndexError(f"there is no walk {walk}: of walks() there are {known}")


def _connected(server: Any) -> list[Connection]:
    hub = server.engine.hub
    return [each for key in hub.clients for each in hub.clients.get(key)]


def _cut_note(count: int) -> str:
    return f"There are more nodes: the {count} nearest to the roots are shown."


def _for_browser(graph: Placed) -> dict[str, Any]:
    """Return the graph as the page draws it."""
    seen = graph.snapshot
    return {
        "size": graph.size,
        "note": _cut_note(len(seen.spots)) if seen.is_cut else "",
        "nodes": [
            {
                "id": spot.id,
                "name": spot.name,
                "label": spot.label,
                "at": graph.places[spot.id],
                "root": spot.is_root,
                "colour": colour_of(spot),
            }
            for spot in seen.spots
        ],
        "lines": [
            {
                "id": line.link.id,
                "ends": [line.link.source, line.link.target],
                "name": line.link.name,
                "path": line.path,
                "middle": line.middle,
                "tip": not line.link.undirected,
            }
            for line in graph.lines
        ],
    }
