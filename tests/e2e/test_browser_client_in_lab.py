"""The browser as a client, in a real JupyterLab."""

from __future__ import annotations

import json

import pytest

SERVER = """
import jacnb
from jacnb import WEBSOCKET_MANAGER as socket

@jacnb.walker
def shout(text: str) -> str:
    data = {"type": "chat", "data": {"message": text.upper()}}
    socket.notify_channels(["room"], data)
    return text.upper()

server = jacnb.serve()
bob = server.connect(user="bob", channel_id="room")
"""
PANEL = 'panel = jacnb.panels.BrowserClient(server, user="alice")\npanel'
CLIENTS = "\nlen(server.engine.hub.clients)"
SAY = "bob.send_to_channels('room', {'type': 'chat', 'data': 'by bob'})"
SEED = """
const client = new WebSocket("ws://localhost:8000/websocket?channel_id=room");

client.onopen = (event) => {
  client.send(JSON.stringify({
    "type": "change_user",
    "token": "Bearer {{user's token}}"
  }));
};

client.onmessage = (event) => {
  const msg = JSON.parse(event.data);
  switch (msg.type) {
    case "connection":
      console.info(msg.data.root_id);
      break;
    case "chat":
      console.log(msg.data);
      break;
  }
};
"""
FAILING = """\
const client = new WebSocket("ws://localhost:8000/websocket");
client.onmessage = () => {
  nowhere.to.be.found;
};
setTimeout(() => { throw new Error("late"); }, 10);
Promise.reject(new TypeError("promised"));
console.warn("careful", { a: [1, { b: null }] });
null.value;
"""
NO_PROXY = "--ServerApp.jpserver_extensions={'jupyter_server_proxy': False}"


def opened(lab, *cells, name="alice in the browser"):
    lab.write_notebook("browser.ipynb", SERVER, *cells)
    lab.run_notebook("browser.ipynb")
    assert lab.errors() == []
    return lab.panel(name)


def write(panel, code):
    panel.get_by_label("JavaScript").fill(code)


def run(panel, code):
    write(panel, code)
    panel.get_by_label("JavaScript").press("Control+Enter")


def said(panel, text, nth=0):
    """Return a line of the console, once it is there."""
    found = panel.get_by_role("log").get_by_role("listitem").filter(has_text=text)
    found.nth(nth).wait_for()
    return found.nth(nth)


def outputs(lab):
    """Return the texts that the cells show."""
    return lab.page.locator(".jp-OutputArea-output pre").all_inner_texts()


def run_cell(lab, number=-1, source=None):
    """Run one cell, perhaps with another source."""
    text = lab.page.locator(".jp-CodeCell").nth(number).locator(".cm-content")
    if source is not None:
        text.fill(source.strip())
    text.click()
    lab.execute("notebook:run-cell")
    lab.wait_idle()


def result_of(lab, source=None):
    """Run the last cell and return what it shows."""
    run_cell(lab, -1, source)
    last = lab.page.locator(".jp-CodeCell").last
    return last.locator(".jp-OutputArea-output").last.inner_text().strip()


def test_the_code_of_the_documentation_runs_as_it_is(lab):
    panel = opened(lab, PANEL, SAY)
    panel.get_by_text("through Jupyter's proxy").wait_for()
    run(panel, SEED)
    said(panel, "n::000000000000000000000001")
    said(panel, "n::", nth=1)
    assert "n::0000" not in said(panel, "n::", nth=1).inner_text()
    run_cell(lab)
    said(panel, "by bob")


def test_it_looks_right_in_both_themes(lab):
    panel = opened(lab, PANEL)
    panel.get_by_label("Samples").select_option(label="Call a walker")
    panel.get_by_role("button", name="Run").click()
    said(panel, "HELLO")
    panel.get_by_role("button", name="Ping").click()
    panel.get_by_text(" ms").wait_for()
    lab.screenshot("browser-light")
    lab.set_theme("JupyterLab Dark")
    run(panel, FAILING)
    said(panel, "late")
    lab.screenshot("browser-dark")


def test_errors_say_in_which_line_they_are(lab):
    panel = opened(lab, PANEL)
    run(panel, FAILING)
    for text, line in {
        "careful": "line 7",
        "Uncaught TypeError: Cannot read": "line 8",
        "Uncaught TypeError: promised": "line 6",
        "Uncaught Error: late": "line 5",
        "Uncaught ReferenceError: nowhere": "line 3",
    }.items():
        assert said(panel, text).get_by_role("button").inner_text() == line
    run(panel, "const a = 1;\nconst b = ;\n")
    assert said(panel, "SyntaxError").get_by_role("button").inner_text() == "line 2"
    assert panel.locator(".jacnb-line-bad").inner_text() == "2"
    run(panel, "import WebSocket from 'ws';")
    said(panel, "A browser has WebSocket built in: leave the import out.")


def test_the_kernel_hears_what_the_console_says(lab):
    look = "(panel.way, panel.console.text, panel.console[-1].values, panel.sockets)"
    panel = opened(lab, PANEL, f"{look} if panel.way else None")
    run(panel, 'console.log("seen", { a: [1, 2] });')
    said(panel, "seen")
    shown = result_of(lab)
    assert shown.startswith(
        "('proxy', 'seen {\"a\":[1,2]}', ('seen', {'a': [1, 2]}), ["
    )


def test_running_again_and_stop_leave_nothing_of_the_last_run(lab):
    panel = opened(lab, PANEL, CLIENTS)
    again = """
        const connect = () => {
          const client = new WebSocket("ws://localhost:8000/websocket");
          client.onopen = () => console.log("connected");
          client.onclose = () => setTimeout(connect, 1);
        };
        connect();
    """
    run(panel, again)
    said(panel, "connected")
    run(panel, again)
    said(panel, "connected", nth=1)
    assert result_of(lab) == "2"
    panel.get_by_role("button", name="Stop").click()
    panel.get_by_text("closed, 1005").wait_for()
    assert result_of(lab) == "1"
    assert panel.get_by_role("button", name="Stop").is_disabled()


def test_sockets_are_listed_pinged_and_closed(lab):
    panel = opened(lab, PANEL)
    log = 'client.onmessage = (event) => console.log("heard");'
    run(panel, f'const client = new WebSocket("/websocket");{log}')
    said(panel, "heard")
    panel.get_by_role("button", name="Ping").click()
    panel.get_by_text(" ms").wait_for()
    panel.get_by_role("button", name="Close").click()
    panel.get_by_text("closed, 1000").wait_for()
    # The answer to the ping was not for the code.
    assert panel.get_by_role("log").get_by_text("heard").count() == 1
    assert panel.get_by_label("0 sent, 1 received").count() == 1


def test_a_line_is_evaluated_among_the_names_of_the_run(lab):
    panel = opened(lab, PANEL)
    run(panel, "const answer = { value: 42 };")
    line = panel.get_by_label("A line to evaluate")
    line.fill("answer.value + 1")
    line.press("Enter")
    said(panel, "43")
    line.fill("await Promise.resolve('later')")
    line.press("Enter")
    said(panel, "later", nth=1)
    line.fill("nothing")
    line.press("Enter")
    said(panel, "ReferenceError: nothing is not defined")
    line.press("ArrowUp")
    assert line.input_value() == "nothing"


def test_tab_indents_and_after_escape_it_leaves(lab):
    panel = opened(lab, PANEL)
    editor = panel.get_by_label("JavaScript")
    editor.fill("one\ntwo")
    editor.press("Control+a")
    editor.press("Tab")
    assert editor.input_value() == "  one\n  two"
    editor.press("Shift+Tab")
    assert editor.input_value() == "one\ntwo"
    editor.press("Control+z")
    assert editor.input_value() == "  one\n  two"
    editor.press("End")
    editor.type(" {")
    editor.press("Enter")
    assert editor.input_value() == "  one\n  two {\n    "
    editor.press("Escape")
    editor.press("Tab")
    assert not editor.evaluate("editor => editor === document.activeElement")


def test_two_views_show_one_console_and_one_code(lab):
    opened(lab, PANEL, "panel")
    views = lab.panel("alice in the browser")
    run(views.nth(0), 'console.log("once");')
    for number in (0, 1):
        said(views.nth(number), "once")
    assert views.nth(1).get_by_role("listitem").filter(has_text="once").count() == 1
    views.nth(1).get_by_label("JavaScript").wait_for()
    lab.page.wait_for_function(
        "() => [...document.querySelectorAll('.jacnb-code-text')]"
        ".every(each => each.value === 'console.log(\"once\");')"
    )


def test_running_the_cell_again_closes_the_sockets_of_the_old_panel(lab):
    panel = opened(lab, PANEL, CLIENTS)
    run(panel, SEED)
    said(panel, "n::", nth=1)
    assert result_of(lab) == "2"
    run_cell(lab, 1)
    lab.panel("alice in the browser").get_by_text("through Jupyter's proxy").wait_for()
    assert lab.panel("alice in the browser").count() == 1
    assert result_of(lab) == "1"


def test_the_kernel_can_run_the_code_and_hear_its_effect(lab):
    effect = """
code = '''
const client = new WebSocket("ws://localhost:8000/websocket");
client.onopen = () => client.send(JSON.stringify({
  type: "channel", channel_ids: ["room"], data: { type: "chat", from: "the page" },
}));
'''
panel.run(code)
bob.expect(type="chat", timeout=10).value["from"]
"""
    opened(lab, PANEL, "")
    lab.panel("alice in the browser").get_by_text("through").wait_for()
    assert result_of(lab, effect) == "'the page'"


def test_the_token_is_not_in_the_notebook(lab):
    panel = opened(lab, PANEL, "print(panel._token)")
    (token,) = [text.strip() for text in outputs(lab) if text.startswith("eyJ")]
    run(panel, SEED)
    said(panel, "n::", nth=1)
    # One that is pasted in becomes the placeholder, and what is shown is masked.
    half = len(token) // 2
    shown = f'console.log("{token[:half]}" + "{token[half:]}");'
    run(panel, SEED.replace("{{user's token}}", token) + shown)
    said(panel, "***")
    assert "Bearer <your_token>" in result_of(lab, "panel.code")
    saved = lab.save_with_widgets()
    assert "BrowserClient" in json.dumps(saved["metadata"]["widgets"])
    assert token not in json.dumps(saved)


def test_without_a_user_the_page_is_public_and_a_placeholder_is_explained(lab):
    panel = opened(lab, "jacnb.panels.BrowserClient(server)", name="Public browser")
    run(panel, SEED)
    said(panel, "There is no token to fill in")
    said(panel, "n::000000000000000000000001", nth=1)


def test_another_server_on_this_machine_is_not_led_to_this_one(lab):
    panel = opened(lab, PANEL)
    run(panel, 'new WebSocket("ws://localhost:9/websocket");')
    said(panel, "localhost:9 is not this panel's server")


def test_a_stopped_server_is_said_in_one_sentence(lab):
    panel = opened(lab, PANEL, "")
    panel.get_by_text("through").wait_for()
    run(panel, 'new WebSocket("/websocket").onclose = () => console.log("it is gone");')
    panel.get_by_role("list", name="Sockets").get_by_text("open").wait_for()
    run_cell(lab, -1, "server.stop()")
    said(panel, "it is gone")
    panel.get_by_role("alert").get_by_text("The server does not answer").wait_for()
    assert panel.get_by_role("status").first.inner_text() == "○not connected"
    run(panel, "1;")
    said(panel, "The server does not answer: is it stopped?")
    lab.screenshot("browser-stopped")


@pytest.mark.timeout(180)
def test_without_a_proxy_a_page_of_this_machine_connects_directly(start_lab):
    lab = start_lab(options=(NO_PROXY,))
    panel = opened(lab, PANEL)
    panel.get_by_text("directly, on this machine").wait_for()
    run(panel, SEED)
    said(panel, "n::", nth=1)
    lab.screenshot("browser-direct")


@pytest.mark.timeout(180)
def test_elsewhere_without_a_proxy_one_sentence_says_so(start_lab):
    remote = "--ServerApp.allow_remote_access=True"
    lab = start_lab(host="hub.example", options=(NO_PROXY, remote))
    panel = opened(lab, PANEL)
    panel.get_by_role("alert").get_by_text("there is no Jupyter proxy").wait_for()
    run(panel, SEED)
    said(panel, "This page cannot open a WebSocket to the server")
    lab.screenshot("browser-no-way")


HOSTILE = """
const circle = { name: "circle" };
circle.me = circle;
console.log(circle, [undefined, 1n, Symbol("s"), () => 1], new Error("an error"));
console.log({ get bad() { throw new Error("getter"); } });
console.log(new Proxy({}, { ownKeys() { throw new Error("proxy"); } }));
console.log({ long: Array(5000).fill("x".repeat(5000)) });
console.log(Array(200000).fill({ a: { b: 1 } }));
console.log("<img src=x onerror='document.title=1'><b>bold</b>");
"""


def test_odd_and_huge_values_are_shown_bounded_and_as_text(lab):
    panel = opened(lab, PANEL, "len(repr(panel.console))")
    run(panel, HOSTILE)
    said(panel, "<b>bold</b>")
    for text in ('me: "[Circular]"', "[getter]", "[unreadable: proxy]"):
        said(panel, text)
    assert panel.get_by_role("log").locator("b, img").count() == 0
    assert 1_000 < int(result_of(lab)) < 200_000


def test_a_flood_leaves_the_newest_lines_and_says_what_is_missing(lab):
    look = "[line.text for line in panel.console if line.level == 'panel']"
    panel = opened(lab, PANEL, look)
    run(panel, "for (let i = 1; i <= 20000; i += 1) console.log('line', i);")
    said(panel, "line 20000")
    assert panel.get_by_role("log").get_by_role("listitem").count() == 300
    assert result_of(lab) == "['19900 lines came too fast to be kept']"


def test_a_page_that_is_loaded_again_shows_what_was_there(lab):
    panel = opened(
        lab, PANEL, "any(line['text'] == 'before' for line in panel.history)"
    )
    run(panel, SEED + 'console.log("before");')
    said(panel, "n::", nth=1)
    assert any(result_of(lab) == "True" for _ in range(50))
    lab.execute("docmanager:save")
    lab.page.reload()
    said(panel, "before")
    panel.get_by_text("through Jupyter's proxy").wait_for()
    assert "change_user" in panel.get_by_label("JavaScript").input_value()
    lab.wait_idle()
    assert result_of(lab, CLIENTS) == "1"


def test_closing_the_notebook_leaves_no_ghost_among_the_clients(lab):
    sockets = []
    lab.page.on("websocket", lambda socket: sockets.append(socket))
    panel = opened(lab, PANEL)
    run(panel, SEED)
    said(panel, "n::", nth=1)
    (mine,) = [each for each in sockets if each.url.endswith("?channel_id=room")]
    with mine.expect_event("close"):
        lab.page.evaluate("window.jupyterapp.shell.currentWidget.dispose()")


def test_it_works_in_jupyterlab_and_in_notebook_7(either):
    panel = opened(either, PANEL)
    panel.get_by_text("through Jupyter's proxy").wait_for()
    run(panel, SEED)
    said(panel, "n::", nth=1)


BUSY = """
from IPython.display import display
panel = jacnb.panels.BrowserClient(server)
display(panel)
panel.run('console.log("it ran");')
bob.expect(type="go on", timeout=30)
"""


def test_a_busy_kernel_is_said_and_then_it_goes_on(lab):
    lab.write_notebook("browser.ipynb", SERVER, BUSY)
    lab.open("browser.ipynb")
    lab.page.evaluate(
        "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
    )
    panel = lab.panel("Public browser")
    busy = panel.get_by_text("Waiting for the notebook: a cell is still running.")
    either_way = busy.or_(panel.get_by_text("through Jupyter's proxy"))
    either_way.first.wait_for()
    lab.execute("notebook:interrupt-kernel")
    panel.get_by_text("through Jupyter's proxy").wait_for()
    said(panel, "it ran")
