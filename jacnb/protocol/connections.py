"""The hub's record of a client, and the indexes by which it is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jacnb.ids import new_session_id
from jacnb.protocol.identity import Identity


class Connection:
    """One client as the hub knows it (docs/protocol.md, section 1).

    Attributes:
        client_id: One per connection, never reused.
        channel_id: The one channel that it listens on.
        identity: Who speaks; ``change_user`` replaces it.
        name: How people call it, if whoever made it said so; None otherwise.
        peer: Whatever the shell needs to reach the client; the hub never looks.
    """

    __slots__ = ("channel_id", "client_id", "identity", "name", "peer")

    def __init__(
        self, identity: Identity, channel_id: str | None = None, peer: Any = None
    ) -> None:
        self.client_id = new_session_id()
        self.channel_id = channel_id or new_session_id()
        self.identity = identity
        self.name: str | None = None
        self.peer = peer

    @property
    def root_id(self) -> str:
        """The root of the user who speaks on this connection."""
        return self.identity.root_id

    def __repr__(self) -> str:
        who = self.identity.email or "public"
        return f"<Connection {self.client_id} {who} on {self.channel_id!r}>"


class Index:
    """Connections by a key; a key without connections takes no room.

    The members of a key are given out as one tuple, replaced when they change: whoever
    got it may iterate while members come and go, and two notifications to an unchanged
    key get the same object, by which a shell can join them into one write.
    """

    __slots__ = ("_members", "_tuples")

    def __init__(self) -> None:
        self._members: dict[str, dict[Connection, None]] = {}
        # Made when somebody asks, so that 10,000 clients of one key come and go
        # without 10,000 copies.
        self._tuples: dict[str, tuple[Connection, ...]] = {}

    def __len__(self) -> int:
        return len(self._members)

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._members))

    def add(self, key: str, connection: Connection) -> None:
        """Add a connection under ``key``."""
        self._members.setdefault(key, {})[connection] = None
        self._tuples.pop(key, None)

    def discard(self, key: str, connection: Connection) -> None:
        """Remove a connection from ``key`` if it is there."""
        members = self._members.get(key)
        if members is None or connection not in members:
            return
        del members[connection]
        self._tuples.pop(key, None)
        if not members:
            del self._members[key]

    def get(self, key: str) -> tuple[Connection, ...]:
        """Return the connections of ``key``."""
        found = self._tuples.get(key)
        if found is None and key in self._members:
            found = self._tuples[key] = tuple(self._members[key])
        return found or ()

    def select(self, keys: Iterable[str]) -> tuple[Connection, ...]:
        """Return the connections of all ``keys``, each once."""
        found = [members for key in dict.fromkeys(keys) if (members := self.get(key))]
        if len(found) == 1:
            return found[0]
        return tuple(dict.fromkeys(c for members in found for c in members))
