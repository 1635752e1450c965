"""Say in words what a row of a sequence diagram is.

`sequence_words.js` says the same of the same rows in the page, so that a picture made
here and the live diagram read alike; a test in a browser compares them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from jacnb.panels.rows import RECEIVERS_NAMED, Row
from jacnb.protocol.endings import LOST
from jacnb.protocol.telling.words import gist, is_error, subject
from jacnb.protocol.trace import Entry, Kind

GROUPS: Final[Mapping[str, str]] = {
    "open": "connections",
    "close": "connections",
    "greeting": "connections",
    "event": "events",
    "run": "runs",
    "end": "runs",
    "visit": "visits",
    "report": "visits",
    "notification": "notifications",
    "response": "responses",
    "error": "errors",
    "failure": "errors",
    "drop": "errors",
}
"""What a reader may hide, by the mark of a row."""

SHOWN: Final = tuple(
    dict.fromkeys(each for each in GROUPS.values() if each != "visits")
)
"""The groups that are shown unless somebody says otherwise."""

SAID: Final = 120
"""Characters of a payload in a sentence."""

# A string, which may be cut.
_HEAD: Final = r'("(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])*)(?:"|$)'
_TYPE: Final = re.compile(rf'"type"\s*:\s*{_HEAD}')
_WALKER: Final = re.compile(rf'"walker"\s*:\s*{_HEAD}')
_HIDDEN: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPACE: Final = re.compile(r"[\x00-\x20\x7f\s]+")

NameOf = Callable[[int], str]
"""A client's name by its lane, or a walker's by the number of its run."""


class Words(NamedTuple):
    """What stands at an arrow.

    Attributes:
        mark: How it is drawn: "event", "run", "response", "error", …
        label: What it is about.
        gist: What it carries, in short.
    """

    mark: str
    label: str
    gist: str


def words_of(row: Row) -> Words:
    """Return the mark and the words of a row."""
    entry = _entry(row)
    mark = _mark(entry)
    if row["cut"]:
        return Words(mark, _salvaged(row), one_line(row["text"] or "")[:400])
    label = "error" if mark == "error" else subject(entry)
    return Words(mark, one_line(label), one_line(gist(entry)))


def sentence(row: Row, words: Words, lane: NameOf, run: NameOf) -> str:
    """Return a row as a sentence, for those who hear it and for tables."""
    who = "somebody" if row["who"] is None else lane(row["who"])
    actor = "the server" if row["run"] is None else run(row["run"])
    said = words.gist if len(words.gist) <= SAID else f"{words.gist[:SAID]}…"
    whom = _receivers(row, lane)
    match words.mark:
        case "event":
            return f"{who} {_asked(row, words)}"
        case "run":
            return f"{row['type']} runs for {who if row['who'] is not None else 'REST'}"
        case "notification":
            return f"{actor} notifies {whom}: {words.label}"
        case "response" | "error":
            word = "answers" if words.mark == "response" else "refuses"
            return f"{actor} {word} {whom}: {said}"
        case "close":
            return ": ".join(filter(None, [f"{who} is gone", _farewell(row, said)]))
    plain: dict[str, str] = {
        "open": f"{who} connects",
        "greeting": f"the server greets {whom}",
        "end": f"{row['type']} ends",
        "failure": f"{row['type']} fails: {said}",
        "visit": f"{actor} visits {row['type']}",
        "report": f"{actor} reports {said}",
        "drop": f"the server gives up a message to {whom}: {words.label}",
    }
    return plain[words.mark]


def one_line(text: str) -> str:
    """Return text without line breaks, controls and marks that turn the direction."""
    return _SPACE.sub(" ", _HIDDEN.sub("", text)).strip()


def _mark(entry: Entry) -> str:
    if entry.kind is Kind.END:
        return "failure" if is_error(entry) else "end"
    if entry.kind is not Kind.REPLY:
        return str(entry.kind.value)
    if is_error(entry) or entry.type == "error":
        return "error"
    return "greeting" if entry.type == "connection" else "response"


def _farewell(row: Row, said: str) -> str:
    """Return how a connection ended: close code and reason, and who closed it."""
    value = _entry(row).value
    told = value if isinstance(value, dict) else {}
    who = "the connection was lost" if told.get("code") == LOST else ""
    if told.get("by") in ("client", "server"):
        who = f"by the {told['by']}"
    return ", ".join(filter(None, [said, who]))


def _asked(row: Row, words: Words) -> str:
    match row["type"]:
        case "walker":
            return f"calls {words.label}"
        case "channel" | "user" | "client" as target:
            about = words.label.removeprefix(target).strip() or "data"
            return f"sends {about} to a {target}"
        case "connection":
            return "asks for its ids"
        case "change_user":
            return "changes its user"
        case "invalid":
            return "sends what is no event"
    return f"sends {words.label}"


def _receivers(row: Row, lane: NameOf) -> str:
    names = [lane(each) for each in row["to"][:RECEIVERS_NAMED]]
    more = row["reach"] - len(names)
    if more > 0:
        names.append(f"+{more} more" if names else f"{more} clients")
    return ", ".join(names) or "nobody"


def _entry(row: Row) -> Entry:
    return Entry(
        seq=row["seq"],
        time=row["at"],
        kind=Kind(row["kind"]),
        type=row["type"],
        sender=None,
        receivers=(),
        reach=row["reach"],
        size=row["size"],
        cause=row["cause"],
        _text=row["text"],
        _weight=0,
    )


def _salvaged(row: Row) -> str:
    """Return what a payload is about of which only the beginning is here."""
    head = row["text"] or ""
    kind = row["type"]
    if row["kind"] == "event" and kind == "walker":
        return one_line(" ".join(["walker", *_found(_WALKER, head)[:1]]))
    about = [each for each in _found(_TYPE, head) if each != kind]
    if row["kind"] == "event":
        return one_line(" ".join([kind, *about[:1]]))
    return one_line((about or [kind])[0] if row["kind"] == "notification" else kind)


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return [str(json.loads(f'{each}"', strict=False)) for each in pattern.findall(text)]
