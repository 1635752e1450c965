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
        ("phone = bob", "phone is the connection that bob has already"),
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
            "No message arrived",
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
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = refs(root(), node=Note)[-2:]
    for note in notes:
        data = {"number": note.number, "text": note.text}
        socket.notify_self({"type": "note", "data": data})
    return len(notes)
""",
            "After note 1, phone should get ['milk', 'bread', 'rice']",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    for note in [n for n in refs(root(), node=Note) if n.number > after]:
        data = {"number": note.number, "text": note.text}
        socket.notify_self({"type": "note", "data": data})
    return 2
""",
            "For three notes it reported [2], not [3]",
        ),
        (
            """
def catch_up(after: int) -> int:
    return 2
""",
            "catch_up is a plain function: put @jacnb.walker above it",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"text": note.text}
        socket.notify_self({"type": "note", "data": data})
    return len(notes)
""",
            "data is {'text': 'bread'}, not {'number': 3, 'text': 'bread'}",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"number": str(note.number), "text": note.text}
        socket.notify_self({"type": "note", "data": data})
    return len(notes)
""",
            "data is {'number': '3', 'text': 'bread'}, not {'number': 3",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"number": note.number, "text": note.text}
        socket.notify_self({"type": "note"} | data)
    return len(notes)
""",
            "What differs: it has no 'data'",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"number": note.number, "text": note.text}
        socket.notify_self({"type": "notes", "data": data})
    return len(notes)
""",
            "What differs: type is 'notes', not 'note'",
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = [note.number, note.text]
        socket.notify_self(data)
    return len(notes)
""",
            'The nearest that arrived: [3,"bread"]',
        ),
        (
            """
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"number": note.number, "text": note.text, "by": 'me'}
        socket.notify_self({"type": "note", "data": data})
    return len(notes)
""",
            "it has more than that",
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
        (
            """
import random

def come_back(connect, wait):
    pause, part = 0.2, random.uniform(0.5, 1)
    while True:
        try:
            return connect()
        except jacnb.JacnbError:
            wait(pause * part)
            pause = min(5, pause * 2)
""",
            "choose a new random number for each",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except:
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            "catch jacnb.JacnbError only",
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
            wait(min(5, pause * random.uniform(0.5, 1)))
            pause = pause * 2
""",
            "Wait number 7 is the same each time",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    for _ in range(10):
        try:
            return connect()
        except jacnb.JacnbError:
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            "It gave up after 10 tries",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except ConnectionError:
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            "connect() raised AuthError, and it did not try again",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except (ConnectionError, OSError):
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            "connect() raised AuthError, and it did not try again",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except jacnb.errors.ConnectError:
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            "connect() raised AuthError, and it did not try again",
        ),
        (
            """
import random

def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except (ConnectionError, jacnb.errors.AuthError):
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            "connect() raised JacnbError, and it did not try again",
        ),
    ],
}
