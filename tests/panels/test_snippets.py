from __future__ import annotations

import ast
import json
import shlex
import shutil
import subprocess

import pytest

from jacnb.panels.snippets import Source, snippet

ALICE = Source("ws://127.0.0.1:8000/websocket", "room", has_token=True, name="alice")
NOBODY = Source("ws://127.0.0.1:8000/websocket", name="public 0db2")
CHAT = '{"type":"channel","channel_ids":["room"],"data":{"val":1}}'
HOSTILE = 'it\'s "q" $HOME `id` \\ \n </script> {{token}} \u2028 é'


def event(text):
    return json.dumps(
        {"type": "channel", "channel_ids": ["room"], "data": {"val": text}},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def test_a_channel_event_as_a_cell():
    assert snippet(CHAT, "python", ALICE) == (
        "import jacnb\n\n"
        "alice = jacnb.connect('ws://127.0.0.1:8000/websocket', "
        "channel_id='room', token='YOUR_TOKEN')\n"
        "alice.send_to_channels(['room'], {'val': 1})\n"
    )


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ('{"type":"connection","id":7}', "connection()"),
        (
            '{"type":"user","root_ids":["n::1"],"data":{}}',
            "send_to_users(['n::1'], {})",
        ),
        (
            '{"type":"client","client_ids":["1:2"],"data":{"a":null}}',
            "send_to_clients(['1:2'], {'a': None})",
        ),
        ('{"type":"change_user","token":"***"}', "change_user('YOUR_TOKEN')"),
        ('{"type":"change_user"}', "change_user()"),
        (
            '{"type":"walker","walker":"shout","context":{"text":"hi"},"response":true}',
            "walker('shout', {'text': 'hi'})",
        ),
        (
            '{"type":"walker","walker":"shout","node":"n::1"}',
            "send_walker('shout', node='n::1')",
        ),
    ],
)
def test_each_event_has_its_method(text, call):
    assert snippet(text, "python", NOBODY).splitlines()[-1] == f"public_0db2.{call}"


@pytest.mark.parametrize(
    "text",
    [
        "{ not json",
        '{"type":"channel","channel_ids":[],"data":{}}',
        '{"type":"channel","channel_ids":[1],"data":{}}',
        '{"type":"channel","channel_ids":["a"],"data":[]}',
        '{"type":"channel","channel_ids":["a"],"data":{},"more":1}',
        '{"type":"walker","walker":7}',
        '{"type":"walker","walker":"shout","response":"yes"}',
        '{"type":"walker","walker":"shout","node":7}',
        '{"type":"connection","more":1}',
        '{"type":"change_user","more":1}',
        '{"type":["x"]}',
        "[1]",
        "NaN",
    ],
)
def test_what_no_method_would_send_goes_out_as_it_is(text):
    line = snippet(text, "python", NOBODY).splitlines()[-1]
    assert line == f"public_0db2.send({text!r})"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("alice 2", "alice_2"),
        ("class", "client_class"),
        ("2 fast", "client_2_fast"),
        ("jacnb", "client_jacnb"),
        ("שלום", "client"),
        ("x = 1; import os", "x_1_import_os"),
    ],
)
def test_a_name_becomes_a_variable(name, variable):
    made = snippet(CHAT, "python", Source(name=name))
    assert made.splitlines()[2].startswith(f"{variable} = jacnb.connect(")


def test_a_hostile_text_is_one_python_literal():
    code = snippet(event(HOSTILE), "python", ALICE)
    call = ast.parse(code).body[-1].value
    assert ast.literal_eval(call.args[1]) == {"val": HOSTILE}


def test_an_event_as_javascript():
    assert snippet('{"type":"connection"}', "javascript", ALICE) == (
        'const socket = new WebSocket("ws://127.0.0.1:8000/websocket'
        '?channel_id=room&auth=YOUR_TOKEN");\n'
        "socket.onmessage = ({ data }) => console.log(data);\n"
        'socket.onopen = () => socket.send(JSON.stringify({\n  "type": "connection"\n'
        "}));\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{ not json",
        '{"__proto__":{"a":1}}',
        '{"data":{"2":1,"1":2}}',
        '{"n":12345678901234567890}',
        '{"n":[1.0]}',
        '"just a text"',
    ],
)
def test_what_javascript_would_change_is_sent_as_text(text):
    line = snippet(text, "javascript", NOBODY).splitlines()[-1]
    assert line == f"socket.onopen = () => socket.send({json.dumps(text)});"


@pytest.mark.skipif(shutil.which("node") is None, reason="no node")
@pytest.mark.parametrize("text", [event(HOSTILE), HOSTILE, '{"__proto__":1}', CHAT])
def test_node_sends_what_was_sent(text):
    code = snippet(text, "javascript", Source(channel_id=HOSTILE, has_token=True))
    assert "</script" not in code
    stub = "globalThis.WebSocket = class { constructor(url) { this.url = url; } };\n"
    end = "socket.send = (sent) => console.log(JSON.stringify(sent)); socket.onopen();"
    done = subprocess.run(
        ["node", "-e", stub + code + end], capture_output=True, text=True, check=True
    )
    sent = json.loads(done.stdout)
    assert sent == text or json.loads(sent) == json.loads(text)


def test_an_event_as_a_line_for_wscat():
    assert snippet(CHAT, "wscat", ALICE) == (
        "wscat -c 'ws://127.0.0.1:8000/websocket?channel_id=room' "
        '-H "Authorization: Bearer $TOKEN" -w 5 -x '
        '\'{"type":"channel","channel_ids":["room"],"data":{"val":1}}\'\n'
    )


@pytest.mark.parametrize("text", [event(HOSTILE), HOSTILE, "-x; rm -rf /", "'"])
def test_a_shell_hands_on_what_was_sent(text):
    words = shlex.split(snippet(text, "wscat", Source(channel_id="it's $x & y")))
    assert words[-1] == text
    url = "ws://127.0.0.1:8000/websocket?channel_id=it%27s%20%24x%20%26%20y"
    assert words[:3] == ["wscat", "-c", url]


def test_a_shell_cannot_hand_on_a_nul():
    assert snippet("a\0b", "wscat", NOBODY).startswith("# wscat cannot send this")


def test_an_event_as_an_http_file():
    assert snippet(CHAT, "http", ALICE) == (
        "### alice\n"
        "WEBSOCKET ws://127.0.0.1:8000/websocket?channel_id=room\n"
        "Authorization: Bearer {{token}}\n"
        "Content-Type: application/json\n"
        "\n"
        '{"type":"channel","channel_ids":["room"],"data":{"val":1}}\n'
    )


def test_a_message_of_an_http_file_is_one_line_without_variables():
    made = snippet('{"a":"{{token}}",\n"b":"===\\n###"}', "http", NOBODY)
    body = made.split("\n\n", 1)[1]
    assert body == '{"a":"{\\u007btoken}}", "b":"===\\n###"}\n'
    assert json.loads(body) == {"a": "{{token}}", "b": "===\n###"}


def test_the_title_of_an_http_file_is_one_line():
    made = snippet(CHAT, "http", Source(name="eve\nGET http://evil"))
    assert made.splitlines()[:2] == [
        "### eve GET http://evil",
        "WEBSOCKET ws://127.0.0.1:8000/websocket",
    ]


@pytest.mark.parametrize(
    "text", ["=== a", "// a", "< /etc/passwd", "a\nb", "", "{{x}}"]
)
def test_an_http_file_cannot_hold_everything(text):
    assert snippet(text, "http", NOBODY) == (
        "# a .http file cannot hold this message: it is not JSON\n"
    )


def test_plain_text_fits_into_an_http_file():
    assert snippet("hello", "http", NOBODY).endswith("\n\nhello\n")


def test_there_are_four_kinds():
    with pytest.raises(ValueError, match="python, javascript, wscat, http"):
        snippet(CHAT, "curl", NOBODY)
