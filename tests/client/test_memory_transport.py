from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from jacnb.client import Client, MemoryTransport, Message
from jacnb.errors import ConnectError, ConnectionClosedError, WaitTimeoutError
from jacnb.protocol.identity import PUBLIC, Identity


@dataclass(eq=False)
class Peer:
    identity: Identity
    channel_id: str
    on_text: Callable[[str], None]
    on_close: Callable[[int, str], None]


class ScriptedShell:
    """Answers walkers with their fields, and hands channel events on."""

    def __init__(self) -> None:
        self.peers: list[Peer] = []
        self.todo: deque[Callable[[], None]] = deque()
        self.is_draining = False
        self.greets = True

    def attach(self, identity: Identity, channel_id: str | None, *on: Any) -> Peer:
        peer = Peer(identity, channel_id or "own", *on)
        self.peers.append(peer)
        if self.greets:
            self.greet(peer)
            self.drain()
        return peer

    def greet(self, peer: Peer) -> None:
        data = {
            "client_id": f"1:{self.peers.index(peer)}",
            "root_id": peer.identity.root_id,
            "channel_id": peer.channel_id,
        }
        self.say(peer, {"type": "connection", "data": data})

    def say(self, peer: Peer, message: Any) -> None:
        self.todo.append(lambda: peer.on_text(json.dumps(message)))

    def submit(self, connection: Peer, text: str | bytes) -> None:
        event = json.loads(text)
        match event["type"]:
            case "connection":
                self.greet(connection)
            case "walker":
                reports = list(event["context"].values())
                answer = {"status": 200, "reports": reports, "id": event["id"]}
                self.say(connection, answer)
            case "channel":
                for peer in self.peers:
                    if peer.channel_id in event["channel_ids"]:
                        self.say(peer, event["data"])
        self.drain()

    def drain(self) -> None:
        if self.is_draining:
            return
        self.is_draining = True
        while self.todo:
            self.todo.popleft()()
        self.is_draining = False

    def detach(self, connection: Peer, code: int, reason: str) -> None:
        self.peers.remove(connection)


@pytest.fixture
def shell() -> ScriptedShell:
    return ScriptedShell()


def client_of(shell: ScriptedShell, channel_id: str | None = None) -> Client:
    return Client(MemoryTransport(shell, PUBLIC, channel_id))


def test_the_same_client_works_in_memory(shell: ScriptedShell) -> None:
    one, two = client_of(shell, "room"), client_of(shell, "room")
    assert one.walker("echo", val=1).reports == [1]
    one.send_to_channels("room", {"type": "chat"})
    assert two.expect(type="chat").value == {"type": "chat"}
    assert one.receive().type == "chat"
    two.expect_nothing()


def test_in_memory_nothing_is_waited_for(shell: ScriptedShell) -> None:
    client = client_of(shell)
    with pytest.raises(WaitTimeoutError):
        client.receive(timeout=3600)


def test_replies_in_callbacks_are_queued(shell: ScriptedShell) -> None:
    one, two = client_of(shell, "a"), client_of(shell, "b")

    def reply(message: Message) -> None:
        if message["n"] < 500:
            other = "a" if message["n"] % 2 else "b"
            two.send_to_channels(other, {"n": message["n"] + 1})

    one.on_message(reply)
    two.on_message(reply)
    one.send_to_channels("a", {"n": 0})
    assert two.messages[-1]["n"] == 499
    assert one.messages[-1]["n"] == 500


def test_a_callback_that_waits_is_told_so_and_sends_nothing(
    shell: ScriptedShell,
) -> None:
    client = client_of(shell)
    stop = client.on_message(lambda message: client.walker("echo", val=1))
    client.sync()
    stop()
    assert [message.type for message in client.sent] == ["connection"]
    said = "a callback of on_message raised ClientError: a callback cannot wait"
    with pytest.warns(UserWarning, match=said):
        client.sync()


def test_what_was_sent_comes_before_its_answer(shell: ScriptedShell) -> None:
    client = client_of(shell)
    client.walker("echo", val=1)
    assert client.sent[0].cursor < client.messages[-1].cursor


def test_closing_detaches(shell: ScriptedShell) -> None:
    states: list[str] = []
    with client_of(shell) as client:
        client.on_state(states.append)
    client.close()
    assert states == ["closed"]
    assert shell.peers == []
    with pytest.raises(ConnectionClosedError, match="1000"):
        client.sync()


def test_the_shell_can_close(shell: ScriptedShell) -> None:
    client = client_of(shell)
    shell.peers[0].on_close(1001, "stopping")
    assert list(client) == []
    with pytest.raises(ConnectionClosedError, match="1001: stopping"):
        client.walker("echo")


def test_a_shell_that_does_not_greet_is_a_connect_error(shell: ScriptedShell) -> None:
    shell.greets = False
    with pytest.raises(ConnectError, match="cannot connect to memory:"):
        client_of(shell)


def test_a_client_in_memory_has_no_address(shell: ScriptedShell) -> None:
    assert (
        repr(client_of(shell, "room")) == "<Client public on 'room' at memory:, open>"
    )
