"""How much of a panel's traffic may repeat what was sent already."""

from __future__ import annotations

from typing import Final

START: Final = 20_000
"""Characters that may be spent at once, so that a young panel's history is current."""
_SHARE: Final = 0.05
_MOST: Final = 200_000


class Allowance:
    """Characters to spend on the history: a small part of those spent on news.

    Views that are attached later ask for what their history lacks, so it may be old;
    written with every message it would cost many times what the message does.
    """

    def __init__(self) -> None:
        self._left = float(START)
        self._wanted = 0

    def earn(self, chars: int) -> None:
        """Add a share of what was sent."""
        self._left = min(_MOST, self._left + _SHARE * chars)

    def covers_last(self) -> bool:
        """Return whether there is enough for what was refused last."""
        return self._wanted <= self._left

    def spend(self, chars: int) -> bool:
        """Take characters if there are so many; return whether there were."""
        self._wanted = chars
        if chars > self._left:
            return False
        self._left -= chars
        self._wanted = 0
        return True
