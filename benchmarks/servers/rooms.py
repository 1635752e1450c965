"""What a simple chat server does with an event, the same for every server compared.

One `json.loads` per event, one dictionary look-up per channel, one `json.dumps` for all
receivers. No validation, no users, no walkers: the least such a server can do.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

Peer = TypeVar("Peer")


class Rooms(Generic[Peer]):
    """Who listens on which channel."""

    def __init__(self) -> None:
        self._peers: defaultdict[str, set[Peer]] = defaultdict(set)

    def join(self, channel: str, peer: Peer) -> str:
        """Add a peer; return the greeting to send to it."""
        self._peers[channel].add(peer)
        return json.dumps({"type": "connection", "data": {"channel_id": channel}})

    def leave(self, channel: str, peer: Peer) -> None:
        """Forget a peer."""
        self._peers[channel].discard(peer)

    def route(self, text: str | bytes) -> Iterator[tuple[set[Peer], str]]:
        """Yield the receivers of a `channel` event and the text for them."""
        event = json.loads(text)
        message = json.dumps(event["data"])
        for channel in event["channel_ids"]:
            yield self._peers[channel], message


def channel_of(path: str) -> str:
    """Return the `channel_id` of a request's path and query."""
    return parse_qs(urlsplit(path).query)["channel_id"][-1]
