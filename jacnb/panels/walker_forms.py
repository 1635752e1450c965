"""Make forms for walkers: one control for each of their fields."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

Catalogue = Iterable[Mapping[str, Any]]
WalkerSource = Callable[[], Catalogue] | Catalogue | None
"""Walkers as dicts of ``name``, ``fields`` and ``auth``, or what returns them."""

Form = dict[str, Any]

_CONTROLS: Final = {
    "str": "text",
    "string": "text",
    "int": "integer",
    "integer": "integer",
    "float": "number",
    "number": "number",
    "bool": "checkbox",
    "boolean": "checkbox",
}
_OPTIONAL: Final = re.compile(r"\s*\|\s*None\b|\bNone\s*\|\s*")
_LITERAL: Final = re.compile(r"(?:typing\.)?Literal\[(.*)\]", re.DOTALL)


def forms_of(source: WalkerSource) -> list[Form]:
    """Return the forms of a catalogue of walkers, by name."""
    catalogue = source() if callable(source) else source or ()
    return sorted((_form(walker) for walker in catalogue), key=lambda f: f["name"])


def walker_source(client: object, walkers: WalkerSource = None) -> WalkerSource:
    """Return where a client's walkers are listed: given, or by the client itself."""
    if walkers is not None:
        return walkers
    for name in ("catalogue", "walkers"):
        found = getattr(client, name, None)
        if callable(found):
            source: Callable[[], Catalogue] = found
            return source
    return None


def _form(walker: Mapping[str, Any]) -> Form:
    return {
        "name": str(walker["name"]),
        "auth": bool(walker.get("auth", True)),
        "fields": [_field(field) for field in walker.get("fields", ())],
    }


def _field(field: Mapping[str, Any]) -> Form:
    hint = _type_name(field.get("type"))
    choices = field.get("choices") or _choices(hint)
    default = field.get("default")
    return {
        "name": str(field["name"]),
        "control": "select" if choices else _control(hint),
        "hint": hint,
        "required": bool(field.get("required", False)),
        "choices": choices,
        "default": _jsonable(default),
        "placeholder": _placeholder(default),
    }


def _type_name(type_: object) -> str:
    name = type_ if isinstance(type_, str) else getattr(type_, "__name__", "any")
    return name[:120]


def _control(hint: str) -> str:
    return _CONTROLS.get(_OPTIONAL.sub("", hint).strip(), "json")


def _choices(hint: str) -> list[Any]:
    literal = _LITERAL.fullmatch(_OPTIONAL.sub("", hint).strip())
    if literal is None:
        return []
    try:
        return list(ast.literal_eval(f"({literal[1]},)"))
    except (ValueError, SyntaxError):
        return []


def _jsonable(value: object) -> Any:
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError):
        return None


def _placeholder(default: object) -> str:
    if default is None:
        return ""
    if isinstance(default, str):
        return default[:120]
    return json.dumps(default, default=str, ensure_ascii=False)[:120]
