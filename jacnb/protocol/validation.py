"""Validation errors as they may go to a client (docs/protocol.md, section 7)."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import to_json

from jacnb.errors import ProtocolError
from jacnb.protocol.json import masked

MAX_ERRORS: Final = 10
MAX_INPUT: Final = 200
"""Characters of the faulty input that are repeated to its sender."""

_MAX_MESSAGE: Final = 400


def protocol_error(exc: ValidationError, *loc: str) -> ProtocolError:
    """Return what a client may see of ``exc``, with ``loc`` before each location."""
    found = exc.errors(include_url=False)
    errors = [_bounded(dict(error), loc) for error in found[:MAX_ERRORS]]
    return ProtocolError(errors, truncated=len(found) - len(errors))


def _bounded(error: dict[str, Any], loc: tuple[str, ...]) -> dict[str, Any]:
    bounded: dict[str, Any] = {
        "type": error["type"],
        "loc": [*loc, *(_short(part) for part in error["loc"])],
        "msg": error["msg"][:_MAX_MESSAGE],
        "input": _excerpt(masked(error["input"])),
    }
    if "ctx" in error:
        bounded["ctx"] = {key: _excerpt(item) for key, item in error["ctx"].items()}
    return bounded


def _short(part: int | str) -> int | str:
    return part if isinstance(part, int) else part[:MAX_INPUT]


def _excerpt(value: Any) -> Any:
    """Return ``value`` if it is short, else the beginning of its text."""
    if isinstance(value, str):
        return value[:MAX_INPUT]
    text = to_json(value, fallback=repr).decode()
    if len(text) > MAX_INPUT:
        return text[:MAX_INPUT]
    return str(value) if isinstance(value, Exception) else value
