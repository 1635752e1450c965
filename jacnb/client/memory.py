"""A client straight into a server of the same process: no thread, no socket."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from typing import Any, Protocol

from jacnb.client.addresses import check_channel
from jacnb.client.closing import closed_error
from jacnb.client.faults import Held, Way, not_in_memory
from jacnb.client.transport import Listener
from jacnb.protocol.identity import PUBLIC, Identity


class Shell(Protocol):
    """A server without sockets, such as `jacnb.server.MemoryServer`."""

    def attach(
        self,
        identity: Identity,
        channel_id: str | None,
        on_text: Callable[[str], None],
        on_close: Callable[[int, str], None],
    ) -> Any:
        """Make a connection; its greeting goes to ``on_text``."""
        ...

    def submit(self, connection: Any, text: str | bytes) -> None:
        """Handle an event and all it causes; inside a callback, after it."""
        ...

    def detach(self, connection: Any, code: int, reason: str) -> None:
        """Forget a connection that its client closed."""
        ...


class MemoryCarrier:
    """Hands events to a shell, which has handled them when `send` returns.

    So nothing is ever on its way: what did not arrive by then does not come by
    waiting, and `wait` never blocks. Only what `delay` holds back is worth waiting for.

    Args:
        shell: The server.
        identity: Who the client is; the shell has checked the token.
        channel_id: As in the query of the URL, None for one of its own.
    """

    url = "memory:"

    def __init__(
        self, shell: Shell, identity: Identity = PUBLIC, channel_id: str | None = None
    ) -> None:
        check_channel(channel_id)
        self._shell = shell
        self._identity = identity
        self._channel_id = channel_id
        self._listener: Listener | None = None
        self._connection: Any = None
        self._ended = (1006, "not opened")
        self._arriving = Held()
        self._departing = Held()

    def attach(self, listener: Listener) -> None:
        """Attach to the shell."""
        self._listener = listener
        self._connection = self._shell.attach(
            self._identity, self._channel_id, self._on_text, self._on_close
        )

    def send(self, text: str | bytes) -> None:
        """Have the shell handle one event."""
        if self._connection is None:
            raise closed_error(*self._ended)
        self._hold(self._departing, lambda: self._submit(text))

    def _submit(self, text: str | bytes) -> None:
        if self._connection is not None:
            self._shell.submit(self._connection, text)

    def wake(self) -> None:
        """Do nothing: nobody waits."""

    def time_to_next(self) -> float | None:
        """Let through what is due; return seconds until the next, None without one."""
        self._let_through(time.monotonic())
        due = min((h.due for h in self._both if h.due is not None), default=None)
        return None if due is None else max(0.0, due - time.monotonic())

    @property
    def _both(self) -> tuple[Held, Held]:
        return self._departing, self._arriving

    def _hold(self, held: Held, action: Callable[[], None]) -> None:
        if len(held) or held.seconds or held.jitter:
            held.put(time.monotonic(), action)
        else:
            action()

    def _let_through(self, now: float) -> None:
        for held in self._both:
            while (action := held.take(now)) is not None:
                action()

    # Faults on purpose.

    def delay(self, way: Way, seconds: float, jitter: float) -> None:
        """Hold back what goes this way, until the client waits."""
        if way != "out":
            self._arriving.seconds, self._arriving.jitter = seconds, jitter
        if way != "in":
            self._departing.seconds, self._departing.jitter = seconds, jitter

    def drop(self) -> None:
        """Detach without a word."""
        self.leave(1006, "the connection was lost")

    def freeze(self) -> None:
        """Refuse: there are no pings in memory."""
        raise not_in_memory("freeze")

    def thaw(self) -> None:
        """Refuse: there are no pings in memory."""
        raise not_in_memory("thaw")

    def read_slowly(self, rate: float | None) -> None:
        """Refuse: nothing is ever on its way."""
        raise not_in_memory("read_slowly")

    def resume_as(self, token: str | None, channel_id: str) -> None:
        """Do nothing: a connection in memory is never lost."""

    def leave(self, code: int, reason: str) -> None:
        """Detach from the shell; doing it twice does nothing."""
        connection = self._connection
        if connection is not None:
            self._on_close(code, reason)
            self._shell.detach(connection, code, reason)

    def _on_text(self, text: str) -> None:
        listener = self._listener
        if listener is not None:
            self._hold(self._arriving, lambda: listener.text_arrived(text))

    def _on_close(self, code: int, reason: str) -> None:
        if self._connection is None:
            return
        self._let_through(math.inf)
        self._connection, self._ended = None, (code, reason)
        if self._listener is not None:
            self._listener.state_changed("closed", code, reason)


class MemoryTransport(MemoryCarrier):
    """For a client that blocks; there is nothing to block for but `delay`."""

    def open(self, listener: Listener, timeout: float) -> None:
        """Attach to the shell."""
        del timeout
        self.attach(listener)

    def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Return at once: all that was caused has arrived, unless it is held back."""
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        rest = self.time_to_next()
        while not ready():
            if rest is None or time.monotonic() + rest > deadline:
                return False
            time.sleep(rest)
            rest = self.time_to_next()
        return True

    def close(self, code: int, reason: str) -> None:
        """Detach from the shell."""
        self.leave(code, reason)


class AsyncMemoryTransport(MemoryCarrier):
    """For a client that awaits."""

    async def open(self, listener: Listener, timeout: float) -> None:
        """Attach to the shell."""
        del timeout
        self.attach(listener)

    async def drain(self) -> None:
        """Return at once: what was sent was handled."""

    async def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Return at once: all that was caused has arrived, unless it is held back."""
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        rest = self.time_to_next()
        while not ready():
            if rest is None or time.monotonic() + rest > deadline:
                return False
            await asyncio.sleep(rest)
            rest = self.time_to_next()
        return True

    async def close(self, code: int, reason: str) -> None:
        """Detach from the shell."""
        self.leave(code, reason)
