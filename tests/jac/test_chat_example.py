"""The chat example of Jac Cloud's documentation runs as it stands."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import jacnb
from jacnb.walkers.registry import REGISTRY

CHAT = Path(__file__).parent / "samples" / "chat.jac"
WALKERS = ["send_chat_to_user", "send_chat_to_group", "send_chat_to_client"]
DATA = {"message": "string"}


def try_chat(alice: jacnb.Client, bob: jacnb.Client) -> None:
    alice.walker("send_chat_to_user", root_id=bob.root_id)
    assert bob.expect(type="chat").data == DATA
    alice.walker("send_chat_to_group", channel_id="room")
    assert bob.expect(type="chat").data == DATA
    assert alice.expect(type="chat").data == DATA
    bob.walker("send_chat_to_client", client_id=alice.client_id)
    assert alice.expect(type="chat").data == DATA
    bob.expect_nothing()


@pytest.mark.parametrize("kind", [jacnb.MemoryServer, jacnb.Server])
def test_it_runs_in_a_cell(compiler, shell, kind) -> None:
    with kind() as server:
        shell.run_cell(f"%%jac\n{CHAT.read_text()}").raise_error()
        assert [each.name for each in REGISTRY] == WALKERS
        with (
            server.connect(user="alice", channel_id="room") as alice,
            server.connect(user="bob", channel_id="room") as bob,
        ):
            try_chat(alice, bob)


def test_it_is_served_from_the_shell(compiler) -> None:
    command = [sys.executable, "-m", "jacnb", "serve", str(CHAT), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().split()[-1]
        people = [
            jacnb.connect(
                url,
                email=f"{name}@example.com",
                password="a secret of 3",
                register=True,
                channel_id="room",
            )
            for name in ("alice", "bob")
        ]
        try_chat(*people)
        for client in people:
            client.close()
        process.terminate()
        assert process.wait(10) == 0
