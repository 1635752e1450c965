"""The swarm in a real browser: what is drawn, and what ■ and a restart leave behind."""

from __future__ import annotations

import jacnb

SERVER = "import jacnb, threading\nserver = jacnb.serve()"
LONG = 'jacnb.swarm(server, 50, channel_id="room", rate=20, seconds=60)'
SHORT = 'jacnb.swarm(server, 5, channel_id="room", rate=100, seconds=0.2)'
LEFT = """
names = [thread.name for thread in threading.enumerate()]
print("LEFT", len(server.connections), names.count("jacnb-swarm"))
"""
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
GALLERY = "gallery/swarm.ipynb"


def opened(lab, *cells):
    """Open a notebook of these cells after the server's; run the server's."""
    lab.write_notebook("swarm-test.ipynb", SERVER, *cells)
    lab.open("swarm-test.ipynb")
    step(lab)
    lab.wait_idle()


def step(lab):
    """Run the next cell, and do not wait for it."""
    command = "notebook:run-cell-and-select-next"
    lab.page.evaluate("name => { window.jupyterapp.commands.execute(name); }", command)


def bar(lab):
    """Return the bar of the talking; another one is that of connecting."""
    return lab.page.get_by_role("progressbar", name="events")


def wait_beyond(lab, share):
    """Wait until more than so many percent of the talking are done; return how many."""
    return lab.page.wait_for_function(
        """share => {
            const bar = document.querySelector("progress[aria-label*=events]");
            return bar?.value > share && bar.value;
        }""",
        arg=share,
    ).json_value()


def printed(lab, word):
    return [
        line
        for text in lab.page.locator(".jp-OutputArea-output pre").all_inner_texts()
        for line in text.splitlines()
        if line.startswith(word)
    ]


def test_the_gallery_notebook_runs_and_draws_everything(either):
    either.run_notebook(GALLERY)
    assert either.errors() == []
    tables = either.page.get_by_role("table")
    for number, words in enumerate(["100 of 100", "30 of 30", "12 of 12"]):
        tables.nth(number).get_by_role("row", name=f"clients {words}").wait_for()
    tables.nth(2).get_by_role("row", name="lost ⚠ 10").wait_for()
    pictures = either.page.get_by_role("img", name="Latency, by how often it occurred")
    assert pictures.evaluate_all("all => all.map(each => each.naturalWidth)") == [
        560,
        560,
    ]
    assert either.page.get_by_text("lost in the end: 0").count() == 1
    for theme in ("Light", "Dark"):
        either.set_theme(f"JupyterLab {theme}")
        for number in range(2):
            pictures.nth(number).scroll_into_view_if_needed()
            kind = type(either).__name__.lower()
            either.screenshot(f"swarm-{kind}-{theme.lower()}-{number}")


def test_the_bar_moves_while_the_swarm_talks(either):
    opened(either, 'jacnb.swarm(server, 20, channel_id="room", rate=20, seconds=3)')
    step(either)
    early = wait_beyond(either, 5)
    assert early < wait_beyond(either, early) < 100
    either.wait_idle()
    assert bar(either).evaluate("bar => bar.value") == 100
    assert either.errors() == []


def test_stop_ends_a_swarm_and_leaves_no_connection(either):
    opened(either, LONG, LEFT, SHORT)
    step(either)
    wait_beyond(either, 0)
    either.page.get_by_role("button", name="Interrupt the kernel").click()
    either.page.get_by_text("KeyboardInterrupt").last.wait_for()
    either.wait_idle()
    step(either)
    either.page.get_by_text("LEFT 0 0").wait_for()
    step(either)
    either.page.get_by_role("row", name="deliveries 100 of 100").wait_for()


def test_a_cell_that_runs_again_leaves_nothing_behind(either):
    opened(either, 'jacnb.swarm(server, 5, channel_id="room")', LEFT)
    for _ in range(3):
        either.run_all()
    assert printed(either, "LEFT") == ["LEFT 5 1"]
    assert either.errors() == []


def test_a_restart_ends_the_swarm_and_the_cells_run_again(either):
    with jacnb.Server() as server:
        where = f'server = "{server.url}"'
        opened(either, where, "crowd = jacnb.swarm(server, 5)\nlen(crowd)")
        either.run_all()
        assert len(server.connections) == 5
        either.page.evaluate(f"{KERNEL}.restart()")
        either.page.wait_for_function(f"{KERNEL}.status === 'idle'")
        either.run_all()
        assert len(server.connections) == 5
        assert either.errors() == []
