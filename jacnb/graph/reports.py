"""Turn what walkers reported into JSON."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import isfinite
from typing import Any, Final
from uuid import UUID

from pydantic_core import PydanticSerializationError, to_json as dump

from jacnb.errors import ValueRangeError
from jacnb.graph.archetypes import Archetype, info_of

PLAIN: Final = frozenset({str, int, bool, type(None)})
"""Types of which every value is one of JSON's."""

_TEXT: Final = (datetime, date, time, timedelta, Decimal, UUID)
_UNSET: Final = object()

Outer = tuple[int, ...]
"""The ids of the containers around a value, to find cycles."""


def to_json(value: Any) -> bytes:
    """Return a value as JSON text.

    Nodes, edges, walkers and objects become their id and context, dataclasses their
    fields, tuples and sets lists.

    Raises:
        ValueRangeError: If it holds NaN, Infinity, itself, or something JSON lacks.
    """
    try:
        return dump(prepared(value))
    except (PydanticSerializationError, UnicodeEncodeError) as error:
        raise ValueRangeError(f"cannot write this as JSON: {error}") from None
    except RecursionError:
        raise ValueRangeError("cannot write this as JSON: nested too deep") from None


def first_bad(values: Iterable[Any]) -> Any:
    """Return the first value that cannot be written as JSON, None if all can."""
    for value in values:
        try:
            to_json(value)
        except ValueRangeError:
            return value
    return None


def prepared(value: Any, outer: Outer = ()) -> Any:
    """Return a value as JSON's own types.

    Raises:
        ValueRangeError: If JSON cannot carry it.
    """
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is float:
        return _checked(value)
    if id(value) in outer:
        raise ValueRangeError(f"cannot write this {kind.__name__}: it contains itself")
    return _convert(value, (*outer, id(value)))


def context_of(obj: Any, outer: Outer = ()) -> dict[str, Any]:
    """Return the fields of an archetype object or a dataclass, as JSON's own types."""
    if isinstance(obj, Archetype):
        names: Iterable[str] = info_of(obj).fields
    else:
        names = [each.name for each in dataclasses.fields(obj)]
    values = ((name, getattr(obj, name, _UNSET)) for name in names)
    return {name: _field(each, outer) for name, each in values if each is not _UNSET}


def _field(value: Any, outer: Outer) -> Any:
    """Prepare the value of a field; in it, objects show their fields and no ids."""
    if type(value) in PLAIN:
        return value
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, Archetype):
        if id(value) in outer:
            raise ValueRangeError(f"cannot write {value}: it contains itself")
        return context_of(value, (*outer, id(value)))
    return prepared(value, outer)


def _convert(value: Any, outer: Outer) -> Any:
    if isinstance(value, Archetype):
        return {"id": value.__jac__.id, "context": context_of(value, outer)}
    if isinstance(value, Mapping):
        return {_key(key): prepared(each, outer) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [prepared(each, outer) for each in value]
    if isinstance(value, Enum):
        return prepared(value.value, outer)
    if isinstance(value, _TEXT):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return context_of(value, outer)
    return _foreign(value, outer)


def _foreign(value: Any, outer: Outer) -> Any:
    """Prepare a pydantic model, or a subclass of JSON's own types."""
    if hasattr(type(value), "__pydantic_serializer__"):
        return prepared(value.model_dump(mode="json"), outer)
    for kind in (str, int):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, float):
        return _checked(float(value))
    raise ValueRangeError(
        f"JSON has no {type(value).__name__}: report its parts instead"
    )


def _key(key: Any) -> str:
    if isinstance(key, str):
        return str(key)
    if isinstance(key, Enum):
        return _key(key.value)
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    if isinstance(key, int | float):
        return str(_checked(key))
    if isinstance(key, (*_TEXT,)):
        return str(key)
    raise ValueRangeError(f"a {type(key).__name__} cannot be a key in JSON: use text")


def _checked(value: Any) -> Any:
    if isfinite(value):
        return value
    raise ValueRangeError(f"JSON has no {value}: report None or a text instead")
