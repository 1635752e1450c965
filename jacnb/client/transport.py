"""What carries a client's messages: the interface, and what it tells the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, Protocol

State = Literal["open", "reconnecting", "closed"]


_CLOSE_CODES: Final = frozenset(
    {*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)}
)
"""The codes that may be sent (RFC 6455, section 7.4)."""


def check_close_code(code: int) -> None:
    """Raise if a connection cannot be closed with this code.

    Raises:
        ValueError: If it cannot.
    """
    if code not in _CLOSE_CODES:
        raise ValueError(
            f"{code!r} is no close code: take 1000 (done), or 4000 to 4999 for your own"
        )


class Listener(Protocol):
    """What a transport calls, in its own thread if it has one."""

    def text_arrived(self, text: str) -> None:
        """Take a message of the server."""
        ...

    def state_changed(self, state: State, code: int, reason: str) -> None:
        """Take the news that the connection opened or ended (then: why)."""
        ...


class Transport(Protocol):
    """A way to a server. One object lives as long as its client."""

    @property
    def url(self) -> str:
        """Where it leads, for people to read; without secrets."""
        ...

    def open(self, listener: Listener, timeout: float) -> None:
        """Connect, and call the listener from now on.

        Raises:
            ConnectError: If the server refuses, or is not there.
        """
        ...

    def send(self, text: str | bytes) -> None:
        """Send one message, bytes as a binary one.

        Raises:
            ConnectionClosedError: If there is no connection (now).
        """
        ...

    def wait(self, ready: Callable[[], bool], timeout: float | None) -> bool:
        """Block until ``ready()`` is true; return whether it became so in time."""
        ...

    def resume_as(self, token: str | None, channel_id: str) -> None:
        """Remember which user and channel a new connection is to have."""
        ...

    def close(self, code: int, reason: str) -> None:
        """End the connection; doing it twice does nothing."""
        ...
