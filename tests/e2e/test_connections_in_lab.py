"""How clients came and ended, as the panels show it in JupyterLab."""

from __future__ import annotations

SERVER = """
import jacnb
from jacnb.panels import Explorer, Inspector, SequenceDiagram
server = jacnb.Server()
alice = server.connect(user="alice", channel_id="room")
bob = server.connect(user="bob", channel_id="room")
carol = server.connect(user="carol", channel_id="room")
"""
ENDS = """
bob.close(code=4001, reason="mine")
server.disconnect(carol, code=1008, reason="loud")
alice.sync(), alice.sync()
"""


def test_the_explorer_tells_how_clients_came_and_ended(lab):
    explorer = "explorer = Explorer(server)\nexplorer"
    lab.write_notebook("connections.ipynb", SERVER, ENDS, explorer)
    lab.run_notebook("connections.ipynb")
    assert lab.errors() == []
    panel = lab.page.get_by_role("region", name="Explorer").first
    rows = panel.get_by_role("listbox", name="Timeline").get_by_role("option")
    rows.filter(has_text="1008 loud, by the server").wait_for()
    rows.filter(has_text="4001 mine, by the client").click()
    details = panel.get_by_label("Selected message")
    details.get_by_text('"reason"').wait_for()
    lab.screenshot("explorer-close", panel)
    rows.filter(has_text="open").first.click()
    details.get_by_text('"peer"').wait_for()
    panel.get_by_role("button", name="Connection of alice").click()
    panel.get_by_text("/websocket?channel_id=room", exact=True).wait_for()
    assert "eyJ" not in panel.inner_text()
    lab.screenshot("explorer-handshake", panel)


def test_the_diagram_tells_how_a_client_ended(lab):
    diagram = "diagram = SequenceDiagram(server)\ndiagram"
    lab.write_notebook("connections.ipynb", SERVER, ENDS, diagram)
    lab.run_notebook("connections.ipynb")
    assert lab.errors() == []
    ended = "bob is gone: 4001 mine, by the client"
    lab.page.get_by_role("listitem", name=ended).wait_for(state="attached")


def test_the_inspector_tells_how_a_client_came(lab):
    inspector = "inspector = Inspector(server)\ninspector"
    lab.write_notebook("connections.ipynb", SERVER, inspector)
    lab.run_notebook("connections.ipynb")
    assert lab.errors() == []
    panel = lab.page.get_by_role("region", name="Inspector").first
    panel.get_by_text("alice").first.click()
    panel.get_by_role("list", name="Last messages").get_by_text('"path"').wait_for()
    lab.screenshot("inspector-handshake", panel)
