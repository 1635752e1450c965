"""What is said between clients and server, drawn while it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from html import escape
from typing import Any, Final
from uuid import uuid4

import traitlets

from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels import assets
from jacnb.panels.live import LivePanel, Order
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.rows import Lane, Row
from jacnb.panels.sequence_layout import Layout, Wanted, arranged
from jacnb.panels.sequence_svg import drawn, titled
from jacnb.panels.sequence_words import GROUPS, SHOWN
from jacnb.panels.sources import Source, source_of
from jacnb.panels.svg import Picture
from jacnb.protocol.connections import Connection
from jacnb.protocol.identity import Identity
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind

_SCRIPTS: Final = (
    "rows.js",
    "finds.js",
    "svg.js",
    "sequence_words.js",
    "sequence_layout.js",
    "sequence_drawing.js",
    "sequence_paper.js",
    "sequence_details.js",
    "sequence_diagram.js",
)

_ARGUMENTS: Final = ("last", "kinds", "clients", "type", "text")

_ENDS: Final = ("run", "end")
"""Between them stands the bar of a run."""

LAST: Final = 60
"""How many messages a picture shows, unless it is asked for more."""


class SequenceDiagram(LivePanel):
    """Draw what clients and server say to one another, live, with its causes.

    Args:
        watched: A server, a trace, entries of one or of a recording
            (``read_jsonl``), a client or a list of clients. Of clients of another
            server the causes are not known, and the diagram says so.
        height: The panel's height in CSS.
        later: When to write to the browser; for tests.
    """

    _esm = assets.script(*_SCRIPTS)
    _css = assets.style("sequence_diagram.css")

    still = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self, watched: Any, *, height: str = "34rem", later: Later = PUMP.later
    ) -> None:
        super().__init__(watched, height=height, later=later, still=uuid4().hex[:12])
        self._is_shown = False

    def source_for(self, watched: Any) -> Source:
        """Return where the rows come from; of part of a trace, its runs with them."""
        is_part = isinstance(watched, Entries)
        return source_of(watched.with_runs() if is_part else watched)

    def __repr__(self) -> str:
        count = len(self.source.since(0))
        messages = "1 entry" if count == 1 else f"{count:,} entries"
        return f"SequenceDiagram({messages}; svg() makes a picture, mermaid() a text)"

    def rows(self, **wanted: Any) -> list[str]:
        """Return a sentence for each message: "alice calls walker send_chat".

        Args:
            wanted: As for `svg`.
        """
        return [each.sentence for each in self._layout(wanted).messages]

    def svg(self, **wanted: Any) -> Picture:
        """Return a picture of the newest messages, which a saved notebook keeps.

        Args:
            wanted: ``last`` says how many messages, None is all; ``kinds`` which
                ("events", "runs", "visits", "notifications", "responses", "errors",
                "connections"); ``clients`` whose, by name; ``type`` what they are
                about; ``text`` what they hold.

        Raises:
            TypeError: If there is no such argument.
            ValueError: If there is no such kind, or no such client.
        """
        layout = self._layout(wanted)
        return Picture(drawn(layout, self.note), titled(layout))

    def mermaid(self, **wanted: Any) -> str:
        """Return the newest messages as a sequence diagram in Mermaid's language.

        Args:
            wanted: As for `svg`.
        """
        shown = [message.row for message in self._layout(wanted).messages]
        return _entries(shown, self.source.since(0), self.source.lanes()).to_mermaid()

    def orders(self) -> dict[str, Callable[[Order], None]]:
        """Return what a view may ask for, pictures among it."""
        return {**super().orders(), "still": self._keep_still, "export": self._export}

    def fitting(self, rows: list[Row], wanted: Mapping[str, Any]) -> list[Row]:
        """Return the messages that a view's filter leaves, and the runs they are in."""
        lanes = self.source.lanes()
        asked = wanted_of({**_of_view({"wanted": wanted}), "last": None}, lanes)
        shown = {each.row["seq"] for each in arranged(rows, lanes, asked).messages}
        runs = {row["run"] for row in rows if row["seq"] in shown}
        return [
            row
            for row in rows
            if row["seq"] in shown or (row["run"] in runs and row["kind"] in _ENDS)
        ]

    def _repr_mimebundle_(self, *args: Any, **options: Any) -> Any:
        # What stays when the notebook is saved: see `_keep_still`.
        self._show_placeholder()
        return super()._repr_mimebundle_(*args, **options)

    def _layout(self, wanted: Mapping[str, Any]) -> Layout:
        # The rows first: a client is known once there is a row of it.
        rows = self.source.since(0)
        lanes = self.source.lanes()
        return arranged(rows, lanes, wanted_of(wanted, lanes))

    # On the pump.

    def _export(self, order: Order) -> None:
        """Make a file for the browser to save."""
        wanted = _of_view(order)
        if order.get("format") == "mermaid":
            text = self.mermaid(**wanted)
        else:
            text = self.svg(**wanted).svg
        answer = {name: order.get(name) for name in ("format", "nonce")}
        self.send({"op": "file", "text": text, **answer})

    def _keep_still(self, order: Order) -> None:
        """Put a picture beside the widget that stays in a saved notebook.

        A display's content is fixed when it is shown, and the widget is nothing
        without a kernel. So each display of the panel comes with an empty one, which
        is filled by its id; in the page the live panel hides it.
        """
        if self._is_shown:
            picture = self.svg(**_of_view(order))
            _update(self._still_html(picture._repr_html_()), self.still)

    def _show_placeholder(self) -> None:
        with suppress(ImportError):
            from IPython.core.interactiveshell import InteractiveShell
            from IPython.display import display

            if InteractiveShell.initialized():
                bundle = _bundle(self._still_html(""))
                show: Any = display
                show(bundle, raw=True, display_id=self.still)
                self._is_shown = True

    def _still_html(self, picture: str) -> str:
        return f'<div class="jacnb-still-{escape(self.still)}">{picture}</div>'


def wanted_of(wanted: Mapping[str, Any], lanes: Iterable[Lane]) -> Wanted:
    """Return what a reader asked for.

    Raises:
        TypeError: If there is no such argument.
        ValueError: If there is no such kind, or no such client.
    """
    if unknown := wanted.keys() - set(_ARGUMENTS):
        raise TypeError(f"there is no argument {sorted(unknown)[0]!r}")
    kinds = wanted.get("kinds")
    last = wanted.get("last", LAST)
    return Wanted(
        groups=frozenset(SHOWN if kinds is None else _checked_kinds(kinds)),
        lanes=_lanes_of(wanted.get("clients"), lanes),
        type=_checked_text("type", wanted.get("type")),
        text=_checked_text("text", wanted.get("text")),
        last=None if last is None else _whole(last),
    )


def _whole(last: object) -> int:
    if not isinstance(last, int) or isinstance(last, bool) or last < 0:
        raise ValueError(
            f"last is how many messages, such as 60, or None for all; not {last!r:.60}"
        )
    return last


def _checked_text(name: str, given: object) -> str:
    if given is not None and not isinstance(given, str):
        raise ValueError(f"{name} is text, not {given!r:.60}")
    return given or ""


def _checked_kinds(kinds: str | Iterable[str]) -> list[str]:
    known = list(dict.fromkeys(GROUPS.values()))
    if not isinstance(kinds, Iterable):
        raise ValueError(f"kinds is a list of {', '.join(known)}; not {kinds!r:.60}")
    given = [kinds] if isinstance(kinds, str) else list(kinds)
    for each in given:
        if each not in known:
            raise ValueError(f"no kind {each!r}: there are {', '.join(known)}")
    return given


def _lanes_of(clients: Any, lanes: Iterable[Lane]) -> frozenset[int] | None:
    """Return the lanes of clients, given as names, lanes or `Client` objects."""
    if clients is None:
        return None
    one = not isinstance(clients, Iterable) or isinstance(clients, str)
    one = one or hasattr(clients, "client_id")
    everybody, found = list(lanes), set()
    for each in [clients] if one else clients:
        # True is 1, and no lane.
        wanted = (
            str(each) if isinstance(each, bool) else getattr(each, "client_id", each)
        )
        mine = {
            lane["lane"]
            for lane in everybody
            if wanted in (lane["lane"], lane["client_id"], lane["name"])
        }
        if not mine:
            names = ", ".join(lane["name"] for lane in everybody) or "none"
            raise ValueError(f"no client {str(wanted)[:40]!r}: there are {names}")
        found |= mine
    return frozenset(found)


def _of_view(order: Order) -> dict[str, Any]:
    """Return what a view shows; its clients are lanes that may be gone by now."""
    given = order.get("wanted") or {}
    wanted = {name: given.get(name) for name in _ARGUMENTS}
    return {name: value for name, value in wanted.items() if value is not None}


def _entries(shown: list[Row], rows: list[Row], lanes: Iterable[Lane]) -> Entries:
    """Return rows as entries, to be told in Mermaid's language."""
    cast = {lane["lane"]: _connection(lane) for lane in lanes}
    given = {lane["client_id"] or str(lane["lane"]): lane["name"] for lane in lanes}
    whole = Entries([_entry(row, cast) for row in rows], given=given)
    numbers = {row["seq"] for row in shown}
    # A bar begins and ends by entries that are no messages of their own.
    runs = {row["run"] for row in shown if row["run"] is not None}
    ends = {row["seq"] for row in rows if row["kind"] == "end" and row["run"] in runs}
    return Entries(
        [entry for entry in whole if entry.seq in numbers | ends],
        given=given,
        whole=whole,
    )


def _connection(lane: Lane) -> Connection:
    is_public = lane["public"]
    identity = Identity(PUBLIC_ROOT_ID if is_public else "n::0", None, None)
    connection = Connection(identity, lane["channel_id"])
    connection.client_id = lane["client_id"] or str(lane["lane"])
    return connection


def _entry(row: Row, cast: Mapping[int, Connection]) -> Entry:
    return Entry(
        row["seq"],
        row["at"],
        Kind(row["kind"]),
        row["type"],
        None if row["who"] is None else cast.get(row["who"]),
        tuple(cast[lane] for lane in row["to"] if lane in cast),
        row["reach"],
        row["size"],
        row["cause"],
        row["text"],
        0,
    )


def _bundle(html: str) -> dict[str, str]:
    return {"text/html": html, "text/plain": "a picture of the diagram"}


def _update(html: str, display_id: str) -> None:
    from IPython.display import display

    show: Any = display
    show(_bundle(html), raw=True, display_id=display_id, update=True)
