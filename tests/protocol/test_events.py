from __future__ import annotations

import json
from typing import Any

import pytest

from jacnb.errors import ProtocolError
from jacnb.protocol.events import (
    EVENTS,
    ChangeUserEvent,
    ChannelEvent,
    ClientEvent,
    ConnectionEvent,
    InvalidEvent,
    UserEvent,
    WalkerEvent,
    call_id,
    connection_message,
    custom_message,
    parse_event,
    response_message,
    validation_message,
    walker_error_message,
)

EXPECTED_TAGS = "'connection', 'walker', 'user', 'channel', 'client', 'change_user'"


def errors_of(event: object) -> list[dict[str, Any]]:
    found = parse_event(event if isinstance(event, str) else json.dumps(event))
    assert isinstance(found, InvalidEvent)
    return found.error.errors


# Section 3: what is taken.


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ('{"type":"connection"}', ConnectionEvent()),
        ('{"type":"walker","walker":"w"}', WalkerEvent(walker="w")),
        (
            '{"type":"walker","walker":"w","node":"n::1","response":true,'
            '"context":{"val":1},"id":"7"}',
            WalkerEvent(
                walker="w", node="n::1", response=True, context={"val": 1}, id="7"
            ),
        ),
        (
            '{"type":"user","root_ids":["n::1"],"data":{"val":1}}',
            UserEvent(root_ids=["n::1"], data={"val": 1}),
        ),
        (
            '{"type":"channel","channel_ids":["room"],"data":{}}',
            ChannelEvent(channel_ids=["room"], data={}),
        ),
        (
            '{"type":"client","client_ids":["1:2"],"data":{"a":null}}',
            ClientEvent(client_ids=["1:2"], data={"a": None}),
        ),
        ('{"type":"change_user"}', ChangeUserEvent()),
        (
            '{"type":"change_user","token":"Bearer x"}',
            ChangeUserEvent(token="Bearer x"),
        ),
    ],
)
def test_an_event_is_read_and_written(text: str, event: Any) -> None:
    assert parse_event(text) == event
    assert event.to_text() == text


def test_every_type_has_its_model() -> None:
    assert {name: model.__name__ for name, model in EVENTS.items()} == {
        "connection": "ConnectionEvent",
        "walker": "WalkerEvent",
        "user": "UserEvent",
        "channel": "ChannelEvent",
        "client": "ClientEvent",
        "change_user": "ChangeUserEvent",
    }


def test_unknown_fields_are_ignored() -> None:
    assert parse_event('{"type":"connection","x":1}') == ConnectionEvent()


@pytest.mark.parametrize("given", ["yes", "on", "true", 1, 1.0, True])
def test_response_is_taken_as_pydantics_lax_mode_takes_it(given: object) -> None:
    event = parse_event(
        json.dumps({"type": "walker", "walker": "w", "response": given})
    )
    assert isinstance(event, WalkerEvent)
    assert event.response is True


def test_tokens_and_contexts_are_not_shown() -> None:
    assert "secret" not in repr(ChangeUserEvent(token="Bearer secret"))
    context = {"password": "secret"}
    assert "secret" not in repr(WalkerEvent(walker="w", context=context))


# Section 4: what is refused.


def test_an_unknown_type_is_named_with_the_known_ones() -> None:
    assert errors_of({"type": "nope"}) == [
        {
            "type": "union_tag_invalid",
            "loc": ["event"],
            "msg": "Input tag 'nope' found using 'type' does not match any of the "
            f"expected tags: {EXPECTED_TAGS}",
            "input": {"type": "nope"},
            "ctx": {
                "discriminator": "'type'",
                "tag": "nope",
                "expected_tags": EXPECTED_TAGS,
            },
        }
    ]


@pytest.mark.parametrize("event", [{}, {"val": 1}])
def test_an_event_without_a_type_is_told_so(event: object) -> None:
    assert errors_of(event) == [
        {
            "type": "union_tag_not_found",
            "loc": ["event"],
            "msg": "Unable to extract tag using discriminator 'type'",
            "input": event,
            "ctx": {"discriminator": "'type'"},
        }
    ]


@pytest.mark.parametrize("event", [[], None, 5, True, [{"type": "connection"}]])
def test_an_event_is_an_object(event: object) -> None:
    assert errors_of(event) == [
        {
            "type": "model_attributes_type",
            "loc": ["event"],
            "msg": "Input should be a valid dictionary or object "
            "to extract fields from",
            "input": event,
        }
    ]


@pytest.mark.parametrize(
    ("kind", "ids"),
    [("user", "root_ids"), ("channel", "channel_ids"), ("client", "client_ids")],
)
def test_ids_are_a_list_of_strings_with_data(kind: str, ids: str) -> None:
    def first(**fields: object) -> tuple[str, list[object]]:
        error = errors_of({"type": kind, **fields})[0]
        return error["type"], error["loc"]

    data: dict[str, int] = {}
    assert first(data=data) == ("missing", ["event", kind, ids])
    assert first(**{ids: []}, data=data) == ("too_short", ["event", kind, ids])
    assert first(**{ids: "a"}, data=data) == ("list_type", ["event", kind, ids])
    assert first(**{ids: ["a", 1]}, data=data) == (
        "string_type",
        ["event", kind, ids, 1],
    )
    assert first(**{ids: ["a"]}) == ("missing", ["event", kind, "data"])
    assert first(**{ids: ["a"]}, data=[1]) == ("dict_type", ["event", kind, "data"])


def test_a_thousand_ids_are_taken_and_no_more() -> None:
    event = {"type": "client", "client_ids": ["x"] * 1000, "data": {}}
    assert isinstance(parse_event(json.dumps(event)), ClientEvent)
    event["client_ids"] = ["x"] * 1001
    [error] = errors_of(event)
    assert error["type"] == "too_long"
    assert error["loc"] == ["event", "client", "client_ids"]
    assert (
        error["msg"] == "List should have at most 1000 items after validation, not 1001"
    )


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("walker", None, "string_type"),
        ("walker", 1, "string_type"),
        ("node", 5, "string_type"),
        ("response", None, "bool_type"),
        ("response", 2, "bool_parsing"),
        ("context", None, "dict_type"),
        ("context", [["val", 1]], "dict_type"),
    ],
)
def test_a_walker_events_fields_have_types(
    field: str, value: object, kind: str
) -> None:
    [error] = errors_of({"type": "walker", "walker": "w", field: value})
    assert (error["type"], error["loc"]) == (kind, ["event", "walker", field])
    assert error["input"] == value


def test_a_wrong_token_is_not_repeated() -> None:
    [error] = errors_of({"type": "change_user", "token": ["secret"]})
    assert error["loc"] == ["event", "change_user", "token"]
    assert error["input"] == "***"


# Section 7: the id of a walker event.


@pytest.mark.parametrize("given", ["", "a", "é" * 64, 0, -5, 10**63])
def test_short_strings_and_integers_are_ids(given: object) -> None:
    assert call_id(given) == given


@pytest.mark.parametrize("given", [None, True, 1.0, [], {}, "a" * 65, 10**64])
def test_other_ids_are_ignored(given: object) -> None:
    event = parse_event(json.dumps({"type": "walker", "walker": "w", "id": given}))
    assert isinstance(event, WalkerEvent)
    assert event.call_id is None


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"walker","id":"7"}',
        '{"type":"change_user","token":7,"id":"7"}',
    ],
)
def test_an_invalid_event_that_is_answered_keeps_its_id(text: str) -> None:
    event = parse_event(text)
    assert isinstance(event, InvalidEvent)
    assert event.call_id == "7"


@pytest.mark.parametrize(
    "text", ['{"type":"user","id":"7"}', '{"type":[],"id":"7"}', "[1]", "{"]
)
def test_other_invalid_events_have_no_id(text: str) -> None:
    event = parse_event(text)
    assert isinstance(event, InvalidEvent)
    assert event.call_id is None


# Messages.


def test_the_connection_message_tells_three_ids() -> None:
    assert connection_message("1:a", "n::b", "room") == (
        '{"type":"connection","data":'
        '{"client_id":"1:a","root_id":"n::b","channel_id":"room"}}'
    )
    assert connection_message("1:a", "n::b", "room", "é").endswith('"},"id":"é"}')


def test_a_response_carries_status_reports_and_id() -> None:
    assert response_message(200, "[1]") == '{"status":200,"reports":[1]}'
    assert response_message(201, "[]", "é") == '{"status":201,"reports":[],"id":"é"}'
    assert response_message(200, "[]", 0) == '{"status":200,"reports":[],"id":0}'


@pytest.mark.parametrize(
    ("custom", "text"),
    [
        ("{}", '{"id":7}'),
        ('{"a":1}', '{"a":1,"id":7}'),
        ('{"id":"mine","a":1}', '{"id":7,"a":1}'),
        ('{"a":"\\"id\\""}', '{"a":"\\"id\\"","id":7}'),
        ("[1]", "[1]"),
        ("7", "7"),
        ("null", "null"),
    ],
)
def test_a_custom_response_gets_the_id_if_it_is_an_object(
    custom: str, text: str
) -> None:
    assert custom_message(custom, 7) == text
    assert custom_message(custom) == custom


def test_a_walker_error_is_one_line_of_json() -> None:
    assert walker_error_message("no") == '{"type":"walker","error":"no"}'
    assert walker_error_message('"é"', 1) == (
        '{"type":"walker","error":"\\"é\\"","id":1}'
    )


def test_a_walker_error_may_hold_what_is_no_text() -> None:
    assert walker_error_message("\ud800!") == '{"type":"walker","error":"?!"}'


def test_a_validation_message_counts_what_it_leaves_out() -> None:
    error = {"type": "missing", "loc": ["val"], "msg": "Field required", "input": {}}
    text = (
        '{"error":[{"type":"missing","loc":["val"],"msg":"Field required","input":{}}]'
    )
    assert validation_message(ProtocolError([error])) == text + "}"
    assert validation_message(ProtocolError([error], 3), "a") == (
        text + ',"truncated":3,"id":"a"}'
    )
