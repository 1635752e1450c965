from __future__ import annotations

import threading

import pytest
from scripted_client import ScriptedMessage

import jacnb
from jacnb.panels import ChatPanel


@pytest.fixture
def alice(server):
    return server.connect("alice")


@pytest.fixture
def panel(alice, pump, browser):
    panel = ChatPanel(alice, later=pump.later)
    pump.run()
    yield panel
    panel.close()


def items(browser):
    return [item for message in browser for item in message["items"]]


def order(panel, **given):
    panel._handle_custom_msg({"op": "send", "nonce": "n1"} | given, [])


def test_a_new_panel_starts_from_what_was_said_before(alice, pump, browser):
    alice.send_to_channels(["elsewhere"], {"val": 1})
    panel = ChatPanel(alice, later=pump.later)
    assert [entry["kind"] for entry in panel.history] == ["connection", "sent"]
    assert pump.jobs == []


def test_messages_reach_the_browser_in_one_batch_and_then_the_history(
    panel, alice, pump, browser
):
    for number in range(3):
        alice.arrive({"val": number})
    pump.run(within=0.5)
    [message] = browser
    assert (message["op"], [item["seq"] for item in message["items"]]) == (
        "append",
        [2, 3, 4],
    )
    assert len(panel.history) == 1
    pump.run()
    assert len(panel.history) == 4


def test_a_view_that_starts_late_gets_what_it_has_not(panel, alice, pump, browser):
    for number in range(3):
        alice.arrive({"val": number})
    panel._handle_custom_msg({"op": "after", "seq": 2}, [])
    pump.turn()
    batches = [[item["seq"] for item in message["items"]] for message in browser]
    assert sorted(batches) == [[2, 3, 4], [3, 4]]


def test_what_comes_while_the_panel_is_made_is_neither_lost_nor_doubled(
    alice, pump, browser
):
    subscribe = alice.on_message

    def late(callback):
        alice.arrive({"val": "before the callback"})
        stop = subscribe(callback)
        alice.arrive({"val": "after it"})
        return stop

    alice.on_message = late
    panel = ChatPanel(alice, later=pump.later)
    pump.run()
    kinds = [entry["raw"] for entry in panel.history[1:]]
    assert sorted(kinds) == ['{"val": "after it"}', '{"val": "before the callback"}']


def test_nothing_is_written_from_the_threads_that_bring_messages(
    panel, alice, pump, browser
):
    thread = threading.Thread(target=alice.arrive, args=({"val": 1},))
    thread.start()
    thread.join()
    assert browser == []
    pump.run()
    assert len(items(browser)) == 1


def test_the_header_follows_the_client(panel, alice, pump):
    assert (panel.me["name"], panel.me["public"], panel.me["state"]) == (
        "alice",
        False,
        "open",
    )
    alice.root_id, alice.name = "n::000000000000000000000001", "public"
    alice.become("reconnecting")
    pump.run()
    assert (panel.me["name"], panel.me["public"]) == ("public", True)
    assert panel.me["state"] == "reconnecting"


def test_a_client_that_cannot_tell_its_ids_any_more_keeps_the_last_ones(
    panel, alice, pump
):
    del alice.client_id
    alice.become("closed")
    pump.run()
    assert panel.me["client_id"].startswith("1730887348:")
    assert panel.me["state"] == "closed"


def test_sending_in_the_panel_sends_and_answers(panel, alice, pump, browser):
    order(panel, to="channel", ids=["room"], text="hi")
    pump.run()
    assert alice.sent[-1].value["data"]["data"] == {"message": "hi", "from": "alice"}
    assert browser[-1]["answers"] == [{"nonce": "n1", "error": None}]


def test_an_error_while_sending_is_shown_in_the_panel(panel, alice, pump, browser):
    alice.become("closed")
    order(panel, to="channel", ids=["room"], text="hi")
    pump.run()
    words = "not sent: the connection is closed (1006); open a new one"
    assert browser[-1]["answers"] == [{"nonce": "n1", "error": words}]
    assert items(browser)[-1]["text"] == words


def test_the_walkers_are_read_again_when_the_picker_is_opened(panel, alice, pump):
    assert [form["name"] for form in panel.walkers] == [
        "send_chat_to_group",
        "who_is_here",
    ]
    alice.catalogue = None
    panel._source = lambda: [{"name": "newer"}]
    panel._handle_custom_msg({"op": "walkers"}, [])
    pump.run()
    assert [form["name"] for form in panel.walkers] == ["newer"]


def test_a_catalogue_that_fails_is_told_in_the_panel(alice, pump, browser):
    ChatPanel(alice, walkers=lambda: 1 / 0, later=pump.later)
    pump.run()
    assert (
        items(browser)[-1]["text"]
        == "the list of walkers cannot be read: division by zero"
    )


def test_unknown_messages_of_the_browser_are_ignored(panel, pump, browser):
    panel._handle_custom_msg({"op": "dance"}, [])
    pump.run()
    assert browser == []


def test_closing_unsubscribes_and_leaves_the_client_open(panel, alice):
    panel.close()
    panel.close()
    assert (alice.listeners, alice.is_open) == (0, True)


def test_the_plain_repr_is_one_short_line(panel):
    said = "open, channel 'room', 1 message; transcript() shows a table"
    assert repr(panel) == f"ChatPanel('alice', {said})"


def test_the_transcript_has_every_line(panel, alice):
    alice.arrive({"type": "chat", "data": {"message": "<b>"}})
    assert len(panel.transcript()) == 2
    assert "&lt;b&gt;" in panel.transcript()._repr_html_()


def test_what_a_sync_asks_is_in_no_transcript(panel, alice):
    asked = ScriptedMessage('{"type": "connection"}', "out", 9, 1.0, is_fence=True)
    alice._tell("out", asked)
    assert [entry["kind"] for entry in panel.entries()] == ["connection", "fence"]
    assert len(panel.transcript()) == 1
    assert "1 message;" in repr(panel)


def test_a_page_that_asks_whether_the_panel_is_there_is_answered(panel, pump, browser):
    panel._handle_custom_msg({"op": "knock"}, [])
    pump.run()
    assert browser == [{"op": "here"}]


def test_a_real_client_is_what_a_panel_takes(pump, browser):
    with jacnb.MemoryServer() as server:
        client = server.connect(user="alice", channel_id="room")
        panel = ChatPanel(client, later=pump.later)
        client.sync()
        assert [entry["kind"] for entry in panel.entries()] == [
            "connection",
            "fence",
            "fence",
        ]


def test_a_panel_works_where_no_thread_can_start(alice, browser, monkeypatch):
    from jacnb.panels.pump import Pump

    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    panel = ChatPanel(alice, later=Pump().later)
    alice.arrive({"val": 1})
    assert len(items(browser)) == 1
    assert len(panel.history) == 2


def test_the_page_is_built_of_text_and_fetches_nothing():
    source = str(ChatPanel._esm)
    assert "innerHTML" not in source
    assert "http" not in source.replace("http://www.w3.org/2000/svg", "")
