from __future__ import annotations

import gc
import json
import threading

import pytest

import jacnb
from jacnb import Root, Walker, on_entry, report
from jacnb.errors import (
    ClientError,
    ConnectError,
    ProtocolError,
    ServerError,
    WaitTimeoutError,
)
from jacnb.panels import Explorer
from jacnb.panels.explorer_orders import aside
from jacnb.protocol.recording import read_jsonl


class shout_out(Walker):
    text: str
    times: int = 1

    @on_entry
    def enter(self, here: Root) -> None:
        chat = {"type": "chat", "data": {"message": self.text.upper() * self.times}}
        jacnb.WEBSOCKET_MANAGER.notify_channels(["room"], chat)
        report("done")

    class __specs__:
        methods = ["websocket"]
        auth = None


def here(job):
    job()


@pytest.fixture
def server(start):
    return start(shout_out)


@pytest.fixture
def alice(server):
    return server.connect(user="alice", channel_id="room")


@pytest.fixture
def explorer(server, alice, pump, browser):
    explorer = Explorer(server, later=pump.later, aside=here)
    yield explorer
    explorer.close()


@pytest.fixture
def ask(explorer, pump, browser):
    """Ask as a view does, and return the answer."""

    def ask(op, **order):
        explorer._on_browser(explorer, {"op": op, "nonce": "n1"} | order, [])
        for _ in range(3):
            pump.turn()
        [answer] = [each for each in browser if each.get("nonce") == "n1"]
        browser.clear()
        return answer

    return ask


CHAT = {"type": "channel", "channel_ids": ["room"], "data": {"val": 1}}


def names(explorer):
    return [actor["name"] for actor in explorer.named_actors()]


# In cells.


def test_an_event_is_sent_as_a_client_of_the_server(explorer, server, alice):
    bob = server.connect(user="bob", channel_id="room")
    explorer.send(CHAT, client="bob")
    assert alice.expect(val=1).value == {"val": 1}
    bob.sync()
    [event] = explorer.rows("channel", kind="event")
    assert explorer.rows().names.of(event.sender) == "bob"


def test_without_a_name_the_first_open_client_speaks(explorer, server, alice):
    server.connect(user="bob", channel_id="room")
    explorer.send(CHAT)
    assert alice.sent[-1].value == CHAT


def test_what_the_server_would_refuse_is_not_sent(explorer, alice):
    event = {"type": "walker", "walker": "shout_out", "context": {"times": "x"}}
    assert [each["loc"] for each in explorer.check(event)] == [
        ["context", "text"],
        ["context", "times"],
    ]
    with pytest.raises(ProtocolError, match="context.text: Field required"):
        explorer.send(event)
    assert len(alice.sent) == 0
    explorer.send(event, check=False)
    assert alice.receive().get("error")[0]["loc"] == ["text"]


def test_text_goes_out_as_it_is(explorer, alice):
    explorer.send("{ not {{alice.token}}")
    assert alice.sent[-1].text == "{ not {{alice.token}}"
    assert alice.receive().get("error")[0]["type"] == "json_invalid"


def test_names_in_braces_stand_for_ids(explorer, alice):
    event = {"type": "client", "client_ids": ["{{alice.client_id}}"], "data": {"v": 1}}
    explorer.send(event)
    assert alice.sent[-1].value["client_ids"] == [alice.client_id]
    with pytest.raises(
        ClientError, match="no client is called 'eve'; there are: alice"
    ):
        explorer.send({**event, "client_ids": ["{{eve.client_id}}"]})


def test_a_token_is_filled_in_and_seen_by_nobody(
    explorer, server, alice, browser, pump
):
    guest = server.connect(channel_id="room")
    name = names(explorer)[1]
    explorer.send({"type": "change_user", "token": "{{alice.token}}"}, client=name)
    guest.sync()
    assert guest.root_id == alice.root_id
    with pytest.raises(ClientError, match="has no token: it is public"):
        explorer.send({"type": "change_user", "token": f"{{{{{name}.token}}}}"})
    for _ in range(3):
        pump.turn()
    assert alice.token not in json.dumps(browser)
    assert alice.token not in repr(explorer.get_state())


def test_a_client_of_its_own_is_closed_with_the_panel(explorer, server):
    dora = explorer.connect("dora", "room")
    assert dora.is_open
    assert dora.channel_id == "room"
    assert names(explorer) == ["alice", "dora"]
    explorer.close()
    explorer.close()
    assert not dora.is_open


def test_a_client_of_its_own_may_have_a_token(explorer, server, alice):
    again = explorer.connect(token=alice.token)
    assert again.root_id == alice.root_id
    assert names(explorer) == ["alice", "alice 2"]
    with pytest.raises(ClientError, match="either user"):
        explorer.connect("bob", token=alice.token)


def test_a_server_of_this_process_is_the_only_one(explorer):
    with pytest.raises(ClientError, match=r"make Explorer\(url\)"):
        explorer.connect(url="ws://127.0.0.1:1")


def test_there_must_be_somebody_to_speak(pump, browser):
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        explorer = Explorer(server, later=pump.later)
        with pytest.raises(ClientError, match="no client is open"):
            explorer.send(CHAT)


def test_a_trace_alone_can_be_looked_at(server, alice, pump, browser):
    explorer = Explorer(server.trace, later=pump.later)
    assert len(explorer.rows()) == 2
    assert repr(explorer) == "Explorer(a trace, 0 clients, 2 entries)"


@pytest.mark.parametrize("watched", [7, None, [], [1], object()])
def test_something_else_is_refused(watched, pump, browser):
    with pytest.raises(TypeError, match="a server, a trace, a client"):
        Explorer(watched, later=pump.later)


def test_a_session_is_saved_and_replayed_elsewhere(explorer, alice, start, tmp_path):
    alice.walker("shout_out", text="hi")
    alice.send_to_channels(["room"], {"val": 1})
    alice.sync()
    path = explorer.save(tmp_path / "run.jsonl")
    other = Explorer(start(shout_out), later=lambda delay, job: None)
    done = other.replay(path)
    assert repr(done) == "<3 events sent again>"
    assert not other.diff(path, done.entries)
    assert names(other) == ["alice"]
    other.close()


def test_a_replay_here_is_played_by_the_clients_of_the_same_name(explorer, alice):
    alice.walker("shout_out", text="hi")
    session = explorer.rows()
    done = explorer.replay(session)
    assert (done.sent, names(explorer)) == (1, ["alice"])
    assert not explorer.diff(session, done.entries)
    bob = explorer.connect("bob", "room")
    explorer.replay(session, clients={"alice": "bob"})
    assert bob.sent[-1].value["walker"] == "shout_out"


def test_a_client_that_was_recorded_plays_itself_whatever_it_is_called(
    explorer, server, alice
):
    explorer.connect("erin").close()
    second = explorer.connect("erin")
    server.reset()
    second.walker("shout_out", text="hi")
    assert explorer.replay(explorer.rows()).sent == 1
    assert names(explorer) == ["alice", "erin", "erin 2"]
    assert len(second.sent.where("walker")) == 2


def test_an_event_is_written_as_code(explorer):
    assert explorer.snippet(CHAT).splitlines()[-1] == (
        "alice.send_to_channels(['room'], {'val': 1})"
    )
    event = {"type": "change_user", "token": "eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln"}
    assert "eyJ" not in explorer.snippet(event, "http")


# From the browser.


def test_the_browser_sends_and_is_told_what_is_wrong(explorer, ask, alice):
    key = explorer.actors[0]["key"]
    bad = json.dumps({**CHAT, "channel_ids": []})
    answer = ask("send", client=key, text=bad)
    assert [each["loc"] for each in answer["problems"]] == [["channel_ids"]]
    assert len(alice.sent) == 0
    assert ask("send", client=key, text=bad, anyway=True)["problems"] == []
    assert alice.receive().get("error")[0]["type"] == "too_short"
    assert ask("send", client=key, text="raw {{x.token}}", raw=True)["error"] is None
    assert alice.sent[-1].text == "raw {{x.token}}"


def test_the_browser_has_an_event_checked(ask):
    text = json.dumps({**CHAT, "channel_ids": ["{{alice.channel_id}}"]})
    assert ask("check", client=None, text=text)["problems"] == []
    text = text.replace("alice", "eve")
    assert ask("check", text=text)["error"].startswith("no client is called 'eve'")


def test_of_a_recording_nothing_can_be_sent(server, pump):
    server.connect(user="alice")
    still = Explorer(read_jsonl(server.trace.to_jsonl()), later=pump.later)
    assert repr(still) == "Explorer(recorded, 0 clients, 2 entries)"
    assert (still.place["still"], still.place["entries"]) == (True, 2)
    for speak in (lambda: still.connect("bob"), lambda: still.send("{}")):
        with pytest.raises(ClientError, match="there is no server to speak to"):
            speak()
    still.close()


@pytest.mark.parametrize("wrong", ["run.jsonl", '{"format":"jacnb.trace"}', "{}\n{}"])
def test_who_gives_a_recording_for_an_address_is_told_how(wrong):
    with pytest.raises(ValueError, match=r"write Explorer\(read_jsonl\(its text\)\)"):
        Explorer(wrong)


def test_the_browser_opens_pings_closes_and_forgets(explorer, ask):
    key = ask("open", user="dora", channel_id="room", token="")["key"]
    actor = explorer.actors[-1]
    assert (actor["name"], actor["own"], actor["state"]) == ("dora", True, "open")
    assert ask("ping", client=key)["rtt"] < 5
    assert explorer.actors[-1]["rtt"] is not None
    assert ask("close", client=key, code=4000, reason="enough")["error"] is None
    actor = explorer.actors[-1]
    assert (actor["state"], actor["code"], actor["reason"]) == (
        *("closed", 4000, "enough"),
    )
    ask("forget", client=key)
    assert names(explorer) == ["alice"]
    assert ask("ping", client=key)["error"] == (
        "there is no such client any more; choose another one"
    )


def test_the_browser_drops_a_connection(explorer, ask, alice):
    ended = threading.Event()
    alice.on_state(lambda state: ended.set())
    ask("drop", client=explorer.actors[0]["key"])
    assert ended.wait(5)
    assert not alice.is_open


def test_a_code_that_cannot_be_sent_is_told(explorer, ask, alice):
    key = explorer.actors[0]["key"]
    assert "4000.5 is no close code" in ask("close", client=key, code=4000.5)["error"]
    answer = ask("close", client=explorer.actors[0]["key"], code=99)
    assert "99 is no close code" in answer["error"]
    assert alice.is_open


@pytest.mark.parametrize("order", [{"text": 7}, {"text": None}, {"client": "x"}, {}])
def test_an_order_that_makes_no_sense_is_answered(ask, order):
    assert ask("send", **order)["error"]


def test_a_token_that_is_not_accepted_is_told(ask):
    answer = ask("open", user="", channel_id="", token="nonsense")
    assert answer["note"] == (
        "The server did not accept the token: this client is public."
    )


def test_who_is_both_a_user_and_has_a_token_is_told_in_the_words_of_the_form(ask):
    answer = ask("open", user="dora", channel_id="", token="nonsense")
    assert answer["error"] == "fill in a user or a token, not both"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (WaitTimeoutError("client 17:ab did not answer"), "did not answer a ping"),
        (ServerError("client 17:ab is gone"), "is gone"),
    ],
)
def test_a_ping_that_fails_names_the_client(explorer, ask, monkeypatch, error, told):
    def fail(*_):
        raise error

    monkeypatch.setattr(explorer.cast, "ping", fail)
    answer = ask("ping", client=explorer.actors[0]["key"])
    assert answer["error"].startswith(f"alice {told}")


def test_a_stopped_server_is_told_though_nobody_was_there(start, pump, browser):
    server = start(shout_out)
    explorer = Explorer(server, later=pump.later, aside=here)
    pump.turn()
    assert explorer.stopped is False
    server.stop()
    pump.turn()
    assert explorer.stopped is True


def test_the_browser_gets_a_row_as_code(explorer, ask, alice):
    explorer.send(CHAT)
    alice.sync()
    [event] = explorer.rows("channel", kind="event")
    lane = explorer.source.lanes()[0]["lane"]
    answer = ask("snippet", seq=event.seq, lane=lane, **{"as": "wscat"})
    assert answer["text"].startswith("wscat -c ")
    gone = ask("snippet", seq=10**6, lane=lane, **{"as": "wscat"})
    assert gone["error"] == "this message is no longer kept"


def test_a_file_comes_in_parts(explorer, pump, browser, monkeypatch):
    monkeypatch.setattr("jacnb.panels.explorer_orders.CHUNK", 100)
    explorer._on_browser(explorer, {"op": "save", "nonce": "n2"}, [])
    for _ in range(3):
        pump.turn()
    parts = [each for each in browser if each["op"] == "file"]
    assert "".join(each["text"] for each in parts) == explorer.rows().to_jsonl()
    assert {each["parts"] for each in parts} == {len(parts)}
    assert max(len(each["text"]) for each in parts) == 100


def test_the_browser_replays_and_compares(explorer, ask, alice):
    alice.walker("shout_out", text="hi")
    before = explorer.rows().to_jsonl()
    assert ask("replay", session=None, pace=None)["sent"] == 1
    found = ask("diff", a=before, b=None)
    assert found["counts"] == {"missing": 0, "added": 7, "changed": 0}
    assert found["lines"][-1]["mark"] == "added"
    assert ask("diff", a="nonsense\n", b=None)["error"]


def test_what_may_block_is_done_on_another_thread():
    done = threading.Event()
    names = []
    aside(lambda: (names.append(threading.current_thread().name), done.set()))
    assert done.wait(5)
    assert names == ["jacnb explorer"]


def test_without_threads_it_is_done_here(monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    done = []
    aside(lambda: done.append(threading.current_thread()))
    assert done == [threading.main_thread()]


def test_clients_and_walkers_that_are_new_are_told(explorer, server, pump):
    bob = server.connect(user="bob")
    pump.turn()
    pump.turn()
    assert [actor["name"] for actor in explorer.actors] == ["alice", "bob"]
    assert explorer.actors[1]["client_id"] == bob.client_id
    assert [form["name"] for form in explorer.walkers] == ["shout_out"]


def test_the_panel_does_not_keep_the_clients_of_others(explorer, server, pump):
    bob = server.connect(user="bob")
    pump.turn()
    del bob
    gc.collect()
    pump.turn()
    assert names(explorer) == ["alice"]


# Clients of another server.


def test_clients_are_explored_without_causes(server, alice, pump, browser):
    bob = server.connect(user="bob", channel_id="room")
    explorer = Explorer([alice, bob], later=pump.later)
    explorer.send(CHAT, client="bob")
    alice.expect(val=1)
    assert not explorer.has_causes
    assert explorer.note.startswith("Seen from the clients")
    assert [form["name"] for form in explorer.walkers] == ["shout_out"]
    with pytest.raises(ClientError, match="only a server of this process simulates"):
        explorer.connect("eve")
    explorer.close()
    assert bob.is_open


def test_one_client_is_enough(alice, pump, browser):
    assert names(Explorer(alice, later=pump.later)) == ["alice"]


def test_an_address_is_explored_by_clients_of_the_panel(serve, pump, browser):
    server = serve(shout_out)
    explorer = Explorer(server.url, later=pump.later)
    token = server.accounts.simulate("alice").token
    alice = explorer.connect(channel_id="room", token=token)
    explorer.connect(channel_id="room", url=server.http_url)
    explorer.send({"type": "walker", "walker": "shout_out", "context": {"text": "hi"}})
    assert alice.expect("chat").data == {"message": "HI"}
    assert explorer.cast.ping(alice) < 5
    done = explorer.replay(explorer.rows(), clients={}, timeout=2)
    assert done.sent >= 1
    explorer.close()
    assert not alice.is_open


def test_an_address_where_nobody_is(pump, browser):
    explorer = Explorer("ws://127.0.0.1:9", later=pump.later)
    with pytest.raises(ConnectError, match="nobody listens there"):
        explorer.connect()


def test_what_an_address_may_hold_goes_neither_to_the_browser_nor_into_code(
    serve, pump, browser
):
    server = serve(shout_out)
    token = server.accounts.simulate("alice").token
    explorer = Explorer(f"{server.url}?auth={token}", later=pump.later, aside=here)
    order = {"op": "open", "nonce": "n1", "url": explorer.place["url"]}
    explorer._on_browser(explorer, order, [])
    for _ in range(3):
        pump.turn()
    [alice] = explorer.actors
    assert not alice["public"]
    assert token not in json.dumps([browser, explorer.get_state()], default=str)
    assert token not in explorer.snippet(CHAT) + repr(explorer)
    explorer.close()


def test_somebody_must_play_the_clients_of_a_recording(server, alice, pump, browser):
    session = server.trace.view()
    explorer = Explorer(server.connect(user="bob"), later=pump.later)
    with pytest.raises(ClientError, match="who plays 'alice'"):
        explorer.replay(session)


def test_an_explorer_of_a_stopped_server_can_still_be_read(explorer, server, ask):
    server.stop()
    assert ask("open", user="bob")["error"]
    assert len(explorer.rows()) >= 2
    assert explorer.actors[0]["state"] == "closed"


@pytest.mark.parametrize("word", ["garbage", "", "ftp://server"])
def test_a_word_is_no_address_of_a_server(word, pump):
    with pytest.raises(ValueError, match="address such as|is no address"):
        Explorer(word, later=pump.later)


def test_a_closed_panel_sends_nothing(server, pump):
    alice = server.connect(user="alice")
    explorer = Explorer(server, later=pump.later)
    explorer.close()
    with pytest.raises(ClientError, match="this panel is closed"):
        explorer.send({"type": "connection"}, client=alice)
