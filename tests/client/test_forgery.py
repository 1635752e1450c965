"""Other clients write what looks like the server's own word; over a real server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from jacnb import Server, walker
from jacnb.client import Client
from jacnb.errors import UnexpectedMessageError, WaitTimeoutError
from jacnb.ids import PUBLIC_ROOT_ID

Serve = Callable[..., Server]


def forged(client: Client, root_id: str) -> dict[str, Any]:
    data = {
        "client_id": client.client_id,
        "root_id": root_id,
        "channel_id": client.channel_id,
    }
    return {"type": "connection", "data": data}


def test_a_forged_connection_message_does_not_stop_asks(serve: Serve) -> None:
    server = serve()
    with server.connect(user="alice") as alice, server.connect() as bob:
        root_id = alice.root_id
        bob.send_to_clients(alice, forged(alice, PUBLIC_ROOT_ID))
        # It is there before alice asks anything: nothing that she asked it can answer.
        assert alice.expect(type="connection")["data"]["root_id"] == PUBLIC_ROOT_ID
        alice.sync()
        alice.sync()
        assert alice.root_id == root_id
        assert alice.connection().root_id == root_id


@pytest.mark.parametrize("is_called_first", [True, False])
def test_a_forged_connection_message_is_no_fence(
    serve: Serve, is_called_first: bool
) -> None:
    is_free, is_running = threading.Event(), threading.Event()

    @walker(auth=None)
    def slow() -> None:
        is_running.set()
        is_free.wait(5)

    @walker(auth=None)
    def quick() -> None:
        """End at once."""

    server = serve(slow, quick)
    with server.connect(user="alice") as alice, server.connect() as bob:
        alice.walker("quick") if is_called_first else alice.sync()
        alice.send_walker("slow")
        alice.send_to_clients(alice, {"late": True})
        assert is_running.wait(5)
        alice.on_sent(
            lambda _: bob.send_to_clients(alice, forged(alice, alice.root_id))
        )
        with pytest.raises(WaitTimeoutError, match="did not answer in time"):
            alice.expect_nothing(late=True, timeout=0.1)
        is_free.set()
        with pytest.raises(UnexpectedMessageError):
            alice.expect_nothing(late=True)


def test_a_forged_user_is_not_believed(serve: Serve) -> None:
    server = serve()
    with server.connect(user="alice") as alice, server.connect(user="bob") as bob:
        alice.sync()
        fake = forged(bob, bob.root_id)["data"] | {"client_id": alice.client_id}
        bob.send_to_clients(alice, {"type": "connection", "data": fake})
        alice.expect(type="connection")
        assert alice.root_id != bob.root_id
        assert alice.change_user(bob).root_id == bob.root_id
