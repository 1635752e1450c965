"""JSON as this protocol allows it: no NaN, no Infinity, bounded depth.

pydantic_core reads and writes; this module holds the rules it does not know.
"""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import from_json, to_json

from jacnb.errors import ProtocolError, ValueRangeError

MAX_DEPTH: Final = 64
"""How deeply arrays and objects of one message may nest."""

_LOC: Final = ["event"]
# The most digits that an integer may have when it is read, here and in Python's json.
_MAX_DIGITS: Final = 4300


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
    except TypeError:
        raise _invalid("json_invalid", "Invalid JSON: a lone surrogate") from None
    except ValueError as exc:
        if "recursion" in str(exc):
            raise _too_deep() from None
        raise _invalid("json_invalid", f"Invalid JSON: {str(exc)[:200]}") from None
    if not _is_finite(value):
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
        text = _dumps(value)
    except ValueError as exc:
        raise ValueRangeError(
            f"{what} cannot be sent as JSON: {_reason(exc)}"
        ) from None
    is_suspect = "NaN" in text or "Infinity" in text or len(text) > _MAX_DIGITS
    if is_suspect and (fault := _fault(text)):
        raise ValueRangeError(f"{what} cannot be sent as JSON: {fault}")
    return text


def _dumps(value: Any) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


def _reason(exc: ValueError) -> str:
    """Return why a value could not be written, in one line."""
    words = str(exc).removeprefix("Error serializing to JSON: ").split()
    return " ".join(words)[:200]


def _is_finite(value: Any) -> bool:
    """Return whether no number of a parsed text overflowed, as 1e400 does."""
    # Writing it again takes less time than looking at each value, or at each digit.
    text = _dumps(value)
    return "Infinity" not in text or _fault(text) is None


def _fault(text: str) -> str | None:
    """Return why a written text is not fit to be read, None if it is."""
    try:
        from_json(text, allow_inf_nan=False)
    except ValueError as exc:
        if "recursion" in str(exc):
            return "it nests too deeply"
        if "out of range" in str(exc):
            return f"it holds a number of more than {_MAX_DIGITS} digits"
        return "it holds NaN or Infinity"
    return None


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
