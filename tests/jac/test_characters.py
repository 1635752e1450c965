from __future__ import annotations

import pytest

from jacnb.jac.characters import about_character


@pytest.mark.parametrize(
    ("character", "said"),
    [
        ("\u201c", '\u201c is no quote in Jac: write " instead'),
        ("\u2212", "\u2212 is no sign of Jac: write - instead"),
        ("\uff08", "\uff08 is no character of Jac: write ( instead"),
        (
            "\u3000",
            "an invisible character, ideographic space (U+3000), stands here: "
            "put a space in its place",
        ),
        (
            "\u200d",
            "an invisible character, zero width joiner (U+200D), stands here: "
            "delete it",
        ),
        (
            "\x85",
            "an invisible character, control character (U+0085), stands here: "
            "delete it",
        ),
        (
            "é",
            "é cannot be in a name: names are made of the letters a to z, digits and _",
        ),
        ("€", "€ means nothing in Jac: take it out, or put it into quotes"),
    ],
)
def test_what_to_write_instead_is_said(character: str, said: str) -> None:
    assert about_character(character) == said


@pytest.mark.parametrize("character", ["", "\0", "a", "\n", "}"])
def test_other_characters_are_none_of_its_business(character: str) -> None:
    assert about_character(character) is None
