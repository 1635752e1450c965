"""The chat example in Jac, served, and driven by clients in JavaScript.

As Jac Cloud's documentation shows them: a page's own `WebSocket`, which says who it is
by an event, and the package `ws` in Node, which does by a header.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode

import pytest

import jacnb

HERE = Path(__file__).parent
SCRIPTS = HERE / "javascript"
CHAT = HERE.parent / "jac" / "samples" / "chat.jac"
Join = Callable[..., Any]
DATA = {"message": "string"}
ANY = {"type": "chat", "data": {"any_field": "any_value"}}


class Page:
    """A page in a browser."""

    def __init__(self, page: Any, address: str, url: str, token: str | None) -> None:
        self._page = page
        self._count = 0
        page.goto(
            f"{address}/page.html?{urlencode({'url': url, 'token': token or ''})}"
        )
        self.me = self.receive()["data"]
        if token:
            self.me = self.receive()["data"]

    def send(self, event: str, *given: object) -> None:
        self._page.evaluate("([event, given]) => send(event, given)", [event, given])

    def receive(self) -> dict[str, Any]:
        self._count += 1
        self._page.wait_for_function(f"received.length >= {self._count}")
        return self._page.evaluate(f"received[{self._count - 1}]")

    def close(self) -> None:
        self._page.close()


class Node:
    """A program in Node."""

    def __init__(self, folder: Path, url: str, token: str | None) -> None:
        command = ["node", "node_client.mjs", url, *filter(None, [token])]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=folder, **pipes)
        self.me = self.receive()["data"]

    def send(self, event: str, *given: object) -> None:
        self._process.stdin.write(f"{json.dumps([event, given])}\n")
        self._process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate(timeout=10)
        assert self._process.returncode == 0


class Served:
    """`jacnb serve chat.jac`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.http = process.stdout.readline().split()[-1]
        self.url = f"{self.http.replace('http', 'ws', 1)}/websocket"
        self.process = process
        self._tokens: dict[str, str] = {}

    def token(self, name: str) -> str:
        """Return the token of a user, who is registered when first asked for."""
        if name not in self._tokens:
            self._tokens[name] = self._register(name)
        return self._tokens[name]

    def _register(self, name: str) -> str:
        person = {"email": f"{name}@example.com", "password": "a secret of 3"}
        self._post("/user/register", person)
        return str(self._post("/user/login", person)["token"])

    def _post(self, path: str, body: object) -> Any:
        kind = {"Content-Type": "application/json"}
        request = urllib.request.Request(
            f"{self.http}{path}", json.dumps(body).encode(), kind
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
def served(compiler) -> Iterator[Served]:
    command = [sys.executable, "-m", "jacnb", "serve", str(CHAT), "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, **pipes) as process:
        yield Served(process)
        process.terminate()


@pytest.fixture(scope="module")
def web() -> Iterator[str]:
    """Serve the scripts' folder, as `python -m http.server` does."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        extensions_map = {".mjs": "text/javascript", ".html": "text/html"}

        def log_message(self, *given: object) -> None: ...

    handler = functools.partial(Quiet, directory=str(SCRIPTS))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://localhost:{web.server_port}"
        web.shutdown()


@pytest.fixture(scope="session")
def ws(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the package `ws` and the scripts."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            _missing(f"no {program} on this machine (Debian: apt install nodejs npm)")
    folder = tmp_path_factory.mktemp("node")
    command = ["npm", "install", "--no-audit", "--no-fund", "ws@8"]
    found = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=100
    )
    if found.returncode:
        _missing(f"npm cannot install ws: {found.stderr[-300:]}")
    shutil.copytree(SCRIPTS, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(params=["browser", "node"])
def join(
    request: pytest.FixtureRequest, served: Served
) -> Iterator[Callable[..., Any]]:
    """Let JavaScript clients join, of one kind and then of the other."""
    made: list[Page | Node] = []

    def join(token: str | None = None) -> Page | Node:
        if request.param == "browser":
            chromium = request.getfixturevalue("chromium")
            web = request.getfixturevalue("web")
            made.append(Page(chromium.new_page(), web, served.url, token))
        else:
            made.append(Node(request.getfixturevalue("ws"), served.url, token))
        return made[-1]

    yield join
    for client in made:
        client.close()


def _missing(what: str) -> NoReturn:
    """Skip, except where the gate wants everything: there it is a failure."""
    if os.environ.get("JACNB_REQUIRE_BROWSER"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture
def bob(served: Served) -> Iterator[jacnb.Client]:
    """A client in Python on the channel `room`."""
    with jacnb.connect(
        served.http, token=served.token("bob"), channel_id="room"
    ) as bob:
        yield bob


def test_a_client_without_a_token_is_public(join, served, bob) -> None:
    one, other = join(), join()
    assert one.me["root_id"] == other.me["root_id"] != bob.root_id
    one.send("whoAmI")
    assert one.receive() == {"type": "connection", "data": one.me}


def test_a_client_with_a_token_is_its_user(join, served) -> None:
    token = served.token("alice")
    one, other = join(token), join(token)
    assert one.me["root_id"] == other.me["root_id"] != join().me["root_id"]
    assert one.me["client_id"] != other.me["client_id"]


def test_the_three_walkers_notify_whom_they_should(join, served, bob) -> None:
    alice = join(served.token("alice"))
    for walker, context in {
        "send_chat_to_user": {"root_id": bob.root_id},
        "send_chat_to_group": {"channel_id": "room"},
        "send_chat_to_client": {"client_id": bob.client_id},
    }.items():
        alice.send("runWalker", walker, context)
        assert alice.receive() == {"status": 200, "reports": []}
        assert bob.expect(type="chat").data == DATA
    bob.expect_nothing()


def test_a_walker_of_another_reaches_it(join, served, bob) -> None:
    alice = join(served.token("alice"))
    bob.walker("send_chat_to_user", root_id=alice.me["root_id"])
    bob.walker("send_chat_to_client", client_id=alice.me["client_id"])
    bob.walker("send_chat_to_group", channel_id=alice.me["channel_id"])
    assert [alice.receive() for _ in range(3)] == [{"type": "chat", "data": DATA}] * 3


def test_it_publishes_without_a_walker(join, served, bob) -> None:
    alice = join(served.token("alice"))
    alice.send("toClients", [bob.client_id], ANY)
    alice.send("toChannels", ["room"], ANY)
    alice.send("toUsers", [bob.root_id], ANY)
    assert [bob.expect(type="chat").value for _ in range(3)] == [ANY] * 3
    alice.send("toUsers", [alice.me["root_id"]], ANY)
    assert alice.receive() == ANY


def test_a_page_that_is_a_file_is_refused_and_the_log_says_why(
    served, chromium, tmp_path
) -> None:
    file = tmp_path / "page.html"
    file.write_text(
        f"<script>const client = new WebSocket({served.url!r});"
        "client.onclose = event => { window.code = event.code; };</script>"
    )
    page = chromium.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("window.code")
    assert page.evaluate("code") == 1006
    page.close()
    # Others may stand before it, such as those about the compiler's first use.
    line = next(line for line in served.process.stderr if "refused" in line)
    assert "refused GET /websocket: Origin not allowed" in line
