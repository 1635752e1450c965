"""``jacnb demo``: three clients chat over a server, in the terminal.

It is the conversation of ``notebooks/00_start_here.ipynb`` without the notebook.
"""

from __future__ import annotations

from jacnb import WEBSOCKET_MANAGER as socket, Root, Walker, on_entry, report
from jacnb.client import Client, Message
from jacnb.server import Server
from jacnb.walkers.registry import Registry


class send_chat_to_group(Walker):  # noqa: N801 - walkers are named as in Jac
    """Notify everybody on a channel."""

    channel_id: str
    message: str = "hello"

    @on_entry
    def enter(self, here: Root) -> None:
        """Notify the channel, then report."""
        data = {"type": "chat", "data": {"message": self.message}}
        socket.notify_channels([self.channel_id], data)
        report("sent")

    class __specs__:  # noqa: N801
        methods = ("websocket", "post")


class send_chat_to_user(Walker):  # noqa: N801
    """Notify every connection of one user."""

    root_id: str
    message: str = "hello"

    @on_entry
    def enter(self, here: Root) -> None:
        """Notify the user, then report."""
        data = {"type": "chat", "data": {"message": self.message}}
        socket.notify_users([self.root_id], data)
        report("sent")

    class __specs__:  # noqa: N801
        methods = ("websocket", "post")


class send_chat_to_client(Walker):  # noqa: N801
    """Notify one connection."""

    client_id: str
    message: str = "hello"

    @on_entry
    def enter(self, here: Root) -> None:
        """Notify the client, then report."""
        data = {"type": "chat", "data": {"message": self.message}}
        socket.notify_clients([self.client_id], data)
        report("sent")

    class __specs__:  # noqa: N801
        methods = ("websocket", "post")


def play() -> None:
    """Start a server, let three clients talk, and print what each of them gets."""
    registry = Registry(send_chat_to_group, send_chat_to_user, send_chat_to_client)
    with Server(registry=registry) as server:
        print(f"server    {server.url}")
        alice = server.connect(user="alice", channel_id="room")
        bob = server.connect(user="bob", channel_id="room")
        carol = server.connect(channel_id="room", name="carol")
        for client in (alice, bob, carol):
            print(f"connected {client.name:<6} client_id {client.client_id}")

        print("\nalice runs send_chat_to_group(channel_id='room')")
        print(" ", alice.walker("send_chat_to_group", channel_id="room"))
        _show(alice, bob, carol)

        print("\nalice runs send_chat_to_user(root_id=bob's root)")
        print(" ", alice.walker("send_chat_to_user", root_id=bob.root_id))
        _show(bob)

        print("\nalice runs send_chat_to_client(client_id=carol's)")
        print(" ", alice.walker("send_chat_to_client", client_id=carol.client_id))
        _show(carol)

        print("\ncarol, who is public, sends to the channel without a walker")
        carol.send_to_channels(["room"], {"type": "chat", "data": {"message": "bye"}})
        _show(alice, bob, carol)


def _show(*clients: Client) -> None:
    for client in clients:
        message: Message = client.expect(type="chat")
        print(f"  {client.name:<6} got {message.text}")
