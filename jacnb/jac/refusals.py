"""What is refused before compiling: parts of Jac that have no place in jacnb.

Also what a compiler takes, or stumbles over, and no author can have meant.
"""

from __future__ import annotations

import re
from typing import Final

from jacnb.errors import JacSyntaxError
from jacnb.jac.library import REFUSALS
from jacnb.jac.rewriting import code_of

_BEGINNING: Final = r"(?:\A|(?<=[;{}\0]))\s*"
_BLOCK: Final = r"\b(?=\s*(?:\{|(?:def|import|obj|class|node|enum|glob|async|let)\b))"

_TYPE: Final = r"[\w.]+(?:\[[^{};]*\])?(?:\s*\|\s*[\w.]+)*"

_REFUSED: Final = [
    (re.compile(r"\b(by\s+llm)\b"), REFUSALS["llm"]),
    (re.compile(rf"{_BEGINNING}(cl){_BLOCK}"), REFUSALS["jsx"]),
    (
        re.compile(rf"{_BEGINNING}(na){_BLOCK}"),
        "native blocks (na) are not part of jacnb: all its code is Python",
    ),
    (
        re.compile(rf"{_BEGINNING}(sv){_BLOCK}"),
        "server blocks (sv) are not part of jacnb: all its code runs on the server",
    ),
    (re.compile(r"(@schedule)\b"), REFUSALS["schedule"]),
    (
        # The compiler would take any word there, and the ability would never run.
        re.compile(
            r"\bcan\s+\w+\s+with\b(?![^{};]*\b(?:entry|exit)\b)[^{};]*?(\w+)\s*[{;]"
        ),
        "an ability says entry or exit after its type: can start with Root entry { … }",
    ),
    (
        # Today's compiler would look for accessors there, and one of them forever.
        re.compile(
            rf"\bhas\s[^;{{}}=]*:\s*{_TYPE}\s*(\{{)(?!\s*(?:getter|setter|deleter)\b)"
        ),
        "the default of a field stands after =: has ages: dict = {};",
    ),
]


def refuse(source: str, filename: str) -> None:
    """See that Jac source has nothing in it that jacnb does not offer.

    Raises:
        JacSyntaxError: At the first such place.
    """
    code = code_of(source)
    for pattern, why in _REFUSED:
        found = pattern.search(code)
        if found is not None:
            raise refusal_at(source, filename, *found.span(1), why)


def refusal_at(
    source: str, filename: str, start: int, end: int, why: str
) -> JacSyntaxError:
    """Return the error that refuses a part of the source."""
    line = source.count("\n", 0, start) + 1
    begin = source.rfind("\n", 0, start) + 1
    text = source[begin:].split("\n", 1)[0]
    column = start - begin + 1
    return JacSyntaxError(
        why, (filename, line, column, text, line, column + end - start)
    )
