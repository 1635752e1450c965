from __future__ import annotations

from typing import Any

import pytest

import jacnb
from jacnb.panels import Inspector

CONNECTIONS = {"op": "watch", "view": "v1", "table": "connections", "column": 4}


@pytest.fixture
def server():
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        yield server


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def panel(server, pump, clock, browser):
    return Inspector(server, later=pump.later, clock=clock)


@pytest.fixture
def ask(panel, pump):
    """Send an order as a view does, and run what is to be done at once."""

    def ask(order: dict[str, Any]) -> None:
        panel._on_browser(panel, order, [])
        pump.run(within=0.5)

    return ask


def test_it_starts_with_the_figures_of_that_moment(server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    panel = Inspector(server, later=pump.later)
    [row] = panel.start["rows"]
    assert row[:5] == [0, alice.client_id, "alice", "alice@example.com", "room"]
    assert panel.start["counts"]["connections"] == 1
    assert panel.start["title"] == "in memory"


def test_nothing_is_looked_at_while_nobody_watches(panel, pump, browser):
    pump.run()
    assert browser == []
    assert pump.jobs == []


def test_a_view_is_told_what_it_asked_for(server, panel, ask, browser):
    server.connect(user="alice", channel_id="room")
    ask(CONNECTIONS)
    [answer] = browser
    assert (answer["op"], answer["view"], answer["fresh"]) == ("figures", "v1", True)
    assert [row[2] for row in answer["rows"]] == ["alice"]
    assert (answer["order"], answer["found"]) == ([0], 1)


def test_afterwards_it_is_told_what_changed(server, panel, pump, ask, browser):
    alice = server.connect(user="alice", channel_id="room")
    ask(CONNECTIONS)
    pump.turn()
    pump.turn()
    browser.clear()
    alice.sync()
    pump.turn()
    [news] = browser
    [[number, *changes]] = news["changed"]
    assert number == 0
    assert changes[::2] == [5, 6, 7, 8]
    assert "rows" not in news
    assert "counts" not in news


def test_without_news_nothing_is_sent(server, panel, pump, ask, browser):
    server.connect()
    ask(CONNECTIONS)
    pump.turn()
    pump.turn()
    browser.clear()
    pump.turn()
    assert browser == []


def test_who_is_gone_leaves_the_order(server, panel, pump, ask, browser):
    alice, bob = server.connect(user="alice"), server.connect(user="bob")
    ask(CONNECTIONS)
    alice.close()
    pump.turn()
    assert browser[-1]["order"] == [1]
    assert browser[-1]["counts"]["connections"] == 1
    assert bob.is_open


def test_a_view_is_told_when_its_client_is_gone(server, panel, pump, ask, browser):
    alice, bob = server.connect(user="alice"), server.connect(user="bob")
    gone = alice.client_id
    ask({**CONNECTIONS, "client": gone})
    assert "gone" not in browser[-1]
    alice.close()
    ask({**CONNECTIONS, "client": gone, "filter": "bob"})
    assert browser[-1]["gone"] == gone
    ask({**CONNECTIONS, "client": bob.client_id, "filter": "bob"})
    assert browser[-1]["gone"] is None


def test_a_view_that_looks_away_ends_the_looking(panel, pump, ask):
    ask(CONNECTIONS)
    ask({"op": "unwatch", "view": "v1"})
    pump.turn()
    assert pump.jobs == []


def test_a_view_that_is_never_heard_again_ends_it_too(panel, pump, clock, ask):
    ask(CONNECTIONS)
    clock.now = 121.0
    pump.turn()
    assert pump.jobs == []


def test_two_views_look_at_different_tables(server, panel, ask, browser):
    alice = server.connect(user="alice", channel_id="room")
    ask(CONNECTIONS)
    ask({"op": "watch", "view": "v2", "table": "channels", "column": 1})
    assert [(m["view"], m["table"]) for m in browser] == [
        ("v1", "connections"),
        ("v2", "channels"),
    ]
    assert browser[1]["rows"][0][1] == alice.channel_id


def test_of_very_many_views_the_oldest_are_forgotten(panel, pump, ask, browser):
    for number in range(20):
        ask({**CONNECTIONS, "view": f"v{number}"})
    assert len(panel._views) == 8


def test_clients_that_are_shown_are_timed_once(server, panel, pump, ask, browser):
    alice = server.connect()
    ask(CONNECTIONS)
    pump.turn()
    assert server.connections[0].rtt == 0.0
    assert alice.is_open


def test_the_messages_of_a_client_come_with_the_figures(server, panel, ask, browser):
    alice = server.connect(user="alice", channel_id="room")
    bob = server.connect(user="bob", channel_id="room")
    bob.send_to_channels(["room"], {"type": "chat", "n": 1})
    ask({**CONNECTIONS, "client": alice.client_id})
    kinds = [(m["kind"], m["type"]) for m in browser[0]["messages"]]
    assert kinds == [
        ("open", "open"),
        ("reply", "connection"),
        ("notification", "channel"),
    ]
    assert browser[0]["messages"][2]["text"] == '{"type":"chat","n":1}'


def test_later_only_new_messages_come(server, panel, pump, ask, browser):
    alice = server.connect(user="alice", channel_id="room")
    ask({**CONNECTIONS, "client": alice.client_id})
    alice.send_to_channels(["room"], {"n": 2})
    pump.turn()
    kinds = [m["kind"] for m in browser[-1]["messages"]]
    assert kinds == ["event", "notification"]


def test_a_long_message_is_cut_and_fetched_on_demand(server, panel, ask, browser):
    alice = server.connect(channel_id="room")
    alice.send_to_channels(["room"], {"text": "x" * 5000})
    ask({**CONNECTIONS, "client": alice.client_id})
    message = browser[0]["messages"][-1]
    assert (len(message["text"]), message["cut"]) == (2000, 3011)
    ask({"op": "text", "view": "v1", "seq": message["seq"]})
    assert browser[-1]["text"] == '{"text":"' + "x" * 5000 + '"}'


def test_one_is_disconnected_from_here(server, panel, ask, browser):
    alice = server.connect(user="alice")
    ask(CONNECTIONS)
    ask({"op": "disconnect", "view": "v1", "client": alice.client_id})
    assert not alice.is_open
    assert browser[-1]["order"] == []


def test_a_problem_is_shown_in_the_view(server, panel, ask, browser):
    ask({"op": "disconnect", "view": "v1", "client": "nobody"})
    assert browser == [
        {
            "op": "error",
            "view": "v1",
            "text": "no client 'nobody' is connected; server.connections shows who is",
        }
    ]


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"op": "no such thing"},
        {"op": ["watch"]},
        {"op": "text", "seq": "x"},
        {"op": "ping"},
        {"op": "watch", "view": {"a": 1}, "filter": ["x"]},
    ],
)
def test_strange_orders_break_nothing(panel, ask, browser, order):
    ask(order)
    ask(CONNECTIONS)
    assert browser[-1]["op"] == "figures"


def test_a_stopped_server_is_said_to_be_stopped(server, panel, pump, ask, browser):
    server.connect(user="alice")
    ask(CONNECTIONS)
    server.stop()
    pump.turn()
    assert browser[-1]["running"] is False
    assert browser[-1]["order"] == []


def test_a_closed_panel_looks_and_says_no_more(server, panel, pump, ask, browser):
    ask(CONNECTIONS)
    panel.close()
    panel.close()
    browser.clear()
    ask(CONNECTIONS)
    pump.run()
    assert browser == []


def test_a_server_without_a_trace_shows_figures_all_the_same(pump, browser):
    with jacnb.MemoryServer(registry=jacnb.Registry(), trace=False) as server:
        alice = server.connect()
        panel = Inspector(server, later=pump.later)
        order = {**CONNECTIONS, "client": alice.client_id}
        panel._on_browser(panel, order, [])
        pump.run(within=0.5)
        assert browser[0]["has_trace"] is False
        assert "messages" not in browser[0]


@pytest.mark.parametrize("wrong", [None, "ws://127.0.0.1:8000/websocket", []])
def test_only_a_server_can_be_inspected(wrong):
    with pytest.raises(TypeError, match="give the server itself"):
        Inspector(wrong)


def test_it_says_in_words_what_it_shows(server, panel):
    alice = server.connect(user="alice")
    assert repr(panel) == (
        "Inspector(<MemoryServer in memory, 1 clients>: 1 connections, 1 channels, "
        "1 users, 0 walkers)"
    )
    assert alice.is_open


def test_a_new_panel_of_the_same_server_takes_the_old_ones_place(server, panel, pump):
    again = Inspector(server, later=pump.later)
    assert panel._is_closed
    assert not again._is_closed
