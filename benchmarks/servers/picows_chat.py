"""The picows library (C) on uvloop: `transport.send` once for each receiver."""

from __future__ import annotations

import asyncio
import sys

import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    ws_create_server,
)
from rooms import Rooms, channel_of

rooms: Rooms[WSTransport] = Rooms()


class Chat(WSListener):
    """One client."""

    def __init__(self, request: WSUpgradeRequest) -> None:
        super().__init__()
        self.channel = channel_of(request.path.decode())

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Join the channel and greet."""
        greeting = rooms.join(self.channel, transport)
        transport.send(WSMsgType.TEXT, greeting.encode())

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Send the event's data to each client of its channels."""
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()
            return
        for receivers, text in rooms.route(frame.get_payload_as_bytes()):
            message = text.encode()
            for receiver in receivers:
                receiver.send(WSMsgType.TEXT, message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Leave the channel."""
        rooms.leave(self.channel, transport)


async def main(port: int) -> None:
    """Serve until killed."""
    server = await ws_create_server(Chat, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.install()
    asyncio.run(main(int(sys.argv[1])))
