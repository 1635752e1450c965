"""How a server is set up; two equal settings mean the same server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

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
        for name, (is_right, wanted) in _RULES.items():
            value = getattr(self, name)
            if not is_right(value):
                shown = "" if name == "secret" else f", not {value!r}"
                raise ServerError(f"{name} is {wanted}{shown}")


def make_settings(given: dict[str, Any]) -> Settings:
    """Return settings from keywords.

    Raises:
        ServerError: If one is unknown or makes no sense.
    """
    known = Settings.__dataclass_fields__
    for name in given:
        if name not in known:
            raise ServerError(f"unknown setting {name!r}; there are {', '.join(known)}")
    return Settings(**{name: _fixed(name, value) for name, value in given.items()})


def _fixed(name: str, value: Any) -> Any:
    """Return a setting that can be compared: lists as tuples, one text as one."""
    if name not in ("trusted_hosts", "trusted_origins"):
        return value
    is_many = isinstance(value, Iterable) and not isinstance(value, str)
    return tuple(value) if is_many else (value,)


def _is_positive(value: object) -> bool:
    # A limit of zero would not switch it off but block everything.
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_count(value: object) -> bool:
    return isinstance(value, int) and _is_positive(value)


def _is_port(value: object) -> bool:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and 0 <= value <= 65535  # type: ignore[operator]


def _is_secret(value: object) -> bool:
    return value is None or (isinstance(value, bytes) and len(value) >= SECRET_BYTES)


def _are_texts(value: tuple[object, ...]) -> bool:
    return all(isinstance(each, str) for each in value)


_RULES: Final[dict[str, tuple[Callable[[Any], bool], str]]] = {
    "host": (lambda v: v is None or isinstance(v, str), "a name or an address"),
    "port": (_is_port, "a port, 0 for a free one"),
    "registry": (lambda v: isinstance(v, Registry), "a jacnb.Registry of walkers"),
    "secret": (_is_secret, f"bytes, {SECRET_BYTES} of them or more"),
    "token_lifetime": (_is_positive, "a number greater than 0"),
    "order": (lambda v: v in ("queue", "dfs"), "'queue' or 'dfs'"),
    "ping_interval": (_is_positive, "a number greater than 0"),
    "ping_timeout": (_is_positive, "a number greater than 0"),
    "max_message_size": (_is_count, "a whole number greater than 0"),
    "walker_threads": (_is_count, "a whole number greater than 0"),
    "trusted_hosts": (_are_texts, "a list of names"),
    "trusted_origins": (_are_texts, "a list of origins, https://host:port"),
    "trace": (lambda v: isinstance(v, bool), "True or False"),
}
"""What is right for each setting, and how that is said."""
