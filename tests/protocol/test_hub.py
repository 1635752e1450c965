from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import BaseModel
from talk import ALICE, BOB, Declared, Talk

from jacnb.errors import ValueRangeError
from jacnb.protocol import (
    PUBLIC,
    ChangeUserCall,
    Connection,
    Identity,
    Kind,
    Outcome,
    Trace,
    WalkerCall,
)

PUBLIC_ROOT = "n::000000000000000000000001"


class Val(BaseModel):
    val: int


def greeting(connection: Connection) -> str:
    return (
        f'{{"type":"connection","data":{{"client_id":"{connection.client_id}",'
        f'"root_id":"{connection.root_id}","channel_id":"{connection.channel_id}"}}}}'
    )


# Section 2: connecting.


def test_the_first_message_tells_who_and_where() -> None:
    talk = Talk()
    connection = talk.hub.connect(ALICE, "room")
    assert talk.sent == [(greeting(connection), (connection,))]
    assert connection.root_id == "n::aaaaaaaaaaaaaaaaaaaaaaaa"
    assert connection.channel_id == "room"


def test_a_connection_without_a_user_has_the_public_root() -> None:
    connection = Talk().hub.connect(PUBLIC)
    assert connection.root_id == PUBLIC_ROOT
    assert connection.identity.is_public


def test_a_channel_that_json_cannot_carry_leaves_nothing_behind() -> None:
    talk = Talk(trace=Trace(lambda: 0.0))
    with pytest.raises(ValueRangeError):
        talk.hub.connect(PUBLIC, "\ud800")
    assert len(talk.hub.clients) == len(talk.hub.users) == len(talk.hub.channels) == 0
    assert talk.sent == []


def test_nobody_hears_of_a_client_that_is_gone() -> None:
    talk = Talk()
    alice, bob = talk.join(ALICE, "room"), talk.join(BOB, "room")
    talk.hub.disconnect(alice)
    talk.hub.disconnect(alice)
    assert not talk.hub.is_connected(alice)
    talk.hub.notify_channels(["room"], {})
    assert talk.sent == [("{}", (bob,))]


# Section 3: events.


def test_a_connection_event_is_answered_with_the_connection_message() -> None:
    talk = Talk()
    alice = talk.join(ALICE)
    assert talk.say(alice, '{"type":"connection","x":1}') is None
    assert talk.sent == [(greeting(alice), (alice,))]


def test_a_connection_events_id_is_echoed() -> None:
    talk = Talk()
    alice = talk.join(ALICE)
    talk.say(alice, '{"type":"connection","id":"q1"}')
    talk.say(alice, '{"type":"connection","id":["no id"]}')
    assert talk.heard(alice) == [
        greeting(alice)[:-1] + ',"id":"q1"}',
        greeting(alice),
    ]


def test_a_channel_event_reaches_that_channel_its_sender_included() -> None:
    talk = Talk()
    alice, bob = talk.join(ALICE, "room"), talk.join(BOB, "room")
    talk.join(PUBLIC, "other")
    talk.say(alice, '{"type":"channel","channel_ids":["room"],"data":{"val":1}}')
    assert talk.sent == [('{"val":1}', (alice, bob))]


def test_a_user_event_reaches_every_connection_of_that_user() -> None:
    talk = Talk()
    one, two, bob = talk.join(ALICE), talk.join(ALICE), talk.join(BOB)
    talk.say(bob, {"type": "user", "root_ids": [ALICE.root_id], "data": {"val": 1}})
    assert talk.sent == [('{"val":1}', (one, two))]


def test_a_client_event_reaches_that_client_only() -> None:
    talk = Talk()
    one, two = talk.join(ALICE), talk.join(ALICE)
    talk.say(one, {"type": "client", "client_ids": [two.client_id], "data": {}})
    assert talk.sent == [("{}", (two,))]


def test_the_public_is_a_user_too() -> None:
    talk = Talk()
    alice, visitor = talk.join(ALICE), talk.join()
    talk.say(alice, {"type": "user", "root_ids": [PUBLIC_ROOT], "data": {"p": 1}})
    assert talk.sent == [('{"p":1}', (visitor,))]


def test_an_event_reaches_nobody_twice() -> None:
    talk = Talk()
    one, two = talk.join(ALICE, "a"), talk.join(BOB, "b")
    ids = ["a", "b", "a", "nobody"]
    talk.say(one, {"type": "channel", "channel_ids": ids, "data": {}})
    assert talk.sent == [("{}", (one, two))]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "user", "root_ids": ["n::zz", "n::" + "c" * 24], "data": {}},
        {"type": "channel", "channel_ids": ["nobody"], "data": {}},
        {"type": "client", "client_ids": ["", "1:2"], "data": {}},
    ],
)
def test_unknown_ids_are_ignored_without_a_word(event: object) -> None:
    talk = Talk()
    assert talk.say(talk.join(ALICE, "room"), event) is None
    assert talk.sent == []


def test_data_arrives_exactly_as_sent() -> None:
    talk = Talk()
    alice = talk.join(ALICE, "room")
    data = '{"f":1.0,"é":null,"big":1180591620717411303424,"x":[{"type":"user"}]}'
    talk.say(alice, f'{{"type":"channel","channel_ids":["room"],"data":{data}}}')
    assert talk.heard(alice) == [data]


@pytest.mark.parametrize("token", [None, "", "Bearer x"])
def test_change_user_asks_the_shell_whose_token_it_is(token: str | None) -> None:
    talk = Talk()
    call = talk.say(talk.join(ALICE), {"type": "change_user", "token": token})
    assert isinstance(call, ChangeUserCall)
    assert call.token == token
    assert "Bearer" not in repr(call)
    assert talk.sent == []


def test_change_user_binds_the_connection_to_another_user() -> None:
    talk = Talk()
    alice = talk.join(ALICE, "room")
    talk.hub.finish(talk.say(alice, {"type": "change_user"}), BOB)
    assert alice.identity == BOB
    assert talk.heard(alice) == [greeting(alice)]
    talk.hub.notify_users([ALICE.root_id], {"for": "alice"})
    talk.hub.notify_users([BOB.root_id], {"for": "bob"})
    talk.hub.notify_channels(["room"], {"for": "room"})
    assert talk.heard(alice)[1:] == ['{"for":"bob"}', '{"for":"room"}']


def test_a_change_users_id_is_echoed_once() -> None:
    talk = Talk()
    alice = talk.join(ALICE, "room")
    call = talk.say(alice, {"type": "change_user", "token": "Bearer x", "id": 7})
    assert call.id == 7
    talk.hub.finish(call, BOB)
    talk.hub.rebind(alice, PUBLIC)
    first, second = talk.heard(alice)
    assert first.endswith(',"id":7}')
    assert second == greeting(alice)


def test_a_client_that_left_meanwhile_is_not_bound_again() -> None:
    talk = Talk()
    alice = talk.join(ALICE)
    call = talk.say(alice, {"type": "change_user"})
    talk.hub.disconnect(alice)
    talk.hub.finish(call, BOB)
    assert len(talk.hub.users) == 0
    assert talk.sent == []


def test_a_shell_may_make_a_connection_public() -> None:
    talk = Talk()
    alice = talk.join(ALICE)
    talk.hub.rebind(alice, PUBLIC)
    assert alice.root_id == PUBLIC_ROOT
    assert talk.heard(alice) == [greeting(alice)]


def test_a_walker_event_becomes_a_call() -> None:
    walker = Declared("w", None, Val)
    talk = Talk(walker)
    alice = talk.join(ALICE)
    event = {"type": "walker", "walker": "w", "context": {"val": "7", "x": 1}}
    call = talk.say(alice, event | {"node": "n::1", "response": True, "id": "a"})
    assert isinstance(call, WalkerCall)
    assert (call.connection, call.entry, call.fields) == (alice, walker, {"val": 7})
    assert (call.node, call.wants_response, call.id) == ("n::1", True, "a")
    assert talk.sent == []


# Section 4: what comes back.


def called(talk: Talk, connection: Connection, **fields: object) -> WalkerCall:
    call = talk.say(connection, {"type": "walker", "walker": "w"} | fields)
    assert isinstance(call, WalkerCall)
    return call


@pytest.mark.parametrize(
    ("outcome", "text"),
    [
        (Outcome("[1]"), '{"status":200,"reports":[1]}'),
        (Outcome("[]", status=201), '{"status":201,"reports":[]}'),
        (Outcome(custom='{"a":1}'), '{"a":1}'),
        (Outcome(error="ValueError: no"), '{"type":"walker","error":"ValueError: no"}'),
    ],
)
def test_a_walker_that_ran_is_answered(outcome: Outcome, text: str) -> None:
    talk = Talk(Declared("w"))
    alice, _ = talk.join(ALICE, "room"), talk.join(BOB, "room")
    talk.hub.finish(called(talk, alice, response=True), outcome)
    assert talk.sent == [(text, (alice,))]


@pytest.mark.parametrize("outcome", [Outcome("[1]"), Outcome(custom="1")])
def test_without_response_a_walker_that_ran_says_nothing(outcome: Outcome) -> None:
    talk = Talk(Declared("w"))
    talk.hub.finish(called(talk, talk.join()), outcome)
    assert talk.sent == []


def test_without_response_a_failure_is_told_all_the_same() -> None:
    talk = Talk(Declared("w"))
    alice = talk.join()
    talk.hub.finish(called(talk, alice), Outcome(error="no"))
    assert talk.heard(alice) == ['{"type":"walker","error":"no"}']


def test_a_client_that_left_meanwhile_gets_no_answer() -> None:
    talk = Talk(Declared("w"))
    alice = talk.join()
    call = called(talk, alice, response=True)
    talk.hub.disconnect(alice)
    talk.hub.finish(call, Outcome())
    assert talk.sent == []


@pytest.mark.parametrize(
    ("auth", "identity", "refusal"),
    [
        (True, PUBLIC, "Event w requires to be authenticated!"),
        (False, ALICE, "Event w requires to be unauthenticated!"),
        (True, ALICE, None),
        (False, PUBLIC, None),
        (None, ALICE, None),
        (None, PUBLIC, None),
    ],
)
def test_a_walker_says_who_may_call_it(
    auth: bool | None, identity: Identity, refusal: str | None
) -> None:
    talk = Talk(Declared("w", auth))
    caller = talk.join(identity)
    call = talk.say(caller, {"type": "walker", "walker": "w", "response": False})
    assert isinstance(call, WalkerCall) == (refusal is None)
    errors = [json.loads(text) for text in talk.heard(caller)]
    assert errors == ([{"type": "walker", "error": refusal}] if refusal else [])


def test_who_may_call_is_asked_before_the_context_is_read() -> None:
    talk = Talk(Declared("w", True, Val))
    event = {"type": "walker", "walker": "w", "context": {"val": "x"}}
    error = {"type": "walker", "error": "Event w requires to be authenticated!"}
    assert talk.answer(talk.join(), event) == error


@pytest.mark.parametrize("name", ["nope", "", "W"])
def test_an_unknown_walker_is_no_valid_event(name: str) -> None:
    talk = Talk(Declared("w"))
    assert talk.answer(talk.join(), {"type": "walker", "walker": name}) == {
        "type": "walker",
        "error": "Invalid request! Please use valid walker event!",
    }


def test_a_walker_may_refuse_events_with_a_reason() -> None:
    talk = Talk(Declared("w", True, problem="w takes a file: call it over REST only"))
    assert talk.answer(talk.join(), {"type": "walker", "walker": "w", "id": 1}) == {
        "type": "walker",
        "error": "w takes a file: call it over REST only",
        "id": 1,
    }


def test_an_invalid_context_is_answered_with_a_list() -> None:
    talk = Talk(Declared("w", None, Val))
    assert talk.answer(talk.join(), {"type": "walker", "walker": "w"}) == {
        "error": [
            {"type": "missing", "loc": ["val"], "msg": "Field required", "input": {}}
        ]
    }


def test_an_invalid_event_is_answered_with_a_list() -> None:
    talk = Talk()
    event = {"type": "channel", "channel_ids": ["room"]}
    assert talk.answer(talk.join(), event) == {
        "error": [
            {
                "type": "missing",
                "loc": ["event", "channel", "data"],
                "msg": "Field required",
                "input": event,
            }
        ]
    }


# Section 5: what walkers can send.


def test_a_notification_is_handed_out_once_with_all_its_receivers() -> None:
    talk = Talk()
    alice, bob = talk.join(ALICE, "a"), talk.join(BOB, "b")
    talk.hub.notify_users([BOB.root_id, ALICE.root_id], {"val": 1})
    talk.hub.notify_channels(["a", "b"], {"val": 2})
    talk.hub.notify_clients([alice.client_id], {"val": 3})
    assert talk.sent == [
        ('{"val":1}', (bob, alice)),
        ('{"val":2}', (alice, bob)),
        ('{"val":3}', (alice,)),
    ]


def test_what_json_cannot_carry_reaches_nobody() -> None:
    talk = Talk()
    talk.join(ALICE, "room")
    with pytest.raises(ValueRangeError, match="NaN"):
        talk.hub.notify_channels(["room"], {"x": float("nan")})
    assert talk.sent == []


def test_notifications_to_an_unchanged_key_share_their_receivers() -> None:
    talk = Talk()
    talk.join(ALICE, "room")
    for _ in range(2):
        talk.hub.notify("channel", ["room"], "{}")
    assert talk.sent[0][1] is talk.sent[1][1]


# Section 7: where jacnb differs.


@pytest.mark.parametrize("text", ["{nope", "", "NaN", '{"a":1e400}', b"{}", '"\ud800"'])
def test_what_is_no_json_is_answered_and_the_connection_stays(text: Any) -> None:
    talk = Talk()
    alice = talk.join(ALICE)
    [error] = talk.answer(alice, text)["error"]
    assert (error["type"], error["loc"]) == ("json_invalid", ["event"])
    assert sorted(error) == ["loc", "msg", "type"]
    assert talk.hub.is_connected(alice)


def test_an_event_that_nests_too_deep_is_refused() -> None:
    talk = Talk()
    alice = talk.join(ALICE, "room")
    start = '{"type":"channel","channel_ids":["room"],"data":{"a":'
    [error] = talk.answer(alice, start + "[" * 63 + "]" * 63 + "}}")["error"]
    assert (error["type"], error["loc"]) == ("too_deep", ["event"])
    talk.sent.clear()
    talk.say(alice, start + "[" * 62 + "]" * 62 + "}}")
    assert len(talk.sent) == 1


def test_ten_errors_are_told_and_the_others_counted() -> None:
    talk = Talk()
    event = {"type": "user", "root_ids": [1] * 30, "data": {}}
    answer = talk.answer(talk.join(), event)
    assert len(answer["error"]) == 10
    assert answer["truncated"] == 20


@pytest.mark.parametrize("id", ["", "x" * 64, "é", 0, -1, 10**30])
def test_an_id_comes_back_with_whatever_is_answered(id: object) -> None:
    talk = Talk(Declared("w", None, Val))
    alice, event = talk.join(), {"type": "walker", "walker": "w", "id": id}
    for outcome in (Outcome(), Outcome(error="no"), Outcome(custom='{"a":1}')):
        call = called(talk, alice, context={"val": 1}, response=True, id=id)
        talk.hub.finish(call, outcome)
    for wrong in (event, event | {"context": 1}, event | {"walker": "nope"}):
        talk.say(alice, wrong)
    answers = [json.loads(text) for text in talk.heard(alice)]
    assert [answer["id"] for answer in answers] == [id] * 6


@pytest.mark.parametrize("id", [None, True, 1.5, ["a"], {"a": 1}, "x" * 65])
def test_an_id_of_another_kind_is_ignored(id: object) -> None:
    talk = Talk(Declared("w"))
    alice = talk.join()
    talk.hub.finish(called(talk, alice, response=True, id=id), Outcome())
    assert talk.heard(alice) == ['{"status":200,"reports":[]}']


# The trace: what was said, and why.


def test_a_notification_is_traced_back_to_the_event_of_its_run() -> None:
    trace = Trace(lambda: 5.0)
    talk = Talk(Declared("w"), trace=trace)
    alice = talk.join(ALICE, "room")
    call = called(talk, alice, response=True)
    talk.hub.begin(call)
    talk.hub.notify("channel", ["room"], "{}", call.cause)
    talk.hub.finish(call, Outcome("[1]"))
    assert [(e.kind, e.type, e.text, e.cause) for e in trace] == [
        (Kind.OPEN, "open", None, None),
        (Kind.REPLY, "connection", greeting(alice), 0),
        (
            Kind.EVENT,
            "walker",
            '{"type": "walker", "walker": "w", "response": true}',
            None,
        ),
        (Kind.RUN, "w", None, 2),
        (Kind.NOTIFICATION, "channel", "{}", 3),
        (Kind.END, "w", None, 3),
        (Kind.REPLY, "walker", '{"status":200,"reports":[1]}', 3),
    ]
    assert {e.client_id or e.receiver_ids[0] for e in trace} == {alice.client_id}


def test_every_way_of_an_event_is_traced() -> None:
    trace = Trace(lambda: 5.0)
    talk = Talk(Declared("w", None, Val), trace=trace)
    alice = talk.join(ALICE)
    talk.say(alice, "{")
    talk.say(alice, b"12345")
    talk.say(alice, {"type": "walker", "walker": "w"})
    talk.hub.finish(called(talk, alice, context={"val": 1}), Outcome(error="no"))
    talk.hub.disconnect(alice)
    kinds = [(e.kind.value, e.type) for e in trace][2:]
    assert kinds == [
        ("event", "invalid"),
        ("reply", "error"),
        ("event", "invalid"),
        ("reply", "error"),
        ("event", "walker"),
        ("reply", "error"),
        ("event", "walker"),
        ("end", "w"),
        ("reply", "walker"),
        ("close", "close"),
    ]
    assert [e.text for e in trace][4] == "<5 bytes>"
    assert [e.text for e in trace][9] == "no"


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"change_user","token":"Bearer secret"}',
        '{"type":"change_user","\\u0074oken":"secret"}',
        '{"type":"change_user","token":["secret"]}',
        '{"type":"change_user","token":"secret"',
        '{"type":"walker","walker":"w","context":{"password":"secret"}}',
    ],
)
def test_a_secret_is_in_no_entry_of_the_trace(text: str) -> None:
    trace = Trace(lambda: 5.0)
    talk = Talk(Declared("w"), trace=trace)
    call = talk.say(talk.join(ALICE), text)
    assert any("***" in (entry.text or "") for entry in trace)
    assert not any("secret" in f"{entry!r}{entry.text}" for entry in trace)
    assert "secret" not in repr(call)


def test_a_change_user_event_is_traced_with_its_greeting() -> None:
    trace = Trace(lambda: 5.0)
    talk = Talk(trace=trace)
    alice = talk.join(ALICE)
    talk.hub.finish(talk.say(alice, '{"type":"change_user"}'), BOB)
    assert [(e.kind, e.text, e.cause) for e in trace][2:] == [
        (Kind.EVENT, '{"type":"change_user"}', None),
        (Kind.REPLY, greeting(alice), 2),
    ]


# Whatever is said.

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
FIELDS = [
    "walker", "context", "response", "node", "id", "data", "token",
    "root_ids", "channel_ids", "client_ids",
]  # fmt: skip
events = st.builds(
    lambda kind, fields: {"type": kind} | fields,
    st.sampled_from(
        ["connection", "walker", "user", "channel", "client", "change_user", "nope"]
    ),
    st.dictionaries(
        st.sampled_from(FIELDS),
        json_values | st.just("w") | st.lists(st.text(), min_size=1) | st.just({}),
    ),
)


@given(st.text(st.characters(exclude_categories=())) | st.binary())
def test_any_message_that_is_no_event_gets_one_error(text: str | bytes) -> None:
    talk = Talk(trace=Trace(lambda: 0.0))
    alice = talk.join(ALICE)
    [error] = talk.answer(alice, text)["error"]
    assert error["loc"] == ["event"]


@given(events)
def test_any_event_is_a_call_a_delivery_or_an_error(event: dict[str, Any]) -> None:
    talk = Talk(Declared("w", None, Val), trace=Trace(lambda: 0.0))
    alice = talk.join(ALICE, "room")
    call = talk.say(alice, event)
    is_notification = event["type"] in {"user", "channel", "client"}
    assert call or talk.sent or is_notification
    for text in talk.heard(alice):
        assert len(text) < 20_000
        assert {"error", "data"} & json.loads(text).keys()


@given(st.dictionaries(st.text(), json_values))
def test_any_object_sent_as_data_arrives_equal(data: dict[str, Any]) -> None:
    talk = Talk()
    alice, bob = talk.join(ALICE, "a"), talk.join(BOB, "room")
    talk.say(alice, {"type": "channel", "channel_ids": ["room"], "data": data})
    [text] = talk.heard(bob)
    assert json.loads(text) == data
    assert talk.heard(alice) == []


@given(st.lists(st.text(), min_size=1, max_size=5), st.text(min_size=1))
def test_any_string_is_an_id(ids: list[str], channel_id: str) -> None:
    talk = Talk()
    alice = talk.join(ALICE, channel_id)
    talk.say(alice, {"type": "channel", "channel_ids": ids, "data": {}})
    assert talk.heard(alice) == (["{}"] if channel_id in ids else [])
