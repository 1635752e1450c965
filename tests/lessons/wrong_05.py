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
            "data is {'message': 'soup is ready!'}",
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
        (
            """
bob.send_to_channels("garden", {"type": "chat", "message": "Soup is ready"})
""",
            "it has no 'data'",
        ),
        (
            """
bob.send_to_channels("garden", {"type": "chat", "message": "Soup is ready"})
q1.check()
bob.send_to_channels("Garden", {"type": "chat", "data": {"message": "Soup is ready"}})
""",
            'What bob sent last: {"type":"channel","channel_ids":["Garden"]',
        ),
        (
            """
soup = {"type": "chat", "data": {"message": "Soup is ready"}}
bob.send_to_channels(["garden", "team"], soup)
q1.check()
bob.send_to_clients(carol, soup)
""",
            "It was sent by bob with a client event",
        ),
        (
            'bob.send({"type": "chat", "data": {"message": "Soup is ready"}})',
            "The server answered with an error: event: Input tag 'chat'",
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
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    socket.notify_channels(channel_ids, {"type": "announcement", "message": message})
    return len(channel_ids)
""",
            "it has no 'data'",
        ),
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    data = {"type": "announcement", "data": {"message": message}}
    socket.notify_channels(channel_ids, data)
    return 2
""",
            "For one channel it reported [2], not [1]",
        ),
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    data = {"type": "announcement", "data": {"message": message}}
    socket.notify_channels(channel_ids[:2], data)
    return len(channel_ids)
""",
            "umar received no",
        ),
        (
            """
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    data = {"type": "announcement", "data": {"message": message}}
    socket.notify_channels(channel_ids, data)
    return sum(c.channel_id in channel_ids for c in lab.server.connections)
""",
            "For two channels it reported [3], not [2]",
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
        (
            """
first = lab.server.connect(user="alice", channel_id="the channel of alice and bob")
second = lab.server.connect(user="bob", channel_id="the channel of alice and bob")
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id="abcdefghijklmnopqrstuvwxyz")
second = lab.server.connect(user="bob", channel_id="abcdefghijklmnopqrstuvwxyz")
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id="team-team-garden-garden-lunch")
second = lab.server.connect(user="bob", channel_id="team-team-garden-garden-lunch")
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id=alice.root_id)
second = lab.server.connect(user="bob", channel_id=alice.root_id)
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id=alice.client_id)
second = lab.server.connect(user="bob", channel_id=alice.client_id)
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id="1234567890123456")
second = lab.server.connect(user="bob", channel_id="1234567890123456")
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id="alice-and-bob-secret-room")
second = lab.server.connect(user="bob", channel_id="alice-and-bob-secret-room")
""",
            "can be guessed",
        ),
        (
            """
first = lab.server.connect(user="alice", channel_id="CorrectHorseBatteryStaple")
second = lab.server.connect(user="bob", channel_id="CorrectHorseBatteryStaple")
""",
            "can be guessed",
        ),
    ],
}

# What is right as well, though it is not the solution.
RIGHT = {
    "q1": [
        """
soup = {"type": "chat", "data": {"message": "Soup is ready"}}
bob.send_to_channels(["garden", "team"], soup)
q1.check()
bob.send_to_channels("garden", soup)
q1.check()
""",
    ],
    "q3": [
        """
name = "9f2c4e7ab13d5068"  # secrets.token_hex(8)
first = lab.server.connect(user="alice", channel_id=name)
second = lab.server.connect(user="bob", channel_id=name)
""",
        """
import secrets

first = lab.server.connect(user="alice", channel_id=secrets.token_urlsafe())
second = lab.server.connect(user="bob", channel_id=first.channel_id)
""",
        """
import uuid

first = lab.server.connect(user="alice", channel_id=str(uuid.uuid4()))
second = lab.server.connect(user="bob", channel_id=first.channel_id)
""",
        """
name = "qXbTzhWvKdRnPfGj"  # random.choices may draw no digit
first = lab.server.connect(user="alice", channel_id=name)
second = lab.server.connect(user="bob", channel_id=name)
""",
    ],
}
