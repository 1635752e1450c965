"""Traces as text: JSON, one entry a line.

The first line says what this is, and who the clients are; every other line is one
entry, as it happened:

    {"format":"jacnb.trace","version":1,"clients":{"alice":{"client_id":"1795411167:0db…",
     "root_id":"n::6b0…","channel_id":"room","user":"alice@example.com"}}}
    {"seq":4,"time":1795411170.25,"kind":"event","type":"walker","from":"alice","to":[],
     "reach":0,"size":98,"cause":null,"payload":{"type":"walker","walker":"shout"}}

``from`` and ``to`` name clients of the first line. ``kind`` is one of `Kind`, ``type``
the event's type, the walker's name or the location that was visited, ``reach`` how many
clients got it, ``size`` its bytes, ``cause`` the ``seq`` of what led to it. The
``payload`` is JSON as it was said, tokens and passwords replaced by stars; what was no
JSON stands under ``text`` instead. Neither is there if the payload was dropped. That of
an ``open`` is the handshake, that of a ``close`` its code, reason and who closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from jacnb.errors import RecordingError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.protocol.connections import Connection
from jacnb.protocol.identity import Identity
from jacnb.protocol.naming import Names
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Kind

FORMAT: Final = "jacnb.trace"
VERSION: Final = 1

# A line is read for itself: its number would be another than in the recording.
_PLACE: Final = re.compile(r" at line \d+ column (\d+)")

M = TypeVar("M", bound=BaseModel)


class _Client(BaseModel):
    """Who a client of a recording was."""

    client_id: str
    root_id: str = PUBLIC_ROOT_ID
    channel_id: str = ""
    user: str | None = None


class _Head(BaseModel):
    """The first line."""

    format: Literal["jacnb.trace"]
    version: int = Field(ge=1, le=VERSION)
    clients: dict[str, _Client] = {}


# The end of the year 9999: later times cannot be written as a date.
_LATEST: Final = 253_402_300_799


class _Line(BaseModel):
    """One entry."""

    model_config = ConfigDict(strict=True)

    seq: int = Field(ge=0)
    time: float = Field(ge=0, le=_LATEST)
    kind: Kind = Field(strict=False)
    type: str
    sender: str | None = Field(default=None, alias="from")
    receivers: list[str] = Field(default=[], alias="to")
    reach: int = Field(default=0, ge=0)
    size: int = Field(default=0, ge=0)
    cause: int | None = None
    payload: Any = None
    text: str | None = None


class Named(Protocol):
    """Entries, and what their clients are called."""

    @property
    def names(self) -> Names:
        """The names of the clients."""

    def __iter__(self) -> Iterator[Entry]: ...


def write_jsonl(entries: Named) -> str:
    """Return a recording of these entries, in plain ASCII."""
    names = entries.names
    head = {"format": FORMAT, "version": VERSION, "clients": _clients(entries)}
    lines = [head, *(_line(entry, names) for entry in entries)]
    return "".join(f"{_dumps(line)}\n" for line in lines)


def read_jsonl(text: str) -> Entries:
    """Return the entries of a recording, to filter and to show.

    Args:
        text: What ``to_jsonl`` returned, such as ``Path("run.jsonl").read_text()``.

    Raises:
        RecordingError: If a line is none of a recording; it names the line.
    """
    if not isinstance(text, str):
        raise TypeError(f"read_jsonl() takes text, not {type(text).__name__}")
    if text.strip() and not text.lstrip().startswith("{") and "\n" not in text:
        raise RecordingError(
            1, "this is no JSON; of a file, give the text: Path(name).read_text()"
        )
    numbered = [
        (number, line)
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    if not numbered:
        raise RecordingError(1, "a recording begins with its format, this is empty")
    head = _read(_Head, *numbered[0])
    cast = _Cast(head.clients)
    entries: list[Entry] = []
    for number, line in numbered[1:]:
        entry = _entry(number, _read(_Line, number, line), cast)
        if entries and entry.seq <= entries[-1].seq:
            raise RecordingError(
                number, f"seq: {entry.seq} is not after the line above"
            )
        entries.append(entry)
    return Entries(entries, given=cast.given)


class _Cast:
    """The clients of a recording by name; unknown ones have their name for an id."""

    def __init__(self, clients: dict[str, _Client]) -> None:
        self._connections = {
            name: _connection(client) for name, client in clients.items()
        }
        self._rooms: dict[tuple[Connection, ...], tuple[Connection, ...]] = {}

    def all(self, names: Iterable[str]) -> tuple[Connection, ...]:
        """Return the clients of these names; those of one room are one tuple."""
        found = tuple(map(self.get, names))
        return self._rooms.setdefault(found, found)

    @property
    def given(self) -> dict[str, str]:
        """The names by client id."""
        return {c.client_id: name for name, c in self._connections.items()}

    def get(self, name: str) -> Connection:
        """Return the client of this name."""
        if name not in self._connections:
            self._connections[name] = _connection(_Client(client_id=name))
        return self._connections[name]


def _connection(client: _Client) -> Connection:
    connection = Connection(
        Identity(client.root_id, client.user, client.user), client.channel_id
    )
    connection.client_id = client.client_id
    return connection


def _entry(number: int, line: _Line, cast: _Cast) -> Entry:
    return Entry(
        line.seq,
        line.time,
        line.kind,
        line.type,
        None if line.sender is None else cast.get(line.sender),
        cast.all(line.receivers),
        line.reach,
        line.size,
        line.cause,
        _text(number, line),
        0,
    )


def _text(number: int, line: _Line) -> str | None:
    if "payload" not in line.model_fields_set:
        return line.text
    try:
        return _dumps(line.payload)
    except ValueError:
        why = "payload: it has a number that is none in JSON, such as NaN or 1e400"
        raise RecordingError(number, why) from None


def _read(model: type[M], number: int, line: str) -> M:
    try:
        return model.model_validate(from_json(line))
    except ValidationError as exc:
        error = exc.errors(include_url=False)[0]
        where = ".".join(map(str, error["loc"]))
        raise RecordingError(number, f"{where}: {error['msg']}".lstrip(": ")) from None
    except (TypeError, ValueError) as exc:
        where = _PLACE.sub(r" at character \1", f"{exc!s:.200}")
        raise RecordingError(number, where) from None


def _clients(entries: Named) -> dict[str, dict[str, Any]]:
    """Return who is named in these entries, each once."""
    everybody: dict[Connection, None] = {}
    for entry in entries:
        if entry.sender is not None:
            everybody[entry.sender] = None
        everybody.update(dict.fromkeys(entry.receivers))
    return {entries.names.of(each): _client(each) for each in everybody}


def _client(connection: Connection) -> dict[str, Any]:
    return {
        "client_id": connection.client_id,
        "root_id": connection.root_id,
        "channel_id": connection.channel_id,
        "user": connection.identity.email,
    }


def _line(entry: Entry, names: Names) -> dict[str, Any]:
    line = {
        "seq": entry.seq,
        "time": entry.time,
        "kind": entry.kind.value,
        "type": entry.type,
        "from": names.of(entry.sender) if entry.sender else None,
        "to": [names.of(connection) for connection in entry.receivers],
        "reach": entry.reach,
        "size": entry.size,
        "cause": entry.cause,
    }
    return line | _payload(entry.text)


def _payload(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        value = from_json(text, allow_inf_nan=False)
        _dumps(value)  # numbers such as 1e400 are read, but are no JSON
    except (TypeError, ValueError):
        return {"text": text}
    return {"payload": value}


def _dumps(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    if "\\ud" not in text:
        return text
    # An emoji, or half of one: that is no JSON for whoever reads it.
    whole = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    read = json.loads(whole.encode("utf-8", "replace").decode())
    return json.dumps(read, separators=(",", ":"))
