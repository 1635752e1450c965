"""The error for a connection that ended."""

from __future__ import annotations

from jacnb.errors import ConnectionClosedError
from jacnb.protocol.masking import masked_words


def closed_error(code: int, reason: str) -> ConnectionClosedError:
    """Return the error that gives code and reason, without a secret that is in it."""
    return ConnectionClosedError(code, masked_words(reason))
