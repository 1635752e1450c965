"""Answers to lesson 8 that are not right, and a word of what is said about each."""

from __future__ import annotations

SEND = 'bob.send({{"type": "walker", "walker": "order", "context": {context}}})'

WRONG = {
    "q1": [
        (SEND.format(context="{}"), "These are not the two mistakes"),
        (SEND.format(context='{"cake": "Plum", "pieces": "many"}'), "int_parsing"),
        (SEND.format(context='{"cake": 5, "pieces": "many"}'), "string_type"),
        (SEND.format(context='{"pieces": 7.5}'), "int_from_float"),
        (
            SEND.format(context='{"cake": "Plum", "pieces": 2}'),
            "found no mistake in Bob's event",
        ),
        (
            'bob.send({"type": "walker", "walker": "ordr", '
            '"context": {"pieces": "many"}})',
            "one sentence, not a list",
        ),
        (
            'bob.send({"type": "walker", "walker": "order", "pieces": "many"})',
            "These are not the two mistakes",
        ),
        (
            """
bob.send({"type": "walker", "walker": "nope"})
cake = {"type": "missing", "msg": "", "loc": ["cake"]}
pieces = {"type": "int_parsing", "msg": "", "loc": ["pieces"]}
alice.send_to_clients(bob, {"error": [cake, pieces]})
alice.sync()
""",
            "one sentence, not a list",
        ),
        (
            """
@jacnb.walker
def bake(cake: str, pieces: int): ...
bob.send({"type": "walker", "walker": "bake", "context": {"pieces": "many"}})
""",
            "not for the walker order",
        ),
        (
            """
bob.send({"type": "walker", "walker": "order", "context": {}})
q1.check()
bob.send({"type": "walker", "walker": "order", "context": {"pieces": 7.5}})
""",
            "int_from_float",
        ),
    ],
    "q2": [
        (
            """
@jacnb.walker
def rate(stars: int) -> int | str:
    if not 1 <= stars <= 5:
        return "ValueError: 1 to 5 stars, please"
    return stars
""",
            "rate should have refused nora",
        ),
        (
            """
@jacnb.walker
def rate(stars: int) -> int:
    if not 1 < stars < 5:
        raise ValueError("1 to 5 stars, please")
    return stars
""",
            "The walker answered with an error",
        ),
        (
            """
@jacnb.walker
def rate(stars: int) -> int:
    if stars > 5:
        raise ValueError("1 to 5 stars, please")
    return stars
""",
            "it answered [0]",
        ),
        (
            """
@jacnb.walker
def rate(stars: int) -> int:
    assert 1 <= stars <= 5, "1 to 5 stars, please"
    return stars
""",
            "AssertionError: 1 to 5 stars, please",
        ),
        (
            """
@jacnb.walker
def rate(stars) -> int:
    if stars not in (1, 2, 3, 4, 5):
        raise ValueError("1 to 5 stars, please")
    return stars
""",
            "'many' is no number",
        ),
        (
            """
@jacnb.walker
def rate(stars: int):
    if not 1 <= stars <= 5:
        raise ValueError("1 to 5 stars, please")
    print(stars)
""",
            "should report 1",
        ),
    ],
    "q3": [
        (
            """
def faults(message):
    return [e["msg"] for e in message.get("error", [])]
""",
            "It was called so: faults({'type': 'walker', 'error': 'Invalid request!",
        ),
        (
            """
def faults(message):
    if isinstance(message["error"], str):
        return [message["error"]]
    return [f"{e['loc']}: {e['msg']}" for e in message["error"]]
""",
            'line 2: if isinstance(message["error"], str):',
        ),
        (
            """
def faults(message):
    error = message.get("error", [])
    if isinstance(error, str):
        return [error]
    return [e["loc"][-1] + ": " + e["msg"] for e in error]
""",
            "Something went wrong",
        ),
        (
            """
def faults(message):
    error = message.get("error", [])
    if isinstance(error, str):
        return error
    return [".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error]
""",
            "It returned 'Invalid request!",
        ),
        (
            """
def faults(message):
    error = message.get("error", [])
    if isinstance(error, str):
        return [error]
    return [f"{e['loc'][0]}: {e['msg']}" for e in error]
""",
            "event.channel.channel_ids.0",
        ),
    ],
}

# What is right as well, though it is not the solution.
RIGHT = {
    "q1": [
        """
carol.send_to_channels("room", {"error": ["oops"]})
carol.send_to_channels("room", {"error": [{"loc": 7}]})
carol.sync()
bob.send({"type": "walker", "walker": "order", "context": {"pieces": "many"}})
""",
        """
bob.send({"type": "walker", "walker": "order", "context": {"pieces": "many"}})
q1.check()
bob.send({"type": "walker", "walker": "order", "context": {"cake": "Plum"}})
""",
    ],
}
