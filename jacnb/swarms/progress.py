"""Tell how far a swarm is: a bar in a notebook, a line in a terminal."""

from __future__ import annotations

import html
import sys
import time
from typing import Any, Final

_EVERY: Final = 0.2


class Progress:
    """Shows how far something is; from the thread of the cell only.

    Args:
        is_on: Whether to show it; None where somebody looks.
    """

    def __init__(self, is_on: bool | None = None) -> None:
        self._display = _notebook_display() if is_on is not False else None
        is_terminal = sys.stderr.isatty() if is_on is None else is_on
        self._is_line = self._display is None and is_terminal
        self._handle: Any = None
        self._last = 0.0

    def show(self, share: float, words: str, *, is_last: bool = False) -> None:
        """Show it, unless it was shown just now.

        Args:
            share: From 0 to 1.
            words: What was reached.
            is_last: Whether nothing more comes.
        """
        now = time.monotonic()
        if not is_last and now - self._last < _EVERY:
            return
        self._last = now
        if self._display is not None:
            self._show_bar(self._display, _Bar(min(1.0, share), words))
        elif self._is_line:
            end = "\n" if is_last else ""
            sys.stderr.write(f"\r\x1b[2K{share:4.0%} {words}{end}")
            sys.stderr.flush()

    def _show_bar(self, display: Any, bar: _Bar) -> None:
        if self._handle is None:
            self._handle = display(bar, display_id=True)
        else:
            self._handle.update(bar)


class _Bar:
    def __init__(self, share: float, words: str) -> None:
        self._share = share
        self._words = words

    def __repr__(self) -> str:
        return f"{self._share:4.0%} {self._words}"

    def _repr_html_(self) -> str:
        words = html.escape(self._words)
        return (
            '<div style="display:flex;gap:.8em;align-items:center;'
            "color:var(--jp-content-font-color1,inherit);"
            'font-size:var(--jp-ui-font-size1,inherit)">'
            f'<progress max="100" value="{self._share * 100:.0f}" aria-label="{words}" '
            'style="width:14em;accent-color:var(--jp-brand-color1,#2f81d6)"></progress>'
            f'<span style="font-variant-numeric:tabular-nums">{words}</span></div>'
        )


def _notebook_display() -> Any:
    """Return IPython's display, if a notebook shows what goes there."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    from IPython.display import display

    return display
