from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, strategies as st

from jacnb.errors import DeclarationError
from jacnb.graph import Node, Obj
from jacnb.graph.copying import Copier, is_flat, same
from jacnb.graph.storage import Ref


class Color(Enum):
    RED = 1


class Part(Obj):
    x: Any = 0


class Thing:
    def __init__(self, x: Any) -> None:
        self.x = x


@dataclass
class Plain:
    x: Any


def copied(value: Any, swap: Any = lambda value: value) -> Any:
    return Copier(swap, lambda cls: cls).copy(value)


KEYS = st.one_of(st.text(), st.integers(), st.booleans(), st.none())
LEAVES = st.one_of(KEYS, st.floats(), st.binary(), st.datetimes(), st.just(Color.RED))
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner),
        st.dictionaries(KEYS, inner),
        st.tuples(inner, inner),
        st.builds(Part, x=inner),
        st.builds(Plain, x=inner),
        st.builds(Thing, inner),
        st.builds(deque, st.lists(inner)),
    ),
)


@given(VALUES)
def test_a_copy_is_the_same(value: Any) -> None:
    assert same(copied(value), value)


@given(VALUES)
def test_a_changed_copy_is_not_the_same(value: Any) -> None:
    twin = copied([value])
    twin.append(1)
    assert not same(twin, [value])


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (1, True),
        (1, 1.0),
        ("a", "b"),
        ([1], (1,)),
        ([1, 2], [2, 1]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({1}, {2}),
        (Part(x=1), Part(x=2)),
        (Thing([1]), Thing([2])),
        (Plain(1), Plain(2)),
        (OrderedDict(a=1), OrderedDict(a=2)),
        (threading.Lock(), threading.Lock()),
        (len, abs),
    ],
)
def test_different_values_are_not_the_same(one: Any, two: Any) -> None:
    assert not same(one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({1, 2}, {2, 1}),
        (frozenset({1}), frozenset({1})),
        (OrderedDict(a=[1]), OrderedDict(a=[1])),
        (Ref("n::1"), Ref("n::1")),
        (Thing(len), Thing(len)),
    ],
)
def test_equal_values_are_the_same(one: Any, two: Any) -> None:
    assert same(one, two)


def test_containers_are_copied_and_flat_values_shared() -> None:
    value = {"a": [b"x", (1, [2])], "s": {1}}
    twin = copied(value)
    assert twin == value
    assert twin["a"] is not value["a"]
    assert twin["a"][1][1] is not value["a"][1][1]
    assert twin["a"][0] is value["a"][0]


def test_a_value_that_occurs_twice_is_copied_once() -> None:
    inner = [1]
    first, second = copied([inner, {"again": inner}])
    assert second["again"] is first


def test_cycles_are_copied_as_cycles_and_compared() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    twin = copied(loop)
    assert twin[1] is twin
    assert same(twin, loop)
    part = Part()
    part.x = part
    assert copied(part).x is not part
    assert same(copied(part), part)


def test_what_cannot_be_copied_is_shared() -> None:
    lock = threading.Lock()
    twin = copied([lock, Thing(lock)])
    assert twin[0] is lock


def test_archetypes_are_swapped_wherever_they_are() -> None:
    class Place(Node): ...

    place = Place()

    def swap(value: Any) -> Any:
        return Ref("n::x") if isinstance(value, Place) else value

    twin = copied([place, (place,), Thing([place]), Part(x=place)], swap)
    assert twin[0] == Ref("n::x")
    assert twin[1] == (Ref("n::x"),)
    assert twin[2].x == [Ref("n::x")]
    assert twin[3].x == Ref("n::x")
    back = copied(twin[1:3], lambda value: place if type(value) is Ref else value)
    assert back[0] == (place,)
    assert back[1].x == [place]


def test_our_own_errors_come_through() -> None:
    def swap(value: Any) -> Any:
        raise DeclarationError("no such class")

    with pytest.raises(DeclarationError, match="no such class"):
        copied((Part(),), swap)


def test_a_reference_copied_by_others_stays_itself() -> None:
    import copy

    ref = Ref("n::x")
    assert copy.deepcopy([ref]) == [ref]


def test_flat_values_are_told_apart() -> None:
    assert is_flat("x")
    assert is_flat(Color.RED)
    assert not is_flat([])
