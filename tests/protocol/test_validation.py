from __future__ import annotations

import math
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from jacnb.errors import ProtocolError
from jacnb.protocol.json import encode
from jacnb.protocol.validation import protocol_error

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJl"


def refused(kind: Any, value: Any, *loc: str) -> ProtocolError:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    found = protocol_error(caught.value, *loc)
    encode(found.errors)  # a client can always be told
    return found


def test_an_error_is_pydantics_without_its_url() -> None:
    assert refused(dict[str, int], {"val": "xx"}).errors == [
        {
            "type": "int_parsing",
            "loc": ["val"],
            "msg": "Input should be a valid integer, "
            "unable to parse string as an integer",
            "input": "xx",
        }
    ]


def test_the_location_goes_on_from_where_it_is() -> None:
    found = refused(dict[str, list[int]], {"a": [1, "b"]}, "body")
    assert found.errors[0]["loc"] == ["body", "a", 1]


def test_ten_errors_are_shown_and_the_others_counted() -> None:
    found = refused(list[int], ["x"] * 25)
    assert [error["loc"] for error in found.errors] == [[n] for n in range(10)]
    assert found.truncated == 15


def test_a_short_input_is_repeated_as_it_was() -> None:
    assert refused(int, {"a": [1, None]}).errors[0]["input"] == {"a": [1, None]}


@pytest.mark.parametrize(
    ("value", "start"),
    [("y" * 1000, "yyy"), (["é" * 1000], '["ééé'), ({"a": "b" * 1000}, '{"a":"bbb')],
)
def test_a_long_input_is_cut_to_200_characters(value: object, start: str) -> None:
    shown = refused(int, value).errors[0]["input"]
    assert len(shown) == 200
    assert shown.startswith(start)


def test_a_long_key_is_cut_to_200_characters() -> None:
    assert refused(dict[str, int], {"k" * 999: "x"}).errors[0]["loc"] == ["k" * 200]


def test_a_long_message_is_cut_to_400_characters() -> None:
    def fail(value: int) -> int:
        raise ValueError("why " * 500)

    error = refused(Annotated[int, AfterValidator(fail)], 1).errors[0]
    assert len(error["msg"]) == 400
    assert error["ctx"]["error"] == ("why " * 50)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (int, {"token": "secret", "x": [{"PassWord": "secret"}]}),
        (int, {"token": "secret", "x": "y" * 1000}),
        (int, ["x" * 150, {"token": "secret" * 100}]),
        (dict[str, int], {"token": "secret"}),
        (dict[str, int], {"password": ["secret"]}),
    ],
)
def test_a_secret_in_the_input_is_masked(kind: Any, value: object) -> None:
    text = encode(refused(kind, value).errors)
    assert "***" in text
    assert "secret" not in text


def test_a_secret_that_is_null_is_no_secret() -> None:
    assert refused(dict[str, int], {"token": None}).errors[0]["input"] is None


def test_a_token_in_a_validators_words_is_masked() -> None:
    def fail(value: int) -> int:
        raise ValueError(f"no such token: {JWT}")

    error = refused(Annotated[int, AfterValidator(fail)], 1).errors[0]
    assert error["msg"] == "Value error, no such token: ***"
    assert error["ctx"] == {"error": "no such token: ***"}


@pytest.mark.parametrize(
    ("ctx", "shown"),
    [
        ({"limit": math.inf}, {"limit": "Infinity"}),
        ({"limit": {1, 2}}, {"limit": [1, 2]}),
        ({"kind": int}, {"kind": "<class 'int'>"}),
        (
            {"many": list(range(1000))},
            {"many": str([*range(100)]).replace(" ", "")[:200]},
        ),
    ],
)
def test_context_values_are_made_json(ctx: dict[str, Any], shown: object) -> None:
    def fail(value: int) -> int:
        raise PydanticCustomError("custom", "no", ctx)

    assert refused(Annotated[int, AfterValidator(fail)], 1).errors[0]["ctx"] == shown


def test_a_bound_keeps_its_context() -> None:
    assert refused(Annotated[int, Field(gt=5)], 1).errors == [
        {
            "type": "greater_than",
            "loc": [],
            "msg": "Input should be greater than 5",
            "input": 1,
            "ctx": {"gt": 5},
        }
    ]
