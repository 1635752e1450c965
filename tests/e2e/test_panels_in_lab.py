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
markup = '<img src=x onerror="document.title=1"><b>bold</b><script>1</script>'
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
    panel.get_by_text("<b>bold</b><script>1</script>").wait_for()
    panel.get_by_text("<i>mallory</i>").wait_for()
    assert panel.locator("img, b, i, script").count() == 0
    assert lab.page.title() != "1"
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


MANY = """
for number in range(150):
    data = {"number": f"tick {number:03}", "pad": "." * 99}
    alice.arrive({"type": "tick", "data": data})
"""


def ticks(panel):
    """Return the numbers of the ticks that a panel shows, in its order."""
    said = panel.locator("li.jacnb-line pre").all_inner_texts()
    return [int(text.partition("tick ")[2][:3]) for text in said if "tick " in text]


def test_after_a_reload_every_message_is_there_and_none_twice(lab):
    opened(lab, ROOM, MANY)
    lab.panel("alice").get_by_text("tick 149").wait_for()
    lab.execute("docmanager:save")
    lab.page.reload()
    alice = lab.panel("alice")
    alice.get_by_text("tick 149").wait_for(timeout=60_000)
    assert ticks(alice) == list(range(150))
    send(alice, "and on it goes")
    lab.panel("public").get_by_text("and on it goes").wait_for()


def saved_history(lab, name):
    """Save the notebook; return what it keeps of a client's conversation."""
    widgets = lab.save_with_widgets()["metadata"]["widgets"]
    models = [each for found in widgets.values() for each in found["state"].values()]
    states = [each["state"] for each in models if "me" in each["state"]]
    return next(each["history"] for each in states if each["me"]["name"] == name)


def test_a_saved_notebook_keeps_what_the_kernel_did_not_write(lab):
    opened(lab, ROOM, MANY)
    lab.panel("alice").get_by_text("tick 149").wait_for()
    # The page keeps it a moment after the last message came.
    assert any(len(saved_history(lab, "alice")) == 151 for _ in range(60))


def test_a_flood_stays_in_order_and_its_gap_says_what_is_missing(lab):
    opened(lab, ROOM, MANY.replace("150", "5_000").replace(":03", ":04"))
    alice = lab.panel("alice")
    alice.get_by_text("tick 4999").wait_for()
    said = alice.locator("li.jacnb-line pre").all_inner_texts()
    numbers = [int(text.partition("tick ")[2][:4]) for text in said]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 4_999
    assert alice.locator("li.jacnb-line").count() <= 200


LATE = """
panel = room.panels[0]
panel.history = [{**panel.history[0], "seq": 1}, *panel.history]
carol.send_to_channels(["room"], {"type": "chat", "data": {"message": "and on"}})
"""


def test_what_the_kernel_keeps_of_a_flood_paints_nothing_anew(lab):
    opened(lab, ROOM, MANY.replace("150", "1_000"))
    alice = lab.panel("alice")
    alice.get_by_text("tick 999").wait_for()
    last = alice.locator("li.jacnb-line").last
    last.evaluate("line => (line.dataset.mine = 1)")
    lab.run_cell(LATE)
    alice.get_by_text("and on").wait_for()
    assert alice.locator("li.jacnb-line[data-mine]").count() == 1


def test_the_ids_can_be_read_and_copied(lab):
    opened(lab, ROOM)
    alice = lab.panel("alice")
    alice.get_by_role("button", name="Ids of this client").click()
    alice.get_by_text("n::000000000000000000000002").wait_for()
    assert alice.get_by_role("button", name="Copy root_id").is_visible()
    alice.get_by_role("button", name="Clear this view").click()
    alice.get_by_text("Cleared here").wait_for()
    lab.screenshot("details")


# Faults, with a real server.


def with_a_real_server(lab, *cells):
    """Run these cells after the real room, and return alice's panel and bob's."""
    lab.write_notebook("real.ipynb", REAL, *cells)
    lab.run_notebook("real.ipynb")
    assert lab.errors() == []
    return lab.panel("alice"), lab.panel("public")


def test_huge_messages_and_binary_noise_are_shown_as_text(lab):
    noise = r"""
chat = {"type": "chat", "data": {"message": "x" * 1_000_000}}
bob.send_to_channels(["room"], chat)
bob.send_to_channels(["room"], {"type": "noise", "data": "\x00\x1b\u202e\ufffe"})
bob.send(b"\x00\xff\xfe binary")
bob.sync()
"""
    alice, bob = with_a_real_server(lab, noise)
    alice.get_by_text("983,653 more characters: see client.messages").wait_for()
    alice.get_by_text("noise").first.wait_for()
    for panel in (alice, bob):
        panel.get_by_role("button", name="raw").click()
    bob.get_by_text("binary").first.wait_for()
    assert alice.evaluate("panel => panel.scrollWidth - panel.clientWidth") <= 2
    turned = alice.locator(".jacnb-string", has_text="\u202e")
    assert turned.evaluate("each => getComputedStyle(each).unicodeBidi") == "isolate"
    lab.screenshot("room-noise")


def test_a_client_that_dies_while_it_is_shown_is_told(lab):
    alice, bob = with_a_real_server(lab, "bob.drop()")
    bob.get_by_role("status").get_by_text("closed").wait_for()
    bob.get_by_role("log").get_by_text("The connection is closed.").wait_for()
    send(bob, "is anybody there?")
    bob.get_by_role("log").get_by_text("not sent").wait_for()
    send(alice, "bob is gone")
    alice.get_by_text("bob is gone").wait_for()
    assert bob.get_by_text("bob is gone").count() == 0


def restart(lab):
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    lab.page.evaluate(f"{kernel}.restart()")


def test_after_a_restart_of_the_kernel_the_room_says_that_it_is_not_live(lab):
    alice, bob = with_a_real_server(lab)
    send(bob, "said before")
    alice.get_by_text("said before").wait_for()
    restart(lab)
    for panel in (alice, bob):
        panel.get_by_role("status").get_by_text("no longer live").first.wait_for()
    send(alice, "typed after")
    alice.get_by_text("run its cell again").wait_for()
    assert alice.get_by_label("Message", exact=True).input_value() == "typed after"
    assert alice.get_by_text("said before").count() == 1
    lab.screenshot("room-restarted")
    lab.wait_idle()
    lab.run_all()
    send(alice, "live again")
    bob.get_by_text("live again").wait_for()
    assert alice.get_by_text("no longer live").count() == 0


def test_a_callback_that_raises_does_not_stop_the_panel(lab):
    alice, bob = with_a_real_server(lab, "alice.on_message(lambda message: 1 / 0);")
    for text in ("first", "second"):
        send(bob, text)
        alice.get_by_text(text, exact=True).wait_for()


def test_what_a_sync_asks_is_only_in_the_raw_view(lab):
    talk = """
alice.connection()
alice.sync()
bob.send_to_users(alice, {"type": "chat", "data": {"message": "after the sync"}})
bob.expect_nothing()
"""
    alice, _ = with_a_real_server(lab, talk)
    alice.get_by_text("after the sync").wait_for()
    assert alice.get_by_text("asked the server: connection").count() == 1
    assert alice.get_by_text("came too fast").count() == 0
    alice.get_by_role("button", name="raw").click()
    sent = alice.get_by_role("listitem").filter(has_text="→ sent")
    assert sent.filter(has_text='"connection"').count() == 2


def test_the_gallery_notebook_runs_and_shows_the_conversation(either):
    either.run_notebook("gallery/chat_room.ipynb")
    assert either.errors() == []
    alice, bob, public = (either.panel(name) for name in ("alice", "bob", "public"))
    alice.get_by_text("psst, Alice only").wait_for()
    assert public.get_by_text("psst, Alice only").count() == 0
    assert bob.get_by_text("The kettle is on.").count() == 2
    alice.get_by_text("announced 2 times").wait_for()
    public.get_by_text("The server found the event invalid.").wait_for()
    alice.scroll_into_view_if_needed()
    kind = type(either).__name__.lower()
    either.screenshot(f"room-gallery-{kind}")
    either.set_theme("JupyterLab Dark")
    either.screenshot(f"room-gallery-{kind}-dark")
