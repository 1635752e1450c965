"""The walkers that jacnb serves in the benchmarks; `app.jac` has the same ones."""

from __future__ import annotations

from jacnb import WEBSOCKET_MANAGER as SOCKET, Root, Walker, on_entry, report, specs


@specs(methods=["websocket"], auth=False)
class Echo(Walker):
    """Report the number that came."""

    val: int

    @on_entry
    def enter(self, here: Root) -> None:
        """Report it."""
        report(self.val)


@specs(methods=["websocket"], auth=False)
class Publish(Walker):
    """Send one numbered message to a channel."""

    channel_id: str
    n: str

    @on_entry
    def enter(self, here: Root) -> None:
        """Send it."""
        data = {"message": "hello", "n": self.n}
        SOCKET.notify_channels([self.channel_id], {"type": "chat", "data": data})
