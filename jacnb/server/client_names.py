"""The names by which a server's figures call its clients."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Final

from jacnb.protocol.connections import Connection
from jacnb.protocol.naming import Names

_NAMES_KEPT: Final = 20_000


class ClientNames:
    """The names of a server's clients, kept while not too many are gone."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._names = Names()
        self._named: set[str] = set()

    def of(self, connections: Sequence[Connection]) -> list[str]:
        """Return the names of connections."""
        with self._lock:
            if len(self._named) > _NAMES_KEPT + 2 * len(connections):
                self._names, self._named = Names(), set()
            self._named.update(each.client_id for each in connections)
            return [self._names.of(each) for each in connections]
