from __future__ import annotations

import pytest

from jacnb import MemoryServer, Registry
from jacnb.client import Client
from jacnb.errors import JacnbError
from jacnb.terminal_commands import HELP, Command, parse, verbs


@pytest.fixture
def client() -> Client:
    with MemoryServer(registry=Registry()) as server:
        yield server.connect(channel_id="room")


def sent(client: Client, line: str) -> str:
    command = parse(line)
    assert isinstance(command, Command)
    command.act(client)
    return client.sent[-1].text


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("walker a", '{"type":"walker","walker":"a","response":true}'),
        (
            'walker a text="two words" n:=[1]',
            '{"type":"walker","walker":"a","response":true,'
            '"context":{"text":"two words","n":[1]}}',
        ),
        (
            'walker a @n::1 {"b": {"c=d": 1}}',
            '{"type":"walker","walker":"a","node":"n::1","response":true,'
            '"context":{"b":{"c=d":1}}}',
        ),
        (
            "walker a url=http://x:=y",
            '{"type":"walker","walker":"a","response":true,'
            '"context":{"url":"http://x:=y"}}',
        ),
        (
            'channel room lobby {"a": 1}',
            '{"type":"channel","channel_ids":["room","lobby"],"data":{"a":1}}',
        ),
        (
            'channel "my room" {}',
            '{"type":"channel","channel_ids":["my room"],"data":{}}',
        ),
        ('user n::1 {"a": 1}', '{"type":"user","root_ids":["n::1"],"data":{"a":1}}'),
        ('client 1:a {"a":1}', '{"type":"client","client_ids":["1:a"],"data":{"a":1}}'),
        (' {"type": "x"} ', '{"type": "x"}'),
        ("raw not json", "not json"),
        ("raw", ""),
    ],
)
def test_a_line_becomes_an_event(client: Client, line: str, event: str) -> None:
    assert sent(client, line) == event


def test_calls_that_are_answered_wait_for_it(client: Client) -> None:
    assert parse("connection").act(client) is None
    assert client.messages[-1].type == "connection"
    said = parse("change_user").act(client)
    assert said == "now the user of n::000000000000000000000001 (public)"
    assert parse("ping").act(client).endswith(" ms")


@pytest.mark.parametrize("line", ["", "   ", "# a comment", "\n"])
def test_blank_lines_and_comments_are_no_commands(line: str) -> None:
    assert parse(line) is None


def test_wait_help_and_quit_are_done_here(client: Client) -> None:
    assert (parse("wait 2.5").seconds, parse("wait").seconds) == (2.5, 1.0)
    assert parse("wait inf").seconds == float("inf")
    assert parse("help").act(client) == HELP
    assert parse("exit").verb == "quit"
    assert all(verb in HELP for verb in verbs() if verb != "exit")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("shout", "no command 'shout'; there are walker, user, channel,"),
        ("walker", "walker NAME key=value ..., or walker NAME {JSON}"),
        ("walker a b", "'b' is no field: write key=text or key:=json"),
        ("walker a =b", "'=b' is no field"),
        ("walker a n:=x", "x is no JSON: Expecting value"),
        ("walker a b=c {}", "give key=value or {JSON}, not both"),
        ("walker a {]", "{] is no JSON"),
        ("walker 'a", "No closing quotation: quote as in a shell"),
        ("channel room", 'channel ID ... {JSON}, such as: channel room {"type"'),
        ("user {}", "user ID ... {JSON}, such as: user n::6b03"),
        ("client 1:a {}x", "{}x is no JSON: Extra data"),
        ("ping x", "ping takes nothing more, not 'x'"),
        ("wait x", "'x' is no number of seconds"),
        ("wait -1", "'-1' is no number of seconds"),
        ("wait nan", "'nan' is no number of seconds"),
        ("channel a {" + '"a":[' * 100_000, "is no JSON"),
    ],
)
def test_what_is_no_command_is_told_how_it_is_written(line: str, said: str) -> None:
    with pytest.raises(JacnbError) as found:
        parse(line)
    assert said in str(found.value)
    assert len(str(found.value)) < 300
