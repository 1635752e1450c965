"""Answers the pings that servers send in between; they count as nothing."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from frames import part_pings, pong
from opening import LoadError
from polling import poll_for_input


def keep_alive(connections: Sequence[socket.socket]) -> None:
    """Answer the pings that wait on quiet connections.

    Raises:
        LoadError: a connection was closed, or something else than a ping came.
    """
    by_descriptor = {each.fileno(): each for each in connections}
    poll = poll_for_input(by_descriptor)
    while ready := poll(0):
        for descriptor, _ in ready:
            quiet = by_descriptor[descriptor]
            if rest := without_pings(quiet, received(quiet)):
                raise LoadError(f"something came unasked for: {rest[:300]!r}")


def received(connection: socket.socket) -> bytes:
    """Read what is there.

    Raises:
        LoadError: the server closed the connection.
    """
    data = connection.recv(65536)
    if not data:
        raise LoadError("the server closed a connection")
    return data


def without_pings(connection: socket.socket, data: bytes) -> bytes:
    """Answer the pings among text frames; return those frames."""
    kept, pings = part_pings(data)
    for payload in pings:
        connection.send(pong(payload))
    return kept
