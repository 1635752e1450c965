from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import jacnb
from jacnb.panels import ChatRoom


@pytest.fixture
def clients(server):
    return [server.connect("alice"), server.connect("bob"), server.connect()]


@pytest.fixture
def room(clients, pump, browser):
    room = ChatRoom(clients, later=pump.later)
    pump.run()
    yield room
    room.close()


def test_every_panel_knows_the_others(room):
    names = [[peer["name"] for peer in panel.peers] for panel in room.panels]
    assert names == [["bob", "public"], ["alice", "public"], ["alice", "bob"]]


def test_a_change_of_one_member_reaches_the_others(room, clients, pump):
    clients[1].become("closed")
    pump.run()
    assert room.panels[0].peers[0]["state"] == "closed"


def test_the_members_have_colours_of_their_own(room):
    assert [panel.me["colour"] for panel in room.panels] == [0, 1, 2]


def test_the_transcript_is_everybodys(room, clients):
    clients[0].send_to_channels(["room"], {"val": 1})
    assert [row[1] for row in room.transcript().rows()].count("bob") == 2
    assert len(room.transcript()) == 7


def test_the_panels_stand_in_a_grid_that_wraps(room):
    assert "auto-fit" in room.layout.grid_template_columns
    assert repr(room) == "ChatRoom(alice, bob, public; transcript() shows a table)"


def test_in_marimo_the_panels_stand_side_by_side(room, monkeypatch):
    marimo = SimpleNamespace(hstack=lambda items, **given: (items, given))
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    panels, given = room._display_()
    assert panels == room.panels
    assert given == {"widths": "equal", "wrap": True}


def test_closing_the_room_closes_its_panels(room, clients):
    room.close()
    assert [client.listeners for client in clients] == [0, 0, 0]


def test_a_room_of_one_client_wants_a_list(clients):
    with pytest.raises(TypeError, match=r"write ChatRoom\(\[client\]\)"):
        ChatRoom(clients[0])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [("x", "a panel shows a client.*, not str"), (None, r"a list, as .*, not None")],
)
def test_what_is_no_list_of_clients_is_refused(wrong, said):
    with pytest.raises(TypeError, match=said):
        ChatRoom(wrong)


def test_a_room_takes_no_entries_of_a_trace_for_clients():
    with jacnb.MemoryServer() as server:
        server.connect()
        with pytest.raises(TypeError, match="a panel shows a client.*, not Entry"):
            ChatRoom(server.trace)


def test_a_client_given_twice_has_one_panel(clients, pump, browser):
    room = ChatRoom([clients[0], clients[0]], later=pump.later)
    assert [panel.client for panel in room.panels] == [clients[0]]
    room.close()
