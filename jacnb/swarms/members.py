"""One of a swarm's clients: an `AsyncClient` whose words are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol, Self

from jacnb.client.aclient import AsyncClient
from jacnb.client.events import Ids, resolve_ids
from jacnb.client.intake import Intake
from jacnb.client.messages import Message
from jacnb.client.response import Response
from jacnb.client.transport import AsyncTransport, State, check_close
from jacnb.errors import ProtocolError
from jacnb.swarms.tally import Tally

KEY: Final = "swarm"
"""The key under which the data of an event carries its tag."""

PLACE: Final = "{tag}"
"""What the tag replaces in the fields of a walker call."""


class Circle(Protocol):
    """What a member knows of the others."""

    tally: Tally

    def audience(self, kind: str, ids: list[Any]) -> frozenset[int]:
        """Return the members that are reached by these ids, which are of one kind."""
        ...

    def member_left(self, member: Member) -> None:
        """Take note that the connection of a member ended."""
        ...


class Member(AsyncClient):
    """A client of a swarm; what it sends carries a tag by which arrivals are counted.

    Data gets it under the key "swarm". A walker call has one where a field says
    ``{tag}``: if the walker passes that field on to the caller's channel, its
    deliveries are counted, too.

    Args:
        transport: The way to the server.
        number: Which member it is, from 0.
        circle: The swarm.
        token: Who it is.
        keep: How many messages it keeps; with 0 it only counts.
    """

    def __init__(
        self,
        transport: AsyncTransport,
        number: int,
        circle: Circle,
        *,
        token: str | None = None,
        keep: int = 0,
    ) -> None:
        super().__init__(transport, name=f"swarm-{number}", token=token, keep=keep)
        self.number = number
        self.is_leaving = False
        self._circle = circle
        # The transport holds its listener weakly.
        self._ear = _Ear(self._intake, self._heard) if keep == 0 else self._intake
        self._intake.on_news.add(self._hear_news)
        self._intake.on_state.add(self._note_state)

    async def open(self, timeout: float = 5.0) -> Self:
        """Connect, and wait to be greeted."""
        return await self._open(self._ear, timeout)

    async def send_to_users(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection of these users, and count who gets it."""
        with self._tagged("root_id", ids) as tag:
            await super().send_to_users(ids, _with_tag(data, tag))

    async def send_to_channels(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection on these channels, and count who gets it."""
        with self._tagged("channel_id", ids) as tag:
            await super().send_to_channels(ids, _with_tag(data, tag))

    async def send_to_clients(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to these connections, and count who gets it."""
        with self._tagged("client_id", ids) as tag:
            await super().send_to_clients(ids, _with_tag(data, tag))

    async def walker(
        self,
        name: str,
        /,
        context: Mapping[str, Any] | None = None,
        *,
        node: str | None = None,
        timeout: float | None = 5.0,
        **fields: Any,
    ) -> Response:
        """Run a walker and count its answer; ``{tag}`` in a field counts deliveries."""
        fields = {**(context or {}), **fields}
        tally = self._circle.tally
        start = tally.clock()
        if not _has_place(fields):
            answer = await super().walker(name, fields, node=node, timeout=timeout)
        else:
            with self._tagged("channel_id", self) as tag:
                fields = _filled(fields, tag)
                answer = await super().walker(name, fields, node=node, timeout=timeout)
        tally.answers.add(tally.clock() - start)
        return answer

    async def send_walker(
        self,
        name: str,
        /,
        context: Mapping[str, Any] | None = None,
        *,
        node: str | None = None,
        response: bool = False,
        **fields: Any,
    ) -> None:
        """Run a walker without waiting; ``{tag}`` in a field counts deliveries."""
        fields = {**(context or {}), **fields}
        if not _has_place(fields):
            await super().send_walker(name, fields, node=node, response=response)
            return
        with self._tagged("channel_id", self) as tag:
            fields = _filled(fields, tag)
            await super().send_walker(name, fields, node=node, response=response)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection; it was meant to, so it is no trouble in the result."""
        check_close(code, reason)
        self.is_leaving = True
        await super().close(code, reason)

    def take_unread(self, fits: Callable[[Message], bool]) -> bool:
        """Take the first unread message that fits; return whether there was one."""
        return self._intake.inbox.take(fits) is not None

    @contextmanager
    def _tagged(self, kind: str, ids: Ids) -> Iterator[str]:
        """Count an event that is sent now, unless it turns out to be none."""
        if not self.is_open:
            raise self._intake.closed_error()
        tally = self._circle.tally
        tag = tally.tag(
            self.number, self._circle.audience(kind, resolve_ids(ids, kind))
        )
        try:
            yield tag
        except (ProtocolError, ValueError, TypeError):
            tally.take_back(tag)
            raise

    def _heard(self, text: str) -> bool:
        # An answer may repeat the tag of its call: only pairing can tell.
        is_plain = not self._intake.calls.is_waiting
        return is_plain and self._circle.tally.heard(self.number, text)

    def _hear_news(self, message: Message) -> None:
        self._circle.tally.heard(self.number, message.text)

    def _note_state(self, state: State) -> None:
        if state == "closed":
            self._circle.member_left(self)

    @property
    def close_code(self) -> int:
        """The code with which the connection ended."""
        return self._intake.ended[0]


class _Ear:
    """Hears what only has to be counted, and passes on the rest."""

    def __init__(self, intake: Intake, heard: Callable[[str], bool]) -> None:
        self._intake = intake
        self._heard = heard
        self.state_changed = intake.state_changed

    def text_arrived(self, text: str) -> None:
        """Take a message of the server."""
        if not self._heard(text):
            self._intake.text_arrived(text)


def _with_tag(data: Mapping[str, Any], tag: str) -> Mapping[str, Any]:
    # What is no mapping is refused where the event is made.
    is_mapping = isinstance(data, Mapping)
    return {**data, KEY: tag} if is_mapping else data


def _has_place(fields: Mapping[str, Any]) -> bool:
    return any(isinstance(v, str) and PLACE in v for v in fields.values())


def _filled(fields: Mapping[str, Any], tag: str) -> dict[str, Any]:
    return {
        key: value.replace(PLACE, tag) if isinstance(value, str) else value
        for key, value in fields.items()
    }
