from __future__ import annotations

import json

import pytest
from scripted_client import CATALOGUE

from jacnb import Node, Registry, Root, Walker, on_entry
from jacnb.errors import ClientError
from jacnb.panels.explorer_schemas import (
    event_schemas,
    fill_in,
    problems_of,
    walkers_from,
    walkers_of,
)


class shout_at(Walker):
    """Say it louder.

    Much louder.
    """

    text: str
    times: int = 1

    @on_entry
    def enter(self, here: Root) -> None: ...

    class __specs__:
        methods = ["websocket"]


class marked(Walker):
    """Say ``data`` to `all`."""

    class __specs__:
        methods = ["websocket"]


class plain(Walker):
    @on_entry
    def enter(self, here: Node) -> None: ...

    class __specs__:
        methods = ["post"]


class for_the_public(Walker):
    @on_entry
    def enter(self, here: Root) -> None: ...

    class __specs__:
        methods = ["websocket"]
        auth = False


REGISTRY = Registry(shout_at, plain, for_the_public)


def problems(event, **known):
    return [
        (".".join(map(str, each["loc"])), each["msg"])
        for each in problems_of(json.dumps(event), REGISTRY, **known)
    ]


def call(name, **context):
    return {"type": "walker", "walker": name, "context": context}


def test_there_is_a_schema_for_each_of_the_six_events():
    schemas = event_schemas()
    assert list(schemas) == [
        *("connection", "walker", "user", "channel", "client", "change_user")
    ]
    assert schemas["channel"]["required"] == ["channel_ids", "data"]
    assert schemas["channel"]["properties"]["channel_ids"]["maxItems"] == 1000
    assert schemas["walker"]["description"] == "Run a walker."


def test_walkers_that_take_events_have_a_schema_with_defaults():
    public, form = walkers_of(REGISTRY)
    assert (public["name"], public["auth"], public["about"]) == (
        *("for_the_public", False, ""),
    )
    assert (form["name"], form["auth"], form["about"]) == (
        *("shout_at", True, "Say it louder."),
    )
    assert form["schema"]["required"] == ["text"]
    assert form["schema"]["properties"]["times"]["default"] == 1


def test_a_catalogue_of_words_becomes_a_schema_too():
    form = walkers_from(CATALOGUE)[0]
    properties = form["schema"]["properties"]
    assert form["schema"]["required"] == ["channel_id"]
    assert properties["times"] == {
        "type": "integer",
        "default": 1,
        "description": "int",
    }
    assert properties["mood"]["enum"] == ["calm", "happy"]
    assert "type" not in properties["tags"]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (call("shout_at", text="hi"), []),
        (call("shout_at", text="hi", times="7"), []),
        ({"type": "connection"}, []),
        (call("shout_at"), [("context.text", "Field required")]),
        (
            call("unknown"),
            [("walker", "no walker of this name is declared")],
        ),
        (
            call("plain"),
            [
                (
                    "walker",
                    "this walker takes no WebSocket events: "
                    "add 'websocket' to its methods",
                )
            ],
        ),
        ({}, [("type", "Field required")]),
        (
            {"type": "dance"},
            [
                (
                    "type",
                    "must be one of connection, walker, user, channel, client, "
                    "change_user",
                )
            ],
        ),
        (
            {"type": "user", "root_ids": [7], "data": {}},
            [("root_ids.0", "Input should be a valid string")],
        ),
        ({"type": "walker"}, [("walker", "Field required")]),
    ],
)
def test_a_problem_has_its_path_in_the_event(event, expected):
    assert problems(event) == expected


def test_who_may_call_is_told_before():
    assert problems(call("shout_at", text="x"), is_public=True) == [
        ("walker", "this walker is for users, and the client is public")
    ]
    assert problems(call("for_the_public"), is_public=False) == [
        ("walker", "this walker is for the public, and the client has a user")
    ]
    assert problems(call("for_the_public"), is_public=True) == []


def test_a_text_that_is_no_json_is_a_problem_of_the_whole():
    [problem] = problems_of("{ not json")
    assert problem["loc"] == []
    assert problem["msg"].startswith("Invalid JSON")


def test_without_a_registry_walkers_are_not_looked_at():
    assert problems_of(json.dumps(call("anything"))) == []


def test_names_in_braces_are_filled_in_as_json():
    def lookup(name, key):
        return f'{key} of "{name}"'

    text = '{"a":"{{alice.root_id}}","b":"{{ public 0db2.token }} {{x.other}} {{"}'
    assert json.loads(fill_in(text, lookup)) == {
        "a": 'root_id of "alice"',
        "b": 'token of "public 0db2" {{x.other}} {{',
    }


def test_an_unknown_name_is_an_error():
    def lookup(name, key):
        raise ClientError(f"no client is called {name!r}")

    with pytest.raises(ClientError, match="'nobody'"):
        fill_in('{"a":"{{nobody.token}}"}', lookup)


def test_marks_for_code_in_docstrings_are_not_shown():
    assert not [
        name for name, each in event_schemas().items() if "`" in each["description"]
    ]
    registry = Registry()
    registry.declare(marked)
    [form] = walkers_of(registry)
    assert form["about"] == "Say data to all."
