"""Some entries of a trace, to filter further and to show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

from jacnb.protocol.connections import Connection
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.filters import filters_for
from jacnb.protocol.telling.mermaid import diagram_of
from jacnb.protocol.telling.table import LIMIT, Table
from jacnb.protocol.telling.trace_table import table_of
from jacnb.protocol.telling.words import chain_of
from jacnb.protocol.trace import Entry, Kind


class Entries(Sequence[Entry]):
    """Entries of a trace as they are now, oldest first.

    A view keeps the names, the times and the causes of the whole that it is taken
    from, so that #12 and "alice 2" mean the same in each.

    Args:
        entries: The entries.
        given: Names of clients, by client id.
        whole: What these entries are a part of.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        given: Mapping[str, str] | None = None,
        whole: Entries | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self._given = given
        self._whole = whole or self

    @property
    def names(self) -> Names:
        """The names of the clients."""
        return self._whole._names

    @property
    def start(self) -> float:
        """When the whole began, unix seconds."""
        whole = self._whole._entries
        return whole[0].time if whole else 0.0

    def get(self, seq: int) -> Entry | None:
        """Return the entry of this number in the whole, None if there is none."""
        return self._whole._by_number.get(seq)

    def connected(self) -> list[Connection]:
        """Return the clients that came, or were there, and did not go."""
        return self._connected

    def with_runs(self) -> Entries:
        """Return these entries and those of the walker runs that they are part of."""
        runs = {each.cause for each in self._entries} - {None}
        return self._whole._part(
            each
            for each in self._whole._entries
            if each.seq in self._numbers
            or (each.kind is Kind.RUN and each.seq in runs)
            or (each.kind is Kind.END and each.cause in runs)
        )

    def causes(self, entry: Entry) -> list[Entry]:
        """Return what led to an entry, nearest first, as far as it is known."""
        return chain_of(entry, self.get)

    def where(
        self,
        type: str | None = None,
        *,
        kind: Kind | str | Collection[Kind | str] | None = None,
        client: Any = None,
        walker: str | None = None,
        channel: str | None = None,
        contains: str | None = None,
        since: Entry | int | None = None,
        until: Entry | int | None = None,
        cause: Entry | int | None = None,
    ) -> Entries:
        """Return the entries that fit all that is given.

        Args:
            type: Their type, or that of the message: "walker", "chat".
            kind: "event", "notification", … (`Kind`), or several of them.
            client: Who sent or got it: a name, an address, a client id or a `Client`.
            walker: The walker that was called, or whose run it belongs to.
            channel: A channel that its sender or a receiver listens on.
            contains: What the payload holds, in upper or lower case.
            since: The first entry, or its number.
            until: The last entry, or its number.
            cause: An entry, or its number: that and all that it led to.
        """
        given = {name: value for name, value in locals().items() if name != "self"}
        wanted = filters_for(given, self)
        return self._part(e for e in self._entries if all(fits(e) for fits in wanted))

    def table(self, limit: int | None = LIMIT) -> Table:
        """Return a table of the newest entries, for a terminal or a notebook.

        Args:
            limit: How many; None is all.
        """
        return table_of(self, limit)

    def to_mermaid(self) -> str:
        """Return a sequence diagram of the newest entries as Mermaid's text."""
        return diagram_of(self)

    def to_jsonl(self) -> str:
        """Return the entries as JSON, one a line (`jacnb.protocol.recording`).

        The text is plain ASCII, so ``Path("run.jsonl").write_text(…)`` keeps it.
        """
        from jacnb.protocol.recording import write_jsonl

        return write_jsonl(self)

    def __len__(self) -> int:
        return len(self._entries)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Entries: ...
    def __getitem__(self, index: int | slice) -> Entry | Entries:
        if isinstance(index, slice):
            return self._part(self._entries[index])
        return self._entries[index]

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    def _part(self, entries: Iterable[Entry]) -> Entries:
        return Entries(entries, whole=self._whole)

    @cached_property
    def _by_number(self) -> dict[int, Entry]:
        return {entry.seq: entry for entry in self._entries}

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(entry.seq for entry in self._entries)

    @cached_property
    def _connected(self) -> list[Connection]:
        closed = {e.sender for e in self._whole._entries if e.kind is Kind.CLOSE}
        return [each for each in self._everybody() if each not in closed]

    @cached_property
    def _names(self) -> Names:
        """Name everybody in the order in which they appear here."""
        names = Names(self._given)
        for connection in self._everybody():
            names.of(connection)
        return names

    def _everybody(self) -> Iterable[Connection]:
        """Return who is named in these entries, in order, each once."""
        found: dict[Connection, None] = {}
        last = None
        for entry in self._entries:
            if entry.sender is not None:
                found[entry.sender] = None
            # The members of one channel are one tuple, notified again and again.
            if entry.receivers and entry.receivers is not last:
                last = entry.receivers
                found.update(dict.fromkeys(last))
        return found
