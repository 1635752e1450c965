"""What JavaScript in the page wrote to its console, as the kernel sees it."""

from __future__ import annotations

import html
import threading
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from jacnb.protocol.masking import masked, masked_text

KEPT: Final = 1_000
"""Lines that are remembered."""
SHOWN: Final = 200
"""Lines that a page which is loaded again starts from."""
LEVELS: Final = ("log", "info", "warn", "error", "panel")
"""What a line may be; ``panel`` is what the panel itself has to say."""

_TEXT_LIMIT: Final = 16_384
_HISTORY_CHARS: Final = 100_000


class ConsoleLine(NamedTuple):
    """One line of a page's console.

    Attributes:
        text: What it says.
        level: One of `LEVELS`.
        values: What was given to ``console.log`` and its like, as JSON.
        line: The line of the code that wrote it or failed, counted from 1; 0: unknown.
        run: The number of the run, counted from 1.
        time: Unix seconds.
    """

    text: str
    level: str = "log"
    values: tuple[Any, ...] = ()
    line: int = 0
    run: int = 0
    time: float = 0.0

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> ConsoleLine:
        """Return the line that a page told of; tokens in it are masked."""
        level = str(said.get("level"))
        values = said.get("values")
        return cls(
            text=masked_text(str(said.get("text", ""))[:_TEXT_LIMIT]),
            level=level if level in LEVELS else "log",
            values=tuple(masked(values)) if isinstance(values, list) else (),
            line=int(said.get("line") or 0),
            run=int(said.get("run") or 0),
            time=float(said.get("time") or 0),
        )

    def as_json(self) -> dict[str, Any]:
        """Return what goes back to a page that is loaded again."""
        return {**self._asdict(), "values": list(self.values)}


class Console(Sequence[ConsoleLine]):
    """The newest lines of a page's console, oldest first."""

    def __init__(self, lines: Iterable[ConsoleLine]) -> None:
        self._lines = list(lines)

    def __getitem__(self, index: Any) -> Any:
        return self._lines[index]

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def text(self) -> str:
        """All lines, one below the other."""
        return "\n".join(line.text for line in self._lines)

    def __repr__(self) -> str:
        lines = (f"{line.level:>5}  {line.text}" for line in self._lines[-SHOWN:])
        return "\n".join(lines) or "<nothing was written to the console yet>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{line.run or ''}</td><td>{line.line or ''}</td>"
            f"<td>{html.escape(line.level)}</td><td style='text-align:left'>"
            f"<code>{html.escape(line.text)}</code></td></tr>"
            for line in self._lines[-SHOWN:]
        )
        head = "<tr><th>run</th><th>line</th><th>level</th><th>text</th></tr>"
        return f"<table>{head}{rows}</table>"


class ConsoleLog:
    """Lines as they come, from any thread; bounded."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: deque[ConsoleLine] = deque(maxlen=KEPT)
        self._shown = 0

    def add(self, said: Iterable[Mapping[str, Any]]) -> None:
        """Keep lines that a page told of."""
        lines = [ConsoleLine.of(each) for each in said]
        with self._lock:
            self._lines.extend(lines)
            self._shown = min(self._shown + len(lines), SHOWN)

    def lines(self) -> Console:
        """Return what is kept."""
        with self._lock:
            return Console(self._lines)

    def hide(self) -> None:
        """Show nothing of what is there to pages that are loaded again."""
        with self._lock:
            self._shown = 0

    def history(self) -> list[dict[str, Any]]:
        """Return the newest lines for a page, bounded in number and size."""
        room = _HISTORY_CHARS
        kept: list[dict[str, Any]] = []
        with self._lock:
            lines = list(self._lines)[len(self._lines) - self._shown :]
        for line in reversed(lines):
            said = line.as_json()
            room -= len(line.text) + len(str(said["values"])) + 100
            if kept and room < 0:
                break
            kept.append(said)
        return kept[::-1]
