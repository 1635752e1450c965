"""The command line, as a shell sees it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path

import pytest

import jacnb
from jacnb.cli import main
from jacnb.errors import ConnectionClosedError, WalkerError
from jacnb.notebook_files import COPIES, find_notebooks
from jacnb.walkers.registry import REGISTRY

APP = """\
import jacnb

@jacnb.walker(auth=None)
def hello() -> str:
    return "hi"
"""


@pytest.fixture(autouse=True)
def forget_walkers():
    before = set(REGISTRY._declared)
    yield
    for name in set(REGISTRY._declared) - before:
        REGISTRY.remove(name)


def serve(path: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "jacnb", "serve", str(path), *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_serves_a_file_until_a_signal(tmp_path, number) -> None:
    app = tmp_path / "app.py"
    app.write_text(APP)
    with serve(app, "--port", "0") as process:
        line = process.stdout.readline()
        assert re.fullmatch(r"Serving on http://127\.0\.0\.1:\d+\n", line)
        with jacnb.connect(line.split()[-1]) as client:
            assert client.walker("hello").reports == ["hi"]
            process.send_signal(number)
            with pytest.raises(ConnectionClosedError) as found:
                client.receive()
        assert (found.value.code, found.value.reason) == (1001, "server is stopping")
        assert process.wait(10) == 0


@pytest.mark.parametrize(("options", "are_spared"), [([], True), (["--reload"], False)])
def test_what_is_loaded_is_spared_by_the_garbage_collector(
    tmp_path, options, are_spared
) -> None:
    app = tmp_path / "app.py"
    spared = "@jacnb.walker(auth=None)\ndef spared() -> bool:\n"
    # Some hundred objects of Python 3.12 itself are spared in any case.
    count = "    return gc.get_freeze_count() > 5_000\n"
    app.write_text(f"import gc\n{APP}\n{spared}{count}")
    with serve(app, "--port", "0", *options) as process:
        url = process.stdout.readline().split()[-1]
        with jacnb.connect(url) as client:
            reports = client.walker("spared").reports
        process.terminate()
    assert reports == [are_spared]


def test_serve_welcomes_pages_of_a_trusted_origin_only(tmp_path) -> None:
    app = tmp_path / "app.py"
    app.write_text(APP)
    options = ("--port", "0", "--trusted-origin", "https://lab.example")
    with serve(app, *options, "--trusted-host", "lab.example") as process:
        port = process.stdout.readline().rpartition(":")[2].strip()
        statuses = [
            upgrade_status(int(port), host, origin)
            for host, origin in [
                ("lab.example", "https://lab.example"),
                ("lab.example", "https://evil.example"),
                ("evil.example", "https://lab.example"),
            ]
        ]
        process.terminate()
    assert statuses == [101, 403, 403]


def upgrade_status(port: int, host: str, origin: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {"Host": host, "Origin": origin, "Connection": "Upgrade"}
    headers |= {"Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    headers |= {"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    try:
        connection.request("GET", "/websocket", headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_serve_logs_the_traceback_of_a_walker_that_fails(tmp_path) -> None:
    app = tmp_path / "app.py"
    app.write_text(APP.replace('return "hi"', 'raise ValueError("no luck")'))
    command = [sys.executable, "-m", "jacnb", "serve", str(app), "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        client = jacnb.connect(process.stdout.readline().split()[-1])
        with pytest.raises(WalkerError, match="ValueError: no luck"):
            client.walker("hello")
        client.close()
        process.terminate()
        logged = process.stderr.read()
    assert "walker hello failed for public" in logged
    assert f'File "{app}", line 5, in hello' in logged


def test_serve_prints_what_walkers_print(tmp_path) -> None:
    # Named like a module of the standard library, which it must not stand in for.
    app = tmp_path / "socket.py"
    app.write_text(APP.replace('return "hi"', 'print("for the author", flush=True)'))
    with serve(app, "--port", "0") as process:
        with jacnb.connect(process.stdout.readline().split()[-1]) as client:
            client.walker("hello")
        assert process.stdout.readline() == "for the author\n"
        process.terminate()


def test_serve_binds_the_host_it_is_told(tmp_path) -> None:
    app = tmp_path / "app.py"
    app.write_text(APP)
    with serve(app, "--host", "127.0.0.2", "--port", "0") as process:
        assert process.stdout.readline().startswith("Serving on http://127.0.0.2:")
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\n", "declares no walkers: derive a class from jacnb.Walker"),
        ("x = \n", "SyntaxError: invalid syntax"),
        ("\nboom\n", "line 2: NameError: name 'boom' is not defined"),
        (
            "import jacnb\n@jacnb.walker(metods=['post'])\ndef a(): pass\n",
            "line 2: DeclarationError: a: unknown spec 'metods'",
        ),
    ],
)
def test_a_file_that_cannot_be_served_gets_one_line(
    tmp_path, capsys, source, said
) -> None:
    app = tmp_path / "broken_app.py"
    app.write_text(source)
    assert main(["serve", str(app)]) == 1
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 1


def test_a_file_that_is_not_there_gets_one_line(capsys) -> None:
    assert main(["serve", "nowhere.py"]) == 1
    assert capsys.readouterr().err == "jacnb: nowhere.py: there is no such file\n"


def test_a_file_of_another_kind_gets_one_line(capsys) -> None:
    assert main(["serve", "app.txt"]) == 1
    assert "jacnb serves .py files and .jac files" in capsys.readouterr().err


def test_what_could_not_be_served_leaves_signals_as_they_were(tmp_path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    app = tmp_path / "none_app.py"
    app.write_text("x = 1\n")
    assert main(["serve", str(app), "--port", "0"]) == 1
    after = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert after == before


def test_a_port_in_use_gets_one_line(tmp_path, capsys) -> None:
    app = tmp_path / "busy_app.py"
    app.write_text(APP)
    with jacnb.Server(registry=jacnb.Registry()) as server:
        assert main(["serve", str(app), "--port", str(server.port)]) == 1
    assert f"port {server.port} on 127.0.0.1 is in use" in capsys.readouterr().err


def test_demo_plays_the_conversation(capsys) -> None:
    assert main(["demo"]) == 0
    printed = capsys.readouterr().out
    assert printed.count('got {"type":"chat","data":{"message":"hello"}}') == 5
    assert printed.count('got {"type":"chat","data":{"message":"bye"}}') == 3


def test_doctor_tells_versions_and_what_works(capsys) -> None:
    assert main(["doctor"]) == 0
    printed = capsys.readouterr().out
    assert re.search(r"^ok  tornado +6\.", printed, re.MULTILINE)
    assert re.search(r"^ok  server and client +a client spoke", printed, re.MULTILINE)


def test_version(capsys) -> None:
    with pytest.raises(SystemExit) as found:
        main(["--version"])
    assert found.value.code == 0
    assert capsys.readouterr().out == f"jacnb {jacnb.__version__}\n"


def test_unknown_options_are_refused(capsys) -> None:
    with pytest.raises(SystemExit) as found:
        main(["doctor", "--loud"])
    assert found.value.code == 2


def test_a_checkout_uses_its_own_notebooks(tmp_path) -> None:
    found = find_notebooks(tmp_path)
    assert (found / "00_start_here.ipynb").is_file()
    assert list(tmp_path.iterdir()) == []


def test_an_installation_copies_its_notebooks_once(tmp_path, monkeypatch) -> None:
    installed = tmp_path / "site" / "jacnb"
    (installed / "notebooks" / "solutions").mkdir(parents=True)
    (installed / "notebooks" / "a.ipynb").write_text("{}")
    (installed / "notebooks" / "solutions" / "b.ipynb").write_text("{}")
    monkeypatch.setattr("jacnb.notebook_files._PACKAGE", installed)
    copies = find_notebooks(tmp_path)
    assert copies == tmp_path / COPIES
    assert (copies / "solutions" / "b.ipynb").read_text() == "{}"
    (copies / "a.ipynb").write_text("changed")
    find_notebooks(tmp_path)
    assert (copies / "a.ipynb").read_text() == "changed"
