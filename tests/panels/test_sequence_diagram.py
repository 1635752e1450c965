from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

import jacnb
from jacnb import WEBSOCKET_MANAGER as socket
from jacnb.panels import SequenceDiagram

HOSTILE = '<script>alert(1)</script>\x00\x1b\u202e"&'


@jacnb.walker(auth=None)
def send_chat(channel_id: str, message: str) -> str:
    data = {"type": "chat", "data": {"message": message}}
    socket.notify_channels([channel_id], data)
    return "sent"


@jacnb.walker(auth=None)
def divide(a: int, b: int) -> float:
    return a / b


@pytest.fixture
def server():
    registry = jacnb.Registry(send_chat, divide)
    with jacnb.MemoryServer(registry=registry) as server:
        yield server


@pytest.fixture
def room(server):
    names = ("alice", "bob")
    return [server.connect(user=name, channel_id="room") for name in names]


@pytest.fixture
def diagram(server, pump, browser):
    return SequenceDiagram(server, later=pump.later)


def texts(picture):
    return ["".join(each.itertext()) for each in ET.fromstring(picture.svg).iter()]


def test_rows_are_sentences(diagram, room):
    alice, _ = room
    alice.walker("send_chat", channel_id="room", message="hi")
    assert diagram.rows(kinds=["events", "runs", "notifications", "responses"]) == [
        "alice calls walker send_chat",
        "send_chat runs for alice",
        "send_chat notifies alice, bob: chat",
        'send_chat answers alice: ["sent"]',
    ]


def test_visits_and_reports_are_shown_when_asked_for(diagram, room):
    room[0].walker("send_chat", channel_id="room", message="hi")
    visited = f"send_chat visits {room[0].root_id}"
    assert diagram.rows(kinds="visits") == [visited, "send_chat reports sent"]


def test_a_failed_run_is_shown_with_its_error(diagram, room):
    with pytest.raises(jacnb.JacnbError):
        room[1].walker("divide", a=1, b=0)
    assert diagram.rows(kinds="errors") == [
        "divide fails: ZeroDivisionError: division by zero",
        "divide refuses bob: ZeroDivisionError: division by zero",
    ]


def test_rows_can_be_of_some_clients_and_of_some_types(diagram, room):
    alice, bob = room
    alice.walker("send_chat", channel_id="room", message="hi")
    bob.send_to_clients([bob.client_id], {"type": "note"})
    assert diagram.rows(clients=[bob], type="note") == [
        "bob sends note to a client",
        "the server notifies bob: note",
    ]
    assert diagram.rows(clients="alice", last=1) == [
        'send_chat answers alice: ["sent"]'
    ]


def test_the_picture_is_a_file_of_its_own_with_words(diagram, room):
    room[0].walker("send_chat", channel_id="room", message="hi")
    picture = diagram.svg()
    found = ET.fromstring(picture.svg)
    between = "8 messages between alice, bob, the server"
    assert found[0].text == f"Sequence diagram of {between}"
    assert "alice calls walker send_chat" in (found[1].text or "")
    assert "prefers-color-scheme: dark" in picture.svg
    assert "http" not in picture.svg.replace("http://www.w3.org/2000/svg", "")


def test_hostile_payloads_stay_text(diagram, room):
    room[0].send_to_channels("room", {"type": HOSTILE, "data": HOSTILE})
    picture = diagram.svg()
    assert not ET.fromstring(picture.svg).findall(".//{*}script")
    assert any("<script>alert(1)</script>" in each for each in texts(picture))


def test_hostile_names_and_channels_stay_text(server, pump, browser):
    client = server.connect(name=f"{HOSTILE}\ud83d", channel_id=HOSTILE)
    picture = SequenceDiagram([client], later=pump.later).svg()
    assert not ET.fromstring(picture.svg).findall(".//{*}script")
    assert any(each.startswith("#<scr") for each in texts(picture))


def test_binary_noise_is_drawn(server, diagram, room):
    connection = server.engine.hub.clients.get(room[0].client_id)[0]
    server.submit(connection, bytes(range(256)))
    server.submit(connection, "\x00\x01{\ufffe")
    assert diagram.rows(type="invalid") == ["alice sends what is no event"] * 2
    ET.fromstring(diagram.svg().svg)


def test_a_huge_payload_is_cut_in_the_picture(diagram, room):
    room[0].send_to_channels("room", {"type": "blob", "data": "x" * 1_000_000})
    assert len(diagram.svg().svg) < 20_000
    assert "alice sends blob to a channel" in diagram.rows()


def test_a_picture_shows_the_newest_and_says_what_it_leaves_out(diagram, room):
    for _ in range(40):
        room[0].connection()
    assert len(diagram.rows()) == 60
    assert "24 earlier messages are left out" in texts(diagram.svg())
    assert len(diagram.rows(last=None)) == 84
    assert diagram.rows(last=0) == []


def test_many_receivers_are_counted(diagram, server):
    clients = [server.connect(channel_id="room") for _ in range(50)]
    clients[0].send_to_channels("room", {"type": "chat"})
    picture = diagram.svg(kinds="notifications")
    assert "+38 more" in texts(picture)
    assert diagram.rows(kinds="notifications")[0].endswith("+38 more: chat")


def test_mermaid_tells_the_same_and_ends_every_bar(diagram, room):
    room[0].walker("send_chat", channel_id="room", message="hi; #")
    lines = diagram.mermaid(kinds=["events", "runs", "responses"]).splitlines()
    assert lines[:4] == [
        "sequenceDiagram",
        "    participant c1 as alice",
        "    participant s as server",
        "    participant w1 as send_chat",
    ]
    assert lines[5:] == [
        "    s->>+w1: runs",
        "    w1-->>-s: ends",
        "    s-->>c1: response [#34;sent#34;]".replace("#34;", '"'),
    ]


def test_an_empty_diagram_is_a_picture_too(diagram):
    assert ET.fromstring(diagram.svg().svg)[0].text == (
        "Sequence diagram of 0 messages between the server"
    )
    assert diagram.rows() == []
    assert diagram.mermaid().startswith("sequenceDiagram")


def test_clients_of_another_server_are_shown_without_causes(room, pump, browser):
    alice, bob = room
    diagram = SequenceDiagram([alice, bob], later=pump.later)
    alice.walker("send_chat", channel_id="room", message="hi")
    assert diagram.rows(kinds=["events", "notifications", "responses"]) == [
        "alice calls walker send_chat",
        "the server notifies alice: chat",
        "the server notifies bob: chat",
        'the server answers alice: ["sent"]',
    ]
    assert not diagram.has_causes
    assert diagram.note in texts(diagram.svg())
    assert "c2" in diagram.mermaid()


def test_of_part_of_a_trace_the_walkers_are_known(server, room):
    alice, _ = room
    alice.walker("send_chat", channel_id="room", message="hi")
    part = SequenceDiagram(server.trace.where(type="chat"))
    assert part.rows() == [
        "send_chat runs for alice",
        "send_chat notifies alice, bob: chat",
    ]
    assert "w1" in part.mermaid()
    part.close()


@pytest.mark.parametrize(
    ("wanted", "error", "said"),
    [
        ({"kind": "runs"}, TypeError, "no argument 'kind'"),
        ({"kinds": "visit"}, ValueError, "no kind 'visit': there are connections, "),
        ({"clients": "eve"}, ValueError, "no client 'eve': there are alice, bob"),
        ({"last": "x"}, ValueError, "last is how many messages, .*; not 'x'"),
        ({"type": 5}, ValueError, "type is text, not 5"),
        ({"text": ["x"]}, ValueError, "text is text, not"),
        ({"clients": True}, ValueError, "no client 'True': there are alice, bob"),
        ({"last": -1}, ValueError, "last is how many messages, .*; not -1"),
        ({"kinds": 5}, ValueError, "kinds is a list of connections, .*; not 5"),
        ({"clients": 5.5}, ValueError, "no client '5.5': there are alice, bob"),
        ({"last": 1.5}, ValueError, "last is how many messages, .*; not 1.5"),
    ],
)
def test_a_wrong_filter_is_named(diagram, room, wanted, error, said):
    with pytest.raises(error, match=said):
        diagram.svg(**wanted)


def test_a_view_gets_files_of_what_it_shows(diagram, room, browser, pump):
    wanted = {"kinds": ["connections"], "clients": [0], "type": "", "last": 200}
    for format in ("svg", "mermaid"):
        order = {"op": "export", "format": format, "nonce": format, "wanted": wanted}
        diagram._on_browser(diagram, order, [])
    pump.turn()
    files = {m["nonce"]: m["text"] for m in browser if m["op"] == "file"}
    assert files["svg"].startswith("<svg ")
    assert files["mermaid"].count("connects") == 1


def test_an_order_of_a_view_that_is_wrong_is_answered(diagram, browser, pump):
    order = {"op": "export", "format": "svg", "wanted": {"clients": [99]}}
    diagram._on_browser(diagram, order, [])
    pump.turn()
    assert "no client '99'" in browser[-1]["text"]


def test_pausing_fills_the_placeholder_of_the_display(diagram, room, pump, monkeypatch):
    shown = []
    monkeypatch.setattr(
        "jacnb.panels.sequence_diagram._update", lambda *given: shown.append(given)
    )
    diagram._on_browser(diagram, {"op": "still", "wanted": {}}, [])
    pump.turn()
    assert shown == []  # There is no display outside of a notebook.
    diagram._is_shown = True
    diagram._on_browser(diagram, {"op": "still", "wanted": {}}, [])
    pump.turn()
    [(html, display_id)] = shown
    assert html.startswith(f'<div class="jacnb-still-{display_id}"><img alt="Sequence')


def test_a_stopped_server_and_a_closed_panel_still_make_pictures(server, diagram, room):
    server.stop()
    diagram.close()
    diagram.close()
    ended = "alice is gone: 1001 server is stopping, by the server"
    assert ended in diagram.rows()
    assert repr(diagram).startswith("SequenceDiagram(6 entries; ")
