"""``jacnb serve`` and ``jacnb run`` with ``.jac`` files, as a shell sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import jacnb
from jacnb.cli import main
from jacnb.errors import WalkerError

HELLO = """\
import from names { GREETING }

node Visit { has number: int; }

walker:pub hello {
    can start with Root entry { report GREETING; }
    class __specs__ { has methods: list = ["websocket"]; }
}

walker:pub fail {
    can start with Root entry {
        report 1 / 0;
    }
    class __specs__ { has methods: list = ["websocket"]; }
}

with entry {
    root ++> Visit(1);
}
"""
PYTHON = """\
import jacnb
from names import GREETING

@jacnb.walker(auth=None)
def shout() -> str:
    return GREETING.upper()
"""


@pytest.fixture
def app(compiler, tmp_path: Path) -> Path:
    (tmp_path / "names.jac").write_text('glob GREETING: str = "hi";')
    (tmp_path / "app.jac").write_text(HELLO)
    (tmp_path / "more.py").write_text(PYTHON)
    return tmp_path / "app.jac"


def jacnb_command(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "jacnb", *map(str, arguments)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes)


def test_serve_takes_files_of_both_languages(app) -> None:
    more = app.parent / "more.py"
    with jacnb_command("serve", app, more, "--port", "0") as process:
        with jacnb.connect(process.stdout.readline().split()[-1]) as client:
            assert client.walker("hello").reports == ["hi"]
            assert client.walker("shout").reports == ["HI"]
        process.terminate()
        assert process.wait(10) == 0
        assert process.stderr.read() == ""


@pytest.mark.parametrize("options", [(), ("--reload",)])
def test_clients_wait_until_the_files_are_loaded(tmp_path, options) -> None:
    app = tmp_path / "late_app.py"
    # A client is there, and asks, before the walker is declared.
    app.write_text(
        "import socket, jacnb\n"
        "from jacnb.server.frontdoor import newest_server\n"
        "asker = socket.create_connection(('127.0.0.1', newest_server().port))\n"
        "asker.sendall(b'POST /walker/late HTTP/1.0\\r\\n'\n"
        "    b'Host: localhost\\r\\n\\r\\n')\n"
        "asker.settimeout(0.3)\n"
        "try:\n    heard = asker.recv(99).decode()\n"
        "except TimeoutError:\n    heard = 'nothing'\n"
        "@jacnb.walker(auth=None)\n"
        "def late() -> None:\n    pass\n"
        "@jacnb.walker(auth=None)\n"
        "def early() -> list[str]:\n"
        "    asker.settimeout(20)\n"
        "    return [heard, asker.recv(99).decode()[9:12]]\n"
    )
    with jacnb_command("serve", app, "--port", "0", *options) as process:
        try:
            with jacnb.connect(process.stdout.readline().split()[-1]) as client:
                reports = client.walker("early").reports
        finally:
            process.terminate()
    assert reports == [["nothing", "200"]]


def test_the_log_shows_the_line_of_jac(app) -> None:
    with jacnb_command("serve", app, "--port", "0") as process:
        client = jacnb.connect(process.stdout.readline().split()[-1])
        with pytest.raises(WalkerError, match="ZeroDivisionError"):
            client.walker("fail")
        client.close()
        process.terminate()
        logged = process.stderr.read()
    assert f'File "{app}", line 12, in start\n    report 1 / 0;' in logged


def test_run_runs_a_program(compiler, tmp_path) -> None:
    program = tmp_path / "program.jac"
    program.write_text(
        "node City { has name: str; }\n"
        "walker tour {\n"
        "    can start with Root entry { visit [-->]; }\n"
        '    can at with City entry { print("at", here.name); }\n'
        "}\n"
        'with entry { root ++> City("Ur"); root spawn tour(); }\n'
        'with entry:__main__ { print("main"); }\n'
    )
    with jacnb_command("run", program) as process:
        said, errors = process.communicate(timeout=60)
    assert (said, errors, process.returncode) == ("at Ur\nmain\n", "", 0)


def test_a_mistake_in_a_file_shows_its_place(compiler, tmp_path, capsys) -> None:
    app = tmp_path / "broken_jac.jac"
    app.write_text("walker w {\n    has x int;\n}\n")
    assert main(["serve", str(app), "--port", "0"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"jacnb: {app} is not Jac as jacnb reads it:"
    assert said[1] == f'  File "{app}", line 2'
    assert said[-1].startswith("JacSyntaxError: Expected ':', got 'int'")


def test_an_error_while_a_file_runs_names_its_line(compiler, tmp_path, capsys) -> None:
    app = tmp_path / "failing_jac.jac"
    app.write_text("with entry {\n    x = 1 / 0;\n}\n")
    assert main(["run", str(app)]) == 1
    said = capsys.readouterr().err
    assert said == f"jacnb: {app}, line 2: ZeroDivisionError: division by zero\n"


def test_an_error_of_jacnb_names_the_line_that_asked(
    compiler, tmp_path, capsys
) -> None:
    app = tmp_path / "asking_jac.jac"
    app.write_text(
        "import from jac_cloud.core { NodeAnchor }\n"
        "with entry {\n    NodeAnchor();\n}\n"
    )
    assert main(["run", str(app)]) == 1
    said = f"jacnb: {app}, line 3: NodeAnchor of Jac Cloud is not part of jacnb\n"
    assert capsys.readouterr().err == said


def test_a_file_without_walkers_is_not_served(compiler, tmp_path, capsys) -> None:
    app = tmp_path / "empty_jac.jac"
    app.write_text("glob x: int = 1;")
    assert main(["serve", str(app), "--port", "0"]) == 1
    assert "declares no walkers" in capsys.readouterr().err
