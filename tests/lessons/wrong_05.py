"""Answers to lesson 5 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        (
            'bob.send_to_channels("team", '
            '{"type": "chat", "data": {"message": "Soup is ready"}})',
            "carol received no message",
        ),
        (
            'bob.send_to_channels("garden", '
            '{"type": "chat", "data": {"message": "soup is ready!"}})',
            "message is 'soup is ready!', not 'Soup is ready'",
        ),
        (
            'bob.send_to_channels("garden", {"message": "Soup is ready"})',
            "it has no 'type'",
        ),
        (
            "bob.send_to_clients(carol, "
            '{"type": "chat", "data": {"message": "Soup is ready"}})',
            "by bob with a client event",
        ),
        (
            'alice.send_to_channels("garden", '
            '{"type": "chat", "data": {"message": "Soup is ready"}})',
            "It was sent by alice",
        ),
        (
            'bob.send_to_channels(["garden", "team"], '
            '{"type": "chat", "data": {"message": "Soup is ready"}})',
            "so did alice",
        ),
    ],
    "q2": [
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    data = {"type": "announcement", "data": {"message": message}}
    socket.notify_channels(channel_ids[:1], data)
    return len(channel_ids)
""",
            "pia received no",
        ),
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> None:
    data = {"type": "announcement", "data": {"message": message}}
    socket.notify_channels(channel_ids, data)
""",
            "it reported [], not [2]",
        ),
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    data = {"type": "announcement", "data": {"message": message}}
    for channel_id in channel_ids:
        socket.notify_channels(channel_ids, data)
    return len(channel_ids)
""",
            "2 times, not 1",
        ),
        (
            """
@jacnb.walker
def announce(channel_id: str, message: str) -> int:
    socket.notify_channels([channel_id], {"type": "announcement"})
    return 1
""",
            "no field 'channel_ids'",
        ),
        (
            """
class announce(jacnb.Walker):
    channel_ids: list
    message: str
""",
            "__specs__",
        ),
    ],
    "q3": [
        (
            """
first = lab.server.connect(user="alice")
second = lab.server.connect(user="bob")
""",
            "different channels",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id="secret")
second = lab.server.connect(user="bob", channel_id="secret")
""",
            "'secret' can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice")
second = lab.server.connect(channel_id=first.channel_id)
""",
            "public",
        ),
        (
            """
first = lab.server.connect(user="alice").channel_id
second = lab.server.connect(user="bob", channel_id=first)
""",
            "first should be a client",
        ),
    ],
}
