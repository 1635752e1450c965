"""What an entry of a trace is about, in the words that all ways of telling share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from jacnb.protocol.trace import Entry, Kind

Find = Callable[[int], Entry | None]
"""The way from a cause's number to its entry."""

# The deepest chain is event, run, notification; a recording may hold any.
_MAX_CHAIN: Final = 20


def types_of(entry: Entry) -> set[str]:
    """Return all that may be meant by an entry's type: its own, and its payload's."""
    value = entry.value
    found = [entry.type, _member(value, "type"), _member(_data(value), "type")]
    return {each for each in found if isinstance(each, str)}


def subject(entry: Entry) -> str:
    """Return what an entry is about: ``walker send_chat``, ``chat``, a node's id."""
    value = entry.value
    match entry.kind:
        case Kind.EVENT:
            about = _member(value, "walker") or _member(_data(value), "type")
            return f"{entry.type} {about}" if isinstance(about, str) else entry.type
        case Kind.NOTIFICATION | Kind.DROP:
            about = _member(value, "type")
            return about if isinstance(about, str) else entry.type
        case Kind.REPLY if is_error(entry):
            return "error"
        case Kind.REPLY if entry.type == "walker":
            return "response"
    return entry.type


def is_error(entry: Entry) -> bool:
    """Return whether an entry tells of something that failed."""
    match entry.kind:
        case Kind.END:
            return bool(entry.text)
        case Kind.REPLY:
            value = entry.value
            return isinstance(value, dict) and "error" in value
    return entry.kind is Kind.DROP


def is_by_server(entry: Entry) -> bool:
    """Return whether this is the end of a connection that the server closed."""
    return entry.kind is Kind.CLOSE and _member(entry.value, "by") == "server"


def gist(entry: Entry) -> str:
    """Return what an entry carries, without what `subject` says of it."""
    value = entry.value
    if value is None:
        return "(not kept any more)" if entry.size else ""
    match entry.kind:
        case Kind.EVENT if entry.type != "invalid":
            found = _member(value, "context") or _inner(_data(value))
        case Kind.REPLY if is_error(entry):
            found = _reason(value["error"])
        case Kind.REPLY:
            found = _member(value, "reports")
        case Kind.NOTIFICATION | Kind.DROP:
            found = _inner(value)
        case Kind.OPEN:
            found = _member(value, "path")
        case Kind.CLOSE:
            found = _ending(value)
        case _:
            found = value
    return _written(found)


def chain_of(entry: Entry, find: Find) -> list[Entry]:
    """Return what led to an entry, nearest first, as far as it is known."""
    chain: list[Entry] = []
    current: Entry | None = entry
    while current is not None and current.cause is not None and len(chain) < _MAX_CHAIN:
        current = find(current.cause)
        if current is not None:
            chain.append(current)
    return chain


def run_of(entry: Entry, find: Find) -> Entry | None:
    """Return the walker run that an entry belongs to."""
    if entry.kind is Kind.RUN:
        return entry
    return next((e for e in chain_of(entry, find) if e.kind is Kind.RUN), None)


def walker_of(entry: Entry, find: Find) -> str | None:
    """Return the walker that an entry calls, or belongs to a run of."""
    if entry.kind is Kind.EVENT:
        called = _member(entry.value, "walker") if entry.type == "walker" else None
        return called if isinstance(called, str) else None
    run = run_of(entry, find)
    if run is not None:
        return run.type
    return entry.type if entry.kind is Kind.END else None


def _inner(value: Any) -> Any:
    """Return what stands under ``data`` if that is told apart by a ``type``."""
    is_typed = isinstance(_member(value, "type"), str)
    return _data(value) if is_typed and "data" in value else value


def _reason(error: Any) -> Any:
    """Return the words of the first of several errors."""
    first = error[0] if isinstance(error, list) and error else error
    return _member(first, "msg") or first


def _ending(value: Any) -> Any:
    """Return close code and reason in one line."""
    code, reason = _member(value, "code"), _member(value, "reason")
    return f"{code} {reason or ''}".strip() if isinstance(code, int) else value


def _written(value: Any) -> str:
    if value is None or value == {}:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _data(value: Any) -> Any:
    return _member(value, "data")


def _member(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None
