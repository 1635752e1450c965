"""What to do about a character that Jac's compiler does not take."""

from __future__ import annotations

import unicodedata
from typing import Final

_QUOTES: Final = {**dict.fromkeys("“”„‟«»″", '"'), **dict.fromkeys("‘’‚‛‹›´′", "'")}  # noqa: RUF001

# Of what books, word processors and keyboards of other languages put for a sign.
_SIGNS: Final = {
    **dict.fromkeys("‐‑‒–—−", "-"),  # noqa: RUF001
    "×": "*",  # noqa: RUF001
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "…": "...",
    "→": "->",
    "!": "not",
}

_NAMES: Final = "names are made of the letters a to z, digits and _"


def about_character(character: str) -> str | None:
    """Return what is wrong with a character, and what to write, or None.

    Args:
        character: The character of the source that the compiler stopped at.
    """
    if character in _QUOTES:
        return f"{character} is no quote in Jac: write {_QUOTES[character]} instead"
    if character in _SIGNS:
        return f"{character} is no sign of Jac: write {_SIGNS[character]} instead"
    if character.isascii():
        return None
    return _about_foreign(character)


def _about_foreign(character: str) -> str:
    kind = unicodedata.category(character)
    if kind[0] in "ZC":
        name = unicodedata.name(character, "control character").lower()
        cure = "put a space in its place" if kind[0] == "Z" else "delete it"
        return (
            f"an invisible character, {name} (U+{ord(character):04X}), stands here: "
            f"{cure}"
        )
    plain = unicodedata.normalize("NFKC", character)
    if plain.isascii() and not plain.isspace():
        return f"{character} is no character of Jac: write {plain} instead"
    if kind[0] in "LMN":
        return f"{character} cannot be in a name: {_NAMES}"
    return f"{character} means nothing in Jac: take it out, or put it into quotes"
