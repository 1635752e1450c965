"""Rewrite old spellings of Jac so that every compiler takes them, in their places.

Each rewrite puts as many characters as it takes away, and no line break moves: what
the compiler says about a line and a column holds for the author's own text. Strings,
comments and ``::py::`` blocks stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

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
    quote = source[found.start() :][:3]
    quote = quote if quote in ('"""', "'''") else quote[0]
    is_format = "f" in source[start : found.start()].lower()
    return _end_of_string(source, found.start() + len(quote), quote, is_format)


def _end_of_string(source: str, at: int, quote: str, is_format: bool) -> int:
    """Return where a string ends; one in quotes of one character ends with its line."""
    while at < len(source):
        if source.startswith(quote, at):
            return at + len(quote)
        if source[at] == "\n" and len(quote) == 1:
            return at
        if source[at] == "\\":
            at += 2
        elif is_format and source[at] == "{" and not source.startswith("{{", at):
            at = _end_of_braces(source, at, quote)
        else:
            at += 2 if is_format and source.startswith("{{", at) else 1
    return len(source)


def _end_of_braces(source: str, at: int, quote: str) -> int:
    """Return where an expression in an f-string ends; it may hold other strings."""
    depth = 0
    while at < len(source) and not (source[at] == "\n" and len(quote) == 1):
        if source.startswith(quote, at):
            return at
        if source[at] in "\"'":
            at = _end_of_string(source, at + 1, source[at], is_format=False)
            continue
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
        if depth == 0:
            return at
    return at
