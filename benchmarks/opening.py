"""Opens many connections at once and closes them again."""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
from collections.abc import Iterable, Iterator

from frames import CLOSE_FRAME, part_pings, pong, split_frames, upgrade_request

# Below the smallest listen backlog compared here (100): a SYN that finds the backlog
# full is sent again after a whole second, which would measure TCP and not the server.
AT_ONCE = 64
PATIENCE = 20.0


class LoadError(Exception):
    """The server did not do what the load expects of it."""


def open_connections(port: int, channels: Iterable[str]) -> list[socket.socket]:
    """Open one connection per channel, each up to its greeting.

    Raises:
        LoadError: a connection was refused, closed, or not greeted in time.
    """
    return list(_Opening(port, channels).finished())


def close_connections(connections: Iterable[socket.socket]) -> None:
    """Say goodbye on every connection, then wait until the server closed each."""
    connections = list(connections)
    for connection in connections:
        with contextlib.suppress(OSError):
            connection.send(CLOSE_FRAME)
    for connection in connections:
        _drain(connection)


def _drain(connection: socket.socket) -> None:
    with connection, contextlib.suppress(OSError):
        connection.settimeout(2)
        while connection.recv(65536):
            pass


class _Opening:
    """Handshakes in flight, never more than `AT_ONCE`."""

    def __init__(self, port: int, channels: Iterable[str]) -> None:
        self._port = port
        self._waiting_channels = iter(channels)
        self._selector = selectors.DefaultSelector()
        self._source = 1

    def finished(self) -> Iterator[socket.socket]:
        """Yield each connection once it was greeted, opening more meanwhile."""
        with self._selector:
            self._start(AT_ONCE)
            while self._selector.get_map():
                done = list(self._read())
                self._start(len(done))
                yield from done

    def _start(self, count: int) -> None:
        for _, channel in zip(range(count), self._waiting_channels, strict=False):
            connection = self._connect()
            connection.send(upgrade_request(self._port, channel))
            connection.setblocking(False)
            self._selector.register(connection, selectors.EVENT_READ, bytearray())

    def _connect(self) -> socket.socket:
        """Connect from the current loopback address, or the next when it is used up."""
        while True:
            source = (f"127.0.0.{self._source}", 0) if self._source > 1 else None
            try:
                connection = socket.create_connection(
                    ("127.0.0.1", self._port), PATIENCE, source
                )
            except OSError as error:
                if error.errno != errno.EADDRNOTAVAIL or self._source == 254:
                    raise
                self._source += 1
            else:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return connection

    def _read(self) -> Iterator[socket.socket]:
        ready = self._selector.select(PATIENCE)
        if not ready:
            raise LoadError(f"no greeting came within {PATIENCE:.0f} s")
        for key, _ in ready:
            connection = key.fileobj
            assert isinstance(connection, socket.socket)
            key.data.extend(_received(connection))
            if _greeted(connection, key.data):
                self._selector.unregister(connection)
                yield connection


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise LoadError("the server closed a connection during its handshake")
    return data


def _greeted(connection: socket.socket, data: bytearray) -> bool:
    head, end, body = data.partition(b"\r\n\r\n")
    if not body:
        return False
    if b" 101 " not in head.split(b"\r\n", 1)[0]:
        raise LoadError(f"the server refused a connection: {bytes(head[:80])!r}")
    # The server's beat may come first: it pings all connections at once.
    data[len(head + end) :], pings = part_pings(body)
    for payload in pings:
        connection.send(pong(payload))
    return bool(split_frames(data[len(head + end) :])[0])
