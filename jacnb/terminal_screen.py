"""What ``jacnb connect`` prints: messages above the prompt, or JSON for a pipe."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from threading import RLock
from typing import Final, TextIO

from jacnb.client import Message
from jacnb.protocol.telling.table import cut, plain, width_of

_SHOWN: Final = 2000
_COLOURS: Final = {"out": "36", "in": "32", "error": "31", "note": "2"}
_ARROWS: Final = {"out": "→", "in": "←"}


class Screen:
    """Where messages go; any thread may print.

    Args:
        as_json: Whether messages are JSON, one a line, and nothing else is on stdout.
    """

    def __init__(self, as_json: bool = False) -> None:
        self._as_json = as_json
        self._lock = RLock()
        self._prompt: str | None = None
        self.is_broken = False
        """Whether nobody reads what is printed any more."""

    def show(self, message: Message) -> None:
        """Print a message."""
        if self._as_json:
            self._print(_as_json(message), sys.stdout)
        else:
            self._print(self._in_words(message), sys.stdout)

    def say(self, text: str, kind: str = "note") -> None:
        """Print what is no message: to stderr, so that a pipe has messages only."""
        for line in text.splitlines():
            self._print(_coloured(plain(line), kind, sys.stderr), sys.stderr)

    def ask(self, prompt: str) -> str:
        """Read a line; what is printed meanwhile stands above it.

        Raises:
            EOFError: After Ctrl-D.
        """
        self._prompt = prompt
        try:
            return input(prompt)
        finally:
            self._prompt = None

    def _in_words(self, message: Message) -> str:
        clock = time.strftime("%H:%M:%S", time.localtime(message.time))
        kind = "error" if is_error(message) else message.direction
        head = f"{clock}.{int(message.time % 1 * 1000):03} {_ARROWS[message.direction]}"
        name = cut(plain(message.type or ""), 24)
        text = plain(message.text[:_SHOWN])
        more = f"… ({message.size} bytes)" if len(message.text) > _SHOWN else ""
        coloured = _coloured(f"{head} {name:<10}", kind, sys.stdout)
        return f"{coloured} {text}{more}"

    def _print(self, line: str, stream: TextIO) -> None:
        with self._lock:
            try:
                if self._prompt is None:
                    stream.write(f"{line}\n")
                else:
                    # The cursor stands in what is being typed: that moves down.
                    typed = self._prompt + _typed()
                    stream.write(f"{_erasing(typed)}{line}\n{typed}")
                stream.flush()
            except BrokenPipeError:
                self.is_broken = True


def is_error(message: Message) -> bool:
    """Tell whether this is what a server answers when something failed."""
    has_other_type = message.type not in (None, "walker")
    return message.direction == "in" and "error" in message and not has_other_type


def _as_json(message: Message) -> str:
    value = message.value
    is_text = isinstance(value, str) and value == message.text
    said = {"text": message.text} if is_text else {"message": value}
    about = {
        "time": message.time,
        "direction": message.direction,
        "type": message.type,
        "size": message.size,
    }
    return json.dumps(about | said, separators=(",", ":"))


def _coloured(text: str, kind: str, stream: TextIO) -> str:
    is_wanted = stream.isatty() and not os.environ.get("NO_COLOR")
    if not is_wanted or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m"


def _typed() -> str:
    """Return what stands behind the prompt."""
    readline = sys.modules.get("readline")
    return readline.get_line_buffer() if readline is not None else ""


def _erasing(typed: str) -> str:
    """Return what takes the prompt, and all its lines, from a terminal."""
    columns = shutil.get_terminal_size().columns
    above = max(0, width_of(typed) - 1) // max(1, columns)
    return f"\r\x1b[{above}A\x1b[J" if above else "\r\x1b[J"
