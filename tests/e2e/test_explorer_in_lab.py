from __future__ import annotations

import json
import re

import pytest

SERVER = """
import jacnb
from jacnb import Root, Walker, WEBSOCKET_MANAGER as socket, on_entry, report
from jacnb.panels import Explorer


class send_chat_to_group(Walker):
    '''Say something to everybody on a channel.'''

    channel_id: str
    message: str = "hello"
    times: int = 1

    @on_entry
    def enter(self, here: Root):
        chat = {"type": "chat", "data": {"message": self.message * self.times}}
        socket.notify_channels([self.channel_id], chat)
        report("sent")

    class __specs__:
        methods = ["websocket", "post"]
        auth = None


server = jacnb.Server()
alice = server.connect(user="alice", channel_id="room")
bob = server.connect(user="bob", channel_id="room")
"""
PANEL = "explorer = Explorer(server)\nexplorer"
TALK = """
alice.walker("send_chat_to_group", channel_id="room", message="Hello from a walker")
bob.send_to_users([alice], {"type": "chat", "data": {"message": "only for you"}})
bob.sync()
"""


def opened(lab, *cells):
    """Run these cells after the server's, and fail on the first traceback."""
    lab.write_notebook("explorer-test.ipynb", SERVER, *cells)
    lab.run_notebook("explorer-test.ipynb")
    assert lab.errors() == []
    panel = lab.page.get_by_role("region", name="Explorer").first
    panel.get_by_role("listbox", name="Timeline").wait_for()
    return panel


def row(panel, text=""):
    timeline = panel.get_by_role("listbox", name="Timeline")
    return timeline.get_by_role("option").filter(has_text=text)


def timeline_row(panel, kind):
    """Return the rows of a kind."""
    return row(panel).and_(panel.locator(f'[data-kind="{kind}"]'))


def restart_kernel(lab):
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )


def pick(panel, event):
    panel.get_by_label("Event", exact=True).select_option(event)


def source(panel):
    return panel.get_by_label("Event as text")


def test_everything_that_happened_stands_in_the_timeline(lab):
    panel = opened(lab, TALK, PANEL)
    row(panel, "only for you").first.wait_for()
    assert row(panel, "Hello from a walker").count() == 2
    [caused] = row(panel, "Hello from a walker").filter(has_text="▶").all()
    assert "chat" in caused.inner_text()
    lab.screenshot("explorer-light", panel)
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("explorer-dark", panel)


def test_scrolling_back_fetches_what_came_before(lab):
    many = (
        "for n in range(400): alice.send_to_channels(['room'], {'n': n})\nalice.sync()"
    )
    panel = opened(lab, many, PANEL)
    assert panel.locator(".jacnb-count").inner_text() == "200"
    row(panel, '{"n":399}').first.wait_for()
    timeline = panel.get_by_role("listbox", name="Timeline")
    lab.page.wait_for_function(
        """([list, count]) => {
            list.scrollTop = 0;
            return count.textContent === "806";
        }""",
        arg=[
            timeline.element_handle(),
            panel.locator(".jacnb-count").element_handle(),
        ],
        polling=100,
    )
    row(panel, "open").first.wait_for()
    assert row(panel).count() < 60


FLOOD = """
for number in range(6000):
    server.notify_channels(["room"], {"number": number})
"""


def seqs_of_ends(panel):
    """Return the numbers of the first and of the last row of the timeline."""
    return panel.get_by_role("listbox", name="Timeline").evaluate(
        """async list => {
            const found = [];
            for (const top of [0, list.scrollHeight]) {
                list.scrollTop = top;
                await new Promise((go) => setTimeout(go, 200));
                const rows = [...list.querySelectorAll("[data-seq]")];
                const seqs = rows.map((row) => Number(row.dataset.seq));
                found.push(top ? Math.max(...seqs) : Math.min(...seqs));
            }
            return found;
        }"""
    )


def test_after_a_flood_nothing_is_missing_in_between(lab):
    panel = opened(lab, PANEL, FLOOD)
    row(panel, '{"number":5999}').first.wait_for()
    count = panel.locator(".jacnb-count")
    timeline = panel.get_by_role("listbox", name="Timeline")
    lab.page.wait_for_function(
        """([list, count]) => {
            list.scrollTop = 0;
            return Number(count.textContent.replace(",", "")) > 1500;
        }""",
        arg=[timeline.element_handle(), count.element_handle()],
        polling=100,
    )
    panel.get_by_role("button", name="Pause").click()
    first, last = seqs_of_ends(panel)
    assert last - first + 1 == int(count.inner_text().replace(",", ""))


LATE = """
from jacnb.panels.rows import on_wire
old = {"rows": on_wire(explorer.source.since(0)[:4]), "lanes": [], "runs": []}
explorer.tell({"op": "earlier", "before": 107, "more": False, **old})
explorer.tell({"op": "latest", "after": 3, "is_part": True, **old})
explorer.history = old["rows"]
explorer.complain(ValueError("all of that came late"))
"""


def test_what_comes_too_late_leaves_no_hole(lab):
    panel = opened(lab, PANEL, FLOOD)
    row(panel, '{"number":5999}').first.wait_for()
    lab.run_cell(LATE)
    panel.get_by_text("all of that came late").wait_for()
    panel.get_by_role("button", name="Pause").click()
    first, last = seqs_of_ends(panel)
    assert first > 3
    count = panel.locator(".jacnb-count").inner_text().replace(",", "")
    assert last - first + 1 == int(count)


SLOW = """
answer = explorer._send_latest
def say(order):
    answer(order)
    explorer.complain(ValueError("that was slow"))
explorer._send_latest = lambda order: asked.append(order)
asked = []
explorer
"""


def test_an_answer_that_comes_late_takes_nothing_away(lab):
    panel = opened(lab, "explorer = Explorer(server)" + SLOW)
    lab.run_cell(FLOOD.replace("6000", "300"))
    row(panel, '{"number":299}').first.wait_for()
    lab.run_cell("explorer._later(0, lambda: say(asked[0]))")
    panel.get_by_text("that was slow").wait_for()
    panel.get_by_role("button", name="Pause").click()
    first, last = seqs_of_ends(panel)
    assert (first, last) == (0, 303)
    assert panel.locator(".jacnb-count").inner_text() == "304"


def test_a_search_finds_what_is_no_longer_in_the_page(lab):
    needle = 'alice.send_to_channels(["room"], {"type": "needle"})'
    panel = opened(lab, TALK, needle, FLOOD.replace("6000", "3000"), PANEL)
    row(panel, '{"number":2999}').first.wait_for()
    panel.get_by_label("Search the timeline").fill("needle")
    row(panel, "needle").first.wait_for()
    assert row(panel).count() == 2
    assert panel.locator(".jacnb-count").inner_text().startswith("2 of 3,")
    row(panel, "needle").last.click()
    panel.get_by_label("Selected message").get_by_text('"needle"').first.wait_for()
    panel.get_by_label("Search the timeline").fill("Hello from a walker")
    said = timeline_row(panel, "notification")
    said.get_by_text("▶ send_chat_to_group").wait_for()
    said.click()
    details = panel.get_by_label("Selected message")
    details.get_by_role("button", name="send_chat_to_group").first.wait_for()
    panel.get_by_label("Search the timeline").fill("nothing like it")
    panel.get_by_text("Nothing fits this filter").wait_for()


def test_the_cause_of_what_was_found_is_shown_and_no_row_is_lost(lab):
    panel = opened(lab, TALK, FLOOD.replace("6000", "3000"), PANEL)
    row(panel, '{"number":2999}').first.wait_for()
    before = panel.locator(".jacnb-count").inner_text()
    search = panel.get_by_label("Search the timeline")
    search.fill("only for you")
    timeline_row(panel, "notification").filter(has_text="only for you").click()
    details = panel.get_by_label("Selected message")
    details.get_by_role("button", name="event user").click()
    details.get_by_role("heading", name="event user").wait_for()
    search.fill('"hello from')
    timeline_row(panel, "notification").filter(has_text="a walker").click()
    details.get_by_role("button", name="walker run send_chat_to_group").click()
    details.get_by_role("heading", name="walker run send_chat_to_group").wait_for()
    details.get_by_role("button", name="event").first.click()
    details.get_by_role("heading", name="event send_chat_to_group").wait_for()
    search.fill("")
    panel.locator(".jacnb-count").get_by_text(before, exact=True).wait_for()
    search.fill("only for you")
    panel.get_by_text("2 of 3,").wait_for()


def test_whoever_is_in_a_scattered_room_is_found_in_the_page(lab):
    joined = "crowd = [server.connect(channel_id='ab'[n % 2]) for n in range(160)]"
    named = "jan = server.connect(user='jan', channel_id='a')"
    said = "crowd[0].send_to_channels('a', {'type': 'hey'})\ncrowd[0].sync()"
    panel = opened(lab, joined, f"{named}\n{said}", PANEL)
    found = panel.locator(".jacnb-count").get_by_text(re.compile("^3 of"))
    panel.get_by_label("Search the timeline").fill("jan")
    found.wait_for()
    timeline_row(panel, "notification").wait_for()
    panel.get_by_label("Search the timeline").fill("")
    found.wait_for(state="detached")
    panel.get_by_label("Only this client").select_option(label="jan")
    found.wait_for()
    timeline_row(panel, "notification").wait_for()


def test_a_page_loaded_anew_learns_who_is_in_a_room_that_was_told_before(lab):
    joined = "crowd = [server.connect(channel_id='ab'[n % 2]) for n in range(60)]"
    jan = "jan = server.connect(user='jan', channel_id='a')"
    panel = opened(lab, joined, jan, PANEL)
    lab.run_cell("crowd[0].send_to_channels('a', {'type': 'first'})")
    timeline_row(panel, "notification").wait_for()
    lab.run_cell(FLOOD.replace("6000", "300"))
    row(panel, '{"number":299}').first.wait_for()
    lab.execute("docmanager:save")
    lab.page.reload()
    lab.page.wait_for_function("window.jupyterapp?.commands")
    panel.get_by_role("listbox", name="Timeline").wait_for(timeout=60_000)
    lab.wait_idle()
    lab.run_cell("crowd[0].send_to_channels('a', {'type': 'second'})")
    second = timeline_row(panel, "notification").filter(has_text="second")
    second.filter(has_text="+29").wait_for()
    panel.get_by_label("Only this client").select_option(label="jan")
    timeline_row(panel, "notification").filter(has_text="first").wait_for()
    second.wait_for()


def test_without_a_kernel_a_search_tells_that_it_saw_a_part(lab):
    panel = opened(lab, FLOOD.replace("6000", "3000"), PANEL)
    row(panel, '{"number":2999}').first.wait_for()
    restart_kernel(lab)
    panel.get_by_text("not live: run its cell again").first.wait_for()
    panel.get_by_label("Search the timeline").fill("nothing like it")
    panel.get_by_text("to search earlier ones takes the kernel").wait_for()
    lab.screenshot("explorer-search-without-kernel", panel)
    panel.get_by_label("Search the timeline").fill('"number":2999')
    row(panel, '{"number":2999}').wait_for()
    lab.wait_idle()


def test_a_flood_leaves_a_paused_timeline_as_it_is(lab):
    panel = opened(lab, TALK, PANEL)
    panel.get_by_role("button", name="Pause").click()
    count = panel.locator(".jacnb-count").inner_text()
    lab.run_cell(FLOOD)
    panel.get_by_role("button", name="Paused").wait_for()
    lab.wait_idle()
    assert panel.locator(".jacnb-count").inner_text() == count
    row(panel, "only for you").first.wait_for()


def test_another_theme_leaves_the_timeline_where_it_was(lab):
    panel = opened(lab, TALK * 4, PANEL)
    row(panel, "only for you").first.click()
    lab.set_theme("JupyterLab Dark")
    lab.set_theme("JupyterLab Light")
    selected = panel.locator(".jacnb-row[aria-selected=true]")
    lab.page.wait_for_function(
        """row => {
            const [inner, outer] = [row, row.closest(".jacnb-list")].map((each) =>
                each.getBoundingClientRect());
            return inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1;
        }""",
        arg=selected.element_handle(),
    )


def test_a_row_tells_what_led_to_it_and_a_click_goes_there(lab):
    panel = opened(lab, TALK, PANEL)
    row(panel, "Hello from a walker").filter(has_text="▶").click()
    details = panel.get_by_label("Selected message")
    details.get_by_text('"Hello from a walker"').wait_for()
    assert details.locator(".jacnb-facts").inner_text().split() == [
        *("time", details.locator("dd").first.inner_text()),
        *("size", "56", "B", "to", "2", "alice", "bob"),
    ]
    details.get_by_role("button", name="event send_chat_to_group").click()
    details.get_by_text("Led to").wait_for()
    selected = panel.locator(".jacnb-row[aria-selected=true]")
    assert selected.get_attribute("data-kind") == "event"


def test_a_walker_is_run_by_its_form_and_wrong_fields_are_told_before(lab):
    panel = opened(lab, PANEL)
    panel.get_by_label("message", exact=True).fill("typed by hand")
    panel.get_by_label("times", exact=True).fill("many")
    panel.get_by_text("must be a whole number").wait_for()
    panel.get_by_text("unable to parse string as an integer").wait_for()
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_role("button", name="Send anyway").wait_for()
    assert row(panel, "typed by hand").count() == 0
    panel.get_by_label("times", exact=True).fill("2")
    panel.get_by_text("✓ the server will take this").wait_for()
    panel.get_by_label("times", exact=True).press("Control+Enter")
    row(panel, "typed by handtyped by hand").wait_for()


def test_what_the_server_refuses_can_be_sent_all_the_same(lab):
    panel = opened(lab, PANEL)
    pick(panel, "channel")
    panel.get_by_role("tab", name="JSON").click()
    source(panel).fill('{"type": "channel", "channel_ids": [], "data": {}}')
    panel.get_by_text("List should have at least 1 item").wait_for()
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_role("button", name="Send anyway").click()
    row(panel, "error").wait_for()
    panel.get_by_role("tab", name="Raw", exact=True).first.click()
    source(panel).fill("{ not json <b>")
    panel.get_by_role("button", name="Send as alice").click()
    row(panel, "{ not json <b>").wait_for()


@pytest.mark.parametrize(
    "text",
    [
        '{"type":"channel","channel_ids":["room"],"data":{"n":12345678901234567890}}',
        '{"type":"channel","channel_ids":["room"],"data":{"x":1.50,"y":1E3},"z":[1]}',
        '{"type":"channel","channel_ids":"room","data":[]}',
        '{"type":"walker","walker":"send_chat_to_group","context":{"times":"7","q":{}}}',
        '{"type":"channel","channel_ids":["a","b"],"data":{"__proto__":{"x":"\\u00e9"}}}',
    ],
)
def test_json_comes_back_from_the_form_as_it_was(lab, text):
    panel = opened(lab, PANEL)
    panel.get_by_role("tab", name="JSON").click()
    source(panel).fill(text)
    panel.get_by_role("tab", name="Form").click()
    panel.locator(".jacnb-form").wait_for()
    panel.get_by_role("tab", name="JSON").click()
    assert re.sub(r"\s", "", source(panel).input_value()) == text.replace(
        "\\u00e9", "é"
    )


@pytest.mark.parametrize(
    "text", ['{"type":"connection","type":"connection"}', '{"type":"connection"']
)
def test_there_is_no_form_for_what_it_would_change(lab, text):
    panel = opened(lab, PANEL)
    panel.get_by_role("tab", name="JSON").click()
    source(panel).fill(text)
    panel.get_by_role("tab", name="Form").click()
    panel.get_by_text("Stays text").wait_for()
    lab.page.evaluate("new Promise((go) => setTimeout(go, 300))")
    lab.run_cell("'a check that was under way is answered by now'")
    assert panel.get_by_text("Stays text").is_visible()
    assert source(panel).input_value() == text


def test_a_name_in_braces_stands_for_an_id(lab):
    panel = opened(lab, PANEL)
    pick(panel, "client")
    ids = panel.get_by_role("combobox", name="client_ids").first
    assert ids.input_value() == "{{bob.client_id}}"
    panel.get_by_role("button", name="Send as alice").click()
    lab.run_cell('bob.expect("chat").data')
    lab.page.get_by_text("{'message': 'hello'}").wait_for()


def test_search_and_filters_hide_and_pause_holds(lab):
    panel = opened(lab, TALK, PANEL)
    panel.get_by_label("Search the timeline").fill("ONLY for")
    panel.get_by_text("2 of").wait_for()
    panel.get_by_label("Search the timeline").fill("")
    panel.get_by_text("2 of").wait_for(state="detached")
    for group in ("Events", "Replies", "Walkers", "Clients"):
        panel.get_by_role("button", name=group, exact=True).click()
    row(panel).nth(2).wait_for(state="detached")
    kinds = row(panel).evaluate_all("rows => rows.map((row) => row.dataset.kind)")
    assert kinds == ["notification", "notification"]
    panel.get_by_role("button", name="Events", exact=True).click()
    panel.get_by_role("button", name="Pause").click()
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_role("button", name="new").wait_for()
    assert row(panel, '"hello"').count() == 0
    panel.get_by_role("button", name="new").click()
    row(panel, '"hello"').first.wait_for()
    panel.get_by_role("button", name="Clear this view").click()
    panel.get_by_text("Nothing has happened yet").wait_for()


def test_a_client_is_opened_pinged_closed_and_taken_away(lab):
    panel = opened(lab, PANEL)
    panel.get_by_role("button", name="Open a client").click()
    panel.get_by_label("user", exact=True).fill("dora")
    panel.get_by_label("channel", exact=True).fill("room")
    panel.get_by_role("button", name="Open", exact=True).click()
    panel.get_by_role("button", name="Send as dora").wait_for()
    panel.get_by_role("button", name="Connection of dora").click()
    panel.get_by_role("button", name="Ping").click()
    panel.locator(".jacnb-connection").get_by_text(re.compile(r"[\d.]+ ms")).wait_for()
    panel.get_by_label("Close code").fill("2999")
    panel.get_by_role("button", name="Close", exact=True).click()
    panel.get_by_text("No close code").wait_for()
    panel.get_by_label("Close code").fill("4321")
    panel.get_by_label("Reason").fill("é" * 62)
    panel.get_by_text("The reason is too long").wait_for()
    panel.get_by_label("Reason").fill("enough")
    lab.screenshot("explorer-connection", panel)
    panel.get_by_role("button", name="Close", exact=True).click()
    panel.get_by_text("4321: enough").wait_for()
    assert panel.get_by_role("button", name="Send as dora").is_disabled()
    panel.get_by_role("button", name="Remove").click()
    panel.get_by_role("button", name="Connection of dora").wait_for(state="detached")


def test_the_code_of_an_event_holds_no_token(lab):
    panel = opened(lab, TALK, PANEL)
    row(panel, "alice → server").first.click()
    details = panel.get_by_label("Selected message")
    for tab, expected in {
        "Python": "alice.walker('send_chat_to_group'",
        "JavaScript": "new WebSocket(",
        "wscat": '-H "Authorization: Bearer $TOKEN"',
        ".http": "Authorization: Bearer {{token}}",
    }.items():
        details.get_by_role("tab", name=tab).click()
        details.get_by_text(expected).wait_for()
        assert "eyJ" not in details.inner_text()


def test_a_session_is_saved_replayed_and_compared(lab, tmp_path):
    panel = opened(lab, TALK, PANEL)
    panel.get_by_role("button", name="Session").click()
    with lab.page.expect_download() as started:
        panel.get_by_role("button", name="Save as JSONL").click()
    saved = tmp_path / "run.jsonl"
    started.value.save_as(saved)
    first, *lines = map(json.loads, saved.read_text().splitlines())
    assert first["format"] == "jacnb.trace"
    assert "Hello from a walker" in {
        line.get("payload", {}).get("context", {}).get("message")
        for line in lines
        if line["kind"] == "event"
    }
    with lab.page.expect_file_chooser() as chosen:
        panel.get_by_role("button", name="Replay a file…").first.click()
    chosen.value.set_files(saved)
    panel.get_by_text("3 events sent again.").wait_for()
    with lab.page.expect_file_chooser() as chosen:
        panel.get_by_role("button", name="First…").first.click()
    chosen.value.set_files(saved)
    panel.get_by_role("button", name="Compare").click()
    panel.get_by_role("list", name="Differences").wait_for()
    lab.screenshot("explorer-diff", panel)
    assert panel.locator(".jacnb-change-missing").count() == 0
    assert panel.locator(".jacnb-change-added").count() > 0


def test_what_is_wrong_in_the_form_of_a_client_goes_with_the_form(lab):
    panel = opened(lab, PANEL)
    panel.get_by_role("button", name="Open a client").click()
    panel.get_by_label("user", exact=True).fill("dora")
    panel.get_by_label("token", exact=True).fill("no token at all")
    panel.get_by_role("button", name="Open", exact=True).click()
    panel.get_by_text("fill in a user or a token, not both").wait_for()
    panel.get_by_role("button", name="Open a client").click()
    assert panel.get_by_text("not both").is_hidden()


def test_that_a_token_was_refused_stays_to_be_read(lab):
    panel = opened(lab, PANEL)
    panel.get_by_role("button", name="Open a client").click()
    panel.get_by_label("token", exact=True).fill("no token at all")
    panel.get_by_role("button", name="Open", exact=True).click()
    note = panel.get_by_text("The server did not accept the token")
    note.wait_for()
    lab.run_cell("server.connect(user='eve', channel_id='room')")
    panel.get_by_role("button", name="Connection of eve").wait_for()
    assert note.is_visible()
    panel.get_by_role("button", name="eve #room").click()
    note.wait_for(state="hidden")


def test_a_message_to_a_full_room_is_found_for_the_last_who_got_it(lab):
    joined = "crowd = [server.connect(user=f'u{n}', channel_id='x') for n in range(40)]"
    said = "crowd[0].send_to_channels('x', {'type': 'hey'})\ncrowd[0].connection()"
    panel = opened(lab, f"{joined}\n{said}", PANEL)
    panel.get_by_label("Search the timeline").fill("u35")
    panel.get_by_text("3 of 88").wait_for()
    row(panel, "hey").wait_for()
    panel.get_by_label("Search the timeline").fill("")
    panel.get_by_text("3 of 88").wait_for(state="detached")
    panel.get_by_label("Only this client").select_option(label="u35")
    panel.get_by_text("3 of 88").wait_for()
    row(panel, "hey").wait_for()
    row(panel, "hey").click()
    panel.get_by_text("and 28 more").wait_for()


def test_many_clients_can_be_filtered(lab):
    many = "[server.connect(user=f'u{n}', channel_id='room') for n in range(12)]"
    panel = opened(lab, many, PANEL)
    panel.get_by_label("Filter clients").fill("U11")
    panel.get_by_role("button", name="Connection of u10").wait_for(state="detached")
    panel.get_by_role("button", name="Connection of u11").wait_for()
    panel.get_by_label("Filter clients").fill("nobody like this")
    panel.get_by_text("No client fits.").wait_for()


def test_a_number_beyond_all_bounds_is_told_at_its_field(lab):
    panel = opened(lab, PANEL)
    panel.get_by_label("times", exact=True).fill("1e400")
    field = panel.locator('[data-path="context.times"]')
    field.get_by_text("is out of range").wait_for()
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_role("button", name="Send anyway").wait_for()
    assert field.get_by_text("is out of range").is_visible()


def test_an_event_whose_answer_is_awaited_is_not_sent_again(lab):
    panel = opened(lab, PANEL)
    pick(panel, "channel")
    panel.get_by_text("✓ the server will take this").wait_for()
    button = panel.get_by_role("button", name="Send as alice")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    row(panel, "alice → server").filter(has_text="hello").first.wait_for()
    panel.get_by_text("Sent.").wait_for()
    assert row(panel, "alice → server").filter(has_text="hello").count() == 1


def test_what_was_sent_is_said_though_it_is_still_being_checked(lab):
    panel = opened(lab, PANEL)
    panel.get_by_label("message").first.fill("at once")
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_text("Sent.").wait_for()
    lab.run_cell("later = 1")  # The kernel answers a check before it runs a cell.
    lab.run_cell("later = 2")
    assert panel.get_by_text("Sent.").is_visible()


@pytest.mark.parametrize("width", [1136, 800, 536])
def test_long_names_fit_in_and_the_size_is_shown(lab, width):
    lab.page.set_viewport_size({"width": width, "height": 1400})
    panel = opened(lab, LONG)
    row(panel, "report").first.click()
    panel.get_by_label("Selected message").get_by_text("Caused by").wait_for()
    assert row(panel, "report").first.locator(".jacnb-size").is_visible()
    assert panel.evaluate(OUTSIDE) == []
    lab.screenshot(f"explorer-long-{width}", panel)


LONG = (
    SERVER
    + """
@jacnb.walker(auth=None)
def a_name_that_goes_on_and_on_and_on_for_ever(here, a_field_with_such_a_name: int):
    return "x" * 500


carol = server.connect(user="carol", channel_id="room " * 30, name="c" * 120)
long = "a_name_that_goes_on_and_on_and_on_for_ever"
carol.walker(long, a_field_with_such_a_name=1)
Explorer(server)
"""
)
# What ends beyond the panel or beyond its own box, where nothing cuts it off neatly.
OUTSIDE = """panel => {
    const end = panel.getBoundingClientRect().right + 1;
    const kinds = "button, label, input, textarea, p, code";
    const shown = [...panel.querySelectorAll(kinds)];
    const isCut = (each) => each.closest("bdi, .jacnb-facts, .jacnb-json");
    return shown.filter((each) => !isCut(each))
        .filter((each) => each.getBoundingClientRect().right > end)
        .map((each) => each.outerHTML.slice(0, 120));
}"""


# Faults.


ODD = """
markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
noise = "\\u0000\\u0007\\ufffe"
for value in (markup, "שלום مرحبا \\u202eabc", "x" * 1_000_000, noise):
    alice.send_to_channels(["room"], {"type": markup, "data": {"message": value}})
alice.send(b"\\x00\\xff\\xfe binary")
alice.sync()
"""


def test_hostile_and_huge_messages_are_shown_as_text(lab):
    panel = opened(lab, PANEL, ODD)
    row(panel, "binary").first.wait_for()
    details = panel.get_by_label("Selected message")
    for each in row(panel, "⇊").all():
        each.click()
        details.get_by_text('"message"').wait_for()
    row(panel, "abc").last.click()
    details.get_by_text("\\u202eabc").wait_for()
    row(panel, "xxxxxx").last.click()
    details.get_by_text("more characters").wait_for()
    assert lab.page.title() not in ("1", "2")
    assert panel.locator("img, script").count() == 0
    lab.screenshot("explorer-hostile", panel)


def test_a_client_that_dies_while_shown_is_told(lab):
    panel = opened(lab, PANEL)
    lab.run_cell("bob.drop()")
    panel.get_by_role("img", name="closed").wait_for()
    row(panel, "close").wait_for()
    panel.get_by_role("button", name="bob", exact=False).first.click()
    assert panel.get_by_role("button", name="Send as bob").is_disabled()


def test_after_a_kernel_restart_the_panel_says_that_it_is_not_live(lab):
    panel = opened(lab, TALK, PANEL)
    restart_kernel(lab)
    panel.get_by_text("not live: run its cell again").first.wait_for()
    row(panel, "only for you").first.click()
    panel.get_by_label("Selected message").get_by_text("only for you").wait_for()
    assert panel.get_by_role("button", name="Send as alice").is_disabled()
    assert panel.get_by_role("img", name="not known").count() == 2
    assert panel.get_by_text("the server will take this").is_hidden()
    lab.screenshot("explorer-restarted", panel)
    lab.wait_idle()


def test_a_recording_is_looked_at_and_nothing_can_be_sent(lab):
    saved = "from jacnb.protocol.recording import read_jsonl\n"
    saved += "recording = read_jsonl(server.trace.to_jsonl())\nserver.stop()"
    diagram = "jacnb.panels.SequenceDiagram(recording)"
    panel = opened(lab, TALK, saved, "Explorer(recording)", diagram)
    row(panel, "only for you").first.click()
    panel.get_by_label("Selected message").get_by_text("only for you").wait_for()
    panel.get_by_text("There is no server to speak to").wait_for()
    panel.get_by_text("recorded · 15 entries").wait_for()
    timeline_row(panel, "event").first.click()
    panel.get_by_label("Selected message").get_by_role("tab", name="wscat").wait_for()
    assert panel.get_by_role("button", name="Send again").count() == 0
    assert panel.get_by_role("button", name="Open a client").is_disabled()
    lab.screenshot("explorer-recording", panel)
    drawn = lab.panel("Sequence diagram")
    drawn.get_by_role("listitem", name="alice calls walker").wait_for(state="attached")
    drawn.get_by_text("a recording").wait_for()
    lab.screenshot("sequence-recording", drawn)


def test_a_stopped_server_is_told_and_nothing_can_be_sent(lab):
    panel = opened(lab, PANEL)
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_text("Sent.").wait_for()
    lab.run_cell("server.stop()")
    panel.get_by_role("status").get_by_text(re.compile("stopped$")).wait_for()
    panel.get_by_text("This server is stopped: jacnb.serve()").wait_for()
    assert panel.get_by_role("button", name="Send as alice").is_disabled()
    assert panel.get_by_text("Sent.").is_hidden()
    lab.screenshot("explorer-stopped", panel)


def test_all_panels_of_a_stopped_server_say_so(lab):
    more = "from jacnb.panels import GraphView, SequenceDiagram"
    opened(lab, PANEL, f"{more}\nSequenceDiagram(server)", "GraphView(server)")
    lab.run_cell("server.stop()")
    for name in ("Sequence diagram", "Graph"):
        panel = lab.page.get_by_role("region", name=name, exact=True)
        panel.get_by_text(re.compile("stopped$")).first.wait_for()


def test_two_views_show_the_same_and_each_has_its_own_filter(lab):
    opened(lab, PANEL, "explorer", TALK)
    views = lab.page.get_by_role("region", name="Explorer")
    row(views.nth(0), "only for you").first.wait_for()
    row(views.nth(1), "only for you").first.wait_for()
    views.nth(0).get_by_label("Search the timeline").fill("nothing like this")
    views.nth(0).get_by_text("Nothing fits this filter").wait_for()
    assert row(views.nth(1), "only for you").count() == 2
    lab.run_cell("explorer")
    views.nth(2).get_by_label("Only this client").select_option(label="bob")
    views.nth(2).get_by_text(re.compile(r"^\d+ of \d+$")).wait_for()


def test_running_the_cell_again_closes_the_panel_that_it_replaces(lab):
    opened(lab, PANEL)
    lab.execute("notebook:run-all-cells")
    lab.wait_idle()
    views = lab.page.get_by_role("region", name="Explorer")
    views.get_by_role("listbox", name="Timeline").wait_for()
    assert views.count() == 1


def test_a_callback_that_raises_does_not_stop_the_panel(lab):
    panel = opened(lab, PANEL)
    lab.run_cell("stop = alice.on_message(lambda message: 1 / 0)")
    panel.get_by_role("button", name="Send as alice").click()
    row(panel, '"hello"').first.wait_for()
    panel.get_by_role("button", name="Send as alice").click()
    panel.get_by_text("live ·").wait_for()


GALLERY = "gallery/explorer.ipynb"


def test_the_gallerys_notebook_runs(either):
    either.run_notebook(GALLERY)
    assert either.errors() == []
    panel = either.page.get_by_role("region", name="Explorer")
    panel.get_by_role("listbox", name="Timeline").wait_for()
    row(panel, "Hello from a walker").first.wait_for()
    kind = type(either).__name__.lower()
    either.screenshot(f"explorer-gallery-{kind}", panel)
    either.set_theme("JupyterLab Dark")
    either.screenshot(f"explorer-gallery-{kind}-dark", panel)
