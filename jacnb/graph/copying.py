"""Copy values between a session's objects and the store's records.

Flat values go by reference, containers are copied, and a reference to a node or edge
becomes a `Ref` in the record. What cannot be copied stays where it is, shared.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import FunctionType, NoneType
from typing import Any, Final
from uuid import UUID

from jacnb.errors import JacnbError
from jacnb.graph.archetypes import Archetype
from jacnb.graph.storage import MARK, Ref

FLAT: Final = frozenset(
    {
        *(NoneType, bool, int, float, complex, str, bytes, range, type, FunctionType),
        *(date, datetime, time, timedelta, Decimal, Fraction, UUID),
    }
)
"""Types whose values never change, so that runs may share them."""

Swap = Callable[[Any], Any]


class Copier:
    """One pass of copying, in which a shared or cyclic value is copied once.

    Args:
        swap: Takes an archetype object or a `Ref` and returns what stands for it on
            the other side; the same object if it is to be copied like a value.
        renew: Takes a class and returns the class that the copy shall have.
    """

    __slots__ = ("_memo", "_renew", "_swap")

    def __init__(self, swap: Swap, renew: Callable[[type], type]) -> None:
        self._swap = swap
        self._renew = renew
        # `copy.deepcopy` hands this on, so that archetypes deep inside find us.
        self._memo: dict[Any, Any] = {MARK: self}

    def copy(self, value: Any) -> Any:
        """Return a copy of any value."""
        kind = type(value)
        if kind in FLAT:
            return value
        if id(value) in self._memo:
            return self._memo[id(value)]
        if kind is list:
            return self._list(value)
        if kind is dict:
            return self._dict(value)
        if isinstance(value, Ref | Archetype):
            return self.archetype(value, self._memo)
        return self._other(value)

    def archetype(self, value: Any, memo: dict[Any, Any]) -> Any:
        """Return what stands for an archetype object or a `Ref`."""
        swapped = self._swap(value)
        if swapped is not value:
            return swapped
        cls = self._renew(type(value))
        twin: Any = object.__new__(cls)
        memo[id(value)] = twin
        fields = vars(value).items()
        vars(twin).update({k: self.copy(v) for k, v in fields if k != "__jac__"})
        return twin

    def _list(self, value: list[Any]) -> list[Any]:
        if is_shallow(value):
            twin = self._memo[id(value)] = value.copy()
            return twin
        twin = self._memo[id(value)] = []
        twin.extend([v if type(v) in FLAT else self.copy(v) for v in value])
        return twin

    def _dict(self, value: dict[Any, Any]) -> dict[Any, Any]:
        twin: dict[Any, Any] = {}
        self._memo[id(value)] = twin
        for key, each in value.items():
            twin[self.copy(key)] = each if type(each) in FLAT else self.copy(each)
        return twin

    def _other(self, value: Any) -> Any:
        try:
            return copy.deepcopy(value, self._memo)
        except JacnbError:
            raise
        except Exception:  # noqa: BLE001  # A lock, a socket, anything: it is shared.
            return value


def is_flat(value: Any) -> bool:
    """Tell whether runs may share this value."""
    return type(value) in FLAT or isinstance(value, Enum)


def is_shallow(value: Any) -> bool:
    """Tell whether a value is flat, or a list of flat values: by far the most are."""
    kind = type(value)
    return kind in FLAT or (kind is list and FLAT.issuperset(map(type, value)))


def same(one: Any, two: Any) -> bool:
    """Tell whether two frozen values are equal in type, content and order."""
    return _same(one, two, set())


def _same(one: Any, two: Any, seen: set[tuple[int, int]]) -> bool:
    if one is two:
        return True
    kind = type(one)
    if kind is not type(two):
        return False
    if kind in FLAT:
        return bool(one == two)
    if is_shallow(one):
        return list(map(type, one)) == list(map(type, two)) and bool(one == two)
    if (id(one), id(two)) in seen:  # A cycle, equal as far as it was followed.
        return True
    seen.add((id(one), id(two)))
    if kind is set or kind is frozenset:
        return bool(one == two)
    return _same_parts(_parts(one), _parts(two), seen)


def _same_parts(one: list[Any], two: list[Any], seen: set[tuple[int, int]]) -> bool:
    if len(one) != len(two):
        return False
    return all(_same(a, b, seen) for a, b in zip(one, two, strict=True))


def _parts(value: Any) -> list[Any]:
    """Return what a value consists of, in order."""
    if isinstance(value, list | tuple):
        return list(value)
    if type(value) is dict:
        return [part for item in value.items() for part in item]
    if isinstance(value, Archetype):
        return _parts({k: v for k, v in vars(value).items() if k != "__jac__"})
    return _reduced(value)


def _reduced(value: Any) -> list[Any]:
    """Return the parts of any other object, as pickle would see them."""
    try:
        form = value.__reduce_ex__(4)
    except Exception:  # noqa: BLE001  # It cannot be copied either.
        return [id(value)]
    if isinstance(form, str):
        return [form]
    state, rest = form[:3], form[3:]
    return [*state, *(list(each) for each in rest if each is not None)]
