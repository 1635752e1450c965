"""What carries a client's messages: the interface, and what it tells the client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

State = Literal["open", "reconnecting", "closed"]


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
