"""Bare sockets: the ceiling of this way of measuring, no server to compare with.

It copies `data` out of a frame without parsing it and sends everything that one read
brought to each subscriber in one `send`. What it reaches, the load generator can take.
"""

from __future__ import annotations

import selectors
import socket
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from frames import server_frame

RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Accept: unchecked\r\n\r\n"
)
GREETING = server_frame(b'{"type":"connection"}')
subscribers: set[socket.socket] = set()


def main(port: int) -> None:
    """Serve until killed."""
    selector = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", port), backlog=1000)
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            if connection is listener:
                accepted, _ = listener.accept()
                selector.register(accepted, selectors.EVENT_READ)
            elif not serve(connection):
                selector.unregister(connection)
                subscribers.discard(connection)
                connection.close()


def serve(connection: socket.socket) -> bool:
    """Handle what came on a connection; return whether it stays open."""
    try:
        data = connection.recv(65536)
    except OSError:
        return False
    if data.startswith(b"GET"):
        connection.sendall(RESPONSE + GREETING)
        if b"channel_id=room " in data:
            subscribers.add(connection)
    elif not data or data[0] == 0x88:
        return False
    else:
        fan_out(data)
    return True


def fan_out(data: bytes) -> None:
    """Send the data of all events in `data` to each subscriber, joined."""
    frames = b""
    for event in data.split(b'"room"], "data": ')[1:]:
        frames += server_frame(event[: event.index(b"}}") + 2])
    for subscriber in subscribers:
        subscriber.send(frames)


if __name__ == "__main__":
    main(int(sys.argv[1]))
