from __future__ import annotations

import math
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, strategies as st

from jacnb.errors import ProtocolError, ValueRangeError
from jacnb.protocol.json import decode, encode

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


class Color(Enum):
    RED = "red"


class Unknown:
    pass


def fault_of(text: str | bytes) -> dict[str, Any]:
    with pytest.raises(ProtocolError) as caught:
        decode(text)
    [error] = caught.value.errors
    assert error["loc"] == ["event"]
    assert "\n" not in error["msg"]
    return error


# Reading.


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{nope",
        "[1,]",
        "01",
        "1 2",
        '"\t"',
        "\ufeff1",
        "NaN",
        "[-Infinity]",
        "1e400",
        '{"a":[-1e999]}',
        "1" * 400 + ".0",
        "9" * 4301,
        r'"\ud800"',
        '"\ud800"',
        b"{}",
    ],
)
def test_what_is_no_json_is_json_invalid(text: str | bytes) -> None:
    assert fault_of(text)["type"] == "json_invalid"


def test_a_number_out_of_range_is_told_so() -> None:
    assert fault_of("[1e400]") == {
        "type": "json_invalid",
        "loc": ["event"],
        "msg": "Invalid JSON: a number is out of range",
    }


def test_words_that_look_like_infinity_are_only_words() -> None:
    assert decode('["Infinity", "1e400", "NaN"]') == ["Infinity", "1e400", "NaN"]


def test_large_numbers_that_fit_are_kept() -> None:
    assert decode("[1e308, 1180591620717411303424]") == [1e308, 1180591620717411303424]


@pytest.mark.parametrize(("start", "end"), [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [65, 150, 1000])
def test_nesting_beyond_64_levels_is_too_deep(start: str, end: str, depth: int) -> None:
    assert fault_of(start * depth + "1" + end * depth) == {
        "type": "too_deep",
        "loc": ["event"],
        "msg": "Nesting is limited to 64 levels",
    }


def test_64_levels_are_taken() -> None:
    assert encode(decode("[" * 64 + "]" * 64)) == "[" * 64 + "]" * 64


def test_brackets_in_a_text_do_not_nest() -> None:
    assert decode('"' + "[{" * 100 + '"') == "[{" * 100


def test_many_small_objects_are_not_deep() -> None:
    assert decode("[" + "{}," * 200 + "{}]") == [{}] * 201


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ProtocolError):
        decode(text)


@given(values)
def test_what_is_written_is_read_back_equal(value: Any) -> None:
    assert decode(encode(value)) == value


# Writing.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": [1, None, True, 1.5], "é": "☃"}, '{"a":[1,null,true,1.5],"é":"☃"}'),
        ("NaN", '"NaN"'),
        (["Infinity", -0.0], '["Infinity",-0.0]'),
        ({1: "a", None: 2, 1.5: 3}, '{"1":"a","None":2,"1.5":3}'),
        ((1, (2,)), "[1,[2]]"),
        ({3}, "[3]"),
        (frozenset("a"), '["a"]'),
        (b"abc", '"abc"'),
        (2**70, "1180591620717411303424"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), '"2026-01-02T03:04:05Z"'),
        (date(2026, 1, 2), '"2026-01-02"'),
        (Decimal("1.5"), '"1.5"'),
        (UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (Color.RED, '"red"'),
        ((n for n in (1, 2)), "[1,2]"),
    ],
)
def test_values_that_json_can_carry_are_written(value: object, text: str) -> None:
    assert encode(value) == text


def broken() -> Any:
    yield 1
    raise RuntimeError("two\nlines")


def circular() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


def nested(depth: int, inside: object = None) -> object:
    for _ in range(depth):
        inside = [inside]
    return inside


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (math.nan, "it holds NaN or Infinity"),
        ({"a": [1, {"b": -math.inf}]}, "it holds NaN or Infinity"),
        (["NaN", math.inf], "it holds NaN or Infinity"),
        ([10**4300], "it holds a number of more than 4300 digits"),
        (nested(220, "NaN"), "it nests too deeply"),
        (nested(1000), "depth"),
        (circular(), "Circular reference"),
        ("\ud800", "surrogates not allowed"),
        ({"\ud800": 1}, "surrogates not allowed"),
        (b"\xff", "invalid utf-8"),
        (Unknown(), "unknown type"),
        ({Unknown(): 1}, "unknown type"),
        ([print], "unknown type"),
        (Unknown, "unknown type"),
        (broken(), "RuntimeError: two lines"),
    ],
)
def test_values_that_json_cannot_carry_are_told_in_one_line(
    value: object, reason: str
) -> None:
    with pytest.raises(ValueRangeError) as caught:
        encode(value, "the progress")
    message = str(caught.value)
    assert message.startswith("the progress cannot be sent as JSON: ")
    assert reason in message
    assert "\n" not in message


@given(st.recursive(scalars | st.floats() | st.binary(), st.lists))
def test_any_value_is_written_as_json_or_refused(value: object) -> None:
    try:
        text = encode(value)
    except ValueRangeError:
        return
    assert encode(decode(text)) == text


# Masking.
