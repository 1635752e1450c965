"""Look at Python inside of Jac, ``::py::``, before the compiler does.

The compiler counts the lines of a mistake in it from the beginning of the block.
"""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Iterator
from typing import Final

from jacnb.errors import JacSyntaxError
from jacnb.jac.rewriting import python_in

_MARK: Final = len("::py::")


def check_python(source: str, filename: str) -> None:
    """See that the Python inside of Jac source is Python.

    Raises:
        JacSyntaxError: At its first mistake.
    """
    for start, inner in _blocks(source):
        mistake = _mistake_in(inner)
        if mistake is not None:
            said, at = mistake.msg, (mistake.lineno or 1, mistake.offset or 1)
            raise _error(said, at, source, filename, (start, inner))


def _mistake_in(python: str) -> SyntaxError | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(textwrap.dedent(python))
    except SyntaxError as exc:
        return exc
    except (ValueError, RecursionError, MemoryError):
        pass  # The compiler says so in its words.
    return None


def _blocks(source: str) -> Iterator[tuple[int, str]]:
    """Yield where each block of Python begins, and the block."""
    for start, end in python_in(source):
        text = source[start + _MARK : end]
        yield start + _MARK, text.removesuffix("::py::")


def _error(
    said: str, at: tuple[int, int], source: str, filename: str, block: tuple[int, str]
) -> JacSyntaxError:
    """Return the error about a mistake whose place is counted from its block."""
    start, inner = block
    line = source.count("\n", 0, start) + at[0]
    column = _margin(inner) + at[1]
    if at[0] == 1:
        column += start - source.rfind("\n", 0, start) - 1
    text = source.split("\n")[line - 1]
    return JacSyntaxError(said, (filename, line, column, text, line, column + 1))


def _margin(text: str) -> int:
    """Return how much of each line `dedent` takes away."""
    pairs = zip(text.split("\n"), textwrap.dedent(text).split("\n"), strict=True)
    return next((len(a) - len(b) for a, b in pairs if b), 0)
