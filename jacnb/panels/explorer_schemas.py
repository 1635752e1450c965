"""What can be sent, as JSON Schema: forms are made of it, and what is typed is checked.

The browser checks by the schema while somebody types; the kernel has the last word,
by the models and the walkers' fields themselves.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypedDict

from jacnb.errors import ProtocolError
from jacnb.panels.walker_forms import forms_of
from jacnb.protocol.events import EVENTS, InvalidEvent, WalkerEvent, parse_event
from jacnb.protocol.json import decode, encode

WALKERS_SHOWN: Final = 200

_DESCRIPTION: Final = 300
_VARIABLE: Final = re.compile(
    r"\{\{\s*([^{}\"\\]{1,80}?)\.(client_id|root_id|channel_id|token)\s*\}\}"
)
_MARKS: Final = re.compile(r"`+([^`]*)`+")
_TYPES: Final = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "checkbox": "boolean",
}


class Problem(TypedDict):
    """Something that is wrong with an event, and where."""

    loc: list[str | int]
    msg: str


class WalkerForm(TypedDict):
    """A walker as the browser makes a form for it."""

    name: str
    auth: bool | None
    about: str
    schema: dict[str, Any]


def event_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of each event, by its type."""
    found = {name: event.model_json_schema() for name, event in EVENTS.items()}
    for schema in found.values():
        schema["description"] = _plain(schema.get("description", "").split("\n")[0])
    return found


def walkers_of(registry: Iterable[Any]) -> list[WalkerForm]:
    """Return the walkers that events may call, with the schema of their fields."""
    found = [_walker(each) for each in registry if each.is_websocket]
    return sorted(found, key=lambda form: form["name"])[:WALKERS_SHOWN]


def walkers_from(catalogue: Iterable[Mapping[str, Any]]) -> list[WalkerForm]:
    """Return the walkers of a catalogue, whose types are words (`walker_forms`)."""
    return [
        WalkerForm(
            name=form["name"],
            auth=form["auth"],
            about="",
            schema={
                "type": "object",
                "properties": {f["name"]: _property(f) for f in form["fields"]},
                "required": [f["name"] for f in form["fields"] if f["required"]],
            },
        )
        for form in forms_of(catalogue)[:WALKERS_SHOWN]
    ]


def problems_of(
    text: str, registry: Any = None, *, is_public: bool | None = None
) -> list[Problem]:
    """Return what the server would find wrong with an event.

    Args:
        text: The event.
        registry: The walkers of the server, where they are known.
        is_public: Whether the public sends it; None is not known.
    """
    event = parse_event(text)
    if isinstance(event, InvalidEvent):
        return [_problem(error, 2) for error in event.error.errors]
    if not isinstance(event, WalkerEvent) or registry is None:
        return []
    declaration = registry.get(event.walker)
    if declaration is None:
        return [Problem(loc=["walker"], msg=_unknown(event.walker, registry))]
    if said := _refused(declaration, is_public):
        return [Problem(loc=["walker"], msg=said)]
    try:
        declaration.validate(event.context)
    except ProtocolError as exc:
        return [_problem(error, 0, "context") for error in exc.errors]
    return []


def fill_in(text: str, lookup: Callable[[str, str], str]) -> str:
    """Return an event with ids and tokens in the place of ``{{alice.root_id}}``.

    Args:
        text: The event.
        lookup: Returns a client's "client_id", "root_id", "channel_id" or "token", by
            the client's name.
    """
    return _VARIABLE.sub(lambda m: encode(lookup(m[1], m[2]))[1:-1], text)


def _walker(declaration: Any) -> WalkerForm:
    schema = declaration.fields.schema()
    for field in declaration.fields.table():
        part = schema.get("properties", {}).get(field.name)
        if part is not None and not field.required:
            part.setdefault("default", _jsonable(field.default))
    about = (inspect.getdoc(declaration.cls) or "").split("\n\n")[0]
    # What dataclasses write by themselves says nothing.
    about = "" if about.startswith(f"{declaration.name}(") else about
    return WalkerForm(
        name=declaration.name,
        auth=declaration.auth,
        about=_plain(" ".join(about.split()))[:_DESCRIPTION],
        schema=schema,
    )


def _plain(text: str) -> str:
    """Return a docstring's text without the marks for code."""
    return _MARKS.sub(r"\1", text)


def _property(field: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if field["choices"]:
        made["enum"] = list(field["choices"])
    elif field["control"] in _TYPES:
        made["type"] = _TYPES[field["control"]]
    if not field["required"]:
        made["default"] = field["default"]
    return made | {"description": field["hint"]}


def _jsonable(value: Any) -> Any:
    try:
        return decode(encode(value))
    except (ProtocolError, ValueError):
        return None


def _problem(error: Mapping[str, Any], skip: int, *before: str) -> Problem:
    """Return an error of the server's list; an event's begins with "event" and type."""
    loc = [*before, *error["loc"][skip:]]
    if error["type"] == "union_tag_invalid":
        return Problem(loc=["type"], msg=f"must be one of {', '.join(EVENTS)}")
    if error["type"] == "union_tag_not_found":
        return Problem(loc=["type"], msg="Field required")
    return Problem(loc=loc, msg=str(error["msg"]))


def _unknown(name: str, registry: Any) -> str:
    found = registry.find(name)
    if found is None:
        return "no walker of this name is declared"
    return "this walker takes no WebSocket events: add 'websocket' to its methods"


def _refused(declaration: Any, is_public: bool | None) -> str | None:
    if declaration.auth is True and is_public is True:
        return "this walker is for users, and the client is public"
    if declaration.auth is False and is_public is False:
        return "this walker is for the public, and the client has a user"
    refusal: str | None = declaration.refusal()
    return refusal
