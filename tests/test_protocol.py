"""The protocol, row by row (docs/protocol.md), in memory and over Tornado."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest

from jacnb import (
    WEBSOCKET_MANAGER as socket,
    MemoryServer,
    Registry,
    Root,
    UploadFile,
    Walker,
    on_entry,
    report,
    walker,
)
from jacnb.client import Client
from jacnb.errors import WalkerError
from jacnb.graph import Node, connect, get_context, jid, jobj, refs, root

PUBLIC = "n::000000000000000000000001"


@walker(auth=None)
def add(here, a: int, b: int = 1) -> int:
    return a + b


@walker
def for_users() -> str:
    return "user"


@walker(auth=False)
def for_public() -> str:
    return "public"


@walker(methods=["post"])
def rest_only() -> str:
    return "rest"


@walker(auth=None)
def fails(message: str = "no luck") -> None:
    raise ValueError(message)


@walker(auth=None)
def progress(here) -> str:
    socket.notify_self({"step": 1})
    socket.notify_self({"step": 2})
    return "done"


@walker(auth=None)
def tell(channels: list = [], users: list = [], clients: list = []) -> None:  # noqa: B006
    socket.notify_channels(channels, {"by": "channel"})
    socket.notify_users(users, {"by": "user"})
    socket.notify_clients(clients, {"by": "client"})


def raw(client: Client, event: object) -> list[object]:
    """Return all that arrived, the last connection message left out."""
    before = len(client.messages)
    client.send(event if isinstance(event, str | bytes) else json.dumps(event))
    client.sync()
    return [message.value for message in list(client.messages)[before:]][:-1]


# Section 2: connecting.


def test_the_first_message_tells_who_and_where(start) -> None:
    client = start().connect(channel_id="room")
    first = client.messages[0].value
    assert first == {
        "type": "connection",
        "data": {
            "client_id": client.client_id,
            "root_id": PUBLIC,
            "channel_id": "room",
        },
    }
    assert re.fullmatch(r"\d{10}:[0-9a-f]{32}", client.client_id)


def test_a_channel_is_made_for_a_client_that_names_none(start) -> None:
    server = start()
    one, two = server.connect(), server.connect()
    assert re.fullmatch(r"\d{10}:[0-9a-f]{32}", one.channel_id)
    assert one.channel_id != two.channel_id
    assert one.client_id != two.client_id


def test_a_simulated_user_has_a_root_of_its_own(start) -> None:
    server = start()
    alice, again, bob = (server.connect(user=u) for u in ("alice", "alice", "bob"))
    assert re.fullmatch(r"n::[0-9a-f]{24}", alice.root_id)
    assert alice.root_id == again.root_id != bob.root_id


# Section 3: events.


def test_a_connection_event_is_answered_with_the_connection_message(start) -> None:
    client = start().connect(channel_id="room")
    client.send({"type": "connection", "unknown": 1})
    client.sync()
    first, second = list(client.messages)[:2]
    assert first.text == second.text


def test_an_id_of_a_connection_or_change_user_event_is_echoed(start) -> None:
    client = start().connect(channel_id="room")
    greeting = client.messages[0].value
    for event in ({"type": "connection"}, {"type": "change_user"}):
        client.send(event | {"id": "q1"})
        client.sync()
        assert client.messages[-2].value == greeting | {"id": "q1"}


def test_a_channel_event_reaches_only_that_channel(start) -> None:
    server = start()
    alice, bob = server.connect(channel_id="room"), server.connect(channel_id="room")
    carol = server.connect(channel_id="other")
    alice.send_to_channels(["room"], {"val": 1})
    assert bob.receive().text == '{"val":1}'
    assert alice.receive().text == '{"val":1}'
    carol.expect_nothing()


def test_a_user_event_reaches_every_connection_of_that_user(start) -> None:
    server = start()
    alice, again, bob = (server.connect(user=u) for u in ("alice", "alice", "bob"))
    bob.send_to_users([alice.root_id], {"val": 1})
    assert alice.receive().text == again.receive().text == '{"val":1}'
    bob.expect_nothing()


def test_a_client_event_reaches_only_that_client(start) -> None:
    server = start()
    alice, again = server.connect(user="alice"), server.connect(user="alice")
    alice.send_to_clients([again.client_id], {"val": 1})
    assert again.receive().text == '{"val":1}'
    alice.expect_nothing()


def test_an_id_that_is_given_twice_gets_one_delivery(start) -> None:
    client = start().connect(channel_id="room")
    client.send_to_channels(["room", "room"], {"val": 1})
    client.sync()
    assert client.receive().value == {"val": 1}
    client.expect_nothing()


def test_unknown_and_malformed_ids_are_ignored_without_a_word(start) -> None:
    client = start().connect()
    client.send_to_users(["n::zz", "n::aaaaaaaaaaaaaaaaaaaaaaaa"], {"val": 1})
    client.send_to_channels(["nobody"], {"val": 1})
    client.send_to_clients(["nobody"], {"val": 1})
    client.expect_nothing()


def test_change_user_binds_the_connection_to_the_user_of_the_token(start) -> None:
    server = start()
    alice, other = server.connect(user="alice"), server.connect(channel_id="room")
    before = other.client_id
    other.change_user(alice.token)
    assert other.root_id == alice.root_id
    assert (other.client_id, other.channel_id) == (before, "room")
    alice.send_to_users([alice.root_id], {"val": 1})
    assert other.receive().value == {"val": 1}


@pytest.mark.parametrize("token", [None, "", "Bearer x", "Bearer "])
def test_change_user_without_a_valid_token_makes_it_public(start, token) -> None:
    alice = start().connect(user="alice")
    alice.send({"type": "change_user", "token": token})
    assert alice.connection().root_id == PUBLIC


def test_notifications_of_a_walker_come_before_its_response(start) -> None:
    client = start(progress).connect()
    event = {"type": "walker", "walker": "progress", "response": True}
    assert raw(client, event) == [
        {"step": 1},
        {"step": 2},
        {"status": 200, "reports": ["done"]},
    ]


def test_events_of_one_connection_are_handled_in_order(start) -> None:
    client = start(progress, add).connect(channel_id="room")
    before = len(client.messages)
    client.send_walker("progress")
    client.send_to_channels(["room"], {"step": 3})
    client.sync()
    found = [message.value for message in list(client.messages)[before:]][:-1]
    assert found == [{"step": 1}, {"step": 2}, {"step": 3}]


# Section 4: what comes back.


def test_a_walker_with_response_reports(start) -> None:
    client = start(add).connect()
    event = {
        "type": "walker",
        "walker": "add",
        "response": True,
        "context": {"a": 1, "b": 2},
    }
    assert raw(client, event) == [{"status": 200, "reports": [3]}]


def test_a_walker_without_response_is_silent(start) -> None:
    client = start(add).connect()
    assert raw(client, {"type": "walker", "walker": "add", "context": {"a": 1}}) == []


def test_context_is_coerced_and_unknown_keys_are_ignored(start) -> None:
    client = start(add).connect()
    assert client.walker("add", {"a": "7", "zzz": 1}).reports == [8]


def test_a_context_that_does_not_fit_is_an_error_even_without_response(start) -> None:
    client = start(add).connect()
    event = {"type": "walker", "walker": "add", "context": {"a": "xx"}}
    assert raw(client, event) == [
        {
            "error": [
                {
                    "type": "int_parsing",
                    "loc": ["a"],
                    "msg": "Input should be a valid integer, "
                    "unable to parse string as an integer",
                    "input": "xx",
                }
            ]
        }
    ]


@pytest.mark.parametrize(
    ("name", "user", "error"),
    [
        ("for_users", None, "Event for_users requires to be authenticated!"),
        ("for_public", "alice", "Event for_public requires to be unauthenticated!"),
        ("nope", None, "Invalid request! Please use valid walker event!"),
        ("rest_only", "alice", "Invalid request! Please use valid walker event!"),
    ],
)
def test_who_may_not_call_is_told_so(start, name, user, error) -> None:
    client = start(for_users, for_public, rest_only).connect(user=user)
    event = {"type": "walker", "walker": name}
    assert raw(client, event) == [{"type": "walker", "error": error}]


def test_a_root_that_is_not_mine_is_no_entry(start) -> None:
    server = start(for_users)
    alice, bob = server.connect(user="alice"), server.connect(user="bob")
    event = {"type": "walker", "walker": "for_users", "node": bob.root_id}
    error = f"You don't have access on target entry {bob.root_id}!"
    assert raw(alice, event) == [{"type": "walker", "error": error}]


def test_an_empty_node_is_the_callers_root(start) -> None:
    client = start(add).connect()
    event = {
        "type": "walker",
        "walker": "add",
        "node": "",
        "response": True,
        "context": {"a": 1},
    }
    assert raw(client, event) == [{"status": 200, "reports": [2]}]


def test_a_status_that_the_walker_sets_is_that_of_the_response(start) -> None:
    @walker(auth=None)
    def created() -> None:
        get_context().status = 201

    assert start(created).connect().walker("created").status == 201


def test_a_custom_report_replaces_the_response(start) -> None:
    from jacnb import log_report

    @walker(auth=None)
    def custom() -> None:
        log_report({"mine": 1}, custom=True)

    client = start(custom).connect()
    event = {"type": "walker", "walker": "custom", "response": True}
    assert raw(client, event) == [{"mine": 1}]
    assert raw(client, event | {"id": "x"}) == [{"mine": 1, "id": "x"}]


def test_nodes_are_reported_with_id_and_context(start) -> None:
    class City(Node):
        name: str

    @walker(auth=None)
    def found(here, name: str) -> None:
        city = City(name=name)
        connect(here, city)
        report(city)

    reported = start(found).connect().walker("found", name="Ulm").reports[0]
    assert reported["context"] == {"name": "Ulm"}
    assert re.fullmatch(r"n:City:[0-9a-f]{24}", reported["id"])


async def _answer() -> str:
    return "async"


def test_an_async_walker_answers_inline(start) -> None:
    @walker(auth=None)
    async def later() -> str:
        return await _answer()

    assert start(later).connect().walker("later").reports == ["async"]


# Section 5: what walkers can send.


def test_a_walker_notifies_channels_users_and_clients(start) -> None:
    server = start(tell)
    bob = server.connect(user="bob", channel_id="room")
    public = server.connect()
    public.walker(
        "tell",
        channels=["room"],
        users=[bob.root_id],
        clients=[bob.client_id],
    )
    assert [bob.receive().value["by"] for _ in range(3)] == [
        "channel",
        "user",
        "client",
    ]


def test_notify_users_takes_root_objects(start) -> None:
    @walker
    def me(here: Root) -> None:
        socket.notify_users([here], {"by": "root"})

    alice = start(me).connect(user="alice")
    alice.walker("me")
    assert alice.receive().value == {"by": "root"}


def test_a_notification_leaves_while_the_walker_runs() -> None:
    from jacnb import Registry, Server

    released = threading.Event()

    @walker(auth=None)
    def slow(here) -> str:
        socket.notify_self({"step": "started"})
        released.wait(10)
        return "done"

    with Server(registry=Registry(slow)) as server:
        client = server.connect()
        client.send_walker("slow")
        assert client.receive().value == {"step": "started"}
        released.set()
        client.sync()


# Section 7: where jacnb differs, on purpose.


@pytest.mark.parametrize(
    "text",
    [
        "{nope",
        "",
        '{"type":"channel","channel_ids":["room"],"data":{"x":"\\ud800"}}',
        b'{"type":"connection"}',
        '{"type":"channel","channel_ids":["room"],"data":{"x":1e400}}',
        '{"type":"channel","channel_ids":["room"],"data":{"x":NaN}}',
        '{"type":"channel","channel_ids":["room"],"data":{"x":-Infinity}}',
    ],
)
def test_what_is_no_json_is_refused_and_the_connection_stays(start, text) -> None:
    client = start().connect(channel_id="room")
    (answer,) = raw(client, text)
    (error,) = answer["error"]
    assert (error["type"], error["loc"]) == ("json_invalid", ["event"])
    assert "Traceback" not in json.dumps(answer)


def test_nesting_deeper_than_64_is_too_deep(start) -> None:
    client = start().connect(channel_id="room")
    nested = "[" * 63 + "]" * 63
    text = '{"type":"channel","channel_ids":["room"],"data":{"x":%s}}'
    (answer,) = raw(client, text % nested)
    assert answer["error"][0]["type"] == "too_deep"
    shallower = text % ("[" * 62 + "]" * 62)
    assert list(raw(client, shallower)[0]) == ["x"]


def test_more_than_1000_ids_are_too_long(start) -> None:
    client = start().connect()
    event = {"type": "channel", "channel_ids": ["a"] * 1001, "data": {}}
    (answer,) = raw(client, event)
    assert answer["error"][0]["type"] == "too_long"


def test_a_walker_that_raises_gives_one_line_and_no_traceback(start) -> None:
    server = start(fails)
    client = server.connect()
    event = {"type": "walker", "walker": "fails"}
    assert raw(client, event) == [{"type": "walker", "error": "ValueError: no luck"}]
    assert "raise ValueError(message)" in server.runs[-1].traceback


def test_a_malformed_node_is_one_line_that_names_it(start) -> None:
    client = start(add).connect()
    event = {"type": "walker", "walker": "add", "node": "xyz", "context": {"a": 1}}
    (answer,) = raw(client, event)
    assert answer["type"] == "walker"
    assert "'xyz'" in answer["error"]


def test_an_unknown_node_is_one_line_that_names_it(start) -> None:
    client = start(add).connect()
    node = "n:Post:aaaaaaaaaaaaaaaaaaaaaaaa"
    event = {"type": "walker", "walker": "add", "node": node, "context": {"a": 1}}
    (answer,) = raw(client, event)
    assert node in answer["error"]


def test_an_unknown_id_inside_a_walker_is_one_line_that_names_it(start) -> None:
    @walker(auth=None)
    def lookup(id: str) -> None:
        jobj(id)

    client = start(lookup).connect()
    with pytest.raises(WalkerError, match="n:Post:aaaaaaaaaaaaaaaaaaaaaaaa"):
        client.walker("lookup", id="n:Post:aaaaaaaaaaaaaaaaaaaaaaaa")
    with pytest.raises(WalkerError, match="'zz'"):
        client.walker("lookup", id="zz")


def test_validation_errors_are_bounded(start) -> None:
    client = start().connect()
    event = {
        "type": "channel",
        "channel_ids": [1] * 30,
        "data": {},
        "junk": "x" * 100_000,
    }
    (answer,) = raw(client, event)
    assert len(answer["error"]) == 10
    assert answer["truncated"] == 20
    assert "url" not in answer["error"][0]
    (answer,) = raw(client, {"type": "channel", "junk": "x" * 100_000})
    assert len(answer["error"][0]["input"]) == 200


@pytest.mark.parametrize("id", ["a1", 7, "", 0, "x" * 64])
def test_an_id_is_echoed_in_response_and_error(start, id) -> None:
    client = start(add).connect()
    event = {"type": "walker", "walker": "add", "response": True, "id": id}
    assert raw(client, event | {"context": {"a": 1}}) == [
        {"status": 200, "reports": [2], "id": id}
    ]
    (invalid,) = raw(client, event)
    assert invalid["id"] == id
    (unknown,) = raw(client, event | {"walker": "nope"})
    assert unknown["id"] == id


@pytest.mark.parametrize("id", ["x" * 65, True, None, [1], {"a": 1}, 1.5])
def test_an_id_of_another_kind_is_ignored(start, id) -> None:
    client = start(add).connect()
    event = {"type": "walker", "walker": "add", "response": True, "id": id}
    assert raw(client, event | {"context": {"a": 1}}) == [
        {"status": 200, "reports": [2]}
    ]


def test_a_walker_open_to_both_takes_both(start) -> None:
    server = start(add)
    assert server.connect(user="alice").walker("add", a=1).reports == [2]
    assert server.connect().walker("add", a=1).reports == [2]


def test_a_walker_with_a_file_says_rest_only(start) -> None:
    class upload(Walker):
        file: UploadFile

        class __specs__:
            methods = ("websocket", "post")
            auth = None

    (answer,) = raw(start(upload).connect(), {"type": "walker", "walker": "upload"})
    assert answer["type"] == "walker"
    assert "REST only" in answer["error"]


def test_a_token_that_expires_makes_the_connection_public(start) -> None:
    server = start(for_users, token_lifetime=0.2)
    alice = server.connect(user="alice")
    root_id = alice.root_id
    deadline = time.monotonic() + 10
    while alice.connection().root_id == root_id:
        assert time.monotonic() < deadline
    assert alice.root_id == PUBLIC
    with pytest.raises(WalkerError, match="requires to be authenticated"):
        alice.walker("for_users")


def test_a_revoked_token_makes_the_connection_public(start) -> None:
    server = start()
    alice = server.connect(user="alice")
    server.accounts.revoke(alice.token)
    assert alice.connection().root_id == PUBLIC


def test_a_token_of_another_server_is_none(start) -> None:
    one, other = start(), start()
    alice = one.connect(user="alice")
    client = other.connect()
    client.send({"type": "change_user", "token": f"Bearer {alice.token}"})
    assert client.connection().root_id == PUBLIC


# Beyond the page: what else may go wrong.


def test_a_message_of_a_megabyte_is_relayed(start) -> None:
    client = start().connect(channel_id="room")
    big = "x" * 1_000_000
    client.send_to_channels(["room"], {"big": big})
    assert client.receive().value == {"big": big}


def test_data_arrives_exactly_as_sent(start) -> None:
    client = start().connect(channel_id="room")
    text = '{"é":null,"f":1.0,"big":1180591620717411303424,"s":"</script>","a":[{}]}'
    client.send('{"type":"channel","channel_ids":["room"],"data":' + text + "}")
    assert client.receive().text == text


def test_plain_code_notifies_through_the_server(start) -> None:
    server = start()
    alice = server.connect(user="alice", channel_id="room")
    server.notify_channels(["room"], {"n": 1})
    server.notify_users([alice.root_id], {"n": 2})
    server.notify_clients([alice.client_id], {"n": 3})
    assert [alice.receive().value["n"] for _ in range(3)] == [1, 2, 3]


def test_a_walker_prints_to_its_run(start, capsys) -> None:
    @walker(auth=None)
    def talks() -> None:
        print("only for the author")

    server = start(talks)
    server.connect().walker("talks")
    assert server.runs[-1].output == "only for the author\n"
    assert capsys.readouterr().out == ""


def test_plain_code_works_on_the_graph_of_the_newest_server(start) -> None:
    server = start()

    class Note(Node):
        text: str = ""

    connect(root(), Note(text="hello"))
    assert [note.text for note in refs(root())] == ["hello"]
    assert jid(root()) != PUBLIC
    alice = server.connect(user="alice")
    server.reset()
    assert list(refs(root())) == []
    assert alice.connection().root_id == alice.root_id != PUBLIC


def test_a_client_in_memory_may_be_made_inside_a_callback() -> None:
    made: list[str] = []
    with MemoryServer(registry=Registry()) as server:
        client = server.connect(channel_id="room")
        client.on_message(lambda message: made.append(server.connect().client_id))
        client.send_to_channels(["room"], {})
    assert len(made) == 1


def test_what_a_run_changed_is_kept_only_if_it_ends_well(start) -> None:
    class Counter(Node):
        count: int = 0

    class bump(Walker):
        fail: bool = False

        @on_entry
        def enter(self, here: Root) -> None:
            counters = refs(here, node=Counter)
            if not counters:
                counter = Counter()
                connect(here, counter)
            else:
                counter = counters[0]
            counter.count += 1
            if self.fail:
                raise ValueError("no")
            report(counter.count)

        class __specs__:
            methods = ("websocket",)

    client = start(bump).connect(user="alice")
    assert client.walker("bump").reports == [1]
    with pytest.raises(WalkerError, match="ValueError: no"):
        client.walker("bump", fail=True)
    assert client.walker("bump").reports == [2]


def test_the_trace_says_why_a_notification_came(start) -> None:
    server = start(progress)
    server.connect().walker("progress")
    entries = {e.kind.value: e for e in server.trace if e.kind.value != "reply"}
    chain = server.trace.causes(entries["notification"])
    assert [cause.kind.value for cause in chain] == ["run", "event"]
    assert chain[0].type == "progress"


def test_the_trace_holds_no_token(start) -> None:
    server = start()
    alice, other = server.connect(user="alice"), server.connect()
    other.change_user(alice.token)
    texts = "".join(entry.text or "" for entry in server.trace)
    assert alice.token not in texts
    assert '"token":"***"' in texts


def test_an_answer_that_nobody_waits_for_is_not_unread(start) -> None:
    client = start(add).connect()
    client.send_walker("add", a=1, response=True)
    client.expect_nothing()
    values = [message.value for message in client.messages]
    assert any(value.get("reports") == [2] for value in values)


def test_a_custom_report_of_a_node_is_its_context(start) -> None:
    from jacnb import log_report

    class Note(Node):
        text: str = "hello"

    @walker(auth=None)
    def bare() -> None:
        log_report(Note(), custom=True)

    client = start(bare).connect()
    event = {"type": "walker", "walker": "bare", "response": True}
    assert raw(client, event) == [{"text": "hello"}]


def test_a_client_is_called_in_the_trace_as_its_author_called_it(start) -> None:
    server = start()
    with server.connect(name="carol", channel_id="room") as carol:
        carol.sync()
        assert "carol" in server.trace.to_mermaid()
        assert server.trace.where(client="carol")[0].client_id == carol.client_id
