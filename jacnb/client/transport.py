"""What carries a client's messages: the interface, and what it tells the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, Protocol

from jacnb.client.faults import Way

State = Literal["open", "reconnecting", "closed"]

FINAL_CODES: Final = frozenset({1000, 1008})
"""Close codes after which connecting again would be refused or unwanted."""

_CLOSE_CODES: Final = frozenset(
    {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
)
"""The codes that may be sent (RFC 6455, section 7.4)."""


_MAX_REASON: Final = 123
"""The bytes that a close frame has room for (section 5.5)."""


def check_close(code: object, reason: object) -> None:
    """Raise if a connection cannot be closed with this code and reason.

    Raises:
        ValueError: If it cannot.
    """
    # 1000.0 equals a code, and yet cannot be sent.
    if not isinstance(code, int) or code not in _CLOSE_CODES:
        raise ValueError(
            f"{code!r} is no close code: take 1000 (done), or 4000 to 4999 for your own"
        )
    if not isinstance(reason, str):
        kind = type(reason).__name__
        raise ValueError(f"the reason of a close is text, not {kind}")
    try:
        size = len(reason.encode())
    except UnicodeEncodeError:
        raise ValueError(
            "the reason of a close cannot be sent: half a surrogate pair is no text"
        ) from None
    if size > _MAX_REASON:
        raise ValueError(f"the reason of a close is limited to {_MAX_REASON} bytes")


class Listener(Protocol):
    """What a transport calls, in its own thread if it has one."""

    def text_arrived(self, text: str) -> None:
        """Take a message of the server."""
        ...

    def state_changed(self, state: State, code: int, reason: str) -> None:
        """Take the news that the connection opened or ended (then: why)."""
        ...


class Carrier(Protocol):
    """A way to a server: what does not wait. One object lives as long as its client."""

    @property
    def url(self) -> str:
        """Where it leads, for people to read; without secrets."""
        ...

    def send(self, text: str | bytes) -> None:
        """Send one message, bytes as a binary one.

        Raises:
            ConnectionClosedError: If there is no connection (now).
        """
        ...

    def wake(self) -> None:
        """Let every wait look again."""
        ...

    def resume_as(self, token: str | None, channel_id: str) -> None:
        """Remember which user and channel a new connection is to have."""
        ...

    def delay(self, way: Way, seconds: float, jitter: float) -> None:
        """Hold back what goes this way."""
        ...

    def drop(self) -> None:
        """Cut the connection without a word."""
        ...

    def freeze(self) -> None:
        """Read nothing, and answer nothing."""
        ...

    def thaw(self) -> None:
        """Go on reading."""
        ...

    def read_slowly(self, rate: float | None) -> None:
        """Read so many bytes a second at most."""
        ...


class Transport(Carrier, Protocol):
    """A way to a server for a client that blocks."""

    def open(self, listener: Listener, timeout: float) -> None:
        """Connect, and call the listener from now on.

        Raises:
            ConnectError: If the server refuses, or is not there.
        """
        ...

    def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Block until ``ready()`` is true; return whether it became so in time."""
        ...

    def close(self, code: int, reason: str) -> None:
        """End the connection; doing it twice does nothing."""
        ...


class AsyncTransport(Carrier, Protocol):
    """A way to a server for a client that awaits; used on one loop only."""

    async def open(self, listener: Listener, timeout: float) -> None:
        """Connect, and call the listener from now on.

        Raises:
            ConnectError: If the server refuses, or is not there.
        """
        ...

    async def drain(self) -> None:
        """Wait until the socket has taken most of what was sent."""
        ...

    async def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Wait until ``ready()`` is true; return whether it became so in time."""
        ...

    def leave(self, code: int, reason: str) -> None:
        """End the connection without waiting; any thread may call."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """End the connection; doing it twice does nothing."""
        ...
