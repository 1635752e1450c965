"""Rewrite old spellings of Jac so that every compiler takes them, in their places.

Each rewrite puts as many characters as it takes away, and no line break moves: what
the compiler says about a line and a column holds for the author's own text. Strings,
comments and ``::py::`` blocks stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from jacnb.jac.strings import end_of_string

OPAQUE: Final = "\0"
"""Stands for each character of a string or of inline Python in `code_of`."""

_BLOCK_COMMENT: Final = re.compile(r"#\*.*?(\*#|\Z)", re.DOTALL)
_LINE_COMMENT: Final = re.compile(r"#[^\n]*")
_PYTHON: Final = re.compile(r"::py::.*?(::py::|\Z)", re.DOTALL)
_STRING: Final = re.compile(r"(?<!\w)([rRbBfFuU]{0,2})(\"\"\"|'''|\"|')")
_NEXT: Final = re.compile(r"""#|::py::|["']""")

_TRIGGER: Final = re.compile(r"\bwith\b([^{};()]*?)\b(?:entry|exit)\b")
_ROOT: Final = re.compile(r"`(?=\w)|(?<![\w.])root(?!\w)")
_OLD_FILTER: Final = re.compile(r"\(`\?(\s*)([\w.]+)(\s*)(:?)")
_NEW_FILTER: Final = re.compile(r"\[(?=\s*\?)")
_IMPORT: Final = re.compile(r"\bimport\s+from\s+[\w.\s]+\{[^{}]*\}\s*(;)")


def rewrite(source: str) -> str:
    """Return Jac source as today's compilers read it, each character in its place."""
    code = code_of(source)
    text = list(source)
    # Some editors begin a text with a byte order mark.
    if text[:1] == ["\ufeff"]:
        text[0] = " "
    for at, new in _changes(code):
        text[at : at + len(new)] = new
    return "".join(text)


def code_of(source: str) -> str:
    """Return the source with comments blanked and strings and inline Python covered.

    It is as long as the source, so a position in one is a position in the other.
    """
    return "".join(
        text if is_code else _cover(text) for text, is_code in _parts(source)
    )


def unclosed_format(source: str) -> int | None:
    """Return where an f-string begins that does not end, None if all do."""
    at = 0
    for text, is_code in _parts(source):
        prefix = re.match("r?f(?=[\"'])", text)
        if not is_code and prefix is not None:
            _, is_closed = end_of_string(source, at + prefix.end(), is_format=True)
            if not is_closed:
                return at
        at += len(text)
    return None


def python_in(source: str) -> Iterator[tuple[int, int]]:
    """Yield where each block of inline Python begins and ends, marks included."""
    at = 0
    for text, is_code in _parts(source):
        if not is_code and text.startswith("::py::"):
            yield at, at + len(text)
        at += len(text)


def _changes(code: str) -> Iterator[tuple[int, str]]:
    """Yield where to put what, over as many characters."""
    for trigger in _TRIGGER.finditer(code):
        for name in _ROOT.finditer(code, *trigger.span(1)):
            yield name.start(), " " if name[0] == "`" else "Root"
    for old in _OLD_FILTER.finditer(code):
        wanted = "Root" if old[2] == "root" else old[2]
        comma = "," if old[4] else ""
        yield old.start(), f"(?:{old[1]}{wanted}{old[3]}{comma}"
    for bracket in _NEW_FILTER.finditer(code):
        end = _closing(code, bracket.start())
        if end is not None:
            yield bracket.start(), "("
            yield end, ")"
    for statement in _IMPORT.finditer(code):
        yield statement.start(1), " "


def _closing(code: str, start: int) -> int | None:
    """Return where the bracket at ``start`` is closed."""
    depth = 0
    for at in range(start, len(code)):
        if code[at] in "([{":
            depth += 1
        elif code[at] in ")]}":
            depth -= 1
        if depth == 0:
            return at
    return None


def _cover(text: str) -> str:
    mark = " " if text.startswith("#") else OPAQUE
    return "".join("\n" if each == "\n" else mark for each in text)


def _parts(source: str) -> Iterator[tuple[str, bool]]:
    """Yield pieces of the source, and whether each is code."""
    at = 0
    while (found := _NEXT.search(source, at)) is not None:
        start = _start_of(source, found.start(), at)
        end = _end_of(source, start, found)
        yield source[at:start], True
        yield source[start:end], False
        at = end
    yield source[at:], True


def _start_of(source: str, at: int, least: int) -> int:
    """Return where what begins at ``at`` really begins: a string at its prefix."""
    for start in range(max(least, at - 2), at):
        prefixed = _STRING.match(source, start)
        if prefixed is not None and prefixed.start(2) == at:
            return start
    return at


def _end_of(source: str, start: int, found: re.Match[str]) -> int:
    if found[0] == "#":
        block = _BLOCK_COMMENT.match(source, start)
        line = _LINE_COMMENT.match(source, start)
        return (block or line or found).end()
    if found[0] == "::py::":
        python = _PYTHON.match(source, start)
        return (python or found).end()
    prefix = source[start : found.start()]
    return end_of_string(source, found.start(), "f" in prefix.lower())[0]
