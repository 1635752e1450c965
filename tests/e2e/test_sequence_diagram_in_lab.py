"""The sequence diagram in a real browser: what is seen, heard, kept and withstood."""

from __future__ import annotations

import json
import subprocess
import sys

SERVER = """
import jacnb
from jacnb import WEBSOCKET_MANAGER as socket

server = jacnb.serve()

@jacnb.walker(auth=None)
def send_chat(channel_id: str, message: str) -> str:
    data = {"type": "chat", "data": {"message": message}}
    socket.notify_channels([channel_id], data)
    return "sent"

@jacnb.walker(auth=None)
def divide(a: int, b: int) -> float:
    return a / b
"""
PANEL = "diagram = jacnb.panels.SequenceDiagram(server)\ndiagram"
TALK = """
alice = server.connect(user="alice", channel_id="room")
bob = server.connect(user="bob", channel_id="room")
carol = server.connect(channel_id="room", name="carol")
alice.walker("send_chat", channel_id="room", message="Hello, everybody!")
bob.send_to_channels("room", {"type": "chat", "data": {"message": "Hi, alice!"}})
try:
    carol.walker("divide", a=1, b=0)
except jacnb.JacnbError:
    pass
carol.close()
"""
CONTRAST = """
panel => {
  const each = panel.querySelector(".jacnb-seq-faded b");
  const canvas = document.createElement("canvas").getContext("2d");
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    const part = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = parts.map((each) => part(each / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const back = getComputedStyle(each.closest(".jacnb-seq-heads")).backgroundColor;
  const two = [light(getComputedStyle(each).color), light(back)].sort((a, b) => b - a);
  return (two[0] + 0.05) / (two[1] + 0.05);
}
"""
FLOOD = """
for number in range({count}):
    alice.send_to_channels("room", {{"type": "tick", "data": number}})
alice.connection()
"""
FULL_ROOM = """
crowd = [server.connect(user=f"user{n}", channel_id="full") for n in range(40)]
crowd[0].send_to_channels("full", {"type": "everybody"})
crowd[0].connection()
"""


def opened(lab, *cells):
    """Run these cells after the server's, and return the diagram."""
    lab.write_notebook("sequence.ipynb", SERVER, *cells)
    lab.run_notebook("sequence.ipynb")
    assert lab.errors() == []
    return lab.panel("Sequence diagram")


def messages(panel):
    return panel.get_by_role("listitem")


def sentences(panel):
    return panel.locator("g[role=listitem]").evaluate_all(
        "all => all.map(each => each.getAttribute('aria-label'))"
    )


def wait_for_sentences(panel, count):
    """Wait until there are so many arrows, and return what they say."""
    panel.page.wait_for_function(
        "([all, count]) => all.querySelectorAll('g[role=listitem]').length === count",
        arg=[panel.element_handle(), count],
    )
    return sentences(panel)


def focused(lab):
    return lab.page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_the_gallery_notebook_runs_and_draws_everything(either):
    either.run_notebook("gallery/sequence_diagram.ipynb")
    assert either.errors() == []
    live, clients = (either.panel("Sequence diagram").nth(n) for n in range(2))
    live.get_by_role("listitem", name="is gone").wait_for(state="attached")
    clients.get_by_text("it is not known what caused a message").wait_for()
    assert either.page.locator("img[alt^='Sequence diagram']").count() == 1


def test_every_message_is_an_arrow_that_says_the_same_as_in_python(lab):
    report = "import json; print('ROWS' + json.dumps(diagram.rows()))"
    panel = opened(lab, PANEL, TALK, report)
    messages(panel).filter(has_text="gone").first.wait_for()
    panel.evaluate("panel => { panel.style.height = '64rem'; }")
    messages(panel).filter(has_text="connects").first.wait_for()
    printed = lab.page.locator(
        ".jp-OutputArea-output pre", has_text="ROWS"
    ).inner_text()
    rows = json.loads(printed.partition("ROWS")[2])
    assert wait_for_sentences(panel, len(rows)) == rows
    panel.scroll_into_view_if_needed()
    lab.screenshot("sequence-light", panel)
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("sequence-dark", panel)


def test_a_click_shows_the_payload_and_its_causes_and_fades_the_rest(lab):
    panel = opened(lab, PANEL, TALK)
    panel.get_by_role("listitem", name="send_chat notifies").click()
    details = panel.get_by_role("complementary", name="Message")
    details.get_by_text('"Hello, everybody!"').wait_for()
    because = details.get_by_role("listitem").all_inner_texts()
    assert because == ["send_chat runs for alice", "alice calls walker send_chat"]
    related = panel.locator("g.jacnb-seq-related[role=listitem]")
    assert related.count() == 3
    lab.screenshot("sequence-details", panel)
    details.get_by_role("button", name="alice calls walker send_chat").click()
    assert details.get_by_text("It led to").count() == 1
    lab.page.keyboard.press("Escape")
    details.wait_for(state="hidden")


def test_the_keyboard_walks_through_messages_and_along_causes(lab):
    panel = opened(lab, PANEL, TALK)
    panel.get_by_role("listitem", name="send_chat notifies").focus()
    lab.page.keyboard.press("ArrowLeft")
    assert focused(lab) == "send_chat runs for alice"
    lab.page.keyboard.press("ArrowUp")
    assert focused(lab) == "alice calls walker send_chat"
    lab.page.keyboard.press("ArrowRight")
    assert focused(lab) == "send_chat runs for alice"
    lab.page.keyboard.press("Home")
    assert focused(lab) == "alice connects"
    lab.page.keyboard.press("End")
    assert " is gone: 1000, by the " in focused(lab)
    lab.page.keyboard.press("Enter")
    panel.get_by_role("complementary", name="Message").wait_for()
    assert lab.page.locator(".jp-CodeCell").count() == 3


def test_filters_hide_by_kind_client_type_and_text(lab):
    panel = opened(lab, PANEL, TALK)
    panel.evaluate("panel => { panel.style.height = '64rem'; }")
    panel.get_by_role("button", name="connections").click()
    panel.get_by_role("button", name="responses").click()
    panel.get_by_label("Search messages").fill("everybody")
    lab.page.wait_for_function("document.querySelectorAll('g[data-seq]').length === 2")
    assert sentences(panel)[0] == "alice calls walker send_chat"
    panel.get_by_label("Search messages").fill("")
    panel.get_by_label("Type", exact=True).click()
    panel.get_by_label("Type", exact=True).select_option(label="divide")
    lab.page.wait_for_function("document.querySelectorAll('g[data-seq]').length === 3")
    panel.get_by_label("Type", exact=True).select_option(label="all types")
    panel.get_by_role("button", name="clients").click()
    panel.get_by_role("checkbox", name="bob").uncheck()
    panel.locator(".jacnb-seq-head b", has_text="bob").wait_for(state="detached")


def test_a_search_finds_what_is_no_longer_in_the_page(lab):
    panel = opened(lab, TALK, FLOOD.format(count=600), PANEL)
    panel.get_by_text("599").first.wait_for(state="attached")
    found = panel.locator("g[role=listitem][aria-label*='divide']")
    assert found.count() == 0
    panel.get_by_label("Search messages").fill("calls walker divide")
    found.first.wait_for(state="attached")
    assert {"divide" in each for each in sentences(panel)} == {True}


def test_pausing_holds_the_picture_and_keeps_one_in_the_saved_notebook(lab):
    panel = opened(lab, PANEL, TALK, "diagram.svg(last=5)")
    messages(panel).filter(has_text="gone").first.wait_for()
    panel.get_by_role("button", name="Pause").click()
    still = lab.page.locator("[class^=jacnb-still] img")
    still.wait_for(state="attached")
    assert not still.is_visible()
    lab.execute("docmanager:save")
    where = lab.root / "sequence.ipynb"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(where)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    lab.page.goto(where.with_suffix(".html").as_uri())
    pictures = lab.page.locator("img[alt^='Sequence diagram']")
    assert pictures.count() == 2
    for number in range(2):
        assert pictures.nth(number).evaluate("img => img.naturalWidth") > 300
    lab.screenshot("sequence-exported")


def test_pictures_are_saved_and_copied_from_the_panel(lab):
    panel = opened(lab, PANEL, TALK)
    with lab.page.expect_download() as saved:
        panel.get_by_role("button", name="SVG").click()
    assert saved.value.suggested_filename == "sequence.svg"
    assert "alice calls walker send_chat" in saved.value.path().read_text()
    panel.get_by_role("button", name="Mermaid").click()
    panel.get_by_text("Copied as Mermaid text.").wait_for()


def test_clients_alone_show_no_causes_and_say_so(lab):
    panel = opened(lab, TALK, "jacnb.panels.SequenceDiagram([alice, bob])")
    panel.get_by_text("it is not known what caused a message").wait_for()
    panel.get_by_role("listitem", name="the server notifies bob: chat").first.click()
    panel.get_by_text("What caused it is not known here.").wait_for()
    lab.screenshot("sequence-clients", panel)


def test_hostile_and_huge_messages_are_shown_as_text(lab):
    odd = r"""
markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
alice.send_to_channels("room", {"type": markup, "data": markup})
alice.send_to_channels("room", {"type": "שלום", "data": "\u202eabc\x00\x1b"})
alice.send_to_channels("room", {"type": "blob", "data": "x" * 1_000_000})
event = jacnb.protocol.Kind.EVENT
server.trace.record(event, "\x00<b>", text="\x00{")
alice.connection()
"""
    panel = opened(lab, PANEL, TALK, odd)
    panel.get_by_role("listitem", name="alice sends <img").wait_for(state="attached")
    assert panel.locator("img, script, b b").count() == 0
    panel.get_by_role("listitem", name="the server notifies alice, bob: blob").click()
    details = panel.get_by_role("complementary", name="Message")
    details.get_by_text("980,034 more characters").wait_for()
    lab.screenshot("sequence-odd", panel)
    assert lab.page.title() not in ("1", "2")


def test_a_client_that_dies_while_it_is_shown_is_gone(lab):
    panel = opened(lab, PANEL, TALK, "bob.drop()")
    panel.get_by_role("listitem", name="bob is gone").wait_for(state="attached")
    panel.locator("span.jacnb-state", has_text="live").wait_for()


def test_a_callback_that_raises_does_not_stop_the_diagram(lab):
    stumble = """
alice.on_message(lambda message: 1 / 0)
for word in ("one", "two"):
    bob.send_to_channels("room", {"type": word})
"""
    diagram = "jacnb.panels.SequenceDiagram([alice, bob])"
    panel = opened(lab, TALK, diagram, stumble)
    for word in ("one", "two"):
        said = panel.get_by_role("listitem", name=f"the server notifies alice: {word}")
        said.wait_for(state="attached")


def test_two_views_show_the_same_and_filter_for_themselves(lab):
    panel = opened(lab, PANEL, "diagram", TALK)
    first, second = panel.first, panel.nth(1)
    for view in (first, second):
        view.get_by_role("listitem", name="send_chat notifies").wait_for(
            state="attached"
        )
    first.get_by_role("button", name="notifications").click()
    first.get_by_role("listitem", name="send_chat notifies").wait_for(state="detached")
    assert second.get_by_role("listitem", name="send_chat notifies").count() == 1


def test_after_a_reload_the_diagram_has_every_message_once(lab):
    join = 'alice = server.connect(user="alice", channel_id="room")'
    panel = opened(lab, PANEL, join + FLOOD.format(count=60))
    panel.get_by_text("1 client · 124 messages").wait_for()
    lab.execute("docmanager:save")
    lab.page.reload()
    panel.get_by_text("1 client · 124 messages").wait_for(timeout=60_000)
    last = panel.locator("g[role=listitem]").last
    assert last.get_attribute("aria-posinset") == "124"


def test_a_restart_of_the_kernel_leaves_the_diagram_readable(lab):
    panel = opened(lab, PANEL, TALK)
    panel.get_by_role("listitem", name="is gone").wait_for(state="attached")
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    panel.get_by_text("not live").wait_for()
    panel.get_by_role("listitem", name="send_chat notifies").click()
    details = panel.get_by_role("complementary", name="Message")
    details.get_by_text('"Hello, everybody!"').wait_for()
    panel.get_by_role("button", name="SVG").click()
    panel.get_by_text("The kernel is gone").wait_for()


def test_a_cell_that_runs_again_closes_the_diagram_it_replaces(lab):
    panel = opened(lab, PANEL, TALK)
    lab.run_all()
    messages(panel).first.wait_for(state="attached")
    assert panel.count() == 1


def test_of_thousands_of_messages_few_are_in_the_page(lab):
    panel = opened(lab, PANEL, TALK)
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    code = FLOOD.format(count=5000)
    lab.page.evaluate(
        f"code => {kernel}.requestExecute({{ code }}).done.then(() => 1)", code
    )
    panel.locator("g[role=listitem]").last.wait_for(state="attached")
    panel.get_by_text("4999").first.wait_for(state="attached")
    assert panel.locator("svg *").count() < 1500


def test_who_reads_further_up_keeps_the_place_and_sees_what_is_new(lab):
    panel = opened(lab, PANEL, TALK, FLOOD.format(count=100))
    panel.get_by_text("219 messages").wait_for()
    paper = panel.locator(".jacnb-seq-paper")
    paper.evaluate("paper => { paper.scrollTop = 400; }")
    panel.get_by_role("button", name="Follow").wait_for()
    kernel = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
    code = FLOOD.format(count=10)
    lab.page.evaluate(
        f"code => {kernel}.requestExecute({{ code }}).done.then(() => 1)", code
    )
    jump = panel.get_by_role("button", name="new", exact=False).last
    jump.wait_for()
    assert paper.evaluate("paper => paper.scrollTop") == 400
    jump.click()
    panel.get_by_role("listitem", name="the server greets alice").last.wait_for()


CROWD = """
everybody = [
    server.connect(channel_id="room", name=f"participant of the lesson number {n}")
    for n in range(120)
]
everybody[50].walker("send_chat", channel_id="room", message="to all")
everybody[100].send_to_clients(everybody[101], {"type": "hi"})
everybody[100].close()
"""
SIZES = "paper => [paper.scrollWidth - paper.clientWidth, paper.scrollLeft]"


def test_of_a_crowd_who_speaks_has_a_lane_and_the_server_stays_in_sight(lab):
    panel = opened(lab, PANEL, TALK, CROWD)
    panel.get_by_text("122 clients").or_(panel.get_by_text("121 clients")).wait_for()
    panel.get_by_role("listitem", name="number 100 is gone").wait_for(state="attached")
    for width in (1280, 800):
        lab.page.set_viewport_size({"width": width, "height": 900})
        lab.page.wait_for_timeout(300)
        assert panel.locator(".jacnb-seq-paper").evaluate(SIZES) == [0, 0]
        assert panel.get_by_text("server", exact=True).is_visible()
        lab.screenshot(f"sequence-crowd-{width}", panel)
    heads = panel.locator(".jacnb-seq-head b")
    assert heads.last.inner_text().endswith(" more")
    assert heads.first.get_attribute("title").count("\n") == 1
    assert panel.locator(".jacnb-seq-note", has_text="…").count() > 0


def test_a_message_to_a_full_room_is_found_for_the_last_who_got_it(lab):
    panel = opened(lab, FULL_ROOM, PANEL)
    panel.get_by_role("button", name="connections").click()
    panel.get_by_label("Search messages").fill("user35")
    assert wait_for_sentences(panel, 1) == [
        "the server notifies "
        + ", ".join(f"user{number}" for number in range(12))
        + ", +28 more: everybody"
    ]
    lab.screenshot("sequence-full-room", panel)


def test_in_a_narrow_place_the_name_and_the_state_are_whole(lab):
    panel = opened(lab, PANEL, TALK)
    lab.page.set_viewport_size({"width": 640, "height": 900})
    name = panel.get_by_role("heading", name="Sequence diagram")
    assert name.evaluate("each => each.scrollWidth <= each.clientWidth")
    count = panel.locator(".jacnb-seq-count")
    assert count.bounding_box()["height"] < 25


def test_a_client_that_is_gone_can_be_read(lab):
    panel = opened(lab, PANEL, TALK)
    gone = panel.locator(".jacnb-seq-faded b", has_text="carol")
    gone.wait_for()
    assert panel.evaluate(CONTRAST) >= 4.5
    lab.set_theme("JupyterLab Dark")
    assert panel.evaluate(CONTRAST) >= 4.5


def test_a_long_type_is_told_of_a_message_that_is_cut(lab):
    long = """
alice.send_to_channels("room", {"type": "t" * 3000, "data": 1})
alice.send_to_channels("room", {"type": "u" * 500, "data": "x" * 9000})
"""
    panel = opened(lab, PANEL, TALK, long)
    for letter in "tu":
        name = f"the server notifies alice, bob: {letter * 20}"
        panel.get_by_role("listitem", name=name).wait_for(state="attached")
