"""Lesson 9: connections that end, and clients that come back."""

from __future__ import annotations

from threading import Event
from typing import Any

from jacnb.client import Client, Message
from jacnb.client.inbox import Wanted
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.lessons.comebacks import tried_to_come_back
from jacnb.lessons.nearness import differences, is_answer
from jacnb.lessons.outcomes import NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import SECONDS, Probe


def _phone(probe: Probe, phone: Any) -> None:
    probe.require(
        isinstance(phone, Client),
        "phone should be a client, what lab.server.connect(…) returns.",
    )
    bob = probe.lab.bob
    # Else the check would cut Bob, who does not come back.
    probe.require(
        phone.client_id != bob.client_id,
        "phone is the connection that bob has already: open another one.",
    )
    probe.require(phone.state != "closed", "phone is closed: connect it again.")
    probe.lab.invite(phone)
    if phone.root_id == PUBLIC_ROOT_ID:
        raise NotYet('phone is public: connect it with user="bob".')
    probe.require(phone.root_id == bob.root_id, "phone is not a connection of Bob's.")
    probe.require(
        phone.channel_id == bob.channel_id,
        f"phone listens on {phone.channel_id!r}, not on {bob.channel_id!r}.",
    )
    _comes_back(probe, phone)
    word = probe.channel("hello")
    writer = probe.client("nora")
    writer.send_to_channels(bob.channel_id, {"message": word})
    probe.received(phone, by=writer, event="channel", message=word)


def _comes_back(probe: Probe, phone: Client) -> None:
    first, changed = phone.client_id, Event()

    def note(state: str) -> None:
        if state != "reconnecting":
            changed.set()

    stop = phone.on_state(note)
    phone.drop()
    changed.wait(SECONDS)
    stop()
    probe.require(
        phone.is_open and phone.client_id != first,
        "The check cut the connection of phone, and phone did not come back.",
        f"Now it is {phone.state}.",
    )


def _catch_up(probe: Probe) -> None:
    probe.walker("catch_up", "after")
    probe.given("note")
    # A user of this try alone: nobody else's notes are in that graph.
    user = probe.channel("nora")
    laptop, phone = probe.client(user), probe.client(user)
    texts = ["tea", "milk", "bread", "rice"]
    numbers = [probe.call(laptop, "note", text=text).reports[0] for text in texts]
    notes = [
        {"type": "note", "data": {"number": number, "text": text}}
        for number, text in zip(numbers, texts, strict=True)
    ]
    # Not only two, which are the last two of four as well.
    told = [_caught_up(probe, phone, notes, after) for after in (2, 1, 4)]
    for note in notes[1:]:
        probe.received(phone, "note", by=phone, walker="catch_up", data=note["data"])
    _is_for_the_caller(probe, laptop, len(texts))
    for reports, wanted, count in zip(
        told, (2, 3, 0), ("two", "three", "no"), strict=True
    ):
        probe.require(
            reports == [wanted],
            "phone got the notes. Now report how many there were.",
            f"For {count} notes it reported {reports!r}, not [{wanted}].",
        )


def _caught_up(
    probe: Probe, phone: Client, notes: list[dict[str, Any]], after: int
) -> list[Any]:
    """Let phone ask for what came after so many notes; return the reports."""
    phone.sync()
    seen = len(phone.messages)
    number = notes[after - 1]["data"]["number"]
    answer = probe.call(phone, "catch_up", after=number)
    phone.sync()
    arrived = [each for each in phone.messages[seen:] if not is_answer(each)]
    # What else it sends does no harm; where there is no note, it may be meant as one.
    found = [each for each in arrived if each.type == "note"] or arrived
    _are_notes(found, notes, after)
    texts = [each.value["data"]["text"] for each in found]
    wanted = [each["data"]["text"] for each in notes[after:]]
    probe.require(
        texts == wanted,
        f"After note {number}, phone should get {wanted}, once and in order.",
        f"It got {texts}." if texts else "No message arrived.",
    )
    return answer.reports


def _are_notes(found: list[Message], notes: list[dict[str, Any]], after: int) -> None:
    """Require that messages are what the walker note has sent, whole."""
    for message in found:
        if message.value in notes:
            continue
        wanted = max(
            [*notes[after:], *notes],
            key=lambda note: Wanted(None, note["data"]).nearness(message),
        )
        differ = differences(Wanted("note", {"data": wanted["data"]}), message)
        raise NotYet(
            f"phone received no {Wanted('note', {'data': wanted['data']})}.",
            f"The nearest that arrived: {message.excerpt()}",
            f"What differs: {'; '.join(differ) or 'it has more than that'}.",
        )


def _is_for_the_caller(probe: Probe, laptop: Client, written: int) -> None:
    laptop.sync()
    heard = [m for m in laptop.messages if m.type == "note"]
    probe.require(
        len(heard) == written,
        "The laptop was sent the notes again, though it had missed nothing: send "
        "them to the connection that asks.",
    )


PLAN = Plan(
    number=9,
    name="reconnecting",
    title="Connections that end, and clients that come back",
    minutes=45,
    goals=(
        "read a close code, and say who noticed what",
        "say how a server finds out that a client is gone, and how long that takes",
        "give a client reconnection, with growing and slightly random pauses",
        "hand a client that comes back what it has missed",
    ),
    people=(
        Person("alice", "team"),
        Person("bob", "team"),
        Person("carol", "team"),
    ),
    settings={"ping_interval": 0.5, "ping_timeout": 1.5},
    predictions=(
        Prediction(
            question="Carol shuts her laptop: nothing on it runs any more, and it "
            "sends no word of farewell. A moment later Alice sends a message to "
            "“team”. What does the server do?",
            options={
                "a": "It knows that Carol is away, and sends to Alice and Bob only",
                "b": "It sends to all three, and finds out about Carol later",
                "c": "It keeps the message until Carol is back",
            },
            right="b",
            then="Run the next cell: it shows how many connections were sent to.",
            why="Silence has no sound. A client that says nothing looks like one that "
            "has nothing to say, until it owes an answer: that is what pings are for.",
        ),
        Prediction(
            question="Alice's tablet loses its connection for a moment. Meanwhile a "
            "note is written. What does the tablet find when it is back?",
            options={
                "a": "The note waits for it and arrives",
                "b": "Nothing: the note is lost for it",
                "c": "An error that says that it has missed something",
            },
            right="b",
            then="Run the next cell.",
            why="A message goes to the connections that are there at that moment. The "
            "server keeps nothing for those that come later, and tells nobody.",
        ),
    ),
    exercises=(
        Exercise(
            title="a phone that comes back",
            text="Give Bob one more connection, `phone`, on the channel `team`. When "
            "it is lost, it connects again by itself. The check will cut it.",
            hints=(
                "lab.server.connect(user=…, channel_id=…) makes the connection; one "
                "more argument is needed.",
                "It is the one that Alice's tablet was given.",
                "reconnect=True",
            ),
            solution="""
phone = lab.server.connect(user="bob", channel_id="team", reconnect=True)
""",
            check=_phone,
            takes=("phone",),
        ),
        Exercise(
            title="catch up",
            text="Write a walker `catch_up` with the field `after`. It sends every "
            "note of the caller with a number above `after` once more, in order and in "
            "the same form as `note` does, but only to the connection that asks. It "
            "reports how many there were.",
            hints=(
                "`missed` finds these notes already. Instead of returning their "
                "texts, send each of them.",
                "socket.notify_self(data) reaches the connection that called the "
                "walker, and no other.",
                "The data is "
                '{"type": "note", "data": {"number": note.number, "text": note.text}}.',
            ),
            solution="""
@jacnb.walker
def catch_up(after: int) -> int:
    notes = [n for n in refs(root(), node=Note) if n.number > after]
    for note in notes:
        data = {"number": note.number, "text": note.text}
        socket.notify_self({"type": "note", "data": data})
    return len(notes)
""",
            check=_catch_up,
        ),
        Exercise(
            title="try again, but politely",
            text="Most WebSocket libraries, and browsers, do not reconnect by "
            "themselves. Write a function `come_back(connect, wait)`. It calls "
            "`connect()` until that returns a client, and returns this client. When "
            "`connect()` raises an error of the type `jacnb.JacnbError`, it calls "
            "`wait(seconds)` and tries again; other errors it lets pass. The first "
            "pause is 0.2 seconds, each further one twice as long, none above 5; each "
            "is then multiplied by a random number from 0.5 to 1.",
            hints=(
                "An endless loop: try to return connect(); after an error, wait.",
                "Keep the pause without the random part in a variable, and double that "
                "after each wait: pause = min(5, pause * 2).",
                "import random, and call wait(pause * random.uniform(0.5, 1)).",
            ),
            solution="""
import random


def come_back(connect, wait):
    pause = 0.2
    while True:
        try:
            return connect()
        except jacnb.JacnbError:
            wait(pause * random.uniform(0.5, 1))
            pause = min(5, pause * 2)
""",
            check=tried_to_come_back,
            takes=("come_back",),
        ),
    ),
)
