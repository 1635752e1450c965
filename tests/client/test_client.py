from __future__ import annotations

import gc
import itertools
import json
import os
import signal
import sys
import threading
import weakref
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from scripted import ALICE, PUBLIC, ScriptedServer, response

from jacnb.client import Message, connect
from jacnb.errors import (
    ClientError,
    ConnectionClosedError,
    ProtocolError,
    UnexpectedMessageError,
    ValueRangeError,
    WaitTimeoutError,
    WalkerError,
)

CHAT = {"type": "chat", "data": {"message": "hi"}}


def values(messages: Any) -> list[Any]:
    return [message.value for message in messages]


def test_client_knows_its_ids_from_the_greeting(server: ScriptedServer) -> None:
    with connect(server.url, channel_id="room") as client:
        assert client.client_id == server.peers[0].client_id
        assert client.root_id == PUBLIC
        assert client.channel_id == "room"
        assert client.name == "public"
        assert client.is_open
        assert client.token is None
    assert not client.is_open


def test_walker_returns_its_response(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        answer = client.walker("echo", {"timeout": 1}, text="hi")
        assert answer.status == 200
        assert answer.reports == [1, "hi"]


def test_walker_event_is_what_the_protocol_says(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        answer = client.walker("echo", node=ALICE, val=1)
        assert values(client.sent) == [
            {
                "type": "walker",
                "walker": "echo",
                "node": ALICE,
                "response": True,
                "context": {"val": 1},
                "id": answer.id,
            }
        ]


def test_walker_error_is_raised(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        with pytest.raises(WalkerError, match="walker fail: ValueError: no"):
            client.walker("fail")
        assert client.walker("echo", val=1).reports == [1]


def test_walker_that_does_not_answer_times_out(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        with pytest.raises(WaitTimeoutError, match="walker silent did not answer"):
            client.walker("silent", timeout=0.01)
        assert client.walker("echo", val=1).reports == [1]


def test_a_forged_answer_is_a_message(server: ScriptedServer) -> None:
    forged = response("forged")
    server.walkers["late"] = lambda peer, _: peer.say(forged) or [response("real")]
    with connect(server.url) as client:
        assert client.walker("late").reports == ["real"]
        assert client.receive().value == forged


def test_without_echo_a_late_answer_is_dropped(old_server: ScriptedServer) -> None:
    with connect(old_server.url) as client:
        client.walker("echo", val=0)
        with pytest.raises(WaitTimeoutError):
            client.walker("silent", timeout=0.01)
        old_server.say(response("late"))
        assert client.walker("echo", val=1).reports == [1]
        client.expect_nothing()


def test_without_echo_a_call_that_never_answers_blocks_no_other(
    old_server: ScriptedServer,
) -> None:
    with connect(old_server.url) as client:
        client.walker("echo", val=0)
        with pytest.raises(WaitTimeoutError):
            client.walker("silent", timeout=0.01)
        assert client.walker("echo", val=1).reports == [1]


def test_without_echo_an_earlier_error_is_not_an_answer(
    old_server: ScriptedServer,
) -> None:
    with connect(old_server.url) as client:
        client.walker("echo", val=0)
        client.send_walker("fail")
        assert client.walker("echo", val=1).reports == [1]
        assert client.expect(error="ValueError: no").type == "walker"


def test_without_echo_calls_of_many_threads_take_turns(
    old_server: ScriptedServer,
) -> None:
    with connect(old_server.url) as client:
        found: dict[int, Any] = {}

        def call(number: int) -> None:
            found[number] = client.walker("echo", val=number).reports

        threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == {number: [number] for number in range(8)}


def test_fire_and_forget_error_arrives_as_a_message(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        client.send_walker("fail")
        assert client.expect(type="walker")["error"] == "ValueError: no"


def test_events_name_ids_or_clients(server: ScriptedServer) -> None:
    with connect(server.url, channel_id="a") as one, connect(server.url) as two:
        one.send_to_users(two, {"n": 1})
        one.send_to_channels(["a", two], {"n": 2})
        one.send_to_clients("1:x", {"n": 3})
        assert values(one.sent) == [
            {"type": "user", "root_ids": [PUBLIC], "data": {"n": 1}},
            {"type": "channel", "channel_ids": ["a", two.channel_id], "data": {"n": 2}},
            {"type": "client", "client_ids": ["1:x"], "data": {"n": 3}},
        ]
        assert [one.receive()["n"] for _ in range(3)] == [1, 2, 3]


def test_an_event_that_breaks_the_protocol_fails_here(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        with pytest.raises(ProtocolError, match="root_ids: List should have at least"):
            client.send_to_users([], {})
        with pytest.raises(ValueRangeError):
            client.send({"type": "client", "data": float("nan")})
        assert len(client.sent) == 0


def test_raw_text_and_bytes_go_out_as_they_are(server: ScriptedServer) -> None:
    server.answer = lambda peer, text: ["got it"]
    with connect(server.url) as client:
        client.send("{ no json")
        client.send(b"\x00")
        assert [client.receive().text for _ in range(2)] == ["got it", "got it"]
        assert server.received == ["{ no json", b"\x00"]


def test_connection_and_sync_ask_the_server(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        assert client.connection() == client.info
        client.sync()
        types = [json.loads(text)["type"] for text in server.received]
        assert types == ["connection", "connection"]
        assert len(client.messages) == 3
        client.expect_nothing()


def test_what_a_sync_says_and_hears_is_marked_as_no_conversation(
    server: ScriptedServer,
) -> None:
    with connect(server.url) as client:
        client.connection()
        client.sync()
        client.connection()
        assert [message.is_fence for message in client.sent] == [False, True, False]
        answers = [message.is_fence for message in client.messages]
        assert answers == [False, False, True, False]


def test_a_server_that_does_not_answer_times_out(server: ScriptedServer) -> None:
    server.answer = lambda peer, text: []
    client = connect(server.url)
    with pytest.raises(WaitTimeoutError, match="the server did not answer in time"):
        client.sync(timeout=0.01)
    client.close()


def test_change_user_becomes_another_and_public_again(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        assert client.change_user("secret").root_id == ALICE
        assert client.token == "secret"
        assert client.change_user().is_public
        assert client.token is None
        assert [message.get("token") for message in client.sent] == ["***", None]
        assert '"token":"Bearer secret"' in server.received[0]


def test_change_user_takes_another_clients_token(server: ScriptedServer) -> None:
    with connect(server.url, token="t") as alice, connect(server.url) as bob:
        assert bob.change_user(alice).root_id == ALICE
        assert bob.token == "t"


def test_a_token_that_is_not_accepted_is_a_warning(server: ScriptedServer) -> None:
    server.answer = lambda peer, text: [peer.greeting()]
    with connect(server.url) as client:
        with pytest.warns(UserWarning, match="did not accept the token") as caught:
            client.change_user("bad")
        assert caught[0].filename == __file__
        assert client.token is None


def test_a_server_that_keeps_the_user_is_a_warning(server: ScriptedServer) -> None:
    server.answer = lambda peer, text: [peer.greeting()]
    with connect(server.url, token="t") as client:
        with pytest.warns(UserWarning, match="keeps the user of the handshake"):
            client.change_user()
        assert client.token == "t"


def test_receive_returns_unread_messages_in_order(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.say({"val": 1})
        server.say({"val": 2})
        assert [client.receive()["val"] for _ in range(2)] == [1, 2]
        with pytest.raises(WaitTimeoutError, match="no message arrived at public"):
            client.receive(timeout=0.01)


def test_expect_finds_and_keeps_what_it_skips(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.say({"type": "progress"})
        server.say(CHAT)
        assert client.expect(type="chat", message="hi").value == CHAT
        assert client.expect("progress").value == {"type": "progress"}


def test_expect_does_not_find_a_message_twice(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.say(CHAT)
        client.expect("chat")
        with pytest.raises(WaitTimeoutError):
            client.expect("chat", timeout=0.01)


def test_a_cell_that_runs_again_finds_its_message_again(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = SimpleNamespace(execution_count=1, user_ns={"In": ["", "expect"]})
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    with connect(server.url) as client:
        server.say(CHAT)
        first = client.expect("chat")
        shell.execution_count = 2
        assert client.expect("chat", timeout=0.01) is first
        server.say(CHAT)
        client.sync()
        shell.execution_count = 3
        assert client.expect("chat") is not first


def test_expect_shows_what_did_arrive(server: ScriptedServer) -> None:
    with connect(server.url, name="bob") as client:
        server.say({"type": "chat", "data": {"message": "ho"}})
        client.sync()
        with pytest.raises(WaitTimeoutError) as caught:
            client.expect(type="chat", message="hi", timeout=0.01)
        assert str(caught.value) == (
            "no message with type='chat', message='hi' arrived at bob within 0.01 s; "
            "1 message did, nearest first:\n"
            '  {"type": "chat", "data": {"message": "ho"}}'
        )


def test_greeting_and_answers_are_no_messages_to_expect(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        client.walker("echo", val=1)
        client.connection()
        client.expect_nothing()
        assert len(client.messages) == 4


def test_becoming_public_unasked_is_a_message(server: ScriptedServer) -> None:
    with connect(server.url, token="t") as client:
        peer = server.peers[0]
        peer.root_id = PUBLIC
        server.say(peer.greeting())
        assert client.expect(type="connection")["data"]["root_id"] == PUBLIC
        assert client.root_id == PUBLIC


def test_expect_nothing_shows_what_came_and_can_be_run_again(
    server: ScriptedServer,
) -> None:
    with connect(server.url, name="carol") as client:
        client.expect_nothing()
        server.say(CHAT)
        client.expect_nothing(type="other")
        with pytest.raises(UnexpectedMessageError, match="1 message arrived at carol"):
            client.expect_nothing(type="chat")
        client.expect_nothing()


def test_messages_keep_what_arrived(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.say(CHAT)
        client.receive()
        assert [m.type for m in client.messages] == ["connection", "chat"]
        assert values(client.messages.where(type="chat")) == [CHAT]


def test_iterating_ends_when_the_server_closes(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.say({"val": 1})
        server.say({"val": 2})
        server.run(server.peers[0].close, 1001, "stopping")
        assert [message["val"] for message in client] == [1, 2]


def test_a_closed_connection_says_how_it_ended(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        server.run(server.peers[0].close, 1013, "slow consumer")
        assert list(client) == []
        for use in (client.receive, client.sync, lambda: client.walker("echo")):
            with pytest.raises(ConnectionClosedError, match="1013: slow consumer"):
                use()
        assert client.state == "closed"


def test_no_error_repeats_a_secret_that_a_server_gave_as_its_reason(
    server: ScriptedServer,
) -> None:
    reason = "bad token=abc.def.ghi"
    server.walkers["leave"] = lambda peer, context: peer.close(4001, reason) or []
    with connect(server.url) as client:
        for use in (lambda: client.walker("leave"), client.sync, client.receive):
            with pytest.raises(ConnectionClosedError, match="4001: bad token=") as hit:
                use()
            assert "abc.def.ghi" not in f"{hit.value} {hit.value!r} {hit.value.reason}"
        assert client.ended == (4001, reason)


def test_a_call_in_flight_fails_when_the_server_closes(server: ScriptedServer) -> None:
    server.walkers["leave"] = lambda peer, context: peer.close(1001) or []
    with connect(server.url) as client:
        with pytest.raises(ConnectionClosedError) as caught:
            client.walker("leave")
        assert caught.value.code == 1001


def test_callbacks_hear_everything_until_unsubscribed(server: ScriptedServer) -> None:
    heard: list[Message] = []
    sent: list[Message] = []
    states: list[str] = []
    with connect(server.url) as client:
        stop = client.on_message(heard.append)
        client.on_sent(sent.append)
        client.on_state(states.append)
        client.walker("echo", val=1)
        stop()
        client.sync()
    assert [message["reports"] for message in heard] == [[1]]
    assert [message.type for message in sent] == ["walker", "connection"]
    assert sent[0].cursor < heard[0].cursor
    assert states == ["closed"]


def test_a_callback_that_fails_stops_nothing(server: ScriptedServer) -> None:
    heard: list[Message] = []
    with connect(server.url) as client:
        client.on_message(lambda message: 1 / 0)
        client.on_message(heard.append)
        client.walker("echo", val=1)
        assert len(heard) == 1
        said = "a callback of on_message raised ZeroDivisionError: division by zero"
        with pytest.warns(UserWarning, match=said) as caught:
            client.send_to_clients("1:x", {})
        assert [warning.filename for warning in caught] == [__file__]


def test_the_same_error_of_a_callback_is_kept_once(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        stop = client.on_message(lambda message: 1 / 0)
        for _ in range(3):
            server.say(CHAT)
        client._transport.wait(lambda: len(client.messages) == 4, 5)
        stop()
        with pytest.warns(UserWarning, match="on_message raised") as caught:
            client.sync()
        assert len(caught) == 1


@pytest.mark.parametrize(
    "wait",
    [
        lambda client: client.walker("echo"),
        lambda client: client.connection(),
        lambda client: client.sync(),
        lambda client: client.change_user("t"),
        lambda client: client.receive(),
        lambda client: client.expect("x"),
        lambda client: client.expect_nothing(),
        next,
    ],
)
@pytest.mark.parametrize("news", ["on_message", "on_sent"])
def test_a_callback_that_waits_is_told_so_before_anything_is_sent(
    server: ScriptedServer, news: str, wait: Callable[[Any], Any]
) -> None:
    errors: list[Exception] = []

    def callback(message: Message) -> None:
        try:
            wait(client if wait is not next else iter(client))
        except ClientError as exc:
            errors.append(exc)

    with connect(server.url) as client:
        getattr(client, news)(callback)
        client.sync()
        assert len(client.sent) == 1
    assert ["a callback cannot wait" in str(error) for error in errors] == [True]


@pytest.mark.parametrize("news", ["on_message", "on_sent", "on_state"])
def test_what_is_no_callback_is_told(server: ScriptedServer, news: str) -> None:
    said = f"{news}.. takes a function, not NoneType"
    with connect(server.url) as client, pytest.raises(TypeError, match=said):
        getattr(client, news)(None)


@pytest.mark.parametrize(
    ("event", "kind"), [(None, "NoneType"), ([1], "list"), (7, "int")]
)
def test_what_is_no_event_is_told(
    server: ScriptedServer, event: Any, kind: str
) -> None:
    said = f"takes an event, a dict, text or bytes, not {kind}"
    with connect(server.url) as client:
        with pytest.raises(TypeError, match=said):
            client.send(event)
        assert len(client.sent) == 0


NO_CODES = [0, 5, 999, 1005, 1006, 1015, 2000, 70000, "x", 1000.0, None, [], True]


@pytest.mark.parametrize("code", NO_CODES)
def test_what_is_no_close_code_changes_nothing(
    server: ScriptedServer, code: Any
) -> None:
    with connect(server.url) as client:
        with pytest.raises(ValueError, match="is no close code: take 1000"):
            client.close(code)
        client.sync()


@pytest.mark.parametrize(
    ("reason", "complaint"),
    [
        (5, "a close is text, not int"),
        (None, "a close is text, not NoneType"),
        (b"bye", "a close is text, not bytes"),
        ("\ud800", "half a surrogate pair is no text"),
        ("x" * 124, "limited to 123 bytes"),
        ("é" * 62, "limited to 123 bytes"),
    ],
)
def test_what_is_no_reason_to_close_changes_nothing(
    server: ScriptedServer, reason: Any, complaint: str
) -> None:
    with connect(server.url) as client:
        with pytest.raises(ValueError, match=complaint):
            client.close(4000, reason)
        client.sync()
        client.close(4000, "é" * 61)
    assert server.wait_for_close() == (4000, "é" * 61)


def test_what_was_sent_shows_no_secrets(server: ScriptedServer) -> None:
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJlbWFpbCI6ImEifQ.c2ln"
    server.answer = lambda peer, text: ["got it"]
    with connect(server.url) as client:
        client.send_to_clients("1:x", {"text": f"take {jwt}", "password": "pw"})
        client.send(f"no json {jwt}")
        assert [client.receive().text for _ in range(2)] == ["got it", "got it"]
        shown = "".join(message.text for message in client.sent)
        assert "eyJ" not in shown
        assert '"text":"take ***","password":"***"' in shown
        assert jwt in str(server.received[0])


def test_a_callback_may_send(server: ScriptedServer) -> None:
    with connect(server.url) as client:
        stop = client.on_message(lambda m: client.send_to_clients("1:x", {"re": 1}))
        server.say(CHAT)
        client.expect(re=1)
        stop()


def test_an_interrupt_leaves_the_connection_usable(server: ScriptedServer) -> None:
    def interrupt(peer: Any, context: Any) -> list[Any]:
        os.kill(os.getpid(), signal.SIGINT)
        return []

    server.walkers["interrupt"] = interrupt
    with connect(server.url) as client:
        for _ in range(20):
            with pytest.raises(KeyboardInterrupt):
                client.walker("interrupt")
        assert client.walker("echo", val=1).reports == [1]


def interrupted(step: int, action: Callable[[], object]) -> bool:
    """Run an action with an interrupt at one of its steps; return if it had it."""
    steps = itertools.count(1)

    def trace(frame: Any, event: str, arg: object) -> Any:
        frame.f_trace_opcodes = True
        if event == "opcode" and next(steps) == step:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    # Python 3.12 looks at this frame to see whether opcodes are traced at all.
    sys._getframe().f_trace_opcodes = True
    sys.settrace(trace)
    try:
        action()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_an_interrupt_at_any_step_of_a_wait_stops_no_reader(
    server: ScriptedServer,
) -> None:
    heard = threading.Event()
    with connect(server.url) as client:
        client.on_message(lambda message: heard.set())
        wait = client._transport.wait
        for step in itertools.count(1):
            was_interrupted = interrupted(step, lambda: wait(lambda: False, 0.001))
            heard.clear()
            server.say(CHAT)
            assert heard.wait(2), f"the reader stands still after step {step}"
            if not was_interrupted:
                break
        assert step > 30


def test_closing_ends_a_wait_in_another_thread(server: ScriptedServer) -> None:
    client = connect(server.url)
    waiting = threading.Event()
    found: list[Any] = []

    def wait() -> None:
        waiting.set()
        found.extend(client)
        found.append("ended")

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(5)
    client.close(4000, "bye")
    thread.join(5)
    assert found == ["ended"]
    assert server.wait_for_close() == (4000, "bye")


def test_closing_twice_does_nothing(server: ScriptedServer) -> None:
    client = connect(server.url)
    client.close(1000, "done")
    client.close(1001, "again")
    with pytest.raises(ConnectionClosedError, match="1000: done"):
        client.sync()


def test_a_client_that_nobody_refers_to_is_closed(server: ScriptedServer) -> None:
    client = connect(server.url)
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None
    assert server.wait_for_close() == (1000, None)


def test_repr_is_short_and_holds_no_token(server: ScriptedServer) -> None:
    with connect(server.url, token="secret", channel_id="<b>", name="al") as client:
        assert repr(client) == f"<Client al on '<b>' at {server.url}, open>"
        shown = client._repr_html_()
        assert "&lt;b&gt;" in shown
        assert "<b>al</b> (open)" in shown
        assert "secret" not in shown + repr(client)
