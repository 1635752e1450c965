"""Stars for tokens and passwords."""

from __future__ import annotations

import json

import pytest

from jacnb.protocol.masking import (
    is_secret,
    masked,
    masked_frame,
    masked_text,
    masked_words,
)

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl"


def test_tokens_and_passwords_are_masked_at_any_depth() -> None:
    value = {"Token": "abc", "a": [{"password": 1, "auth": ["x"]}, JWT, 5]}
    assert masked(value) == {
        "Token": "***",
        "a": [{"password": "***", "auth": "***"}, "***", 5],
    }


def test_a_token_that_is_null_says_nothing_and_stays() -> None:
    assert masked({"token": None}) == {"token": None}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Bearer {JWT}!", "Bearer ***!"),
        (JWT[:30], "***"),
        ("eyJh.eyJp.abc", "***"),
        ('{"token":"a b","x":1}', '{"token":"***","x":1}'),
        ('{"Password" : "a\\"b" }', '{"Password" : "***" }'),
        ('{"token":["a","b"],"x":1}', '{"token":"***","x":1}'),
        ('{"auth":{"a":"b"},"x":1}', '{"auth":"***","x":1}'),
        ('{"password":123,"x":1}', '{"password":"***","x":1}'),
        ('{"token":null}', '{"token":null}'),
        ('{"token":"cut of', '{"token":"***"'),
        ("eyJack said hello", "eyJack said hello"),
    ],
)
def test_secrets_in_a_text_are_masked(text: str, shown: str) -> None:
    assert masked_text(text) == shown


@pytest.mark.parametrize("text", ["eyJ" * 100_000, '"token":"' * 50_000])
def test_masking_takes_linear_time(text: str) -> None:
    assert "***" in masked_text(text)


def test_only_the_names_of_secrets_are_secret() -> None:
    assert is_secret("Authorization")
    assert not is_secret("message")
    assert not is_secret(0)


@pytest.mark.parametrize(
    "text",
    [
        '{"auth":{"a":{"b":1},"c":"S"},"x":1}',
        '{"token":[["a"],"S"],"x":1}',
        '{"auth":{"a":"}","c":"S"},"x":1}',
        '{"token":["]","S"],"x":1}',
        '{"tok\\u0065n":["S"],"x":1}',
        '{"token":"S","token":null,"x":1}',
        '{"access_token":"S","clientSecret":"S","new_password ":"S","x":1}',
        '{"raw":"{\\"password\\":\\"S\\"}","x":1}',
        '{"raw":"{\\"a\\":\\"{\\\\\\"token\\\\\\":\\\\\\"S\\\\\\"}\\"}","x":1}',
    ],
)
def test_no_spelling_of_json_hides_a_secret_and_the_rest_is_kept(text: str) -> None:
    shown = masked_text(text)
    assert "S" not in shown.replace("clientSecret", "")
    assert json.loads(shown)["x"] == 1


@pytest.mark.parametrize(
    "text", ['{"token":["S', '{"auth":{"a":"S', '{"token":S', '"token":']
)
def test_what_is_cut_off_is_masked_up_to_its_end(text: str) -> None:
    assert "S" not in masked_text(text)


def test_a_text_without_secrets_stays_as_it_is_written() -> None:
    text = '{ "a" :1.0, "a":1e2,"b":"\\u00e9\\n", "tokens": 5, "c":"x\\ud800" }'
    assert masked_text(text) == text


@pytest.mark.parametrize(
    "words",
    [
        "Bearer S",
        "Authorization: Bearer S",
        "basic S",
        "password=S",
        "token: S",
        "{'token':'S'}",
        '"token"="S"',
        '{type:change_user,token:"S"}',
    ],
)
def test_words_are_masked_where_there_is_no_json(words: str) -> None:
    assert "S" not in masked_words(words)
    assert "S" not in masked_frame(words)


def test_the_words_of_a_json_message_are_left_alone() -> None:
    text = '{"message":"token: what is that?"}'
    assert masked_frame(text) == text


@pytest.mark.parametrize(
    "text", ['{"token":[' * 30_000, "token " * 50_000, '{"a":"' + '\\"' * 50_000]
)
def test_masking_of_odd_text_takes_linear_time(text: str) -> None:
    assert len(masked_frame(text)) <= len(text)
