"""Lesson 1: the connection and its three ids."""

from __future__ import annotations

from typing import Any

from jacnb.client import Client
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe


def _tablet(probe: Probe, tablet: Any) -> None:
    _second_connection(probe, "tablet", tablet, probe.lab.alice)
    probe.require(
        tablet.channel_id == "news",
        f"tablet listens on {tablet.channel_id!r}, not on 'news'.",
    )
    _hears_its_channel(probe, tablet)


def _back(probe: Probe, back: Any) -> None:
    bob = probe.lab.bob
    _second_connection(probe, "back", back, bob)
    probe.require(
        bob.state == "closed",
        "Bob's first connection is still open: close it.",
    )
    probe.require(
        back.channel_id == bob.channel_id,
        "What is sent to his old channel does not reach back.",
        f"He listened on {bob.channel_id!r}; back listens on {back.channel_id!r}.",
    )
    _hears_its_channel(probe, back)


def _second_connection(probe: Probe, name: str, given: Any, first: Client) -> None:
    probe.require(
        isinstance(given, Client),
        f"{name} should be a client, what lab.server.connect(…) returns.",
    )
    probe.require(
        given.client_id != first.client_id,
        f"{name} is the connection that {first.name} has already: open another one.",
    )
    probe.require(given.is_open, f"{name} is closed: connect it again.")
    if given.root_id == PUBLIC_ROOT_ID:
        raise NotYet(f"{name} is public: connect it with user={first.name!r}.")
    probe.require(
        given.root_id == first.root_id,
        f"{name} is a connection of another user than {first.name}.",
    )
    probe.lab.invite(given)


def _hears_its_channel(probe: Probe, client: Client) -> None:
    writer, word = probe.client("nora"), probe.channel("headline")
    writer.send_to_channels(client.channel_id, {"message": word})
    probe.received(client, by=writer, event="channel", message=word)


def _relation(probe: Probe, relation: Any) -> None:
    probe.function(relation, "relation")
    nora = probe.client("nora")
    # Another name, and the same name for another user: the ids are what counts.
    phone = probe.client("nora's phone", user="nora")
    omar = probe.client("nora", nora.channel_id, user="omar")
    quinn, rita = (probe.client(name, is_user=False) for name in ("quinn", "rita"))
    if relation(nora, nora) is Ellipsis:
        raise NotAttempted("relation returns ... so far.")
    for first, second, wanted, case in (
        (nora, nora, "one connection", "one connection, given twice"),
        (quinn, quinn, "one connection", "one public connection, given twice"),
        (nora, phone, "one user", "two connections of one user"),
        (nora, omar, "strangers", "connections of two users, on one channel"),
        (nora, quinn, "strangers", "one connection of a user and one of the public"),
        (quinn, rita, "strangers", "two connections of the public"),
    ):
        told = relation(first, second)
        probe.require(
            told == wanted,
            f"For {case} it should return {wanted!r}.",
            f"It returned {told!r}.",
        )


PLAN = Plan(
    number=1,
    name="connection_and_ids",
    title="A connection and its three ids",
    minutes=30,
    goals=(
        "connect to a server and read its greeting",
        "say what client_id, root_id and channel_id name, and when each one changes",
        "tell a user from the public, and one connection from another",
        "close a connection and come back so that others find you",
    ),
    people=(
        Person("alice"),
        Person("bob", "workshop"),
        Person("carol", "workshop", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Alice opens a second connection, on her telephone, and names no "
            "channel. Which of the three ids are those of her first connection?",
            options={
                "a": "none of them",
                "b": "root_id",
                "c": "root_id and channel_id",
                "d": "all three",
            },
            right="b",
            then="Run the next cell: it lists the ids that are the same.",
            why="The root_id names the user, and Alice is one user. The client_id "
            "names one connection, and there are two now. Each connection that names "
            "no channel gets a channel of its own.",
        ),
        Prediction(
            question="Dora and Carol are two people, both without an account. Dora "
            "named no channel. What do their connections have in common?",
            options={
                "a": "nothing: they are two people",
                "b": "root_id",
                "c": "client_id",
            },
            right="b",
            then="Run the next cell.",
            why="All who connect without a valid token share one user, the public, and "
            "one root_id. The server cannot tell them apart by it.",
        ),
        Prediction(
            question="Alice's phone loses its connection and opens a new one. Bob "
            "still has its old client_id and sends to that. What happens?",
            options={
                "a": "The phone receives it: it is the same phone",
                "b": "Bob gets an error: there is no such client",
                "c": "Nobody receives it, and Bob is told nothing",
            },
            right="c",
            then="Run the next cell: it shows how many connections the message "
            "reached.",
            why="A client_id is that of one connection and ends with it. A message to "
            "an id that nobody has is passed over in silence.",
        ),
    ),
    exercises=(
        Exercise(
            title="a tablet",
            text="Give Alice one more connection, `tablet`. It listens on the channel "
            "`news`.",
            hints=(
                "How was the phone connected? Only the channel is new.",
                "lab.server.connect takes user=… and channel_id=….",
                'channel_id is "news", user is "alice".',
            ),
            solution='tablet = lab.server.connect(user="alice", channel_id="news")',
            check=_tablet,
            takes=("tablet",),
        ),
        Exercise(
            title="Bob comes back",
            text="Bob shuts his laptop and opens it at home. Close the connection "
            "`bob`, and connect him again as `back`, so that what is sent to his old "
            "channel reaches him as before.",
            hints=(
                "A closed connection is not opened again. It takes two lines: one ends "
                "the old connection, the other makes a new one.",
                "bob.close() ends it. What it knew can still be read, bob.channel_id "
                "among it.",
                'back = lab.server.connect(user="bob", channel_id=bob.channel_id)',
            ),
            solution="""
bob.close()
back = lab.server.connect(user="bob", channel_id=bob.channel_id)
""",
            check=_back,
            takes=("back",),
        ),
        Exercise(
            title="who is who",
            text="Write a function `relation(first, second)` for two clients. It "
            'returns `"one connection"` if both are the same connection, `"one user"` '
            'if they are two connections of one user, else `"strangers"`. Two '
            "connections of the public are strangers: nobody knows who they are.",
            hints=(
                "Compare two of the ids, one after the other. Which one names the "
                "connection, which one the user?",
                "Begin with the client_id. Then the root_id; but the public has a "
                "root_id as well.",
                "client.info.is_public is True for a connection of the public.",
            ),
            solution="""
def relation(first, second):
    if first.client_id == second.client_id:
        return "one connection"
    if first.root_id == second.root_id and not first.info.is_public:
        return "one user"
    return "strangers"
""",
            check=_relation,
            takes=("relation",),
        ),
    ),
)
