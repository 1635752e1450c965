"""A client straight into a server of the same process: no thread, no socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from jacnb.client.transport import Listener
from jacnb.errors import ConnectionClosedError
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

    def detach(self, connection: Any) -> None:
        """Forget a connection."""
        ...


class MemoryTransport:
    """Hands events to a shell, which has handled them when `send` returns.

    So nothing is ever on its way: what did not arrive by then does not come by
    waiting, and `wait` never blocks.

    Args:
        shell: The server.
        identity: Who the client is; the shell has checked the token.
        channel_id: As in the query of the URL, None for one of its own.
    """

    url = "memory:"

    def __init__(
        self, shell: Shell, identity: Identity = PUBLIC, channel_id: str | None = None
    ) -> None:
        self._shell = shell
        self._identity = identity
        self._channel_id = channel_id
        self._listener: Listener | None = None
        self._connection: Any = None
        self._ended = (1006, "not opened")

    def open(self, listener: Listener, timeout: float) -> None:
        """Attach to the shell."""
        del timeout
        self._listener = listener
        self._connection = self._shell.attach(
            self._identity, self._channel_id, listener.text_arrived, self._on_close
        )

    def send(self, text: str | bytes) -> None:
        """Have the shell handle one event."""
        if self._connection is None:
            raise ConnectionClosedError(*self._ended)
        self._shell.submit(self._connection, text)

    def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Return at once: all that was caused has already arrived."""
        del timeout
        return ready()

    def resume_as(self, token: str | None, channel_id: str) -> None:
        """Do nothing: a connection in memory is never lost."""

    def close(self, code: int, reason: str) -> None:
        """Detach from the shell."""
        connection = self._connection
        if connection is not None:
            self._on_close(code, reason)
            self._shell.detach(connection)

    def _on_close(self, code: int, reason: str) -> None:
        if self._connection is None:
            return
        self._connection, self._ended = None, (code, reason)
        if self._listener is not None:
            self._listener.state_changed("closed", code, reason)
