"""Which message comes nearest to what was wanted, and in what it differs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jacnb.client import Message
from jacnb.client.inbox import Wanted

_ABSENT = object()
_SHOWN = 60


def nearest(wanted: Wanted, messages: Iterable[Message]) -> Message | None:
    """Return the message that fits best; of equals the newest; None if there is none.

    Greetings, answers to calls, and errors are no candidates.
    """
    candidates = [message for message in messages if not is_answer(message)]
    return max(candidates, key=wanted.nearness, default=None)


def differences(wanted: Wanted, message: Message) -> list[str]:
    """Say in what a message differs, a few words for each member."""
    found = []
    if wanted.type is not None and message.type != wanted.type:
        found.append(_said("type", message.get("type", _ABSENT), wanted.type))
    for key, value in wanted.fields.items():
        if not Wanted(None, {key: value}).fits(message):
            found.append(_said(key, _member(message, key), value))
    return found


def _said(key: str, found: Any, wanted: Any) -> str:
    if found is _ABSENT:
        return f"it has no {key!r}"
    return f"{key} is {_cut(found)}, not {_cut(wanted)}"


def _member(message: Message, key: str) -> Any:
    data = message.data
    inner = data.get(key, _ABSENT) if isinstance(data, dict) else _ABSENT
    return inner if inner is not _ABSENT else message.get(key, _ABSENT)


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def is_answer(message: Message) -> bool:
    """Tell whether it is a greeting, the answer to a call, or an error."""
    return message.type == "connection" or "reports" in message or "error" in message
