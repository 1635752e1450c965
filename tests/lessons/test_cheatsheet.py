"""Every line of the cheat sheet, tried."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from lesson_reader import NOTEBOOKS

import jacnb
from jacnb import MemoryServer, Registry, Server, walker
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.protocol.events import EVENTS, InvalidEvent, parse_event
from jacnb.walkers.socket import WebSocketManager

SHEET = (NOTEBOOKS / "cheatsheet.md").read_text(encoding="utf-8")
PROTOCOL = Path(NOTEBOOKS.parent / "docs" / "protocol.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Return what stands under a heading."""
    return re.split(r"^## .*\n", SHEET.split(f"## {title}\n")[1], flags=re.M)[0]


def first_cells(title: str) -> list[str]:
    """Return the JSON in the first column of a section's table."""
    return re.findall(r"^\| `(\{.*?\})` \|", section(title), flags=re.M)


def block(language: str, number: int = 0) -> str:
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", SHEET, flags=re.S)
    return blocks[number]


@pytest.fixture
def app() -> Iterator[MemoryServer]:
    def shout(text: str) -> str:
        if text == "fail":
            raise ValueError("no luck")
        return text.upper()

    with MemoryServer(registry=Registry(walker(shout))) as server:
        yield server


def answers(server: MemoryServer, user: str | None, *events: Any) -> list[Any]:
    """Return what a client on the channel ``room`` gets for these events."""
    client = server.connect(user=user, channel_id="room")
    for event in events:
        client.send(event)
    client.sync()
    return [message.value for message in client.messages][1:-1]


def test_it_fits_on_a_page() -> None:
    assert len(SHEET.splitlines()) <= 110


def test_it_lists_the_six_events() -> None:
    events = [parse_event(text) for text in first_cells("Events: what a client sends")]
    assert [event.type for event in events] == [
        "connection",
        "walker",
        "user",
        "channel",
        "client",
        "change_user",
    ]
    assert not any(isinstance(event, InvalidEvent) for event in events)
    assert {event.type for event in events} == set(EVENTS)


def test_its_fields_are_those_of_the_events() -> None:
    for text in first_cells("Events: what a client sends"):
        event = json.loads(text)
        assert set(event) <= set(EVENTS[event["type"]].model_fields)


def test_its_events_are_answered_as_it_says(app: MemoryServer) -> None:
    events = first_cells("Events: what a client sends")
    replies = first_cells("Replies: what comes back")
    asked, answered, sent, became = answers(
        app, "alice", events[0], events[1], events[3], events[5]
    )
    assert answered == json.loads(replies[1])
    assert sent == json.loads(replies[2])
    assert asked["data"].keys() == json.loads(replies[0])["data"].keys()
    assert became["data"]["root_id"] == PUBLIC_ROOT_ID in SHEET


def test_its_errors_are_those_of_the_server(app: MemoryServer) -> None:
    replies = [json.loads(text) for text in first_cells("Replies: what comes back")]
    call = {"type": "walker", "walker": "shout"}
    assert answers(
        app,
        "alice",
        call | {"context": {"text": "fail"}},
        call | {"walker": "shoot"},
        call,
    ) == [replies[3], replies[4], replies[9]]
    assert answers(app, None, call) == [replies[5]]


def test_a_node_that_does_not_exist_is_answered_as_it_says(app: MemoryServer) -> None:
    replies = [json.loads(text) for text in first_cells("Replies: what comes back")]
    missing = f"n:Post:{'a' * 24}"
    call = {"type": "walker", "walker": "shout", "context": {"text": "hi"}}
    told = replies[8] | {"error": replies[8]["error"].replace("n:…", missing)}
    assert answers(app, "alice", call | {"node": missing}) == [told]


def test_its_other_errors_are_those_of_the_protocol() -> None:
    replies = [json.loads(text) for text in first_cells("Replies: what comes back")]
    assert replies[7]["error"].split("n:")[0] in PROTOCOL
    refused = replies[6]["error"]
    assert refused == "Event shout requires to be unauthenticated!"
    assert refused in PROTOCOL


def test_its_notifications_are_all_there_are() -> None:
    named = set(re.findall(r"`(notify_\w+)\(", SHEET))
    assert named == {name for name in vars(WebSocketManager) if "notify_" in name}


def run_python() -> dict[str, Any]:
    """Run what the sheet says in Python, and return its names."""
    names: dict[str, Any] = {"print": lambda *_: None}
    for number in range(2):
        code = compile(block("python", number), "cheatsheet.md", "exec")
        exec(code, names)
    return names


@pytest.fixture
def said(end_lesson: None) -> Any:
    names = run_python()
    yield names
    names["server"].stop()


def test_its_python_runs(said: dict[str, Any]) -> None:
    alice, carol = said["alice"], said["carol"]
    assert alice.walker("tell", channel_id="room", text="x").reports == ["sent"]
    assert [m.value for m in alice.messages.where(val=1)] == [{"val": 1}] * 3
    assert carol.root_id == alice.root_id
    assert said["bob"].name == "bob"
    assert not said["bob"].is_open


def test_its_walker_is_offered_as_it_says(said: dict[str, Any]) -> None:
    declared = said["server"].registry.find("tell")
    assert sorted(declared.specs.methods) == ["post", "websocket"]
    assert declared.specs.auth is True


def rest(server: Server, line: str, body: str, token: str | None = None) -> Any:
    method, path = line.split()
    headers = {"Connection": "close"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    asking = HTTPConnection(server.address)
    asking.request(method, path, body or None, headers)
    answer = asking.getresponse()
    return answer.status, answer.read().decode()


def rest_rows() -> list[tuple[str, str]]:
    """Return the calls and the bodies of the table."""
    return re.findall(r"^\| `([A-Z]+ /\S+)`(?: `(\{.*?\})`)?", section("REST"), re.M)


def test_its_rest_calls_are_answered_as_it_says(said: dict[str, Any]) -> None:
    server: Server = said["server"]
    register, login, tell, health = rest_rows()
    assert [rest(server, *register)[0] for _ in range(2)] == [201, 409]
    status, logged_in = rest(server, *login)
    assert status == 200
    assert rest(server, login[0], login[1].replace("secret", "x"))[0] == 400
    token = json.loads(logged_in)["token"]
    assert rest(server, *tell, token) == (200, '{"status":200,"reports":["sent"]}')
    assert [rest(server, *tell, each)[0] for each in (None, "bad")] == [403, 401]
    assert rest(server, tell[0], "{}", token)[0] == 422
    assert rest(server, "POST /walker/nobody", "{}", token)[0] == 404
    assert rest(server, *health)[0] == 200


def test_its_jac_does_what_its_python_does(
    compiler: None, end_lesson: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jacnb.jac.modules import run_jac

    module = ModuleType("cheatsheet")
    monkeypatch.setitem(sys.modules, "cheatsheet", module)
    run_jac(block("jac"), "cheatsheet.jac", vars(module))
    with MemoryServer() as server:
        alice = server.connect(user="alice", channel_id="room")
        assert alice.walker("tell", channel_id="room", text="hi").reports == ["sent"]
        assert alice.expect(type="chat").data == {"text": "hi"}


def test_its_close_codes_are_those_of_the_protocol() -> None:
    named = set(re.findall(r"\b1\d{3}\b", section("Close codes").partition("After")[0]))
    known = set(re.findall(r"^\| (1\d{3}) \|", PROTOCOL, flags=re.M))
    assert named == known - {"1003"}


@pytest.mark.parametrize("name", re.findall(r"jacnb\.(\w+)[(.]", SHEET))
def test_the_names_of_the_package_exist(name: str) -> None:
    assert name in jacnb.__all__


def test_the_names_of_a_client_exist() -> None:
    named = re.findall(r"\b(?:alice|carol|bob)\.(\w+)", block("python", 1))
    assert "send_to_channels" in named
    assert [name for name in named if not hasattr(jacnb.Client, name)] == []
