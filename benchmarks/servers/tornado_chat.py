"""Plain Tornado: `write_message` once for each receiver."""

from __future__ import annotations

import asyncio
import sys

from rooms import Rooms
from tornado.web import Application
from tornado.websocket import WebSocketHandler


class Chat(WebSocketHandler):
    """One client."""

    rooms: Rooms[Chat] = Rooms()

    def open(self, *_args: str, **_kwargs: str) -> None:
        """Join the channel and greet."""
        self.channel = self.get_query_argument("channel_id")
        self.write_message(self.rooms.join(self.channel, self))

    def on_message(self, message: str | bytes) -> None:
        """Send the event's data to each client of its channels."""
        for receivers, text in self.rooms.route(message):
            for receiver in receivers:
                receiver.write_message(text)

    def on_close(self) -> None:
        """Leave the channel."""
        self.rooms.leave(self.channel, self)


async def main(port: int) -> None:
    """Serve until killed."""
    Application([("/websocket", Chat)]).listen(port, "127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
