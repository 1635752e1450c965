"""Validation errors as they may go to a client (docs/protocol.md, section 7)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from jacnb.errors import ProtocolError
from jacnb.protocol.masking import is_secret, masked, masked_text

MAX_ERRORS: Final = 10
MAX_INPUT: Final = 200
"""Characters of the faulty input that are repeated to its sender."""

_MAX_MESSAGE: Final = 400
# Masking may shorten a text, so more than is shown is looked at.
_HEAD: Final = 4 * MAX_INPUT


def protocol_error(exc: ValidationError, *loc: str) -> ProtocolError:
    """Return what a client may see of ``exc``, with ``loc`` before each location."""
    found = exc.errors(include_url=False)
    errors = [_bounded(dict(error), loc) for error in found[:MAX_ERRORS]]
    return ProtocolError(errors, truncated=len(found) - len(errors))


def _bounded(error: dict[str, Any], loc: tuple[str, ...]) -> dict[str, Any]:
    bounded: dict[str, Any] = {
        "type": error["type"],
        "loc": [*loc, *(_short(part) for part in error["loc"])],
        "msg": masked_text(error["msg"])[:_MAX_MESSAGE],
        "input": _excerpt(error["input"]),
    }
    # What surrounds a missing secret is no secret; its members are masked anyway.
    is_given = error["type"] != "missing" and error["input"] is not None
    if is_given and any(map(is_secret, error["loc"])):
        bounded["input"] = "***"
    if "ctx" in error:
        bounded["ctx"] = {key: _excerpt(item) for key, item in error["ctx"].items()}
    return bounded


def _short(part: int | str) -> int | str:
    return part if isinstance(part, int) else part[:MAX_INPUT]


def _excerpt(value: Any) -> Any:
    """Return ``value`` as JSON if it is short, else the beginning of its text."""
    if isinstance(value, str | Exception):
        return masked_text(str(value)[:_HEAD])[:MAX_INPUT]
    # What a validator puts into ``ctx`` may be anything; the client gets JSON.
    text = to_json(value, fallback=repr, inf_nan_mode="strings").decode()
    if len(text) > MAX_INPUT:
        return masked_text(text[:_HEAD])[:MAX_INPUT]
    return masked(from_json(text))
