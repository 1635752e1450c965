"""The panel for JavaScript in the page, from the kernel's side."""

from __future__ import annotations

import base64
import json
import sys
from types import SimpleNamespace

import ipywidgets
import pytest
import websocket
from ipywidgets.embed import embed_data

from jacnb import MemoryServer, walker
from jacnb.errors import JacnbError
from jacnb.panels import BrowserClient

HUB = {"origin": "https://hub.example", "host": "hub.example"}


@pytest.fixture
def sent(monkeypatch):
    """What panels told the page by messages, oldest first."""
    told = []
    monkeypatch.setattr(
        BrowserClient, "send", lambda self, content, buffers=None: told.append(content)
    )
    yield told
    ipywidgets.Widget.close_all()


@pytest.fixture
def panel(serve, sent, pump):
    return BrowserClient(serve(), user="alice", later=pump.later)


def hear(panel, op, **content):
    """Let a page say something, as the comm does."""
    panel._handle_custom_msg({"op": op, "page": "p1", **content}, [])


def answer(panel, pump, **content):
    hear(panel, "page", **HUB | content)
    pump.run()


def status_of(server, **options):
    try:
        websocket.create_connection(server.url, timeout=10, **options).shutdown()
    except websocket.WebSocketBadStatusException as refused:
        return refused.status_code
    return 101


def line(text, **more):
    return {"level": "log", "text": text, "values": [text], "line": 1, "run": 1} | more


def test_the_page_that_shows_it_is_trusted_before_it_is_answered(panel, pump, sent):
    assert status_of(panel.server, **HUB) == 403
    answer(panel, pump)
    assert status_of(panel.server, **HUB) == 101
    assert (sent[0]["op"], sent[0]["page"], sent[0]["error"]) == ("ready", "p1", None)
    assert sent[0]["port"] == panel.server.port


def test_the_answer_carries_a_token_that_is_the_users(panel, pump, sent):
    answer(panel, pump)
    identity = panel.server.accounts.identify(sent[0]["token"])
    assert identity.email == "alice@example.com"


def test_without_a_user_there_is_no_token(serve, pump, sent):
    panel = BrowserClient(serve(), later=pump.later)
    answer(panel, pump)
    assert sent[0]["token"] is None
    assert repr(panel) == (
        "BrowserClient(public, not connected yet, 0 lines in its console)"
    )


def test_the_token_stands_neither_in_the_saved_widget_nor_in_what_is_shown(
    panel, pump, sent
):
    answer(panel, pump)
    token = sent[0]["token"]
    hear(panel, "console", lines=[line(f"Bearer {token}", values=[{"auth": token}])])
    pump.run()
    saved = json.dumps(embed_data([panel]))
    assert "Bearer ***" in saved
    for shown in (saved, repr(panel), repr(panel.console), repr(vars(panel.console))):
        assert token not in shown
        assert base64.b64encode(token.encode()).decode() not in shown


def test_a_page_without_an_origin_is_answered_but_not_trusted(panel, pump, sent):
    answer(panel, pump, origin="null", host="")
    assert sent[0]["error"] is None
    assert status_of(panel.server, origin="null") == 403


def test_a_stopped_server_is_said_in_the_panel(panel, pump, sent):
    panel.server.stop()
    answer(panel, pump)
    assert sent[0]["error"] == "this server is stopped; call jacnb.serve() again"


def test_the_page_is_told_which_walkers_there_are(serve, pump, sent):
    @walker
    def shout(text: str, times: int = 1) -> str:
        return text

    panel = BrowserClient(serve(shout), later=pump.later)
    answer(panel, pump)
    (offered,) = sent[0]["walkers"]
    required = [each["name"] for each in offered["fields"] if each["required"]]
    assert (offered["name"], required) == ("shout", ["text"])


def test_the_console_is_what_the_page_wrote(panel, pump):
    hear(
        panel,
        "console",
        lines=[
            line('{"a":1}', values=[{"a": 1}], line=4),
            line("Uncaught Error: no", level="error", values=[], line=7),
        ],
    )
    first, second = panel.console
    assert (first.text, first.values, first.line) == ('{"a":1}', ({"a": 1},), 4)
    assert (second.level, second.text) == ("error", "Uncaught Error: no")
    assert panel.console.text == '{"a":1}\nUncaught Error: no'
    assert panel.console[-1:] == [second]


def test_the_console_shows_itself(panel):
    assert repr(panel.console) == "<nothing was written to the console yet>"
    hear(panel, "console", lines=[line("<b>hi</b>")])
    assert repr(panel.console) == "  log  <b>hi</b>"
    assert "<code>&lt;b&gt;hi&lt;/b&gt;</code>" in panel.console._repr_html_()


def test_the_console_is_bounded(panel, pump):
    hear(panel, "console", lines=[line(str(number)) for number in range(1500)])
    pump.run()
    assert (len(panel.console), panel.console[0].text) == (1000, "500")
    assert (len(panel.history), panel.history[-1]["text"]) == (200, "1499")
    hear(panel, "console", lines=[line("x" * 100_000), line("y" * 100_000)])
    pump.run()
    assert len(json.dumps(panel.history)) < 400_000


def test_odd_lines_do_no_harm(panel):
    hear(panel, "console", lines=[{}, {"level": "<b>", "values": "no list"}])
    assert [(each.level, each.text, each.values) for each in panel.console] == [
        ("log", "", ()),
        ("log", "", ()),
    ]


def test_a_page_that_is_loaded_again_starts_from_what_was_not_cleared(panel, pump):
    hear(panel, "console", lines=[line("one")])
    hear(panel, "clear")
    hear(panel, "console", lines=[line("two")])
    pump.run()
    assert [each["text"] for each in panel.history] == ["two"]
    assert panel.console.text == "one\ntwo"


def test_it_knows_which_way_the_page_found(panel):
    url = "wss://hub.example/user/me/proxy/8000/websocket"
    hear(panel, "way", way="proxy", url=url)
    assert (panel.way, panel.url) == ("proxy", url)
    assert "through Jupyter's proxy" in repr(panel)
    hear(panel, "way", way="<b>", url="")
    assert panel.way == ""


def test_it_knows_the_sockets_of_the_page(panel):
    socket = {"url": "ws://localhost:8000/websocket", "state": "open", "sent": 1}
    hear(panel, "sockets", sockets=[socket])
    assert panel.sockets == [socket]


def test_run_tells_the_page_that_spoke_last(panel, pump, sent):
    answer(panel, pump)
    panel.run("one()")
    pump.run()
    assert panel.code == "one()"
    assert sent[-1] == {"op": "run", "number": 1, "code": "one()", "page": "p1"}


def test_code_in_triple_quotes_begins_in_its_first_line(panel, pump):
    panel.run("\nfirst();\n\n")
    pump.run()
    assert panel.code == "first();\n\n"


def test_run_waits_for_a_page_and_goes_there_once(panel, pump, sent):
    panel.run("one()")
    answer(panel, pump)
    assert sent[-1]["run"] == {"op": "run", "number": 1, "code": "one()"}
    hear(panel, "ran", number=1)
    answer(panel, pump)
    assert sent[-1]["run"] is None


def test_an_old_page_does_not_answer_for_a_new_run(panel, pump, sent):
    panel.run("one()")
    panel.run("two()")
    pump.run()
    hear(panel, "ran", number=1)
    answer(panel, pump)
    assert sent[-1]["run"] == {"op": "run", "number": 2, "code": "two()"}


def test_what_was_stopped_does_not_run_later(panel, pump, sent):
    panel.run("one()")
    pump.run()
    panel.stop()
    answer(panel, pump)
    assert sent[-1]["run"] is None
    assert {"op": "stop"} in sent


def test_a_closed_panel_says_so_and_writes_no_more(panel, pump, sent):
    panel.run("one()")
    panel.close()
    panel.close()
    pump.run()
    assert sent == []
    with pytest.raises(JacnbError, match=r"^this panel is closed"):
        panel.run()


def test_a_server_without_sockets_is_refused_in_one_line():
    with MemoryServer() as server, pytest.raises(JacnbError) as found:
        BrowserClient(server)
    assert str(found.value) == (
        "a page cannot reach a MemoryServer: give BrowserClient what jacnb.serve() "
        "returned"
    )


def test_what_a_page_says_that_nobody_understands_is_passed_over(panel, pump, sent):
    for content in ({"op": "nonsense"}, {"op": None}, {}):
        panel._handle_custom_msg(content, [])
    pump.run()
    assert sent == []


def test_running_the_cell_again_closes_the_panel_it_made(
    serve, pump, sent, monkeypatch
):
    def cell(message):
        parent = {"header": {"msg_id": message}, "metadata": {"cellId": "a"}}
        shell = SimpleNamespace(parent_header=parent)
        ipython = SimpleNamespace(get_ipython=lambda: shell)
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        return BrowserClient(server, later=pump.later)

    server = serve()
    old, new = cell("1"), cell("2")
    with pytest.raises(JacnbError):
        old.run()
    new.run()
