"""The panels in marimo: other than Jupyter, it has anywidgets and nothing else."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

APP = """
import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import jacnb
    from jacnb import WEBSOCKET_MANAGER as socket

    @jacnb.walker(auth=None)
    def tell(here, channel_id: str, text: str) -> str:
        chat = {"type": "chat", "data": {"message": text}}
        socket.notify_channels([channel_id], chat)
        return "sent"

    server = jacnb.serve()
    alice = server.connect(user="alice", channel_id="room")
    bob = server.connect(user="bob", channel_id="room")
    alice.walker("tell", channel_id="room", text="hello from a cell")
    return alice, bob, jacnb, server, tell


@app.cell
def _(alice, bob, jacnb):
    jacnb.panels.ChatRoom([alice, bob])


@app.cell
def _(jacnb, server):
    jacnb.panels.Explorer(server)


@app.cell
def _(jacnb, server):
    jacnb.panels.SequenceDiagram(server)


@app.cell
def _(jacnb, server):
    jacnb.panels.Inspector(server)


@app.cell
def _(jacnb, server):
    jacnb.panels.GraphView(server)
"""
PANELS = ("alice", "bob", "Explorer", "Sequence diagram", "Inspector", "Graph")


@pytest.fixture
def page(chromium, tmp_path, free_port, wait_for, missing):
    """The page of the app above."""
    if find_spec("marimo") is None:
        missing("no marimo: pip install 'jacnb[e2e]'")
    app, log = tmp_path / "app.py", tmp_path / "marimo.log"
    app.write_text(APP)
    command = [sys.executable, "-m", "marimo", "run", str(app), "--headless"]
    command += ["--no-token", "--host", "127.0.0.1", "--port", str(free_port)]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    page = chromium.new_page(viewport={"width": 1400, "height": 3000})
    try:
        wait_for(f"http://127.0.0.1:{free_port}/health", process, log)
        page.set_default_timeout(60_000)
        page.goto(f"http://127.0.0.1:{free_port}")
        yield page
    finally:
        page.close()
        process.terminate()
        process.wait(20)


def test_all_panels_are_drawn_and_what_is_sent_in_one_arrives_in_the_others(page):
    for name in PANELS:
        page.get_by_role("region", name=name, exact=True).wait_for()
    bob = page.get_by_role("region", name="bob", exact=True)
    bob.get_by_text("hello from a cell").wait_for()
    explorer = page.get_by_role("region", name="Explorer", exact=True)
    explorer.get_by_label("text*").fill("typed in marimo")
    explorer.get_by_role("button", name="Send as alice").click()
    bob.get_by_text("typed in marimo").wait_for()
    diagram = page.get_by_role("region", name="Sequence diagram", exact=True)
    diagram.get_by_text("typed in marimo").first.wait_for(state="attached")
    assert page.get_by_text("not supported").count() == 0
