"""Lesson 9: connections that end, and clients that come back."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any, Final

from jacnb.client import Client, Message
from jacnb.errors import ConnectError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import SECONDS, Probe

_FIRST: Final = 0.2
_MOST: Final = 5.0
_TRIES: Final = 8
_RUNS: Final = 5
_MANY: Final = 200


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
    # Not only two, which are the last two of four as well.
    told = [_caught_up(probe, phone, texts, numbers, after) for after in (2, 1, 4)]
    for text, number in zip(texts[1:], numbers[1:], strict=True):
        probe.received(
            phone, "note", by=phone, walker="catch_up", text=text, number=number
        )
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
    probe: Probe, phone: Client, texts: list[str], numbers: list[Any], after: int
) -> list[Any]:
    """Let phone ask for what came after so many notes; return the reports."""
    phone.sync()
    seen = len(phone.messages)
    answer = probe.call(phone, "catch_up", after=numbers[after - 1])
    phone.sync()
    new = [_text_of(m) for m in phone.messages[seen:] if m.type == "note"]
    probe.require(
        new == texts[after:],
        f"After note {numbers[after - 1]}, phone should get {texts[after:]}, once and "
        "in order.",
        f"It got {new}.",
    )
    return answer.reports


def _text_of(message: Message) -> Any:
    return message.data.get("text") if isinstance(message.data, dict) else None


def _is_for_the_caller(probe: Probe, laptop: Client, written: int) -> None:
    laptop.sync()
    heard = [m for m in laptop.messages if m.type == "note"]
    probe.require(
        len(heard) == written,
        "The laptop was sent the notes again, though it had missed nothing: send "
        "them to the connection that asks.",
    )


def _come_back(probe: Probe, come_back: Any) -> None:
    probe.function(come_back, "come_back")
    if come_back(lambda: probe.client("nora"), lambda seconds: None) is Ellipsis:
        raise NotAttempted("come_back returns ... so far.")
    _returns_the_client(probe, come_back)
    waits = [_waits(come_back) for _ in range(_RUNS)]
    wanted = [min(_MOST, _FIRST * 2**number) for number in range(_TRIES)]
    for number, most in enumerate(wanted):
        for found in waits:
            probe.require(
                most / 2 <= found[number] <= most,
                f"Wait number {number + 1} should be {most / 2:g} to {most:g} s.",
                f"The waits were {_listed(found)}",
            )
    _are_random(probe, waits)
    _goes_on(probe, come_back)
    _lets_pass(come_back)


def _are_random(probe: Probe, waits: list[list[float]]) -> None:
    for number, drawn in enumerate(zip(*waits, strict=True), 1):
        probe.require(
            len({round(each, 6) for each in drawn}) > 1,
            f"Wait number {number} is the same each time: make it a little random, so "
            "that not all clients come back at once.",
            f"The waits were {_listed(waits[0])}",
        )
    for found in waits:
        parts = [each / min(_MOST, _FIRST * 2**n) for n, each in enumerate(found)]
        probe.require(
            len({round(part, 6) for part in parts}) > 1,
            "Every wait is the same part of its pause: choose a new random number for "
            "each.",
            f"The waits were {_listed(found)}",
        )


def _goes_on(probe: Probe, come_back: Callable[..., Any]) -> None:
    made = probe.client("nora")
    tries: list[int] = []

    def connect() -> Client:
        tries.append(1)
        if len(tries) > _MANY:
            return made
        raise ConnectError("ws://127.0.0.1:8000", "nobody listens there")

    try:
        told = come_back(connect, lambda seconds: None)
    except ConnectError:
        told = None
    probe.require(
        told is made,
        f"It gave up after {len(tries)} tries: try on for as long as it takes.",
    )


def _lets_pass(come_back: Callable[..., Any]) -> None:
    """Require that an error which is none of a connection is not tried away."""

    def connect() -> Client:
        raise _Mistake

    def wait(seconds: float) -> None:
        raise _Enough

    try:
        come_back(connect, wait)
    except _Mistake:
        return
    except _Enough:
        pass
    raise NotYet(
        "It takes every error for a lost connection, a slip of the pen in connect() "
        "too: catch jacnb.JacnbError only."
    )


def _returns_the_client(probe: Probe, come_back: Callable[..., Any]) -> None:
    made = probe.client("nora")
    tries: list[int] = []

    def connect() -> Client:
        tries.append(1)
        if len(tries) > 2:
            return made
        raise ConnectError("ws://127.0.0.1:8000", "nobody listens there")

    waits: list[float] = []
    told = come_back(connect, waits.append)
    probe.require(told is made, "It should return what connect() returned.")
    probe.require(
        len(tries) == 3 and len(waits) == 2,
        "connect() failed twice and then worked: that makes 3 calls of connect and 2 "
        "of wait, one after each failure.",
        f"There were {len(tries)} of connect and {len(waits)} of wait.",
    )


class _Mistake(Exception):  # noqa: N818 - what somebody's connect() may raise
    """An error that has nothing to do with a connection."""


class _Enough(BaseException):  # what no learner catches
    """Ends a function that would try for ever."""


def _waits(come_back: Callable[..., Any]) -> list[float]:
    """Return the waits of somebody whose server stays away."""
    waits: list[float] = []
    tries: list[int] = []

    def connect() -> None:
        tries.append(1)
        # Somebody who never waits must come to an end, too.
        if len(tries) <= 10 * _TRIES:
            raise ConnectError("ws://127.0.0.1:8000", "nobody listens there")

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == _TRIES:
            raise _Enough

    try:
        come_back(connect, wait)
    except _Enough:
        return waits
    except ConnectError:
        raise NotYet(
            f"It gave up after {len(waits)} waits: try on for as long as it takes."
        ) from None
    raise NotYet("It returned though connect() had not worked yet.")


def _listed(waits: list[float]) -> str:
    return ", ".join(f"{seconds:.2f}" for seconds in waits)


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
            check=_come_back,
            takes=("come_back",),
        ),
    ),
)
