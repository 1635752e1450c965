"""A trace as a sequence diagram in Mermaid's language.

Clients stand on the left, the server beside them, then a lane for each walker, on
which a bar marks each run. What others wrote goes into labels, where it is escaped so
that it can neither end a line nor begin anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from jacnb.protocol.connections import Connection
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.table import cut, plain
from jacnb.protocol.telling.words import gist, is_by_server, is_error, run_of, subject
from jacnb.protocol.trace import Entry, Kind

MAX_CLIENTS: Final = 16
"""How many clients get a lane; the others share one."""

MAX_TEXT: Final = 45_000
"""Characters; Mermaid refuses to draw more than 50,000 unless it is told to."""

# More entries would not fit into so many characters, however short they are.
_MOST: Final = 2000
_LABEL: Final = 60
_SERVER: Final = "s"
_OTHERS: Final = "o"
# "ﬂ°" and "¶ß" are what Mermaid itself writes for "#" and ";" for a while.
_SPECIAL: Final = re.compile(r"[^\w .,…/()\[\]{}=+*?!'\"|^~-]|[ﬂß]")


class View(Protocol):
    """The entries, and what is known of the whole that they are from."""

    @property
    def names(self) -> Names:
        """The names of the clients."""

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice) -> Sequence[Entry]: ...


def escaped(text: str) -> str:
    """Return ``text`` as Mermaid shows it in a label, all of it and nothing else."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", plain(text))


def diagram_of(view: View) -> str:
    """Return the newest entries, as many as Mermaid draws, as its text."""
    first = max(0, len(view) - _MOST)
    text = _Diagram(view, first).text()
    while len(text) > MAX_TEXT and first < len(view) - 1:
        first += (len(view) - first) // 2
        text = _Diagram(view, first).text()
    return text


class _Diagram:
    """The lines of one diagram.

    Args:
        view: The entries.
        first: How many of them are left out at the beginning.
    """

    def __init__(self, view: View, first: int) -> None:
        self._view = view
        self._first = first
        self._clients: dict[str, str] = {}
        self._walkers: dict[str, str] = {}
        self._hidden: set[str] = set()
        # Mermaid draws nothing at all if a bar ends that did not begin.
        self._bars: Counter[str] = Counter()

    def text(self) -> str:
        """Return the diagram."""
        body = [line for e in self._view[self._first :] for line in self._lines(e)]
        lines = ["sequenceDiagram", *map(_indented, [*self._lanes(), *body])]
        return "\n".join(lines) + "\n"

    def _lanes(self) -> Iterator[str]:
        for name, lane in self._clients.items():
            yield f"participant {lane} as {_shown(name)}"
        if self._hidden:
            yield f"participant {_OTHERS} as {len(self._hidden)} more clients"
        yield f"participant {_SERVER} as server"
        for name, lane in self._walkers.items():
            yield f"participant {lane} as {_shown(name)}"
        if self._first:
            yield f"Note over {_SERVER}: {self._first} earlier entries are left out"

    def _lines(self, entry: Entry) -> list[str]:
        match entry.kind:
            case Kind.OPEN:
                return [f"{self._sender(entry)}->>{_SERVER}: connects"]
            case Kind.CLOSE:
                said = f"closes {_shown(gist(entry))}".strip()
                ends = self._sender(entry), _SERVER
                first, last = ends[::-1] if is_by_server(entry) else ends
                return [f"{first}-x{last}: {said}"]
            case Kind.EVENT:
                return [f"{self._sender(entry)}->>{_SERVER}: {_label(entry)}"]
            case Kind.RUN:
                return [self._begin(self._walker(entry.type))]
            case Kind.VISIT:
                lane = self._source(entry)
                return [f"Note over {lane}: visits {_label(entry)}"]
            case Kind.REPORT:
                said = _shown(gist(entry))
                return [f"Note over {self._source(entry)}: reports {said}"]
            case Kind.END:
                return [self._end(self._source(entry), entry)]
        return self._messages(entry)

    def _begin(self, lane: str) -> str:
        self._bars[lane] += 1
        return f"{_SERVER}->>+{lane}: runs"

    def _end(self, lane: str, entry: Entry) -> str:
        bar = ""
        if self._bars[lane]:
            self._bars[lane] -= 1
            bar = "-"
        arrow = "--x" if is_error(entry) else "-->>"
        ending = _shown(gist(entry)) or "ends"
        return f"{lane}{arrow}{bar}{_SERVER}: {ending}"

    def _messages(self, entry: Entry) -> list[str]:
        source, arrow = self._origin(entry)
        lanes = Counter(map(self._client, _receivers(entry)))
        label = _label(entry)
        if not lanes:
            whom = f"{entry.reach} clients" if entry.reach else "nobody"
            return [f"Note over {source}: {label} → {whom}"]
        return [
            f"{source}{arrow}{lane}: {label}{_count(lane, count)}"
            for lane, count in lanes.items()
        ]

    def _origin(self, entry: Entry) -> tuple[str, str]:
        """Return the lane that a message comes from, and its arrow."""
        if entry.kind is Kind.NOTIFICATION:
            return self._source(entry), "-)"
        if entry.kind is Kind.DROP:
            return _SERVER, "-x"
        return _SERVER, "--x" if is_error(entry) else "-->>"

    def _source(self, entry: Entry) -> str:
        run = run_of(entry, self._view.get)
        if run is not None:
            return self._walker(run.type)
        return self._walker(entry.type) if entry.kind is Kind.END else _SERVER

    def _sender(self, entry: Entry) -> str:
        return _SERVER if entry.sender is None else self._client(entry.sender)

    def _client(self, connection: Connection) -> str:
        name = self._view.names.of(connection)
        lane = self._clients.get(name)
        if lane is None and len(self._clients) < MAX_CLIENTS:
            lane = self._clients[name] = f"c{len(self._clients) + 1}"
        if lane is None:
            self._hidden.add(name)
        return lane or _OTHERS

    def _walker(self, name: str) -> str:
        return self._walkers.setdefault(name, f"w{len(self._walkers) + 1}")


def _receivers(entry: Entry) -> Sequence[Connection]:
    if entry.kind is Kind.DROP and not entry.receivers and entry.sender is not None:
        return (entry.sender,)
    return entry.receivers


def _count(lane: str, count: int) -> str:
    """Return how many clients an arrow stands for, if it is not one."""
    if count == 1:
        return ""
    return f" (to {count} clients)" if lane == _OTHERS else f" ({count} times)"


def _label(entry: Entry) -> str:
    """Return what an arrow says: what it is about, and what it carries."""
    return _shown(f"{subject(entry)} {gist(entry)}".strip())


def _shown(text: str) -> str:
    return escaped(cut(plain(text), _LABEL))


def _indented(line: str) -> str:
    return f"    {line}"
