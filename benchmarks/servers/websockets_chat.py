"""The websockets library: its asyncio server and its `broadcast`."""

from __future__ import annotations

import asyncio
import sys

from rooms import Rooms, channel_of
from websockets.asyncio.server import ServerConnection, broadcast, serve

rooms: Rooms[ServerConnection] = Rooms()


async def chat(connection: ServerConnection) -> None:
    """Serve one client."""
    assert connection.request is not None
    channel = channel_of(connection.request.path)
    await connection.send(rooms.join(channel, connection))
    try:
        async for message in connection:
            for receivers, text in rooms.route(message):
                broadcast(receivers, text)
    finally:
        rooms.leave(channel, connection)


async def main(port: int) -> None:
    """Serve until killed."""
    async with serve(chat, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
