"""JSON as this protocol allows it: no NaN, no Infinity, bounded depth.

pydantic_core reads and writes; this module holds the rules it does not know.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic_core import PydanticSerializationError, from_json, to_json

from jacnb.errors import ProtocolError, ValueRangeError

MAX_DEPTH: Final = 64
"""How deeply arrays and objects of one message may nest."""

_LOC: Final = ["event"]
_SECRET_KEYS: Final = frozenset({"token", "password", "authorization", "auth"})
# Only such a text can hold a number that overflows to infinity.
_HUGE_NUMBER: Final = re.compile(r"[eE]\+?\d{3}|\d{200}")
_JWT: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")


def decode(text: str | bytes) -> Any:
    """Return the value of one text message.

    Raises:
        ProtocolError: With ``json_invalid`` or ``too_deep`` (docs/protocol.md,
            section 7).
    """
    if isinstance(text, bytes):
        raise _invalid("json_invalid", "Messages are JSON text, this one is binary")
    try:
        value = from_json(text, allow_inf_nan=False)
    except (ValueError, RecursionError) as exc:
        if "recursion" in str(exc):
            raise _too_deep() from None
        raise _invalid("json_invalid", f"Invalid JSON: {str(exc)[:200]}") from None
    if _HUGE_NUMBER.search(text) and not _is_finite(value):
        raise _invalid("json_invalid", "Invalid JSON: a number is out of range")
    # Counting brackets is cheap and nearly always enough.
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise _too_deep()
    return value


def encode(value: Any, what: str = "data") -> str:
    """Return ``value`` as JSON text.

    Raises:
        ValueRangeError: If JSON cannot carry it; ``what`` names it in the message.
    """
    try:
        text = to_json(value, inf_nan_mode="constants").decode()
    except (PydanticSerializationError, ValueError, RecursionError) as exc:
        raise ValueRangeError(f"{what} cannot be sent as JSON: {exc}") from None
    if ("NaN" in text or "Infinity" in text) and not _is_strict(text):
        raise ValueRangeError(
            f"{what} cannot be sent as JSON: it holds NaN or Infinity"
        )
    return text


def masked(value: Any) -> Any:
    """Return ``value`` with tokens and passwords replaced by stars."""
    match value:
        case dict():
            return {
                key: "***" if _is_secret(key, item) else masked(item)
                for key, item in value.items()
            }
        case list():
            return [masked(item) for item in value]
        case str():
            return masked_text(value)
    return value


def masked_text(text: str) -> str:
    """Return ``text`` with everything that looks like a token replaced by stars."""
    return _JWT.sub("***", text) if "eyJ" in text else text


def _is_secret(key: object, item: object) -> bool:
    return isinstance(key, str) and key.lower() in _SECRET_KEYS and item is not None


def _is_finite(value: Any) -> bool:
    return _is_strict(to_json(value, inf_nan_mode="constants").decode())


def _is_strict(text: str) -> bool:
    try:
        from_json(text, allow_inf_nan=False)
    except ValueError:
        return False
    return True


def _depth(value: Any) -> int:
    """Return how deeply ``value`` nests, without recursion."""
    depth = 0
    level = [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def _invalid(kind: str, message: str) -> ProtocolError:
    return ProtocolError([{"type": kind, "loc": _LOC, "msg": message}])


def _too_deep() -> ProtocolError:
    return _invalid("too_deep", f"Nesting is limited to {MAX_DEPTH} levels")
