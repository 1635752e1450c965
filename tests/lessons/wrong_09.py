"""Answers to lesson 9 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        (
            'phone = lab.server.connect(user="bob", channel_id="team")',
            "phone did not come back",
        ),
        (
            'phone = lab.server.connect(user="bob", reconnect=True)',
            "not on 'team'",
        ),
        (
            'phone = lab.server.connect(channel_id="team", reconnect=True)',
            "phone is public",
        ),
        ("phone = bob", "phone did not come back"),
    ],
    "q2": [
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number >= after]
    for note in notes:
        data = {"number": note.number, "text": note.text}
        socket.notify_self({"type": "note", "data": data})
    return len(notes)
""",
            "It got ['milk', 'bread', 'rice']",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"number": note.number, "text": note.text}
        socket.notify_users([root()], {"type": "note", "data": data})
    return len(notes)
""",
            "to the connection that asks",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> list:
    return [n.text for n in refs(root(), node=Note) if n.number > after]
""",
            "It got []",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int):
    for note in refs(root(), node=Note):
        if note.number > after:
            data = {"number": note.number, "text": note.text}
            socket.notify_self({"type": "note", "data": data})
""",
            "it reported [], not [2]",
        ),
    ],
    "q3": [
        (
            """
import random

def come_back(connect, wait):
    while True:
        try:
            return connect()
        except jacnb.JacnbError:
            wait(0.2 * random.uniform(0.5, 1))
""",
            "Wait number 2",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except jacnb.JacnbError:
            wait(pause * random.uniform(0.5, 1))
            pause = pause * 2
""",
            "should be 2.5 to 5 s",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except jacnb.JacnbError:
            wait(pause)
            pause = min(5, pause * 2)
""",
            "not all clients come back at once",
        ),
        (
            """
import random

def come_back(connect, wait):
    for pause in (0.2, 0.4, 0.8):
        try:
            return connect()
        except jacnb.JacnbError:
            wait(pause * random.uniform(0.5, 1))
""",
            "though connect() had not worked yet",
        ),
        (
            """
import random

def come_back(connect, wait):
    while True:
        try:
            return connect()
        except:
            pass
""",
            "0 of wait",
        ),
    ],
}
