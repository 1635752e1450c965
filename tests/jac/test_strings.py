from __future__ import annotations

import pytest

from jacnb.jac.strings import end_of_string


@pytest.mark.parametrize(
    ("source", "end", "is_closed"),
    [
        ("'ab' c", 4, True),
        ('"a\\"b" c', 6, True),
        ("'ab\n'", 3, False),
        ("'''a\n''' c", 8, True),
        ("'''a", 4, False),
    ],
)
def test_a_string_ends(source: str, end: int, is_closed: bool) -> None:
    assert end_of_string(source, 0, is_format=False) == (end, is_closed)


@pytest.mark.parametrize(
    ("source", "end", "is_closed"),
    [
        ('"{a["b"]}" c', 10, True),
        ('"{{" c', 4, True),
        ('"{x:{y}}" c', 9, True),
        ('"{f"{a}"}" c', 10, True),
        ('"{a}\n', 4, False),
        ('"{a\n', 4, False),
        ('"{f"a\n}" c', 5, False),
    ],
)
def test_an_f_string_ends(source: str, end: int, is_closed: bool) -> None:
    assert end_of_string(source, 0, is_format=True) == (end, is_closed)
