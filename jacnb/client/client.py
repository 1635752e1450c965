"""The client: one connection to a server, driven from cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from jacnb.client.events import (
    Ids,
    frame_of,
    make_event,
    to_channels,
    to_clients,
    to_users,
)
from jacnb.client.messages import Message
from jacnb.client.party import Party
from jacnb.client.presence import ConnectionInfo
from jacnb.client.response import Response
from jacnb.client.steps import Steps, run
from jacnb.client.transport import Transport, check_close
from jacnb.errors import ConnectError
from jacnb.protocol.events import ConnectionEvent, Event, WalkerEvent

T = TypeVar("T")


class Client(Party):
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

    _transport: Transport

    def __init__(
        self,
        transport: Transport,
        *,
        name: str | None = None,
        token: str | None = None,
        timeout: float = 5.0,
    ) -> None:
        super().__init__(transport, name=name, token=token)
        transport.open(self._intake, timeout)
        try:
            self._run(self._meet(timeout))
        except ConnectError:
            transport.close(1000, "")
            raise

    def _run(self, steps: Steps[T]) -> T:
        return run(steps, self._transport.wait)

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
        return self._run(self._exchange.call(name, fields, node, timeout))

    def connection(self, *, timeout: float | None = 5.0) -> ConnectionInfo:
        """Ask the server for the ids of this connection."""
        return self._run(self._exchange.ask(ConnectionEvent(), timeout))

    def sync(self, *, timeout: float | None = 5.0) -> None:
        """Wait until the server has answered all that was sent before.

        What it had for this client by then has arrived, too.
        """
        self._run(self._exchange.sync(timeout))

    def change_user(
        self, token: str | Party | None = None, *, timeout: float | None = 5.0
    ) -> ConnectionInfo:
        """Become the user of a token, or of another client; None is the public.

        A warning tells if the server did not accept the token.
        """
        return self._run(self._change_user(token, timeout))

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
        self.send(to_users(ids, data))

    def send_to_channels(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection on these channels (ids, or clients)."""
        self.send(to_channels(ids, data))

    def send_to_clients(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to these connections (client ids, or clients)."""
        self.send(to_clients(ids, data))

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
        return self._run(self._receive(timeout))

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
        return self._run(self._expect(type, fields, timeout))

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
        self._run(self._expect_nothing(type, fields, timeout))

    def __iter__(self) -> Iterator[Message]:
        """Yield unread messages until the connection is closed."""
        while message := self._run(self._next()):
            yield message

    # The end.

    def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection; doing it twice does nothing.

        Args:
            code: The close code: 1000 (done), or 4000 to 4999 for your own.
            reason: Why, 123 bytes at most; the server gets to see it.

        Raises:
            ValueError: If code or reason cannot be sent; nothing is closed then.
        """
        check_close(code, reason)
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
