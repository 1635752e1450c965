"""The inspector in a real browser: what it shows, and what must not break it."""

from __future__ import annotations

import pytest

SERVER = """
import jacnb
from jacnb import WEBSOCKET_MANAGER as socket

@jacnb.walker(auth=None)
def average(here, numbers: list[float]):
    return sum(numbers) / len(numbers)

server = jacnb.serve()
alice = server.connect(user="alice", channel_id="lobby")
bob = server.connect(user="bob", channel_id="lobby")
carol = server.connect(channel_id="garden")
"""
PANEL = "panel = jacnb.panels.Inspector(server)\npanel"
CHAT = """
for number in range(10):
    alice.send_to_channels(["lobby"], {"data": {"message": f"{number}"}})
alice.sync()
"""


@pytest.fixture
def opened(lab):
    """Run these cells after the server's; fail on the first traceback."""

    def opened(*cells):
        lab.write_notebook("inspector.ipynb", SERVER, *cells)
        lab.run_notebook("inspector.ipynb")
        assert lab.errors() == []
        return lab.panel("Inspector")

    return opened


def row(panel, name):
    return panel.get_by_role("row").filter(
        has=panel.page.get_by_role("rowheader", name=name)
    )


def first_names(panel):
    return panel.locator("tbody th .jacnb-row-name").all_inner_texts()


def run(lab, source):
    """Run one more cell in the notebook that is open."""
    lab.execute("notebook:insert-cell-below")
    lab.execute("notebook:replace-selection", text=source)
    lab.execute("notebook:run-cell")


def test_the_gallery_notebook_runs_and_shows_who_is_there(either):
    either.run_notebook("gallery/inspector.ipynb")
    assert either.errors() == []
    panel = either.panel("Inspector")
    panel.scroll_into_view_if_needed()
    panel.get_by_role("tab", name="Connections 4").wait_for()
    assert sorted(first_names(panel))[:3] == ["alice", "bob", "carol"]
    panel.get_by_role("tab", name="Walkers").click()
    row(panel, "average").get_by_text("20", exact=True).wait_for()
    assert row(panel, "average").get_by_role("cell").nth(3).inner_text() == "5"


def test_figures_move_while_messages_flow(lab, opened):
    panel = opened(PANEL, CHAT)
    # A greeting, ten messages, the answer to the fence.
    row(panel, "alice").get_by_text("12", exact=True).wait_for()
    row(panel, "bob").get_by_text("11", exact=True).wait_for()
    panel.get_by_role("tab", name="Connections 3").wait_for()
    lab.screenshot("inspector-light")
    lab.set_theme("JupyterLab Dark")
    lab.screenshot("inspector-dark")


def test_a_head_sorts_its_column_up_and_down(opened):
    panel = opened(PANEL)
    head = panel.get_by_role("columnheader", name="Client")
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert first_names(panel)[:2] == ["alice", "bob"]
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    assert first_names(panel)[1:] == ["bob", "alice"]


def test_a_filter_finds_one_of_many(opened):
    panel = opened(PANEL)
    box = panel.get_by_role("searchbox", name="Filter the table")
    box.fill("ALICE@")
    panel.get_by_text("1 of 3").wait_for()
    assert first_names(panel) == ["alice"]
    box.fill("nobody like that")
    panel.get_by_text("Nothing fits the filter.").wait_for()


def test_tabs_go_by_the_keyboard(lab, opened):
    panel = opened(PANEL)
    panel.get_by_role("tab", name="Connections").focus()
    lab.page.keyboard.press("ArrowRight")
    row(panel, "lobby").get_by_text("alice, bob").wait_for()
    lab.page.keyboard.press("End")
    row(panel, "average").wait_for()
    lab.page.keyboard.press("ArrowRight")
    selected = panel.get_by_role("tab", selected=True)
    assert selected.inner_text().startswith("Connections")


def test_a_client_shows_its_last_messages_as_they_come(lab, opened):
    panel = opened(PANEL)
    panel.get_by_role("button", name="alice", exact=True).click()
    pane = panel.get_by_role("complementary", name="alice")
    pane.get_by_text("connection", exact=True).wait_for()
    run(lab, CHAT)
    pane.get_by_text('"message":"9"').first.wait_for()
    pane.get_by_role("button", name="Ping").click()
    lab.page.keyboard.press("Escape")
    assert pane.count() == 0
    assert panel.get_by_role("button", name="alice", exact=True).evaluate(HAS_FOCUS)


HAS_FOCUS = "button => button === document.activeElement"
LOOK = """(value) => {
    Object.defineProperty(document, "visibilityState", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_one_is_disconnected_after_a_question(lab, opened):
    panel = opened(PANEL)
    button = panel.get_by_role("button", name="Disconnect bob")
    button.press("Enter")
    question = panel.get_by_role("alertdialog", name="Disconnect bob from lobby?")
    question.wait_for()
    lab.page.keyboard.press("Escape")
    assert question.count() == 0
    assert row(panel, "bob").count() == 1
    assert button.evaluate(HAS_FOCUS)
    button.press("Enter")
    question.wait_for()
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")
    row(panel, "bob").wait_for(state="detached")
    panel.get_by_role("tab", name="Connections 2").wait_for()
    run(lab, "list(bob); print('bob is', bob.state)")
    lab.page.get_by_text("bob is closed").wait_for()


def test_who_comes_back_to_the_page_finds_the_focus_where_it_was(lab, opened):
    panel = opened(PANEL)
    row(panel, "bob").wait_for()
    lab.page.evaluate(LOOK, "hidden")
    run(lab, "alice.close()\ndora = server.connect(user='dora')\nprint('dora', 'came')")
    lab.page.get_by_text("dora came").wait_for()
    button = panel.get_by_role("button", name="Disconnect bob").element_handle()
    button.focus()
    lab.page.evaluate(LOOK, "visible")
    row(panel, "dora").wait_for()
    row(panel, "alice").wait_for(state="detached")
    assert button.evaluate(HAS_FOCUS)
    assert panel.locator("tbody tr").count() == 3


ODD = """
channel = '<img src=x onerror="document.title=1"><b>room</b>'
mallory = server.connect(user="mallory", channel_id=channel)
right_to_left = "\\u05e9\\u05dc\\u05d5\\u05dd \\u202e\\u0000\\n\\ttwo lines"
noa = server.connect(user="noa", channel_id=right_to_left)
long = server.connect(channel_id="y" * 250)
noise = "".join(map(chr, range(32)))
data = {"noise": noise, "text": "<script>document.title=3</script>" * 30_000}
mallory.send_to_channels([channel], data)
mallory.sync()
"""


def test_hostile_names_are_shown_as_text(lab, opened):
    panel = opened(ODD, PANEL)
    panel.get_by_text('<img src=x onerror="document.title=1"><b>room</b>').wait_for()
    panel.get_by_role("button", name="mallory", exact=True).click()
    panel.get_by_text("more characters").first.click()
    panel.get_by_role("complementary").get_by_text("document.title=3").last.wait_for()
    assert panel.locator("img, b, script").count() == 0
    assert lab.page.title() not in ("1", "3")
    width = panel.evaluate("panel => panel.scrollWidth - panel.clientWidth")
    assert width <= 0
    lab.screenshot("inspector-odd", panel)


def test_a_client_that_dies_while_it_is_shown_is_gone(lab, opened):
    panel = opened(PANEL)
    panel.get_by_role("button", name="bob", exact=True).click()
    pane = panel.get_by_role("complementary", name="bob")
    pane.get_by_role("button", name="Disconnect").wait_for()
    run(lab, "bob.close()")
    pane.get_by_text("gone", exact=True).first.wait_for()
    assert pane.get_by_role("button", name="Disconnect").is_disabled()
    row(panel, "bob").wait_for(state="detached")


def test_a_client_that_is_gone_stays_gone_whatever_the_filter_shows(lab, opened):
    panel = opened(PANEL)
    panel.get_by_role("button", name="alice", exact=True).click()
    pane = panel.get_by_role("complementary", name="alice")
    run(lab, "alice.close()")
    pane.get_by_text("gone", exact=True).first.wait_for()
    panel.get_by_role("searchbox", name="Filter the table").fill("bob")
    panel.get_by_text("1 of 2").wait_for()
    assert pane.get_by_role("button", name="Disconnect").is_disabled()
    assert pane.get_by_text("gone", exact=True).first.is_visible()
    panel.get_by_role("button", name="bob", exact=True).click()
    pane = panel.get_by_role("complementary", name="bob")
    assert pane.get_by_role("button", name="Disconnect").is_enabled()


def test_nobody_is_asked_about_a_client_that_went_meanwhile(lab, opened):
    panel = opened(PANEL)
    question = panel.get_by_role("alertdialog")
    panel.get_by_role("button", name="Disconnect bob").click()
    question.wait_for()
    run(lab, "bob.close()")
    question.wait_for(state="hidden")
    panel.get_by_role("button", name="Disconnect alice").click()
    question.wait_for()
    run(lab, "server.stop()")
    question.wait_for(state="hidden")


def test_all_of_a_client_can_be_reached_where_it_is_narrow(lab, opened):
    panel = opened(PANEL, CHAT)
    lab.page.set_viewport_size({"width": 500, "height": 900})
    row(panel, "alice").get_by_role("button", name="alice", exact=True).click()
    for name in ("Ping", "Disconnect"):
        panel.get_by_role("button", name=name).last.click(trial=True)
    said = panel.locator(".jacnb-said-list")
    assert said.bounding_box()["height"] > 60
    said.locator("li").last.scroll_into_view_if_needed()
    lab.screenshot("inspector-client-500", panel)


def test_the_figures_stand_in_whole_rows_at_any_width(lab, opened):
    panel = opened(PANEL, CHAT)
    row(panel, "alice").get_by_text("12", exact=True).wait_for()
    tops = "all => all.map((each) => Math.round(each.getBoundingClientRect().top))"
    for width, rows in ((1400, 1), (1130, 1), (900, 2), (800, 2), (600, 2)):
        lab.page.set_viewport_size({"width": width, "height": 900})
        lab.page.wait_for_timeout(200)
        tiles = panel.locator(".jacnb-tile").evaluate_all(tops)
        assert [tiles.count(top) for top in sorted(set(tiles))] == [6 // rows] * rows
        tabs = panel.get_by_role("tab").evaluate_all(tops)
        assert len(set(tabs)) == 1
        lab.screenshot(f"inspector-{width}", panel)


def test_two_views_of_one_panel_show_what_each_wants(opened):
    panels = opened(PANEL, "panel")
    panels.nth(1).scroll_into_view_if_needed()
    panels.nth(1).get_by_role("tab", name="Walkers").click()
    row(panels.nth(1), "average").wait_for()
    panels.nth(0).scroll_into_view_if_needed()
    row(panels.nth(0), "alice").wait_for()
    assert panels.count() == 2


def test_a_callback_that_raises_does_not_stop_the_figures(lab, opened):
    panel = opened("stop = bob.on_message(lambda message: 1 / 0)", PANEL)
    row(panel, "bob").wait_for()
    run(lab, CHAT)
    panel.get_by_role("button", name="bob", exact=True).click()
    pane = panel.get_by_role("complementary", name="bob")
    pane.get_by_text('"message":"9"').first.wait_for()
    row(panel, "bob").get_by_text("11", exact=True).wait_for()


def test_a_stopped_server_is_said_to_be_stopped(lab, opened):
    panel = opened(PANEL)
    run(lab, "server.stop()")
    panel.get_by_role("status").get_by_text("stopped").wait_for()
    panel.get_by_text("This server is stopped").wait_for()
    lab.screenshot("inspector-stopped", panel)


def test_after_a_restart_of_the_kernel_it_says_that_it_is_not_live(lab, opened):
    panel = opened(PANEL)
    row(panel, "alice").wait_for()
    lab.page.evaluate(
        "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
    )
    panel.get_by_text("not live").wait_for(timeout=30_000)
    panel.get_by_role("tab", name="Walkers").click()
    lab.wait_idle()
    run(lab, "print('still', 'here')")
    lab.page.get_by_text("still here").wait_for()


CROWD = """
crowd = [server.connect(channel_id=f"room {n % 40}") for n in range(1000)]
"""


def test_a_thousand_connections_are_counted_and_a_few_are_shown(lab, opened):
    panel = opened(CROWD, PANEL)
    panel.get_by_role("tab", name="Connections 1,003").wait_for()
    panel.get_by_text("200 of 1,003 are shown").wait_for()
    assert panel.locator("tbody tr").count() == 200
    panel.get_by_role("searchbox", name="Filter the table").fill("room 7")
    panel.get_by_text("25 of 1,003").wait_for()
    assert panel.locator("tbody tr").count() == 25


def test_running_the_cell_again_leaves_one_panel(lab, opened):
    panel = opened(PANEL)
    lab.run_all()
    row(panel, "alice").wait_for()
    assert panel.count() == 1
    assert lab.errors() == []
