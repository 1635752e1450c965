"""Find the word of Jac that a misspelt one was meant to be."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Final

_AT_TOP: Final = frozenset(
    [
        *("async", "class", "def", "edge", "enum", "glob", "impl", "import"),
        *("include", "node", "obj", "sem", "test", "walker", "with"),
    ]
)
_IN_A_BLOCK: Final = frozenset(
    [
        *("assert", "async", "await", "break", "can", "class", "continue", "def"),
        *("del", "disengage", "elif", "else", "except", "finally", "for", "global"),
        *("has", "if", "import", "match", "raise", "report", "return", "skip"),
        *("static", "switch", "try", "visit", "while", "with", "yield"),
    ]
)
_ELSEWHERE: Final = frozenset(
    [
        *("and", "as", "by", "case", "entry", "exit", "from", "here", "in", "is"),
        *("lambda", "not", "or", "postinit", "priv", "pub", "root", "self", "spawn"),
        *("super", "to", "visitor"),
    ]
)
_WORDS: Final = _AT_TOP | _IN_A_BLOCK | _ELSEWHERE

# What other languages say.
_OTHERS: Final = {
    "object": "obj",
    "func": "def",
    "function": "def",
    "catch": "except",
    "throw": "raise",
}

# The word at a place, or else the one just before it.
_WORD: Final = re.compile(r"(?<!\w)([A-Za-z]\w*)(?=[ \t(\[]*«»)|(?<=«»)([A-Za-z]\w*)")


def meant_at(marked: str, is_outside: bool) -> str | None:
    """Return the word of Jac that was meant at a place, or None.

    Args:
        marked: The line, its strings covered, with ``«»`` at the place.
        is_outside: Whether the place is outside of all braces.
    """
    for found in _WORD.finditer(marked):
        start = found.start(1 if found[1] else 2)
        before = marked[:start].replace("«»", "")
        meant = _meant(found[1] or found[2], _candidates(before, is_outside))
        if meant is not None:
            return meant
    return None


def _candidates(before: str, is_outside: bool) -> frozenset[str]:
    """Return the words that can stand after what is before."""
    if re.search(r"\bwith\s+([\w|. ]+\s)?$", before):
        return frozenset({"entry", "exit"})
    if re.search(r"\bcan\s+\w+\s+$", before):
        return frozenset({"with"})
    if re.search(r"\basync\s+$", before):
        return frozenset({"walker", "def", "can"})
    if re.search(r"(^|[;{}@\0])\s*$", before):
        return _AT_TOP if is_outside else _IN_A_BLOCK
    return frozenset()


def _meant(word: str, candidates: frozenset[str]) -> str | None:
    if word in _WORDS:
        return None
    lowered = word.lower()
    other = _OTHERS.get(lowered)
    if other in candidates:
        return other
    # The first letter is seldom wrong.
    alike = sorted(each for each in candidates if each[0] == lowered[0])
    for each in alike:
        # Two letters that changed places are the commonest slip.
        if sorted(each) == sorted(lowered):
            return each
    close = get_close_matches(lowered, alike, 1, 0.8)
    return close[0] if close else None
