"""The client: one connection to a server, driven from cells."""

from __future__ import annotations

import html
import warnings
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from jacnb.client.events import Ids, frame_of, make_event, resolve_ids
from jacnb.client.exchange import Exchange
from jacnb.client.inbox import Wanted, missed, unexpected
from jacnb.client.intake import Intake
from jacnb.client.messages import Message, Messages
from jacnb.client.presence import ConnectionInfo
from jacnb.client.reruns import Reruns
from jacnb.client.response import Response
from jacnb.client.tokens import Bearer, bare
from jacnb.client.transport import State, Transport, check_close_code
from jacnb.errors import (
    ConnectError,
    UnexpectedMessageError,
    WaitTimeoutError,
)
from jacnb.protocol.events import (
    ChangeUserEvent,
    ChannelEvent,
    ClientEvent,
    ConnectionEvent,
    Event,
    UserEvent,
    WalkerEvent,
)

Unsubscribe = Callable[[], None]


class Client:
    """One connection to a server, with calls that wait for their answers.

    Made by `jacnb.connect(url)` and `server.connect()`. Waiting can be interrupted,
    and the connection stays usable. Any thread may call; callbacks must not wait.
    A client that nobody refers to any more is closed.

    Args:
        transport: The way to the server; opened here.
        name: How the client is shown to people; by default whom its token names.
        token: The token that the transport connects with.
        timeout: Seconds to connect and to be greeted.

    Raises:
        ConnectError: If the server refuses, or is not there.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        name: str | None = None,
        token: str | None = None,
        timeout: float = 5.0,
    ) -> None:
        self._transport = transport
        self._bearer = Bearer(transport.url, bare(token), name)
        self._intake = Intake(transport.send, self._bearer)
        self._reruns = Reruns()
        self._exchange = Exchange(transport, self._intake)
        self.catalogue: Callable[[], list[dict[str, Any]]] | None = None
        """What can be called there: names and fields, where the server is at hand."""
        self._open(timeout)

    def _open(self, timeout: float) -> None:
        intake = self._intake
        self._transport.open(intake, timeout)
        self._transport.wait(
            lambda: intake.presence.is_greeted or intake.is_closed, timeout
        )
        if intake.presence.is_greeted:
            self._transport.resume_as(self.token, self.channel_id)
            return
        why = "closed at once" if intake.is_closed else f"no greeting in {timeout:g} s"
        self._transport.close(1000, "")
        raise ConnectError(self.url, f"{why}; is it a Jac Cloud server?")

    # Who and where.

    @property
    def info(self) -> ConnectionInfo:
        """The ids of the connection, as the server told them last."""
        info = self._intake.presence.info
        if info is None:
            raise self._intake.closed_error()
        return info

    @property
    def client_id(self) -> str:
        """The id of this connection; another one after a reconnect."""
        return self.info.client_id

    @property
    def root_id(self) -> str:
        """The root of this client's user, or of the public."""
        return self.info.root_id

    @property
    def channel_id(self) -> str:
        """The channel that this client listens to."""
        return self.info.channel_id

    @property
    def name(self) -> str:
        """How the client is shown to people: "alice" or "public"."""
        return self._bearer.name

    @property
    def token(self) -> str | None:
        """The token of this client's user; None for the public."""
        return self._bearer.token

    @property
    def url(self) -> str:
        """Where the server is."""
        return self._transport.url

    @property
    def state(self) -> State:
        """Whether the connection is "open", "reconnecting" or "closed"."""
        return self._intake.state

    @property
    def is_open(self) -> bool:
        """Whether the client can send now."""
        return self._intake.state == "open"

    @property
    def messages(self) -> Messages:
        """The last 10,000 messages that arrived, read or not."""
        return self._intake.messages

    @property
    def sent(self) -> Messages:
        """The last 10,000 messages that were sent, tokens masked."""
        return self._intake.sent

    # Calls that wait for their answer.

    def walker(
        self,
        name: str,
        /,
        context: Mapping[str, Any] | None = None,
        *,
        node: str | None = None,
        timeout: float | None = 5.0,
        **fields: Any,
    ) -> Response:
        """Run a walker and return its response.

        Args:
            name: The walker.
            context: Its fields; the way for fields named ``node`` or ``timeout``.
            node: The id of the node where it starts, by default the user's root.
            timeout: Seconds to wait; None waits for ever.
            fields: Its fields.

        Raises:
            WalkerError: If the server answered with an error.
            WaitTimeoutError: If no answer came in time.
            ConnectionClosedError: If the connection is closed, or closes meanwhile.
        """
        fields = {**(context or {}), **fields}
        return self._exchange.call(name, fields, node, timeout)

    def connection(self, *, timeout: float | None = 5.0) -> ConnectionInfo:
        """Ask the server for the ids of this connection."""
        return self._exchange.ask(ConnectionEvent(), timeout)

    def sync(self, *, timeout: float | None = 5.0) -> None:
        """Wait until the server has answered all that was sent before.

        What it had for this client by then has arrived, too.
        """
        self._exchange.sync(timeout)

    def change_user(
        self, token: str | Client | None = None, *, timeout: float | None = 5.0
    ) -> ConnectionInfo:
        """Become the user of a token, or of another client; None is the public.

        A warning tells if the server did not accept the token.
        """
        token = bare(token.token if isinstance(token, Client) else token)
        bearer = None if token is None else f"Bearer {token}"
        event = make_event(ChangeUserEvent, token=bearer)
        info = self._exchange.ask(event, timeout, changes_user=True)
        if token is None and not info.is_public:
            _warn("this server keeps the user of the handshake; connect anew", 1)
            return info
        self._bearer.token, self._bearer.given_name = token, None
        self.check_token(stacklevel=2)
        self._transport.resume_as(self.token, info.channel_id)
        return info

    def check_token(self, *, stacklevel: int = 1) -> None:
        """Warn, and drop the token, if the server takes its bearer for the public."""
        if said := self._bearer.drop_if(self.info.is_public):
            _warn(said, stacklevel)

    # Events without an answer.

    def send_walker(
        self,
        name: str,
        /,
        context: Mapping[str, Any] | None = None,
        *,
        node: str | None = None,
        response: bool = False,
        **fields: Any,
    ) -> None:
        """Run a walker without waiting.

        Without ``response`` only an error arrives, as a message. With it the answer
        is shown to callbacks and in `messages`, but is nothing to `receive`.
        """
        fields = {**(context or {}), **fields}
        if response:
            self._exchange.start(name, fields, node)
        else:
            self.send(make_event(WalkerEvent, walker=name, context=fields, node=node))

    def send_to_users(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection of these users (root ids, or clients)."""
        root_ids = resolve_ids(ids, "root_id")
        self.send(make_event(UserEvent, root_ids=root_ids, data=data))

    def send_to_channels(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection on these channels (ids, or clients)."""
        channel_ids = resolve_ids(ids, "channel_id")
        self.send(make_event(ChannelEvent, channel_ids=channel_ids, data=data))

    def send_to_clients(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to these connections (client ids, or clients)."""
        client_ids = resolve_ids(ids, "client_id")
        self.send(make_event(ClientEvent, client_ids=client_ids, data=data))

    def send(self, event: Mapping[str, Any] | Event | str | bytes) -> None:
        """Send anything, for experiments: text goes out as it is, bytes as binary."""
        self._exchange.send(frame_of(event))

    # Messages.

    def receive(self, *, timeout: float | None = 5.0) -> Message:
        """Return the next unread message.

        Raises:
            WaitTimeoutError: If none came in time.
            ConnectionClosedError: If the connection is closed and all was read.
        """
        message = self._exchange.take(_fits_always, timeout)
        if message is None:
            raise WaitTimeoutError(f"no message arrived at {self.name} in time")
        return message

    def expect(
        self,
        type: str | None = None,
        *,
        timeout: float | None = 5.0,
        **fields: Any,
    ) -> Message:
        """Wait for a message and return it; others stay unread.

        Answers to calls, and connection messages that were asked for, do not count.
        In a cell that runs again, what it found before is found again if nothing newer
        comes.

        Args:
            type: Its ``type``.
            timeout: Seconds to wait; None waits for ever.
            fields: What it holds, at the top level or under ``data``; of a value that
                is a dict only the members named here count.

        Raises:
            WaitTimeoutError: If none came in time; it shows what did.
            ConnectionClosedError: If the connection is closed.
        """
        wanted = Wanted(type, fields)
        earlier = self._reruns.begin(wanted.fits)
        patience = timeout if earlier is None else self._reruns.patience(timeout)
        message = self._exchange.take(wanted.fits, patience, otherwise=earlier)
        if message is None:
            others = self._intake.inbox.unread()
            raise WaitTimeoutError(missed(wanted, self.name, timeout or 0, others))
        self._reruns.found(message)
        return message

    def expect_nothing(
        self,
        type: str | None = None,
        *,
        timeout: float | None = 5.0,
        **fields: Any,
    ) -> None:
        """Prove, after a `sync`, that no such message is unread.

        Raises:
            UnexpectedMessageError: If there is; it shows them, and now they are read.
        """
        self.sync(timeout=timeout)
        if found := self._intake.inbox.take_all(Wanted(type, fields).fits):
            raise UnexpectedMessageError(unexpected(self.name, found))

    def __iter__(self) -> Iterator[Message]:
        """Yield unread messages until the connection is closed."""
        while message := self._exchange.take_until_closed(_fits_always):
            yield message

    # News, as it comes.

    def on_message(self, callback: Callable[[Message], object]) -> Unsubscribe:
        """Call back with each message that arrives; return how to stop it.

        Callbacks run in the transport's thread: be short, never wait.
        """
        return self._intake.on_message.add(callback)

    def on_sent(self, callback: Callable[[Message], object]) -> Unsubscribe:
        """Call back with each message that is sent, tokens masked."""
        return self._intake.on_sent.add(callback)

    def on_state(self, callback: Callable[[State], object]) -> Unsubscribe:
        """Call back with "open", "reconnecting" or "closed" when that changes."""
        return self._intake.on_state.add(callback)

    # The end.

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection; doing it twice does nothing.

        Raises:
            ValueError: If it is no close code (RFC 6455, section 7.4).
        """
        check_close_code(code)
        self._transport.close(code, reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return (
            f"<Client {self.name} on {self.channel_id!r} at {self.url}, {self.state}>"
        )

    def _repr_html_(self) -> str:
        rows = {
            "server": self.url,
            "client_id": self.client_id,
            "root_id": self.root_id,
            "channel_id": self.channel_id,
            "messages": f"{len(self.messages)}, {len(self._intake.inbox)} unread",
        }
        cells = "".join(
            f"<tr><th>{key}</th><td>{html.escape(value)}</td></tr>"
            for key, value in rows.items()
        )
        head = f"<b>{html.escape(self.name)}</b> ({self.state})"
        return f"<div>{head}<table>{cells}</table></div>"


def _fits_always(message: Message) -> bool:
    return True


def _warn(text: str, stacklevel: int) -> None:
    """Warn at the line of whoever called the method that warns."""
    warnings.warn(text, stacklevel=stacklevel + 2)
