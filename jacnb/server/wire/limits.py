"""The bounds that every connection keeps."""

from __future__ import annotations

from dataclasses import dataclass, fields

from jacnb.errors import ServerError


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of every connection; seconds and bytes, all more than 0.

    A connection is a slow consumer (1013) when more than `backlog_limit` waits behind
    the chunk being written and the socket took no byte for `stall_timeout`; or,
    however it dribbles, when more than `backlog_cap` does.
    """

    ping_interval: float = 20.0
    ping_timeout: float = 10.0
    max_message_size: int = 1 << 20
    backlog_limit: int = 4 << 20
    backlog_cap: int = 64 << 20
    stall_timeout: float = 1.0
    close_timeout: float = 2.0

    def __post_init__(self) -> None:
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise ServerError(f"{field.name} must be greater than 0")
