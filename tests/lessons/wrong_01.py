"""Answers to lesson 1 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        ('tablet = lab.server.connect(channel_id="news")', "tablet is public"),
        (
            'tablet = lab.server.connect(user="alice")',
            "not on 'news'",
        ),
        ("tablet = alice", "has already"),
        (
            'tablet = lab.server.connect(user="tablet", channel_id="news")',
            "another user than alice",
        ),
        (
            'tablet = lab.server.connect(user="alice", channel_id="news").client_id',
            "tablet should be a client",
        ),
        (
            """
tablet = lab.server.connect(user="alice", channel_id="news")
tablet.close()
""",
            "tablet is closed",
        ),
    ],
    "q2": [
        (
            'back = lab.server.connect(user="bob", channel_id=bob.channel_id)',
            "still open",
        ),
        (
            """
bob.close()
back = lab.server.connect(user="bob")
""",
            "does not reach back",
        ),
        (
            """
bob.close()
back = lab.server.connect(channel_id=bob.channel_id)
""",
            "back is public",
        ),
        (
            """
bob.close()
back = bob
""",
            "has already",
        ),
    ],
    "q3": [
        (
            """
def relation(first, second):
    if first.client_id == second.client_id:
        return "one connection"
    if first.root_id == second.root_id:
        return "one user"
    return "strangers"
""",
            "two connections of the public",
        ),
        (
            """
def relation(first, second):
    if first.root_id == second.root_id:
        return "one user"
    if first.client_id == second.client_id:
        return "one connection"
    return "strangers"
""",
            "one connection, given twice",
        ),
        (
            """
def relation(first, second):
    if first.client_id == second.client_id:
        return "one connection"
    if first.channel_id == second.channel_id:
        return "one user"
    return "strangers"
""",
            "two connections of one user",
        ),
        (
            """
def relation(first, second):
    if first.client_id == second.client_id:
        print("one connection")
""",
            "It returned None",
        ),
        ('relation = "strangers"', "should be a function"),
        (
            """
def relation(first, second):
    if first.client_id == second.client_id:
        return "one connection"
    if first.name == second.name and not first.info.is_public:
        return "one user"
    return "strangers"
""",
            "two connections of one user",
        ),
    ],
}
