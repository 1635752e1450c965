"""Join each panel's script and style with what all panels share.

A widget's script is one module that loads nothing, so that it works offline and in
every host; what several panels use stands in front of each.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent


def script(*names: str) -> str:
    """Return the shared script and these files of this folder as one module."""
    return _joined("shared.js", *names)


def style(*names: str) -> str:
    """Return the shared style and these files of this folder as one sheet."""
    return _joined("shared.css", *names)


def _joined(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)
