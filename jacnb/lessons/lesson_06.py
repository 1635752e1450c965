"""Lesson 6: users and their clients."""

from __future__ import annotations

from contextlib import suppress

from jacnb.client import Client
from jacnb.errors import ClientError
from jacnb.graph import Node, commit, connect, grant, jid, refs, root
from jacnb.lessons.outcomes import NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import SECONDS, Probe
from jacnb.lessons.rehearsal import in_graph, seen_when_told


def _dinner(probe: Probe) -> None:
    alice, phone, bob, carol = probe.lab.clients
    probe.attempted(carol, words=("Dinner", "dinner"))
    for client in (alice, phone):
        probe.received(
            client,
            "chat",
            message="Dinner at eight?",
            data={"message": "Dinner at eight?"},
            by=carol,
            event="user",
            but_not=[bob],
        )


def _whisper(probe: Probe) -> None:
    probe.walker("whisper", "root_id", "text")
    probe.no_more_fields("whisper", "root_id", "text")
    room = probe.channel("room")
    nora, omar = probe.client("nora", room), probe.client("omar", room)
    tablet = probe.client("omar's tablet", probe.channel("bag"), user="omar")
    quinn = probe.client("quinn", room, is_user=False)
    probe.call(nora, "whisper", root_id=omar.root_id, text="Psst")
    for client in (omar, tablet):
        probe.received(
            client,
            "whisper",
            data={"text": "Psst", "sender": nora.root_id},
            by=nora,
            walker="whisper",
            times=1,
        )
    probe.received_nothing(nora, "whisper")
    probe.received_nothing(quinn, "whisper")
    _cannot_be_forged(probe, nora, omar)


def _cannot_be_forged(probe: Probe, nora: Client, omar: Client) -> None:
    """Require that a caller cannot choose the sender by choosing where to begin."""
    pia = probe.client("pia")
    with in_graph(probe.server, pia):
        grant(root(), "READ")
        commit()
    with in_graph(probe.server, nora):
        own = jid(connect(root(), Node())[0])
        commit()
    for node, whose in ((pia.root_id, "pia's root"), (own, "a node of her own")):
        heard = len(omar.messages)
        # It may refuse to run there.
        with suppress(ClientError):
            fields = {"root_id": omar.root_id, "text": "I am it"}
            nora.walker("whisper", fields, node=node, timeout=SECONDS)
        probe.settle(omar)
        for message in list(omar.messages)[heard:]:
            probe.require(
                message.type != "whisper" or message.data["sender"] == nora.root_id,
                f"Nora called it with node= {whose}, and it named another sender.",
                "Where a walker begins is the caller's choice; who calls is not.",
                message.excerpt(),
            )


def _remember(probe: Probe) -> None:
    probe.walker("remember", "text")
    probe.given("open_inbox")
    nora = probe.client("nora", probe.channel("desk"))
    phone = probe.client("nora's phone", probe.channel("bag"), user="nora")
    omar = probe.client("omar", nora.channel_id)
    # Not everything that is tied to a root is a note.
    probe.call(nora, "open_inbox")
    before = _notes(probe, nora)
    probe.call(nora, "remember", text="Buy milk")
    told = probe.received(nora, "notes", by=nora, walker="remember")
    first = told.data.get("count") if isinstance(told.data, dict) else None
    if not isinstance(first, int):
        raise NotYet("`data` should hold `count`, a number.", told.excerpt())
    probe.received(phone, "notes", count=first, times=1)
    probe.call(phone, "remember", text="Call mother")
    for client in (nora, phone):
        probe.received(client, "notes", count=first + 1, by=phone, times=1)
    probe.received_nothing(omar, "notes")
    _notes_are_kept(probe, nora, [*before, "Buy milk", "Call mother"])
    probe.require(
        first == len(before) + 1,
        f"The count was {first}, with {len(before) + 1} notes at nora's root.",
        "Count the notes alone: other nodes are tied to a root as well.",
    )
    seen = seen_when_told(
        probe.server, nora, "remember", lambda: _notes(probe, nora), text="Pay rent"
    )
    probe.require(
        seen and all("Pay rent" in notes for notes in seen),
        "People are told before it is kept: connect(), commit(), then notify.",
    )


def _notes(probe: Probe, client: Client) -> list[str]:
    """Return the texts of the notes at a user's root, as they are kept."""
    with in_graph(probe.server, client):
        tied = [each for each in refs(root()) if type(each).__name__ == "Note"]
        return [each.text for each in tied]


def _notes_are_kept(probe: Probe, client: Client, wanted: list[str]) -> None:
    found = _notes(probe, client)
    probe.require(
        sorted(found) == sorted(wanted),
        f"The message is right, but not what is tied to {client.name}'s root.",
        f"The texts of the notes there are {found!r}, not {wanted!r}.",
    )


PLAN = Plan(
    number=6,
    name="users_and_clients",
    title="Users and clients: who is meant",
    minutes=35,
    goals=(
        "tell a user from a client, and reach the one or the other",
        "choose between user, client and channel",
        "say what happens to a message for an id that nobody has",
        "keep a private notification until its user is there",
        "say what the public is, and what private means",
    ),
    people=(
        Person("alice"),
        Person("phone", user="alice"),
        Person("bob"),
        Person("carol", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Bob sends a message to Alice's root_id. Who receives it?",
            options={
                "a": "alice",
                "b": "phone",
                "c": "bob",
                "d": "carol",
            },
            right="ab",
            then="Run the next cell and look at the panels.",
            why="A root_id names a user, and both connections are Alice's. Bob is "
            "another user; a sender gets a copy only if it is addressed itself.",
        ),
        Prediction(
            question="Bob sends to a user that does not exist. Then he sends to a user "
            "again, but gives Alice's client_id. What happens?",
            options={
                "a": "He gets an error for each",
                "b": "He gets an error for the first one, and Alice gets the second",
                "c": "Nobody gets anything, and Bob is told nothing",
            },
            right="c",
            then="Run the next cell: it shows how many connections each one reached.",
            why="An id that nobody has is passed over in silence. A client_id is the "
            "id of a client; among the users there is none of that name.",
        ),
        Prediction(
            question="Dora connects, without an account like Carol. Bob wants to "
            "answer Carol and sends to her root_id. Who receives it?",
            options={
                "a": "Carol",
                "b": "Carol and Dora",
                "c": "nobody: the public has no root_id",
            },
            right="b",
            then="Run the next cell and look at Carol's panel.",
            why="All who are public share one root_id. What is sent to it reaches "
            "every public connection of the server.",
        ),
    ),
    exercises=(
        Exercise(
            title="wherever Alice is",
            text="Let Carol send the message `Dinner at eight?`, of the type `chat`, "
            "so that it reaches both of Alice's connections, and Bob does not get it. "
            "Do it with one event and without a walker.",
            hints=(
                "Both connections belong to one user. Which of the three ids do they "
                "share?",
                "A client has a method for each kind of address; you need "
                "carol.send_to_users(root_id, data).",
                'The root_id is alice.root_id, data is {"type": "chat", "data": '
                '{"message": …}}.',
            ),
            solution="""
carol.send_to_users(
    alice.root_id, {"type": "chat", "data": {"message": "Dinner at eight?"}}
)
""",
            check=_dinner,
        ),
        Exercise(
            title="whisper",
            text="Write a walker `whisper` with the fields `root_id` and `text`. It "
            "sends that user, on every connection, a message of the type `whisper`; "
            "its `data` is the `text`, and `sender`, the root id of the caller. The "
            "caller does not say who that is: the walker knows.",
            hints=(
                "Do not add a field for the sender: a caller could write any name into "
                "it. `mark_read` shows how a walker gets at its caller's root.",
                "root() is the root of the caller, and jid(root()) is its id.",
                'socket.notify_users([root_id], {"type": "whisper", "data": {"text": '
                'text, "sender": jid(root())}})',
            ),
            solution="""
@jacnb.walker
def whisper(root_id: str, text: str):
    data = {"text": text, "sender": jid(root())}
    socket.notify_users([root_id], {"type": "whisper", "data": data})
""",
            check=_whisper,
        ),
        Exercise(
            title="on all devices",
            text="Write a walker `remember` with the field `text`. It ties a `Note` "
            "with this text to the root of its caller and commits. Then it tells all "
            "connections of this user how many notes there are: a message of the type "
            "`notes` whose `data` is `count`.",
            hints=(
                "`mark_read` reached all connections of its caller. `drop` tied a Note "
                "to a node.",
                "connect(root(), Note(text=text)) ties it, refs(root(), node=Note) are "
                "all of them.",
                'socket.notify_users([root()], {"type": "notes", "data": {"count": '
                "len(refs(root(), node=Note))}}), behind a commit().",
            ),
            solution="""
@jacnb.walker
def remember(text: str):
    connect(root(), Note(text=text))
    commit()
    count = len(refs(root(), node=Note))
    socket.notify_users([root()], {"type": "notes", "data": {"count": count}})
""",
            check=_remember,
        ),
    ),
)
