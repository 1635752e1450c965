"""Answers to lesson 6 that are not right, and a word of what is said about each."""

from __future__ import annotations

_DINNER = '{"type": "chat", "data": {"message": "Dinner at eight?"}}'

WRONG = {
    "q1": [
        (f"carol.send_to_clients(alice, {_DINNER})", "by carol with a client event"),
        (
            f"carol.send_to_clients([alice, phone], {_DINNER})",
            "by carol with a client event",
        ),
        (f"carol.send_to_users(alice.client_id, {_DINNER})", "alice received no"),
        (f"carol.send_to_users([alice, bob], {_DINNER})", "so did bob"),
        (f"bob.send_to_users(alice.root_id, {_DINNER})", "It was sent by bob"),
        (
            'carol.send_to_users(alice.root_id, {"message": "Dinner at eight?"})',
            "it has no 'type'",
        ),
        (
            """
carol.send_to_users(alice.root_id, {"type": "chat", "message": "Dinner at eight?"})
""",
            "it has no 'data'",
        ),
        (
            f"""
carol.send_to_users([alice, bob], {_DINNER})
q1.check()
carol.send_to_users(bob, {_DINNER})
""",
            "this time, nor anything like it",
        ),
        (
            f"""
carol.send_to_users([alice, bob], {_DINNER})
q1.check()
carol.send({{"type": "user", "root_ids": [], "data": {_DINNER}}})
""",
            "The server answered with an error: event.user.root_ids: List should",
        ),
    ],
    "q2": [
        (
            """
@jacnb.walker
def whisper(here, root_id: str, text: str):
    data = {"text": text, "sender": jid(here)}
    socket.notify_clients([root_id], {"type": "whisper", "data": data})
""",
            "omar received no",
        ),
        (
            """
@jacnb.walker
def whisper(root_id: str, text: str, sender: str):
    data = {"text": text, "sender": sender}
    socket.notify_users([root_id], {"type": "whisper", "data": data})
""",
            "Nobody asked whisper for the field 'sender'",
        ),
        (
            """
@jacnb.walker
def whisper(here, root_id: str, text: str):
    data = {"text": text, "sender": root_id}
    socket.notify_users([root_id], {"type": "whisper", "data": data})
""",
            "What differs: data is",
        ),
        (
            """
@jacnb.walker
def whisper(here, root_id: str, text: str):
    data = {"text": text, "sender": jid(here)}
    socket.notify_users([root_id, here], {"type": "whisper", "data": data})
""",
            "nora should not have received this",
        ),
        (
            """
@jacnb.walker
def whisper(here, root_id: str, text: str):
    data = {"text": text, "sender": jid(here)}
    socket.notify_users(root_id, {"type": "whisper", "data": data})
""",
            "pass a list of ids",
        ),
        (
            """
@jacnb.walker
def whisper(here, root_id: str, text: str):
    data = {"text": text, "sender": jid(here)}
    socket.notify_users([root_id], {"type": "whisper", "data": data})
""",
            "Where a walker begins is the caller's choice",
        ),
        (
            """
@jacnb.walker
def whisper(root_id: str, text: str, sender: str = ""):
    data = {"text": text, "sender": sender or jid(root())}
    socket.notify_users([root_id], {"type": "whisper", "data": data})
""",
            "Nobody asked whisper for the field 'sender'",
        ),
        (
            """
@jacnb.walker
def whisper(root_id: str, text: str):
    message = {"type": "whisper", "text": text, "sender": jid(root())}
    socket.notify_users([root_id], message)
""",
            "it has no 'data'",
        ),
    ],
    "q3": [
        (
            """
@jacnb.walker
def remember(here, text: str):
    connect(here, Note(text=text))
    count = len(refs(here, node=Note))
    socket.notify_self({"type": "notes", "data": {"count": count}})
""",
            "nora's phone received no",
        ),
        (
            """
@jacnb.walker
def remember(here, text: str):
    notes = [Note(text=text)]
    socket.notify_users([here], {"type": "notes", "data": {"count": len(notes)}})
""",
            "nora received no message with type='notes', count=2",
        ),
        (
            """
@jacnb.walker
def remember(here, text: str):
    count = len(refs(here, node=Note))
    connect(here, Note(text=text))
    socket.notify_users([here], {"type": "notes", "count": count})
""",
            "`data` should hold `count`",
        ),
        (
            """
@jacnb.walker
def remember(here, text: str) -> int:
    connect(here, Note(text=text))
    return len(refs(here, node=Note))
""",
            "nora received no message with type='notes'",
        ),
        (
            """
import itertools

counts = itertools.count(1)


@jacnb.walker
def remember(text: str):
    data = {"count": next(counts)}
    socket.notify_users([root()], {"type": "notes", "data": data})
""",
            "not what is tied to nora's root",
        ),
        (
            """
@jacnb.walker
def remember(text: str):
    connect(root(), Note(text=""))
    commit()
    data = {"count": len(refs(root(), node=Note))}
    socket.notify_users([root()], {"type": "notes", "data": data})
""",
            "not what is tied to nora's root",
        ),
        (
            """
@jacnb.walker
def remember(text: str):
    data = {"count": len(refs(root(), node=Note)) + 1}
    socket.notify_users([root()], {"type": "notes", "data": data})
    connect(root(), Note(text=text))
""",
            "commit(), then notify",
        ),
        (
            """
@jacnb.walker
def remember(text: str):
    connect(root(), Note(text=text))
    commit()
    data = {"count": len(refs(root()))}
    socket.notify_users([root()], {"type": "notes", "data": data})
""",
            "Count the notes alone",
        ),
    ],
}

# What is right as well, though it is not the solution.
RIGHT = {
    "q2": [
        """
@jacnb.walker
def whisper(here, root_id: str, text: str):
    data = {"text": text, "sender": jid(root())}
    socket.notify_users([root_id], {"type": "whisper", "data": data})
""",
    ],
    "q3": [
        """
@jacnb.walker
def remember(text: str):
    connect(root(), Note(text=text))
    commit()
    count = sum(isinstance(each, Note) for each in refs(root()))
    socket.notify_users([jid(root())], {"type": "notes", "data": {"count": count}})
""",
    ],
}
