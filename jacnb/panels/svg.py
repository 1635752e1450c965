"""Pictures that are SVG: their text, their escaping, and how a notebook keeps them."""

from __future__ import annotations

import base64
import re
from html import escape
from pathlib import Path
from typing import Final

# XML allows no control characters, no halves of surrogate pairs and no U+FFFE.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

CHARACTER: Final = 6.3
"""The width of a character in the pictures' labels, about, in pixels."""


class Picture:
    """An SVG picture; a notebook shows it and keeps it when it is saved.

    Args:
        svg: The picture, a whole file.
        alt: What it shows, in words.
    """

    def __init__(self, svg: str, alt: str) -> None:
        self.svg = svg
        self.alt = alt

    def save(self, path: str | Path) -> Path:
        """Write the picture to a file, and return where."""
        where = Path(path)
        where.write_text(self.svg, encoding="utf-8")
        return where

    def __str__(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Picture: {self.alt}; .save('picture.svg') writes it>"

    def _repr_svg_(self) -> str:
        return self.svg

    def _repr_html_(self) -> str:
        # An image, not the SVG itself: a notebook that nobody trusts yet shows it too,
        # its styles stay its own, and it follows the theme by "prefers-color-scheme".
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{escape(self.alt)}" style="max-width:100%;height:auto" '
            f'src="data:image/svg+xml;base64,{data}">'
        )


def legal(text: str) -> str:
    """Return text with everything replaced that XML forbids."""
    return _ILLEGAL.sub("\ufffd", text)


def element(tag: str, *children: str, **attributes: object) -> str:
    """Return an SVG element; its children are markup, its attributes are escaped.

    ``class_`` stands for ``class``, and ``_`` in a name for ``-``.
    """
    parts = [
        f' {name.rstrip("_").replace("_", "-")}="{escape(legal(_number(value)))}"'
        for name, value in attributes.items()
        if value is not None
    ]
    inner = "".join(children)
    return f"<{tag}{''.join(parts)}>{inner}</{tag}>" if inner else _empty(tag, parts)


def text(content: str, **attributes: object) -> str:
    """Return a line of text."""
    return element("text", escape(legal(content), quote=False), **attributes)


def fitted(content: str, width: float) -> str:
    """Return text cut to about this many pixels."""
    room = max(1, int(width / CHARACTER))
    return content if len(content) <= room else f"{content[: room - 1].rstrip()}…"


def document(
    content: str, *, size: tuple[float, float], style: str, title: str, desc: str
) -> str:
    """Return an SVG file that stands for itself.

    Args:
        content: Its elements.
        size: Width and height.
        style: Its style sheet.
        title: Its title.
        desc: What it shows, for those who do not see it.
    """
    width, height = size
    head = element("title", escape(legal(title), quote=False)) + element(
        "desc", escape(legal(desc), quote=False)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_number(width)}" '
        f'height="{_number(height)}" viewBox="0 0 {_number(width)} {_number(height)}" '
        f'role="img">{head}<style>{style}</style>{content}</svg>'
    )


def _empty(tag: str, parts: list[str]) -> str:
    return f"<{tag}{''.join(parts)}/>"


def _number(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
