"""Answers to lesson 11 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        (
            """
@jacnb.walker(auth=None)
def cheer(channel_id: str, text: str):
    data = {"type": "cheer", "data": {"text": text}}
    for viewer in lab.server.connections:
        if viewer.channel_id == channel_id:
            socket.notify_clients([viewer.client_id], data)
""",
            "it took 4 notifications",
        ),
        (
            """
@jacnb.walker(auth=None)
def cheer(channel_id: str, text: str):
    data = {"type": "cheer", "data": {"text": text}}
    socket.notify_channels(["match"], data)
""",
            "fan 1 received no",
        ),
        (
            """
@jacnb.walker
def cheer(channel_id: str, text: str):
    data = {"type": "cheer", "data": {"text": text}}
    socket.notify_channels([channel_id], data)
""",
            "requires to be authenticated",
        ),
        (
            """
@jacnb.walker(auth=None)
def cheer(channel_id: str, text: str):
    data = {"type": "cheer", "data": {"text": text}}
    socket.notify_channels([channel_id], data)
    socket.notify_channels([channel_id], data)
""",
            "it took 2 notifications",
        ),
        (
            """
@jacnb.walker(auth=None)
def cheer(channel_id: str, text: str):
    socket.notify_channels([channel_id], {"type": "cheer", "text": text})
""",
            "What differs: it has no 'data'",
        ),
        (
            """
@jacnb.walker(auth=False)
def cheer(channel_id: str, text: str):
    data = {"type": "cheer", "data": {"text": text}}
    socket.notify_channels([channel_id], data)
""",
            "The walker answered with an error",
        ),
    ],
    "q2": [
        (
            """
def is_good(result, limit):
    return result.is_clean and result.p50 <= limit
""",
            "one in a hundred is too slow",
        ),
        (
            """
def is_good(result, limit):
    return result.lost == 0 and result.p99 <= limit
""",
            "one delivery came twice",
        ),
        (
            """
def is_good(result, limit):
    return result.is_clean and result.max <= limit
""",
            "only one single delivery is too slow",
        ),
        (
            """
def is_good(result, limit):
    print(result.is_clean and result.p99 <= limit)
""",
            "It returned None",
        ),
        (
            """
def is_good(result, limit):
    return result.is_clean and result.p99 <= 0.1
""",
            "If the limit is higher",
        ),
        (
            """
def is_good(result, limit):
    return result.is_clean and result.p99 < limit
""",
            "If 99 of 100 took just the limit",
        ),
        (
            """
def is_good(result, limit):
    return result.is_clean and result.p99 <= max(limit, 0.1)
""",
            "If the limit is lower",
        ),
    ],
    "q3": [
        (
            """
measured = jacnb.swarm(lab.server, 60, channel_id="match")
""",
            "said nothing",
        ),
        (
            """
measured = jacnb.swarm(lab.server, 60, channel_id="match", rate=10, seconds=0.5)
""",
            "it was 0 times",
        ),
        (
            """
measured = jacnb.swarm(
    lab.server, 60, channel_id="match", walker="goal",
    fields={"text": "1:0"}, rate=10, seconds=0.5,
)
""",
            "0 were counted",
        ),
        (
            """
measured = jacnb.swarm(
    lab.server, 60, channel_id="match", walker="goal", rate=10, seconds=0.5,
)
""",
            "text: Field required",
        ),
        (
            """
measured = jacnb.swarm(
    lab.server, 60, channel_id="match", walker="goal",
    fields={"text": "{tag}"}, rate=4, seconds=1.25,
)
""",
            "The 5 calls took 1.0 s, not half a second",
        ),
        (
            """
ids.clear()
measured = jacnb.swarm(
    lab.server, 60, channel_id="match", walker="goal_twice",
    fields={"text": "{tag}"}, rate=10, seconds=0.5,
)
""",
            "The walker is to be goal, not goal_twice",
        ),
        (
            """
measured = jacnb.swarm(
    lab.server, 60, channel_id="match", walker="goal_each",
    fields={"text": "{tag}"}, rate=10, seconds=0.5,
)
""",
            "The walker is to be goal, not goal_each",
        ),
        (
            """
measured = jacnb.swarm(
    lab.server, 60, channel_id="team", walker="goal",
    fields={"text": "{tag}"}, rate=10, seconds=0.5,
)
""",
            "The viewers are to listen on 'match', not on 'team'",
        ),
        (
            """
measured = jacnb.swarm(
    lab.server, 60, walker="goal",
    fields={"text": "{tag}"}, rate=10, seconds=0.5,
)
""",
            "The viewers are to listen on 'match', not on",
        ),
    ],
}

RIGHT = {
    "q3": [
        """
with jacnb.swarm(lab.server, 60, channel_id="match") as crowd:
    measured = crowd.run(
        walker="goal", fields={"text": "Goal! {tag}"}, rate=50, seconds=0.1
    )
""",
    ],
}
