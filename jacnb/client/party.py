"""What every client is: who it is, what it heard and said, and how it converses."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

from jacnb.client.callbacks import warn
from jacnb.client.events import make_event
from jacnb.client.exchange import Exchange
from jacnb.client.faults import Fault, Way, check_number, check_way
from jacnb.client.inbox import Wanted, missed, unexpected
from jacnb.client.intake import Intake
from jacnb.client.messages import KEPT, Message, Messages
from jacnb.client.presence import ConnectionInfo
from jacnb.client.reruns import Reruns
from jacnb.client.steps import Steps
from jacnb.client.tokens import Bearer, bare
from jacnb.client.transport import Carrier, State
from jacnb.errors import ConnectError, UnexpectedMessageError, WaitTimeoutError
from jacnb.protocol.events import ChangeUserEvent

Unsubscribe = Callable[[], None]


class Party:
    """The part of a client that does not wait; a shell takes its steps.

    Args:
        transport: The way to the server.
        name: How the client is shown to people; by default whom its token names.
        token: The token that the transport connects with.
        keep: How many messages are kept of each kind: sent, arrived and unread.
    """

    _transport: Carrier

    def __init__(
        self,
        transport: Carrier,
        *,
        name: str | None = None,
        token: str | None = None,
        keep: int = KEPT,
    ) -> None:
        self._transport = transport
        self._bearer = Bearer(transport.url, bare(token), name)
        self._intake = Intake(transport.send, self._bearer, keep)
        self._reruns = Reruns()
        self._exchange = Exchange(transport, self._intake)
        self.catalogue: Callable[[], list[dict[str, Any]]] | None = None
        """What can be called there: names and fields, where the server is at hand."""

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
    def ended(self) -> tuple[int, str] | None:
        """Close code and reason of a connection that ended, None while it is open."""
        return None if self.is_open else self._intake.ended

    @property
    def messages(self) -> Messages:
        """The last 10,000 messages that arrived, read or not."""
        return self._intake.messages

    @property
    def sent(self) -> Messages:
        """The last 10,000 messages that were sent, tokens masked."""
        return self._intake.sent

    def check_token(self) -> None:
        """Warn, and drop the token, if the server takes its bearer for the public."""
        if said := self._bearer.drop_if(self.info.is_public):
            warn(said)

    # News, as it comes.

    def on_message(self, callback: Callable[[Message], object]) -> Unsubscribe:
        """Call back with each message that arrives; return how to stop it.

        Callbacks run where the transport reads: be short, never wait.
        """
        return self._intake.on_message.add(callback)

    def on_sent(self, callback: Callable[[Message], object]) -> Unsubscribe:
        """Call back with each message that is sent, tokens masked."""
        return self._intake.on_sent.add(callback)

    def on_state(self, callback: Callable[[State], object]) -> Unsubscribe:
        """Call back with "open", "reconnecting" or "closed" when that changes."""
        return self._intake.on_state.add(callback)

    # Faults on purpose.

    def delay(self, seconds: float, jitter: float = 0.0, *, way: Way = "in") -> Fault:
        """Hold back every message for some seconds; their order stays.

        ``with bob.delay(0.2):`` ends it after the block, and so does ``delay(0)``. What
        is held back when the connection ends goes through at once. In memory nothing
        comes by itself: what is held back arrives while the client waits for it.

        Args:
            seconds: For how long.
            jitter: Up to so many seconds more, at random for each message.
            way: "in" for what arrives, "out" for what is sent, "both".

        Raises:
            ConnectionClosedError: If the client is closed; ``delay(0)`` never fails.
        """
        check_number("seconds", seconds)
        check_number("jitter", jitter)
        check_way(way)
        if seconds or jitter:
            self._refuse_if_closed()
        self._transport.delay(way, seconds, jitter)
        late = f"{seconds:g} s late ({way}); delay(0) ends it"
        return Fault(
            f"{self.name} is {late if seconds or jitter else 'no longer late'}",
            lambda: self._transport.delay(way, 0.0, 0.0),
        )

    def drop(self) -> None:
        """Cut the connection without a word, as a cable that is pulled.

        The server and this client see 1006; where ``reconnect`` is on, it sets in.
        """
        self._exchange.hindrance = ""
        self._transport.drop()

    def freeze(self) -> Fault:
        """Read nothing and answer no ping, as a laptop that was shut, until `thaw`.

        The server's ping timeout closes the connection (1011); the client learns of it
        when it thaws. ``with bob.freeze():`` thaws after the block.

        Raises:
            ConnectionClosedError: If the client is closed.
            ClientError: If the client is in memory, where there are no pings.
        """
        self._refuse_if_closed()
        self._transport.freeze()
        self._exchange.hindrance = f"{self.name} is frozen; thaw() ends it"
        return Fault(f"{self.name} is frozen; thaw() ends it", self.thaw)

    def thaw(self) -> None:
        """Go on after `freeze`: what waits in the socket arrives."""
        self._exchange.hindrance = ""
        self._transport.thaw()

    def read_slowly(self, bytes_per_second: float | None) -> Fault:
        """Read no faster than this, as on a bad line; None ends it.

        What piles up in the server meanwhile makes it close the connection (1013).
        ``with bob.read_slowly(1000):`` ends it after the block.

        Raises:
            ConnectionClosedError: If the client is closed; None never fails.
            ClientError: If the client is in memory, where nothing is on its way.
        """
        words = f"{self.name} reads as fast as it can"
        if bytes_per_second is not None:
            check_number("bytes_per_second", bytes_per_second, above=0)
            self._refuse_if_closed()
            words = f"{self.name} reads slowly; read_slowly(None) ends it"
        self._transport.read_slowly(bytes_per_second)
        return Fault(words, lambda: self._transport.read_slowly(None))

    def _refuse_if_closed(self) -> None:
        if self._intake.is_closed:
            raise self._intake.closed_error()

    # The steps of what waits.

    def _meet(self, timeout: float) -> Steps[None]:
        """Wait for the greeting."""
        if not (yield from self._exchange.greeting(timeout)):
            closed = self._intake.is_closed
            why = "closed at once" if closed else f"no greeting in {timeout:g} s"
            raise ConnectError(self.url, f"{why}; is it a Jac Cloud server?")
        self._transport.resume_as(self.token, self.channel_id)

    def _change_user(
        self, token: str | Party | None, timeout: float | None
    ) -> Steps[ConnectionInfo]:
        token = bare(token.token if isinstance(token, Party) else token)
        bearer = None if token is None else f"Bearer {token}"
        event = make_event(ChangeUserEvent, token=bearer)
        info = yield from self._exchange.ask(event, timeout, changes_user=True)
        if token is None and not info.is_public:
            warn("this server keeps the user of the handshake; connect anew")
            return info
        self._bearer.token, self._bearer.given_name = token, None
        self.check_token()
        self._transport.resume_as(self.token, info.channel_id)
        return info

    def _receive(self, timeout: float | None) -> Steps[Message]:
        message = yield from self._exchange.take(_fits_always, timeout)
        if message is None:
            raise WaitTimeoutError(f"no message arrived at {self.name} in time")
        return message

    def _next(self) -> Steps[Message | None]:
        return self._exchange.take_until_closed(_fits_always)

    def _expect(
        self, type: str | None, fields: dict[str, Any], timeout: float | None
    ) -> Steps[Message]:
        wanted = Wanted(type, fields)
        earlier = self._reruns.begin(wanted.fits)
        patience = timeout if earlier is None else self._reruns.patience(timeout)
        message = yield from self._exchange.take(wanted.fits, patience, earlier)
        if message is None:
            others = self._intake.inbox.unread()
            raise WaitTimeoutError(missed(wanted, self.name, timeout or 0, others))
        self._reruns.found(message)
        return message

    def _expect_nothing(
        self, type: str | None, fields: dict[str, Any], timeout: float | None
    ) -> Steps[None]:
        yield from self._exchange.sync(timeout)
        if found := self._intake.inbox.take_all(Wanted(type, fields).fits):
            raise UnexpectedMessageError(unexpected(self.name, found))

    # For people.

    def __repr__(self) -> str:
        kind = type(self).__name__
        if self._intake.presence.info is None:
            return f"<{kind} {self.name} at {self.url}, not connected>"
        return (
            f"<{kind} {self.name} on {self.channel_id!r} at {self.url}, {self.state}>"
        )

    def _repr_html_(self) -> str:
        rows: Mapping[str, str] = {
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
