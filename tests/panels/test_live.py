from __future__ import annotations

import pytest

import jacnb
from jacnb.panels.live import LivePanel


@jacnb.walker(auth=None)
def shout(text: str) -> str:
    return text.upper()


@pytest.fixture
def server():
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        yield server


@pytest.fixture
def panel(server, pump, browser):
    return LivePanel(server, later=pump.later)


def rows_in(browser):
    return [[row["type"] for row in m["rows"]] for m in browser if m["op"] == "rows"]


def test_a_panel_starts_with_what_happened_before(server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    panel = LivePanel(server, later=pump.later)
    assert [row["type"] for row in panel.history] == ["open", "connection"]
    assert [lane["client_id"] for lane in panel.lanes] == [alice.client_id]


def test_new_rows_bring_the_lanes_they_name(panel, server, pump, browser):
    pump.turn()
    server.connect(user="alice", channel_id="room")
    pump.turn()
    [message] = browser
    assert rows_in(browser) == [["open", "connection"]]
    assert [lane["name"] for lane in message["lanes"]] == ["alice"]


def test_a_room_is_told_once_while_messages_flow(panel, server, pump, browser):
    crowd = [server.connect(channel_id="ab"[n % 2]) for n in range(60)]
    pump.turn()
    for _ in range(2):
        crowd[0].send_to_channels(["a"], {"type": "hey"})
        pump.turn()
    first, second = [message["rows"][-1] for message in browser[-2:]]
    assert first["spans"] == [0, 1] + [2, 1] * 29
    assert (second["as"], second["reach"]) == (first["seq"], 30)
    assert "spans" not in second


def test_what_is_asked_for_tells_its_rooms_itself(panel, server, pump, browser):
    crowd = [server.connect(channel_id="ab"[n % 2]) for n in range(60)]
    crowd[0].send_to_channels(["a"], {"type": "hey"})
    pump.turn()
    seq = browser[-1]["rows"][-1]["seq"]
    panel._on_browser(panel, {"op": "row", "seq": seq}, [])
    panel._on_browser(panel, {"op": "after", "seq": seq - 1}, [])
    pump.turn()
    asked = [message["rows"] for message in browser if message["op"] != "rows"]
    assert [len(rows) for rows in asked] == [1, 1]
    assert all("spans" in row for [row] in asked)


def test_a_view_finds_rows_that_it_does_not_have(panel, server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    for number in range(600):
        alice.send_to_channels(["room"], {"n": number, "needle": number == 3})
    order = {"op": "find", "nonce": "x", "before": 1_000}
    panel._on_browser(panel, order | {"wanted": {"text": '"needle":true'}}, [])
    panel._on_browser(panel, order | {"wanted": {"text": "needle"}}, [])
    pump.turn()
    few, many = [m for m in browser if m["op"] == "found"]
    assert [row["kind"] for row in few["rows"]] == ["event", "notification"]
    assert (few["more"], few["kept_from"], few["nonce"]) == (False, 0, "x")
    assert (len(many["rows"]), many["more"]) == (500, True)


def test_a_page_tells_of_the_runs_that_its_rows_are_part_of(server, pump, browser):
    server.registry.declare(shout)
    alice = server.connect(user="alice", channel_id="room")
    alice.walker("shout", text="needle")
    panel = LivePanel(server, later=pump.later)
    wanted = {"text": '"NEEDLE"', "kinds": ["report", "reply"]}
    order = {"op": "find", "nonce": "x", "before": 1_000, "wanted": wanted}
    panel._on_browser(panel, order, [])
    panel._on_browser(panel, {"op": "before", "seq": 1_000}, [])
    pump.turn()
    found, page = [m for m in browser if m["op"] in ("found", "earlier")]
    [run] = found["runs"]
    assert {row["run"] for row in found["rows"]} == {run["seq"]}
    assert (run["type"], run["who"]) == ("shout", 0)
    assert page["runs"] == []


def test_one_row_is_told_with_its_run(server, pump, browser):
    server.registry.declare(shout)
    alice = server.connect(user="alice", channel_id="room")
    alice.walker("shout", text="needle")
    panel = LivePanel(server, later=pump.later)
    [report] = server.trace.where(kind="report")
    for seq in (report.seq, 999):
        panel._on_browser(panel, {"op": "row", "seq": seq}, [])
    pump.turn()
    found, gone = [m for m in browser if m["op"] == "row"]
    assert ([row["text"] for row in found["rows"]], gone["rows"]) == (['"NEEDLE"'], [])
    assert [run["kind"] for run in found["runs"]] == ["run"]


def test_lanes_that_did_not_change_are_not_told_again(panel, server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    pump.turn()
    alice.connection()
    pump.turn()
    assert browser[-1]["lanes"] == []


def test_a_later_view_starts_from_a_history_that_follows(panel, server, pump, browser):
    pump.turn()
    server.connect(user="alice")
    pump.turn()
    assert panel.history == []
    pump.turn()
    assert [row["type"] for row in panel.history] == ["open", "connection"]


def test_a_large_history_is_not_written_for_each_message(panel, server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    for number in range(100):
        alice.send_to_channels(["room"], {"data": "x" * 400 + str(number)})
    pump.turn()
    pump.turn()
    assert len(browser[0]["rows"]) == 202
    assert panel.history == []


def test_a_view_that_starts_late_is_told_what_it_has_not(panel, server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    alice.send_to_channels(["room"], {"val": 1})
    pump.turn()
    panel._on_browser(panel, {"op": "after", "seq": 1}, [])
    pump.turn()
    [latest] = [m for m in browser if m["op"] == "latest"]
    assert [row["type"] for row in latest["rows"]] == ["channel", "channel"]
    assert (latest["after"], latest["is_part"]) == (1, False)
    assert [lane["name"] for lane in latest["lanes"]] == ["alice"]


def test_a_view_is_not_told_twice_what_is_on_its_way(panel, server, pump, browser):
    server.connect(user="alice", channel_id="room")
    panel._send_latest({"seq": -1})
    pump.turn()
    latest, news = browser
    assert (latest["op"], latest["rows"], latest["is_part"]) == ("latest", [], False)
    assert [row["seq"] for row in news["rows"]] == [0, 1]


def test_a_view_that_has_all_is_told_who_has_gone(server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    panel = LivePanel(server, later=pump.later)
    alice.close()
    panel._on_browser(panel, {"op": "after", "seq": 99}, [])
    pump.turn()
    [latest] = [m for m in browser if m["op"] == "latest"]
    assert latest["rows"] == []
    assert [lane["open"] for lane in latest["lanes"]] == [False]


def test_of_very_much_a_late_view_gets_the_newest_and_is_told_so(
    panel, server, pump, browser
):
    alice = server.connect(user="alice", channel_id="room")
    for number in range(150):
        alice.send_to_channels(["room"], {"val": number})
    pump.turn()
    panel._on_browser(panel, {"op": "after", "seq": -1}, [])
    pump.turn()
    [latest] = [m for m in browser if m["op"] == "latest"]
    assert [row["seq"] for row in latest["rows"]] == list(range(102, 302))
    assert latest["is_part"] is True


def test_after_a_reset_a_view_is_told_that_it_gets_a_part(panel, server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    pump.turn()
    server.trace.clear()
    alice.send_to_channels(["room"], {"val": 1})
    pump.turn()
    panel._on_browser(panel, {"op": "after", "seq": 0}, [])
    pump.turn()
    latest = browser[-1]
    assert [row["seq"] for row in latest["rows"]] == [2, 3]
    assert latest["is_part"] is True


def test_what_was_forgotten_before_it_was_told_is_a_gap(panel, server, pump, browser):
    alice = server.connect(user="alice", channel_id="room")
    server.trace.clear()
    alice.send_to_channels(["room"], {"val": 1})
    pump.turn()
    assert [(each["skipped"], len(each["rows"])) for each in browser] == [(2, 2)]


def test_the_history_runs_not_ahead_of_what_was_told(panel, server, pump, browser):
    server.connect(user="alice", channel_id="room")
    pump.turn()
    server.connect(user="bob", channel_id="room")
    panel._write_history()
    assert [row["seq"] for row in panel.history] == [0, 1]


def test_a_view_that_begins_late_is_told_rooms_anew(panel, server, pump, browser):
    crowd = [server.connect(channel_id="ab"[n % 2]) for n in range(60)]
    pump.turn()
    for _ in range(2):
        crowd[0].send_to_channels(["a"], {"type": "hey"})
        pump.turn()
        panel._on_browser(panel, {"op": "after", "seq": 999}, [])
        pump.turn()
    told = [each["rows"][-1] for each in browser if each["op"] == "rows"][-2:]
    assert all("spans" in row for row in told)


def test_a_view_gets_a_whole_payload_and_earlier_rows(panel, server, pump, browser):
    server.connect(user="alice", channel_id="room").connection()
    panel._on_browser(panel, {"op": "text", "seq": 0}, [])
    panel._on_browser(panel, {"op": "before", "seq": 2}, [])
    pump.turn()
    text, earlier = [m for m in browser if m["op"] != "rows"]
    assert text == {"op": "text", "seq": 0, "text": None}
    assert [row["seq"] for row in earlier["rows"]] == [0, 1]
    assert earlier["more"] is False


@pytest.mark.parametrize("order", [{}, {"op": "x"}, {"op": "close"}, {"op": None}])
def test_an_order_that_no_panel_knows_is_ignored(panel, pump, browser, order):
    panel._on_browser(panel, order, [])
    pump.turn()
    assert browser == []


def test_an_order_that_fails_is_shown_in_the_panel(panel, pump, browser):
    panel._on_browser(panel, {"op": "text", "seq": "seven"}, [])
    pump.turn()
    assert [message["op"] for message in browser] == ["error"]
    assert "seven" in browser[0]["text"]


def test_a_closed_panel_writes_nothing_more(panel, server, pump, browser):
    panel.close()
    panel.close()
    server.connect(user="alice")
    pump.turn()
    pump.turn()
    assert browser == []
    assert pump.jobs == []


def test_a_panel_tells_that_its_server_is_stopped_and_no_more_once_closed(
    panel, server, pump, browser
):
    pump.turn()
    assert panel.stopped is False
    server.stop()
    pump.turn()
    assert panel.stopped is True
    panel.close()
    pump.turn()
    assert pump.jobs == []


def test_a_panel_of_a_trace_alone_is_never_stopped(server, pump, browser):
    panel = LivePanel(server.trace, later=pump.later)
    server.stop()
    pump.turn()
    assert panel.stopped is False
