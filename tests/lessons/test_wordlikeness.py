from __future__ import annotations

import base64
import string
import uuid
from collections.abc import Callable
from random import Random

import pytest

from jacnb.lessons.wordlikeness import looks_made_up

KNOWN = ["n::64c0a1b2c3d4e5f6a7b8c9d0", "garden", "alice", "carol", "team", "bob"]
SMALL, LETTERS, DIGITS = string.ascii_lowercase, string.ascii_letters, string.digits


def letters_and_digits(drawn: Random) -> str:
    return "".join(drawn.choices(LETTERS + DIGITS, k=16))


def twenty_letters_and_digits(drawn: Random) -> str:
    return "".join(drawn.choices(LETTERS + DIGITS, k=20))


def small_letters_and_digits(drawn: Random) -> str:
    return "".join(drawn.choices(SMALL + DIGITS, k=16))


def letters(drawn: Random) -> str:
    return "".join(drawn.choices(LETTERS, k=16))


def small_letters(drawn: Random) -> str:
    return "".join(drawn.choices(SMALL, k=16))


def digits(drawn: Random) -> str:
    return "".join(drawn.choices(DIGITS, k=16))


def token_hex(drawn: Random) -> str:
    return drawn.randbytes(8).hex()


def token_urlsafe(drawn: Random) -> str:
    return base64.urlsafe_b64encode(drawn.randbytes(12)).decode()


def uuid4(drawn: Random) -> str:
    return str(uuid.UUID(int=drawn.getrandbits(128), version=4))


@pytest.mark.parametrize(
    "make",
    [
        letters_and_digits,
        twenty_letters_and_digits,
        small_letters_and_digits,
        letters,
        small_letters,
        digits,
        token_hex,
        token_urlsafe,
        uuid4,
    ],
)
def test_random_names_do_not_look_made_up(make: Callable[[Random], str]) -> None:
    drawn = Random(5)
    names = [make(drawn) for _ in range(2_000)]
    assert [name for name in names if looks_made_up(name, KNOWN)] == []


@pytest.mark.parametrize(
    "name",
    [
        "alice-and-bob-secret-room",
        "CorrectHorseBatteryStaple",
        "correcthorsebatterystaple",
        "correct-horse-battery-staple",
        "SecretChannel2026",
        "TOP-SECRET-CHANNEL",
        "team1234567890garden",
        "poiuytrewqlkjhgfdsa",
        "n::64c0a1b2c3d4e5f6a7b8c9d0",
        "alice1bob2carol3team4",
        "ababababababababab",
        "",
    ],
)
def test_words_rows_of_keys_and_known_names_look_made_up(name: str) -> None:
    assert looks_made_up(name, KNOWN)


def test_a_long_name_is_judged_at_once() -> None:
    assert not looks_made_up("q" + 2_000 * "xkqj" + "B!C", KNOWN)
