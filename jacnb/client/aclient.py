"""The asynchronous client: one connection, driven by the caller's own event loop."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
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
from jacnb.client.messages import KEPT, Message
from jacnb.client.party import Party
from jacnb.client.presence import ConnectionInfo
from jacnb.client.response import Response
from jacnb.client.steps import Steps, run_async
from jacnb.client.transport import AsyncTransport, Listener, check_close
from jacnb.protocol.events import ConnectionEvent, Event, WalkerEvent

T = TypeVar("T")


class AsyncClient(Party):
    """One connection to a server, whose calls are awaited.

    Made by ``jacnb.aconnect(url)`` and ``server.aconnect()``, with the words of the
    `Client`. It belongs to the event loop that opened it. Callbacks must not wait.

    Args:
        transport: The way to the server; opened by `open`.
        name: How the client is shown to people; by default whom its token names.
        token: The token that the transport connects with.
        keep: How many messages are kept of each kind: sent, arrived and unread.
    """

    _transport: AsyncTransport

    def __init__(
        self,
        transport: AsyncTransport,
        *,
        name: str | None = None,
        token: str | None = None,
        keep: int = KEPT,
    ) -> None:
        super().__init__(transport, name=name, token=token, keep=keep)

    async def open(self, timeout: float = 5.0) -> Self:
        """Connect, and wait to be greeted.

        Raises:
            ConnectError: If the server refuses, or is not there.
        """
        return await self._open(self._intake, timeout)

    async def _open(self, listener: Listener, timeout: float) -> Self:
        await self._transport.open(listener, timeout)
        try:
            await self._run(self._meet(timeout))
        except BaseException:
            await self._transport.close(1000, "")
            raise
        self.check_token()
        return self

    async def _run(self, steps: Steps[T]) -> T:
        return await run_async(steps, self._transport.wait)

    # Calls that wait for their answer.

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
        return await self._run(self._exchange.call(name, fields, node, timeout))

    async def connection(self, *, timeout: float | None = 5.0) -> ConnectionInfo:
        """Ask the server for the ids of this connection."""
        return await self._run(self._exchange.ask(ConnectionEvent(), timeout))

    async def sync(self, *, timeout: float | None = 5.0) -> None:
        """Wait until the server has answered all that was sent before.

        What it had for this client by then has arrived, too.
        """
        await self._run(self._exchange.sync(timeout))

    async def change_user(
        self, token: str | Party | None = None, *, timeout: float | None = 5.0
    ) -> ConnectionInfo:
        """Become the user of a token, or of another client; None is the public.

        A warning tells if the server did not accept the token.
        """
        return await self._run(self._change_user(token, timeout))

    # Events without an answer.

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
        """Run a walker without waiting for its end.

        Without ``response`` only an error arrives, as a message. With it the answer
        is shown to callbacks and in `messages`, but is nothing to `receive`.
        """
        fields = {**(context or {}), **fields}
        if response:
            self._exchange.start(name, fields, node)
            await self._transport.drain()
        else:
            event = make_event(WalkerEvent, walker=name, context=fields, node=node)
            await self.send(event)

    async def send_to_users(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection of these users (root ids, or clients)."""
        await self.send(to_users(ids, data))

    async def send_to_channels(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to every connection on these channels (ids, or clients)."""
        await self.send(to_channels(ids, data))

    async def send_to_clients(self, ids: Ids, data: Mapping[str, Any]) -> None:
        """Send data to these connections (client ids, or clients)."""
        await self.send(to_clients(ids, data))

    async def send(self, event: Mapping[str, Any] | Event | str | bytes) -> None:
        """Send anything, for experiments: text goes out as it is, bytes as binary.

        It waits only while the socket takes no more.
        """
        self._exchange.send(frame_of(event))
        await self._transport.drain()

    # Messages.

    async def receive(self, *, timeout: float | None = 5.0) -> Message:
        """Return the next unread message.

        Raises:
            WaitTimeoutError: If none came in time.
            ConnectionClosedError: If the connection is closed and all was read.
        """
        return await self._run(self._receive(timeout))

    async def expect(
        self, type: str | None = None, *, timeout: float | None = 5.0, **fields: Any
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
        return await self._run(self._expect(type, fields, timeout))

    async def expect_nothing(
        self, type: str | None = None, *, timeout: float | None = 5.0, **fields: Any
    ) -> None:
        """Prove, after a `sync`, that no such message is unread.

        Raises:
            UnexpectedMessageError: If there is; it shows them, and now they are read.
        """
        await self._run(self._expect_nothing(type, fields, timeout))

    async def __aiter__(self) -> AsyncIterator[Message]:
        """Yield unread messages until the connection is closed."""
        while message := await self._run(self._next()):
            yield message

    # The end.

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End the connection; doing it twice does nothing.

        Args:
            code: The close code: 1000 (done), or 4000 to 4999 for your own.
            reason: Why, 123 bytes at most; the server gets to see it.

        Raises:
            ValueError: If code or reason cannot be sent; nothing is closed then.
        """
        check_close(code, reason)
        await self._transport.close(code, reason)

    def leave(self, code: int = 1000, reason: str = "") -> None:
        """End the connection without waiting for the server; any thread may call.

        Raises:
            ValueError: If code or reason cannot be sent, as in `close`.
        """
        check_close(code, reason)
        self._transport.leave(code, reason)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()


class Connecting:
    """What `aconnect` returns: await it, or enter it with ``async with``.

    Args:
        start: Makes the client and opens it.
    """

    def __init__(self, start: Callable[[], Coroutine[Any, Any, AsyncClient]]) -> None:
        self._start = start
        self._client: AsyncClient | None = None

    def __await__(self) -> Generator[Any, Any, AsyncClient]:
        return self._start().__await__()

    async def __aenter__(self) -> AsyncClient:
        self._client = await self
        return self._client

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.close()

    def __repr__(self) -> str:
        return "<a client to be: write `await` or `async with` before it>"
