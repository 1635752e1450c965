from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from jacnb.errors import ValueRangeError
from jacnb.graph import Node, Obj, Root, Session, Walker, field, jid, on_entry, report
from jacnb.graph.reports import first_bad, to_json
from jacnb.store import MemoryStore


class Color(Enum):
    RED = "r"


class Size(IntEnum):
    BIG = 3


class Spot(Obj):
    x: int = 1
    color: Color = Color.RED


class Animal(Node):
    name: str = "a1"
    color: Color = Color.RED
    spot: Any = None
    later: int = field(init=False)


@dataclass
class Plain:
    x: int
    color: Color = Color.RED
    spot: Any = None


@dataclass(slots=True)
class Slim:
    x: int = 1


class Model(BaseModel):
    when: date = date(2020, 1, 2)


class Word(str):
    __slots__ = ()


class Ratio(float):
    pass


def as_json(value: Any) -> Any:
    return json.loads(to_json(value))


def test_archetypes_become_id_and_context_at_any_depth() -> None:
    animal = Animal(spot=Spot())
    expected = {
        "id": jid(animal),
        "context": {"name": "a1", "color": "RED", "spot": {"x": 1, "color": "RED"}},
    }
    assert as_json(animal) == expected
    assert as_json([{"a": (animal,)}]) == [{"a": [expected]}]


def test_an_archetype_in_a_field_shows_its_fields_as_in_jac_cloud() -> None:
    class Hold(Walker):
        animal: Any = None
        all: Any = None

    hold = Hold(animal=Animal(), all=[Spot(x=2)])
    got = as_json(hold)["context"]
    assert got["animal"] == {"name": "a1", "color": "RED", "spot": None}
    assert got["all"][0]["context"] == {"x": 2, "color": "RED"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (1.5, 1.5),
        (10**30, 10**30),
        ("ä", "ä"),
        ((1, (2,)), [1, [2]]),
        ({3}, [3]),
        (frozenset({3}), [3]),
        (
            {1: 2, None: 3, 1.5: 5, Color.RED: 6},
            {"1": 2, "null": 3, "1.5": 5, "r": 6},
        ),
        ({date(2020, 1, 2): 1}, {"2020-01-02": 1}),
        (datetime(2020, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "2020-01-02T03:04:05Z"),  # noqa: UP017
        (date(2020, 1, 2), "2020-01-02"),
        (timedelta(seconds=90), "PT1M30S"),
        (Decimal("1.10"), "1.10"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Color.RED, "r"),
        (Size.BIG, 3),
        (Plain(1), {"x": 1, "color": "RED", "spot": None}),
        (Slim(), {"x": 1}),
        (Model(), {"when": "2020-01-02"}),
        (Word("w"), "w"),
        (Ratio(0.5), 0.5),
    ],
)
def test_values_become_what_json_has(value: Any, expected: Any) -> None:
    assert as_json(value) == expected


def test_a_bool_key_is_written_in_jsons_way() -> None:
    assert to_json({False: 1, True: 2}) == b'{"false":1,"true":2}'


LOOP: list[Any] = []
LOOP.append({"a": LOOP})
KNOT = Animal()
KNOT.spot = KNOT


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (float("nan"), "JSON has no nan: report None or a text instead"),
        ([float("inf")], "JSON has no inf"),
        (Ratio("inf"), "JSON has no inf"),
        ({float("nan"): 1}, "JSON has no nan"),
        (b"x", "JSON has no bytes: report its parts instead"),
        (object(), "JSON has no object"),
        (Plain, "JSON has no type"),
        ({(1, 2): 3}, "a tuple cannot be a key in JSON: use text"),
        (LOOP, "cannot write this list: it contains itself"),
        (KNOT, "cannot write Animal"),
        ("\ud800", "cannot write this as JSON: "),
    ],
)
def test_what_json_lacks_is_refused_in_one_line(value: Any, message: str) -> None:
    with pytest.raises(ValueRangeError) as refused:
        to_json(value)
    assert str(refused.value).startswith(message)
    assert "\n" not in str(refused.value)


def test_very_deep_values_are_refused() -> None:
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(ValueRangeError, match="nested too deep"):
        to_json(value)


def test_the_same_object_may_be_reported_twice() -> None:
    spot = Spot()
    assert len(as_json([spot, spot])) == 2


def test_reports_are_serialised_after_the_walk(store: MemoryStore) -> None:
    class Late(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            animal = Animal(name="before")
            report(animal)
            animal.name = "after"

    session = Session(store)
    with session:
        session.run(Late(), session.root)
    [told] = json.loads(session.serialized_reports())
    assert told["context"]["name"] == "after"


def test_the_first_value_that_json_lacks_is_found() -> None:
    assert first_bad([1, [2, Ellipsis], object()]) == [2, Ellipsis]
    assert first_bad([1, "a"]) is None
