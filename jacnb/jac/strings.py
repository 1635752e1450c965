"""Find where a string of Jac ends; in an f-string other strings may stand."""

from __future__ import annotations


def end_of_string(source: str, at: int, is_format: bool) -> tuple[int, bool]:
    """Return where a string ends, and whether it is closed there.

    One in quotes of one character ends with its line if it is not closed.

    Args:
        source: The source.
        at: Where the first of its quotes is.
        is_format: Whether it is an f-string.
    """
    quote = source[at : at + 3]
    quote = quote if quote in ('"""', "'''") else source[at]
    at += len(quote)
    while at < len(source):
        if source.startswith(quote, at):
            return at + len(quote), True
        if source[at] == "\n" and len(quote) == 1:
            return at, False
        if source[at] == "\\" or (is_format and source.startswith("{{", at)):
            at += 2
        elif is_format and source[at] == "{":
            at, is_closed = _end_of_braces(source, at)
            if not is_closed:
                return at, False
        else:
            at += 1
    return len(source), False


def _end_of_braces(source: str, at: int) -> tuple[int, bool]:
    """Return where an expression in an f-string ends, and whether it does."""
    depth = 0
    while at < len(source):
        if source[at] in "\"'":
            is_format = source[at - 1] == "f"
            at, is_closed = end_of_string(source, at, is_format)
            if is_format and not is_closed:
                return at, False
            continue
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        at += 1
        if depth == 0:
            return at, True
    return at, False
