from __future__ import annotations

import jwt
import pytest

from jacnb.client.tokens import bare, name_in


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("abc", "abc"),
        ("Bearer abc", "abc"),
        ("bearer  abc ", "abc"),
        ("", None),
        ("Bearer ", None),
        (None, None),
    ],
)
def test_the_word_bearer_may_be_missing(
    token: str | None, expected: str | None
) -> None:
    assert bare(token) == expected


def test_a_token_names_its_user() -> None:
    token = jwt.encode({"email": "alice@example.com"}, "x" * 32)
    assert name_in(token) == "alice"


@pytest.mark.parametrize(
    "token", [None, "", "abc", "a.b.c", "a.e30.c", "a.W10.c", "é.é"]
)
def test_what_is_no_token_names_nobody(token: str | None) -> None:
    assert name_in(token) is None
