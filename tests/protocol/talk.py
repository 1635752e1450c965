"""A hub whose shell is a list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from jacnb.protocol import PUBLIC, Connection, Hub, Identity, Trace
from jacnb.protocol.validation import protocol_error

ALICE = Identity("n::aaaaaaaaaaaaaaaaaaaaaaaa", "a", "alice@example.com")
BOB = Identity("n::bbbbbbbbbbbbbbbbbbbbbbbb", "b", "bob@example.com")


class NoFields(BaseModel):
    """What a walker without fields takes."""


@dataclass
class Declared:
    """A walker as the hub sees it, its fields those of a pydantic model."""

    name: str
    auth: bool | None = None
    model: type[BaseModel] = NoFields
    problem: str | None = None

    def refusal(self) -> str | None:
        return self.problem

    def validate(self, context: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self.model.model_validate(context).model_dump()
        except ValidationError as exc:
            raise protocol_error(exc) from None


class Talk:
    """What clients say to a hub, and what it says to them."""

    def __init__(self, *walkers: Declared, trace: Trace | None = None) -> None:
        self.sent: list[tuple[str, Sequence[Connection]]] = []
        named = {walker.name: walker for walker in walkers}
        self.hub = Hub(named, self._deliver, trace=trace)

    def _deliver(self, text: str, receivers: Sequence[Connection]) -> None:
        self.sent.append((text, receivers))

    def join(
        self, identity: Identity = PUBLIC, channel_id: str | None = None
    ) -> Connection:
        """Connect, and let the connection message be."""
        connection = self.hub.connect(identity, channel_id)
        self.sent.clear()
        return connection

    def say(self, connection: Connection, event: object) -> Any:
        """Send an event: an object, or a text as it is."""
        text = event if isinstance(event, str | bytes) else json.dumps(event)
        return self.hub.receive(connection, text)

    def heard(self, connection: Connection) -> list[str]:
        """Return what this connection got, oldest first."""
        return [text for text, receivers in self.sent if connection in receivers]

    def answer(self, connection: Connection, event: object) -> Any:
        """Send an event and return its one answer, parsed."""
        assert self.say(connection, event) is None
        [text] = self.heard(connection)
        return json.loads(text)
