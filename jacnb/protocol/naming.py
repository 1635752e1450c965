"""How the clients of a trace are called when people read it: "alice", "public 0db2"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jacnb.protocol.connections import Connection

PUBLIC_NAME: Final = "public"
_SHORT: Final = 4


class Names:
    """One name per connection, given at its first appearance and kept.

    A connection is called as whoever made it calls it (``Connection.name``). Otherwise
    a user's connection is called by the address up to its @, and by the whole address
    if another user has that name already; the second one is "alice 2". A connection
    without a user is "public" and the beginning of its client id. So the names depend
    on the connections and their order only, and no two are equal.

    Args:
        given: Names to use instead, by client id.
    """

    def __init__(self, given: Mapping[str, str] | None = None) -> None:
        self._given = dict(given or {})
        self._names: dict[str, str] = {}
        self._called: set[str] = set()
        # What is taken, and by which user ("" for the public).
        self._taken: dict[str, str] = {}

    def of(self, connection: Connection) -> str:
        """Return the name of a connection."""
        client_id = connection.client_id
        name = self._names.get(client_id)
        # A connection may be seen before the process that made it has called it.
        if name is None or (connection.name and client_id not in self._called):
            name = self._new(connection)
            self._names[client_id] = name
        return name

    def _new(self, connection: Connection) -> str:
        user = connection.identity.email or ""
        if given := self._given.get(connection.client_id) or connection.name:
            self._called.add(connection.client_id)
            return self._take(given, user)
        if not user:
            return self._public(connection.client_id)
        short = user.partition("@")[0] or user
        is_free = self._taken.get(short, user) == user
        return self._take(short if is_free else user, user)

    def _public(self, client_id: str) -> str:
        digits = client_id.rpartition(":")[2]
        for length in range(_SHORT, len(digits)):
            name = f"{PUBLIC_NAME} {digits[:length]}"
            if name not in self._taken:
                return self._take(name, "")
        return self._take(f"{PUBLIC_NAME} {digits}", "")

    def _take(self, wanted: str, user: str) -> str:
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted} {number}"
        self._taken[name] = user
        return name
