from __future__ import annotations

SERVER = """
from scripted_client import ScriptedServer
from jacnb.panels import ChatPanel, ChatRoom

server = ScriptedServer(threads=True)
alice = server.connect("alice")
bob = server.connect("bob")
carol = server.connect()
"""
ROOM = "room = ChatRoom([alice, bob, carol])\nroom"
TALK = """
def say(client, text, ids=("room",), how="channels"):
    data = {"type": "chat", "data": {"message": text, "from": client.name}}
    getattr(client, f"send_to_{how}")(list(ids), data)

say(alice, "Hello everybody, this is alice.")
say(bob, "Hi alice! I hear you over the channel.")
say(carol, "I have no account, and hear both of you.")
say(alice, "psst, only for bob", [bob.root_id], "users")
context = {"channel_id": "room", "message": "from a walker"}
walker = {"type": "walker", "walker": "send_chat_to_group", "context": context}
alice.send(walker | {"response": True})
"""
FLOOD = """
for number in range(30):
    carol.arrive({"type": "chat", "data": {"message": f"line {number}", "from": "bob"}})
"""
ODD = """
markup = '<img src=x onerror="document.title=1"><b>bold</b>'
carol.arrive({"type": "chat", "data": {"message": markup, "from": "<i>mallory</i>"}})
carol.arrive({"type": "chat", "data": {"message": "שלום, مرحبا hello", "from": "noa"}})
progress = {"progress": 40, "steps": ["a", "b"], "done": False}
carol.arrive({"type": "progress", "data": progress})
carol.arrive({"type": "chat", "data": {"message": "long " * 600, "from": "bob"}})
"""


def opened(lab, *cells):
    """Run these cells after the server's, and fail on the first traceback."""
    name = "panels.ipynb"
    lab.write_notebook(name, SERVER, *cells)
    lab.run_notebook(name)
    assert lab.errors() == []
    return lab


def send(panel, text):
    panel.get_by_label("Message", exact=True).click()
    panel.page.keyboard.type(text)
    panel.page.keyboard.press("Enter")


def test_a_room_shows_the_conversation_side_by_side(lab):
    opened(lab, ROOM, TALK)
    for name in ("alice", "bob", "public"):
        lab.panel(name).get_by_text("from a walker").last.wait_for()
    assert lab.panel("alice").get_by_text("Hello everybody").count() == 1
    assert lab.panel("bob").get_by_text("psst, only for bob").count() == 1
    assert lab.panel("public").get_by_text("psst, only for bob").count() == 0
    assert lab.panel("alice").get_by_text("✓ 200").count() == 1
    lab.screenshot("room-light")
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("room-dark")


def test_typing_and_enter_sends_to_the_whole_channel(lab):
    opened(lab, ROOM)
    alice = lab.panel("alice")
    send(alice, "typed by hand")
    lab.panel("public").get_by_text("typed by hand").wait_for()
    box = alice.get_by_label("Message", exact=True)
    assert box.input_value() == ""
    assert box.evaluate("box => box === document.activeElement")


def test_shift_enter_makes_a_line_and_letters_are_no_commands(lab):
    opened(lab, ROOM)
    box = lab.panel("alice").get_by_label("Message", exact=True)
    box.click()
    for key in ("d", "d", "Shift+Enter", "b", "x"):
        lab.page.keyboard.press(key)
    assert box.input_value() == "dd\nbx"
    lab.panel("alice").get_by_role("log").focus()
    for key in ("d", "d", "b"):
        lab.page.keyboard.press(key)
    assert lab.page.locator(".jp-CodeCell").count() == 2


def test_another_member_is_picked_by_name(lab):
    opened(lab, ROOM)
    alice = lab.panel("alice")
    alice.get_by_label("To", exact=True).select_option(label="bob")
    send(alice, "for bob alone")
    lab.panel("bob").get_by_text("for bob alone").wait_for()
    assert lab.panel("public").get_by_text("for bob alone").count() == 0


def test_a_walker_is_run_by_its_form(lab):
    opened(lab, ROOM)
    alice = lab.panel("alice")
    alice.get_by_label("To", exact=True).select_option(label="send_chat_to_group")
    assert alice.get_by_role("combobox", name="channel_id").input_value() == "room"
    alice.get_by_label("message", exact=True).fill("by the form")
    lab.screenshot("walker-form")
    alice.get_by_label("message", exact=True).press("Enter")
    lab.panel("bob").get_by_text("by the form").wait_for()
    alice.get_by_text("✓ 200").wait_for()


def test_the_servers_complaint_stands_at_the_field_it_is_about(lab):
    opened(lab, ROOM)
    alice = lab.panel("alice")
    alice.get_by_label("To", exact=True).select_option(label="send_chat_to_group")
    alice.get_by_role("combobox", name="channel_id").fill("")
    alice.get_by_role("button", name="Run").click()
    alice.get_by_text("⚠ Field required").wait_for()
    assert (
        alice.get_by_role("combobox", name="channel_id").get_attribute("aria-invalid")
        == "true"
    )
    lab.screenshot("walker-error")


def test_an_error_of_the_client_is_shown_and_the_text_comes_back(lab):
    opened(lab, ROOM, "alice.become('closed')")
    alice = lab.panel("alice")
    alice.get_by_role("status").get_by_text("closed").wait_for()
    send(alice, "too late")
    alice.get_by_role("log").get_by_text(
        "not sent: the connection is closed"
    ).wait_for()
    assert alice.get_by_label("Message", exact=True).input_value() == "too late"
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("closed-dark")


def test_raw_shows_every_frame_as_it_went_over_the_wire(lab):
    opened(lab, ROOM, TALK)
    lab.panel("alice").get_by_text("from a walker").last.wait_for()
    for name in ("alice", "bob"):
        lab.panel(name).get_by_role("button", name="raw").click()
    frames = lab.panel("alice").get_by_role("listitem")
    assert frames.filter(has_text="→ sent").count() == 3
    assert frames.filter(has_text='"channel_ids"').count() == 1
    lab.screenshot("raw-light")
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("raw-dark")


def test_what_others_write_is_shown_as_text(lab):
    opened(lab, "panel = ChatPanel(carol)\npanel", ODD)
    panel = lab.panel("public")
    panel.get_by_text('<img src=x onerror="document.title=1"><b>bold</b>').wait_for()
    panel.get_by_text("<i>mallory</i>").wait_for()
    assert panel.locator("img, b, i").count() == 0
    panel.get_by_role("button", name="Show all").click()
    panel.get_by_role("button", name="Show less").click()
    panel.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    lab.screenshot("odd-text", panel)


def test_a_reader_further_up_keeps_the_place(lab):
    opened(lab, ROOM, FLOOD)
    log = lab.panel("public").get_by_role("log")
    log.get_by_text("line 29", exact=True).wait_for()
    log.evaluate("log => { log.scrollTop = 0; }")
    lab.page.wait_for_timeout(100)
    send(lab.panel("alice"), "one more")
    new = lab.panel("public").get_by_role("button", name="1 new")
    new.wait_for()
    assert log.evaluate("log => log.scrollTop") == 0
    lab.screenshot("new-messages")
    new.click()
    assert (
        log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 2
    )


def test_two_views_of_one_panel_agree(lab):
    opened(lab, "panel = ChatPanel(alice)\npanel", "panel", TALK)
    views = lab.panel("alice")
    for view in (views.nth(0), views.nth(1)):
        view.get_by_text("✓ 200").wait_for()
    assert views.count() == 2
    assert (
        views.nth(0).get_by_role("log").inner_text()
        == views.nth(1).get_by_role("log").inner_text()
    )


def test_running_the_cell_again_leaves_one_live_room(lab):
    opened(lab, ROOM, "alice.listeners")
    lab.run_all()
    outputs = lab.page.locator(".jp-OutputArea-output pre").all_inner_texts()
    assert outputs[-1].strip() == "3"


REAL = """
import jacnb
from jacnb import WEBSOCKET_MANAGER as socket

@jacnb.walker
def tell(here, text: str, times: int = 1) -> str:
    for _ in range(times):
        socket.notify_channels(["room"], {"type": "chat", "data": {"message": text}})
    return f"told {times} times"

server = jacnb.serve()
alice = server.connect(user="alice", channel_id="room")
bob = server.connect(channel_id="room")
jacnb.panels.ChatRoom([alice, bob])
"""


def test_the_panels_work_with_a_real_server(lab):
    lab.write_notebook("real.ipynb", REAL)
    lab.run_notebook("real.ipynb")
    assert lab.errors() == []
    alice, public = lab.panel("alice"), lab.panel("public")
    send(public, "hello over a socket")
    alice.get_by_text("hello over a socket").wait_for()
    alice.get_by_label("To", exact=True).select_option(label="tell")
    alice.get_by_role("textbox", name="text").fill("from a real walker")
    alice.get_by_label("times", exact=True).fill("2")
    alice.get_by_role("button", name="Run").click()
    alice.get_by_text("told 2 times").wait_for()
    assert public.get_by_text("from a real walker").count() == 2
    lab.screenshot("real-server")


def test_the_ids_can_be_read_and_copied(lab):
    opened(lab, ROOM)
    alice = lab.panel("alice")
    alice.get_by_role("button", name="Ids of this client").click()
    alice.get_by_text("n::000000000000000000000002").wait_for()
    assert alice.get_by_role("button", name="Copy root_id").is_visible()
    alice.get_by_role("button", name="Clear this view").click()
    alice.get_by_text("Cleared here").wait_for()
    lab.screenshot("details")
