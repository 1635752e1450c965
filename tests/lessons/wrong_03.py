"""Answers to lesson 3 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        (
            """
@jacnb.walker
def describe(words: list[str]):
    return len(words), max(words, key=len)
""",
            "in one report",
        ),
        (
            """
@jacnb.walker
def describe(words: list[str]):
    jacnb.report(len(words))
    print(max(words, key=len))
""",
            "They are [3]",
        ),
        (
            """
@jacnb.walker
def describe(words: list[str]):
    jacnb.report(max(words, key=len))
    return len(words)
""",
            "They are ['banana', 3]",
        ),
        (
            """
@jacnb.walker
def describe(words: list[str]):
    jacnb.report(len(words))
    jacnb.report(max(words))
""",
            "They are [3, 'kiwi']",
        ),
        (
            """
@jacnb.walker
def describe(text: str):
    jacnb.report(len(text))
""",
            "no field 'words'",
        ),
    ],
    "q2": [
        ('bob.walker("shout", text="good morning")', "asked for a response"),
        (
            'bob.send({"type": "walker", "walker": "shout", "text": "good morning"})',
            "under context",
        ),
        ('bob.send_walker("shout", text="Good Morning!")', "'good morning'"),
        ('bob.send_walker("shuot", text="good morning")', "does not call the walker"),
        (
            'bob.send({"type": "channel", "channel_ids": ["shout"], "data": {}})',
            "does not call the walker",
        ),
        ('bob.send("{")', "answered with an error: event: Invalid JSON"),
        (
            """
bob.send_walker("shout", text="good evening")
q2.check()
bob.walker("shout", text="good morning")
""",
            "asked for a response",
        ),
    ],
    "q3": [
        (
            """
def ask(client, text, id):
    client.send(event | {"context": {"text": text}, "response": True, "id": id})
    return client.receive()["reports"]
""",
            "somebody else",
        ),
        (
            """
def ask(client, text, id):
    client.send(event | {"context": {"text": text}, "response": True, "id": id})
    return client.expect(status=200)["reports"]
""",
            "somebody else",
        ),
        (
            """
def ask(client, text, id):
    return client.walker("shout", text=text).reports
""",
            "should carry the id",
        ),
        (
            """
def ask(client, text, id):
    client.send(event | {"context": {"text": text}, "response": True, "id": id})
    return client.expect(id=id)
""",
            "should return ['SHIP AHOY']",
        ),
        (
            """
def ask(client, text, id):
    client.send(event | {"response": True, "id": id})
    return client.expect(id=id)["reports"]
""",
            "It returned ['HELLO']",
        ),
        (
            """
def ask(client, text, id):
    client.send(event | {"context": {"text": text}, "id": id})
    return client.expect(id=id, timeout=0.1)["reports"]
""",
            "Something went wrong",
        ),
    ],
}

# What is right as well, though it is not the solution.
RIGHT = {
    "q2": [
        """
bob.send("{")
bob.send("[]")
q2.check()
bob.send_walker("shout", text="good morning")
q2.check()
"""
    ],
}
