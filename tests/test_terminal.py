"""``jacnb connect`` as a shell and a person at a terminal see it."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import jacnb
from jacnb import Server
from jacnb.cli import main

PUBLIC = "n::000000000000000000000001"


@jacnb.walker(auth=None)
def speak_up(text: str, times: int = 1) -> str:
    return text.upper() * times


@jacnb.walker(auth=None)
def boom() -> None:
    raise ValueError("no luck")


@pytest.fixture
def server(serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.delenv("JACNB_TOKEN", raising=False)
    return serve(speak_up, boom)


def connect(server: Server, *options: str) -> int:
    return main(["connect", server.http_url, "--channel", "room", *options])


def messages(printed: str) -> list[dict[str, object]]:
    return [json.loads(line)["message"] for line in printed.splitlines()]


def test_commands_are_done_and_all_they_lead_to_is_printed(server, capsys) -> None:
    assert connect(server, "-x", "walker speak_up text=hi times=2") == 0
    printed = capsys.readouterr()
    time = r"\d\d:\d\d:\d\d\.\d{3}"
    assert re.fullmatch(
        rf'{time} ← connection \{{"type":"connection",.*,"channel_id":"room"\}}\}}\n'
        rf'{time} → walker     \{{"type":"walker","walker":"speak_up",.*\n'
        rf'{time} ←            \{{"status":200,"reports":\["HIHI"\]\}}\n',
        printed.out,
    )
    assert printed.err == ""


def test_json_is_one_message_a_line(server, capsys) -> None:
    said = 'channel room {"type": "chat", "data": {"message": "é"}}'
    assert connect(server, "--json", "-x", said, "-x", "ping") == 0
    printed = capsys.readouterr()
    first, event, chat = printed.out.splitlines()
    assert json.loads(first)["message"]["data"]["root_id"] == PUBLIC
    assert json.loads(event)["direction"] == "out"
    shown = json.loads(chat)
    assert shown.pop("time") > 1.7e9
    assert shown == {
        "direction": "in",
        "type": "chat",
        "size": 39,
        "message": {"type": "chat", "data": {"message": "é"}},
    }
    assert re.fullmatch(r"\d+\.\d ms\n", printed.err)


def test_a_pipe_is_read_until_it_ends_or_says_quit(server, capsys, monkeypatch) -> None:
    said = '# a comment\n\n{"type":"connection"}\nquit\nboom\n'
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    assert connect(server, "--json") == 0
    printed = messages(capsys.readouterr().out)
    assert [message["type"] for message in printed] == ["connection"] * 3


def test_an_error_of_the_server_is_a_failure(server, capsys) -> None:
    assert connect(server, "-x", "walker boom") == 1
    assert '{"type":"walker","error":"ValueError: no luck"}' in capsys.readouterr().out


def test_what_is_no_command_ends_a_script(server, capsys) -> None:
    assert connect(server, "-x", "walkr boom", "-x", "walker boom") == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("no command 'walkr'; there are walker, user,")
    assert printed.out.count("\n") == 1


def test_messages_cannot_write_to_the_terminal(server, capsys) -> None:
    said = 'channel room {"type": "\\u001b[2J"}'
    assert connect(server, "-x", said) == 0
    assert connect(server, "-x", "raw \x1b]0;x\x07") == 1
    assert "\x1b" not in capsys.readouterr().out


def test_long_messages_are_cut_but_not_in_json(server, capsys) -> None:
    said = f'channel room {{"a":"{"x" * 5000}"}}'
    connect(server, "-x", said)
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.endswith("x… (5008 bytes)")
    connect(server, "-x", said, "--json")
    assert messages(capsys.readouterr().out)[-1] == {"a": "x" * 5000}


def test_a_user_logs_in_with_the_password_of_a_file(server, tmp_path, capsys) -> None:
    (tmp_path / "pw").write_text("secret\n")
    who = ["--email", "a@x.example.com", "--password-file", str(tmp_path / "pw")]
    assert connect(server, *who, "--register", "--json", "-x", "wait 0") == 0
    printed = capsys.readouterr()
    assert messages(printed.out)[0]["data"]["root_id"] != PUBLIC
    assert "secret" not in printed.out + printed.err


def test_the_password_is_asked_for(server, capsys, monkeypatch) -> None:
    monkeypatch.setattr("jacnb.terminal.getpass", lambda prompt: prompt)
    assert connect(server, "--email", "a@x.example.com", "-x", "ping") == 1
    said = capsys.readouterr().err
    assert said == (
        "jacnb: cannot log in as a@x.example.com: Invalid Email/Password! (HTTP 400)\n"
    )


def test_a_token_comes_from_the_environment(server, capsys, monkeypatch) -> None:
    alice = server.connect(user="alice")
    monkeypatch.setenv("JACNB_TOKEN", alice.token)
    assert connect(server, "--json", "-x", "ping") == 0
    assert messages(capsys.readouterr().out)[0]["data"]["root_id"] == alice.root_id


def test_a_token_that_is_not_accepted_is_told(server, capsys) -> None:
    assert connect(server, "--token", "nope", "-x", "change_user nope") == 0
    assert capsys.readouterr().err.count("did not accept the token") == 2


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("127.0.0.1:1", "cannot connect to ws://127.0.0.1:1/websocket: "),
        ("ftp://x", "'ftp://x' is no address such as ws://127.0.0.1:8000"),
    ],
)
def test_a_server_that_is_not_there_gets_one_line(url, said, capsys) -> None:
    assert main(["connect", url, "-x", "ping"]) == 1
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1


def test_a_password_file_that_is_not_there_gets_one_line(server, capsys) -> None:
    assert connect(server, "--email", "a@b.example.com", "--password-file", "/no") == 1
    assert "jacnb: cannot read the password: " in capsys.readouterr().err


# A person at a terminal.


class Person:
    """Somebody who types into a terminal and reads what stands there."""

    def __init__(self, *command: str) -> None:
        self._master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "80"}
        environment.pop("NO_COLOR", None)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "jacnb", "connect", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: _take_terminal(slave),
        )
        os.close(slave)
        self._read = ""

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def see(self, text: str) -> None:
        """Read until this stands there."""
        while text not in self._read:
            assert select.select([self._master], [], [], 20)[0], self._read
            self._read += os.read(self._master, 4096).decode(errors="replace")
        self._read = self._read.partition(text)[2]

    def is_there(self) -> bool:
        """Wait for the end a moment, and tell whether it has not come."""
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            return True
        return False

    def leave(self) -> int:
        """Read to the end, and return the exit status."""
        try:
            while os.read(self._master, 4096):
                pass
        except OSError:  # how Linux says that the other side is closed
            pass
        return self._process.wait(10)

    def close(self) -> None:
        os.close(self._master)
        self._process.kill()
        self._process.wait()


def _take_terminal(slave: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    somebody = Person(server.address, "--channel", "room")
    somebody.see("public> ")
    yield somebody
    somebody.close()


def test_messages_stand_above_what_is_being_typed(server, person) -> None:
    person.type("walker speak_up te")
    person.see("walker speak_up te")
    server.notify_channels(["room"], {"type": "chat"})
    person.see('\x1b[0m {"type":"chat"}\r\npublic> walker speak_up te')
    person.type("xt=hi\n")
    person.see('"reports":["HI"]')
    person.type("\x04")
    assert person.leave() == 0


def test_commands_are_completed(person) -> None:
    person.type("change\t")
    person.see("change_user ")
    person.type("\x15quit\n")
    assert person.leave() == 0


def test_mistakes_do_not_end_a_conversation(person) -> None:
    person.type("nope\n")
    person.see("\x1b[31mno command 'nope'; there are walker")
    person.type("help\n")
    person.see("help, quit")
    person.type("quit\n")
    assert person.leave() == 0


def test_ctrl_c_leaves(person) -> None:
    # Python does not hear of one that comes just before it waits for a line.
    while person.is_there():
        person.type("\x03")
    assert person.leave() == 130


def test_the_end_of_the_server_ends_the_wait_for_a_line(server, person) -> None:
    server.stop()
    person.see("(1001: server is stopping)")
    assert person.leave() == 1


def test_nobody_who_reads_ends_a_pipe(server, tmp_path: Path) -> None:
    endless = 'yes \'{"type":"connection"}\' | "$@" 2>err | head -n 1'
    command = [sys.executable, "-m", "jacnb", "connect", server.address, "--json"]
    run = subprocess.run(
        ["sh", "-c", endless, "sh", *command],
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert [message["type"] for message in messages(run.stdout.decode())] == [
        "connection"
    ]
    assert (tmp_path / "err").read_text() == ""
