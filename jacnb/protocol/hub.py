"""The heart: Jac Cloud's WebSocket protocol, and nothing else.

Two rules hold here. The hub does no I/O: it is handed text and hands out text, so the
same hub runs under Tornado, in memory and in a test. And it is touched on one thread
only, because its indexes are not locked; a shell that runs walkers elsewhere brings
their notifications and outcomes back to that thread.

A shell calls ``connect`` when a client arrives, ``receive`` for each of its messages,
one at a time, and ``disconnect`` when it is gone. ``receive`` answers every event
itself but two: a walker needs a place to run and a change of user needs the accounts.
Those come back as a call, and the shell brings the outcome with ``finish`` before it
hands in that connection's next message: that is what keeps events in order
(docs/protocol.md, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from jacnb.errors import ProtocolError
from jacnb.protocol.connections import Connection, Index
from jacnb.protocol.endings import Ending
from jacnb.protocol.events import (
    CallId,
    ChangeUserEvent,
    ChannelEvent,
    ClientEvent,
    ConnectionEvent,
    Event,
    InvalidEvent,
    UserEvent,
    WalkerEvent,
    connection_message,
    custom_message,
    parse_event,
    response_message,
    validation_message,
    walker_error_message,
)
from jacnb.protocol.identity import Identity
from jacnb.protocol.json import encode
from jacnb.protocol.trace import Kind, Trace

Deliver: TypeAlias = Callable[[str, Sequence[Connection]], None]
"""The one way out: called once per message with everyone who gets it."""

Target: TypeAlias = Literal["user", "channel", "client"]

INVALID_WALKER: Final = "Invalid request! Please use valid walker event!"


class WalkerEntry(Protocol):
    """What the hub needs to know of a declared walker."""

    @property
    def name(self) -> str:
        """The name by which events call it."""

    @property
    def auth(self) -> bool | None:
        """True: users only, False: the public only, None: both."""

    def refusal(self) -> str | None:
        """Return why events may not call it, None if they may."""

    def validate(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields made of ``context``, or raise ProtocolError."""


class Walkers(Protocol):
    """Where the hub looks walkers up."""

    def get(self, name: str) -> WalkerEntry | None:
        """Return the walker of this name."""


@dataclass(slots=True)
class WalkerCall:
    """A valid walker event, to be run by the shell."""

    connection: Connection
    entry: Any
    # Fields may hold a password.
    fields: dict[str, Any] = field(repr=False)
    node: str | None
    wants_response: bool
    id: CallId
    cause: int | None


@dataclass(slots=True)
class ChangeUserCall:
    """A ``change_user`` event; the shell finds out whose token it is."""

    connection: Connection
    token: str | None = field(repr=False)
    cause: int | None = None
    id: CallId = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a walker run ended.

    Args:
        reports: The reports as a JSON array.
        status: The status of the response.
        custom: JSON that replaces the whole response.
        error: Why the run failed, in one line; then nothing else counts.
    """

    reports: str = "[]"
    status: int = 200
    custom: str | None = None
    error: str | None = None


class Hub:
    """Connections, events and notifications of one server.

    Args:
        walkers: Where walkers are looked up.
        deliver: Called once per message with the text and its receivers.
        trace: Where everything is recorded; None records nothing.
    """

    def __init__(
        self, walkers: Walkers, deliver: Deliver, *, trace: Trace | None = None
    ) -> None:
        self.walkers = walkers
        self.trace = trace
        self._deliver = deliver
        self.clients = Index()
        self.users = Index()
        self.channels = Index()
        self._indexes = {
            "user": self.users,
            "channel": self.channels,
            "client": self.clients,
        }

    # Connections.

    def connect(
        self,
        identity: Identity,
        channel_id: str | None = None,
        peer: Any = None,
        handshake: str | None = None,
    ) -> Connection:
        """Register a client and send it the connection message.

        Args:
            identity: Who speaks.
            channel_id: The channel to listen on, by default one of its own.
            peer: Whatever the shell needs to reach the client.
            handshake: What the trace keeps of how it came, as JSON without secrets.

        Raises:
            ValueRangeError: If JSON cannot carry ``channel_id``.
        """
        connection = Connection(identity, channel_id, peer)
        message = _greeting(connection)  # before it is registered: this may fail
        self.clients.add(connection.client_id, connection)
        self.users.add(connection.root_id, connection)
        self.channels.add(connection.channel_id, connection)
        cause = self._record(Kind.OPEN, "open", connection, text=handshake)
        self._reply(connection, message, cause, "connection")
        return connection

    def disconnect(self, connection: Connection, ending: Ending | None = None) -> None:
        """Forget a client, which ended like this; a second call does nothing."""
        if not self.is_connected(connection):
            return
        self.clients.discard(connection.client_id, connection)
        self.users.discard(connection.root_id, connection)
        self.channels.discard(connection.channel_id, connection)
        told = None if ending is None else ending.to_text()
        self._record(Kind.CLOSE, "close", connection, text=told)

    def is_connected(self, connection: Connection) -> bool:
        """Return whether this client is registered."""
        return bool(self.clients.get(connection.client_id))

    def rebind(
        self,
        connection: Connection,
        identity: Identity,
        cause: int | None = None,
        id: CallId = None,
    ) -> None:
        """Let somebody else speak on a connection, and tell the client."""
        if not self.is_connected(connection):
            # Its last events may still be on the way: they are this user's now.
            connection.identity = identity
            return
        self.users.discard(connection.root_id, connection)
        connection.identity = identity
        self.users.add(connection.root_id, connection)
        self._greet(connection, cause, id)

    # Events.

    def receive(
        self, connection: Connection, text: str | bytes
    ) -> WalkerCall | ChangeUserCall | None:
        """Take one message of a client.

        Returns:
            A call that the shell must run and ``finish``, or None if the message was
            answered here.
        """
        event = parse_event(text)
        cause = self._record_event(connection, event, text)
        match event:
            case WalkerEvent():
                return self._walker_call(connection, event, cause)
            case ChangeUserEvent():
                return ChangeUserCall(connection, event.token, cause, event.call_id)
            case InvalidEvent():
                self._reply(
                    connection, validation_message(event.error, event.call_id), cause
                )
            case ConnectionEvent():
                self._greet(connection, cause, event.call_id)
            case ChannelEvent():
                self._notify("channel", event.channel_ids, event.data, cause)
            case UserEvent():
                self._notify("user", event.root_ids, event.data, cause)
            case ClientEvent():  # pragma: no branch - there is no other event
                self._notify("client", event.client_ids, event.data, cause)
        return None

    def begin(self, call: WalkerCall) -> None:
        """Record that a walker run begins; what it sends is caused by this run."""
        call.cause = self._record(
            Kind.RUN, call.entry.name, call.connection, call.cause
        )

    def finish(
        self, call: WalkerCall | ChangeUserCall, outcome: Outcome | Identity
    ) -> None:
        """Take the outcome of a call and answer the client."""
        if isinstance(call, WalkerCall):
            assert isinstance(outcome, Outcome)
            self._answer(call, outcome)
        else:
            assert isinstance(outcome, Identity)
            self.rebind(call.connection, outcome, call.cause, call.id)

    # Notifications.

    def notify_users(self, root_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to every connection of these users."""
        self._notify("user", root_ids, data)

    def notify_channels(self, channel_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to every connection on these channels."""
        self._notify("channel", channel_ids, data)

    def notify_clients(self, client_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to these connections."""
        self._notify("client", client_ids, data)

    def notify(
        self, target: Target, ids: Iterable[str], text: str, cause: int | None = None
    ) -> None:
        """Send an already serialised notification (docs/protocol.md, section 5)."""
        receivers = self._indexes[target].select(ids)
        if self.trace is not None:
            self.trace.record(
                Kind.NOTIFICATION, target, text=text, receivers=receivers, cause=cause
            )
        if receivers:
            self._deliver(text, receivers)

    # What the methods above share.

    def _notify(
        self,
        target: Target,
        ids: Iterable[str],
        data: Any,
        cause: int | None = None,
    ) -> None:
        self.notify(target, ids, encode(data), cause)

    def _walker_call(
        self, connection: Connection, event: WalkerEvent, cause: int | None
    ) -> WalkerCall | None:
        entry = self.walkers.get(event.walker)
        refusal = _refusal(entry, connection)
        if entry is None or refusal:
            error = walker_error_message(refusal or INVALID_WALKER, event.call_id)
            self._reply(connection, error, cause)
            return None
        try:
            fields = entry.validate(event.context)
        except ProtocolError as exc:
            self._reply(connection, validation_message(exc, event.call_id), cause)
            return None
        return WalkerCall(
            connection, entry, fields, event.node, event.response, event.call_id, cause
        )

    def _answer(self, call: WalkerCall, outcome: Outcome) -> None:
        self._record(
            Kind.END, call.entry.name, call.connection, call.cause, outcome.error
        )
        if outcome.error is not None:
            text = walker_error_message(outcome.error, call.id)
        elif not call.wants_response:
            return
        elif outcome.custom is not None:
            text = custom_message(outcome.custom, call.id)
        else:
            text = response_message(outcome.status, outcome.reports, call.id)
        self._reply(call.connection, text, call.cause, "walker")

    def _greet(
        self, connection: Connection, cause: int | None, id: CallId = None
    ) -> None:
        self._reply(connection, _greeting(connection, id), cause, "connection")

    def _reply(
        self,
        connection: Connection,
        text: str,
        cause: int | None,
        type: str = "error",
    ) -> None:
        # The very tuple of the index, so that a shell can join replies in one write.
        receivers = self.clients.get(connection.client_id)
        if self.trace is not None:
            self.trace.record(
                Kind.REPLY, type, text=text, receivers=receivers, cause=cause
            )
        if receivers:
            self._deliver(text, receivers)

    def _record(
        self,
        kind: Kind,
        type: str,
        connection: Connection,
        cause: int | None = None,
        text: str | None = None,
    ) -> int | None:
        if self.trace is None:
            return None
        return self.trace.record(kind, type, text=text, sender=connection, cause=cause)

    def _record_event(
        self, connection: Connection, event: Event | InvalidEvent, text: str | bytes
    ) -> int | None:
        if self.trace is None:
            return None
        if isinstance(event, ChangeUserEvent) and event.token is not None:
            # A token is never kept, not even here.
            text = event.model_copy(update={"token": "***"}).to_text()
        shown = text if isinstance(text, str) else f"<{len(text)} bytes>"
        return self._record(Kind.EVENT, event.type, connection, text=shown)


def _greeting(connection: Connection, id: CallId = None) -> str:
    return connection_message(
        connection.client_id, connection.root_id, connection.channel_id, id
    )


def _refusal(entry: WalkerEntry | None, connection: Connection) -> str | None:
    """Return why this connection may not call this walker."""
    if entry is None:
        return INVALID_WALKER
    if refusal := entry.refusal():
        return refusal
    is_public = connection.identity.is_public
    if entry.auth is True and is_public:
        return f"Event {entry.name} requires to be authenticated!"
    if entry.auth is False and not is_public:
        return f"Event {entry.name} requires to be unauthenticated!"
    return None
