"""Sessions: what a panel shows, as a recording (`jacnb.protocol.recording`)."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Final

from jacnb.protocol.recording import read_jsonl
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Entry, Trace

Session = Entries | Trace | str | PathLike[str] | Sequence[Entry]
"""A recording: its file, its text, or entries of a trace."""

_MAX_PATH: Final = 1_000


def load(session: Session) -> Entries:
    """Return the entries of a session: of a file, of its text, or as they are.

    Raises:
        RecordingError: If it is no recording.
        OSError: If there is no such file.
        TypeError: If it is something else.
    """
    match session:
        case Entries():
            return session
        case Trace():
            return session.view()
        case str() if "\n" in session or len(session) > _MAX_PATH:
            return read_jsonl(session)
        case str() | PathLike():
            return read_jsonl(Path(session).read_text(encoding="utf-8"))
        case [*entries] if all(isinstance(each, Entry) for each in entries):
            return Entries(entries)
    raise TypeError(
        "a session is a file, the text of one, or entries of a trace, not "
        f"{type(session).__name__}"
    )


def save(entries: Entries, path: str | PathLike[str]) -> Path:
    """Write entries to a file and return its path."""
    target = Path(path)
    target.write_text(entries.to_jsonl(), encoding="utf-8")
    return target
