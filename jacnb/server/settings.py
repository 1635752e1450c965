"""How a server is set up; two equal settings mean the same server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from jacnb.accounts import SECRET_BYTES
from jacnb.errors import ServerError
from jacnb.walkers.registry import REGISTRY, Registry

Order = Literal["queue", "dfs"]


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``serve()`` and ``Server()`` take.

    Attributes:
        host: The address to bind; None is both loopback addresses.
        port: The port; 0 is a free one.
        registry: The walkers to offer; by default all that were declared.
        secret: Signs tokens, 32 bytes or more; by default fresh random bytes.
        token_lifetime: Seconds a token is valid.
        order: How walkers go on: ``queue`` as in Jac Cloud, or ``dfs``.
        ping_interval: Seconds between two pings to a client.
        ping_timeout: Seconds a client has to answer one.
        max_message_size: Bytes of the largest message that is taken.
        walker_threads: How many walkers may run at the same time.
        trusted_hosts: Names beside IP addresses, ``localhost`` and ``host`` that
            clients may call this server by.
        trusted_origins: Origins, ``https://host:port``, of other pages that may.
        trace: Whether messages are recorded.
    """

    host: str | None = None
    port: int = 0
    registry: Registry = field(default=REGISTRY, repr=False)
    secret: bytes | None = field(default=None, repr=False)
    token_lifetime: float = 12 * 3600.0
    order: Order = "queue"
    ping_interval: float = 20.0
    ping_timeout: float = 10.0
    max_message_size: int = 1024 * 1024
    walker_threads: int = 64
    trusted_hosts: tuple[str, ...] = ()
    trusted_origins: tuple[str, ...] = ()
    trace: bool = True

    def __post_init__(self) -> None:
        for name in _LIMITS:
            value = getattr(self, name)
            # A limit of zero would not switch it off but block everything.
            if not (isinstance(value, int | float) and value > 0):
                raise ServerError(f"{name} is a number greater than 0, not {value!r}")
        if self.order not in ("queue", "dfs"):
            raise ServerError(f"order is 'queue' or 'dfs', not {self.order!r}")
        port: object = self.port
        if not (isinstance(port, int) and 0 <= port <= 65535):
            raise ServerError(f"{port!r} is no port; 0 picks a free one")
        if self.secret is not None and len(self.secret) < SECRET_BYTES:
            raise ServerError(f"secret has fewer than {SECRET_BYTES} bytes")


_LIMITS = (
    "token_lifetime",
    "ping_interval",
    "ping_timeout",
    "max_message_size",
    "walker_threads",
)
