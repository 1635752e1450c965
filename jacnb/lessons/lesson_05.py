"""Lesson 5: channels."""

from __future__ import annotations

from typing import Any, Final

from jacnb.client import Client
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.lessons.outcomes import NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe
from jacnb.lessons.wordlikeness import looks_made_up

# 16 hex digits are 64 random bits; what the server makes up has 43 characters.
_LENGTH: Final = 16


def _bob_tells_the_garden(probe: Probe) -> None:
    alice, bob, carol = probe.lab.clients
    probe.attempted(bob, words=("Soup", "soup"))
    probe.received(
        carol,
        "chat",
        data={"message": "Soup is ready"},
        by=bob,
        event="channel",
        but_not=[alice],
    )


def _announce(probe: Probe) -> None:
    probe.walker("announce", "channel_ids", "message")
    caller = probe.client("nora", probe.channel("office"))
    stranger = probe.client("quinn", probe.channel("attic"), is_user=False)
    # Not only two: a number may be written into an answer.
    told = [
        _announced(probe, caller, names)
        for names in (("omar", "pia"), ("rosa",), ("sven", "tara", "umar"))
    ]
    probe.received_nothing(caller, "announcement")
    probe.received_nothing(stranger, "announcement")
    for reports, wanted, said in zip(
        told, (2, 1, 3), ("two channels", "one channel", "three channels"), strict=True
    ):
        probe.require(
            reports == [wanted],
            "All channels got it. Now report how many channels there were.",
            f"For {said} it reported {reports!r}, not [{wanted}].",
        )


def _announced(probe: Probe, caller: Client, names: tuple[str, ...]) -> list[Any]:
    """Announce something to a channel for each of these people; return the reports."""
    channels = [probe.channel("kitchen") for _ in names]
    members = [probe.client(*each) for each in zip(names, channels, strict=True)]
    # To count who listens is not to count channels.
    members.append(probe.client(f"{names[0]}'s guest", channels[0], is_user=False))
    message = f"Closing at {len(names)}"
    answer = probe.call(caller, "announce", channel_ids=channels, message=message)
    for member in members:
        probe.received(
            member,
            "announcement",
            data={"message": message},
            by=caller,
            walker="announce",
            times=1,
        )
    return answer.reports


def _private_channel(probe: Probe, first: Any, second: Any) -> None:
    for name, client in (("first", first), ("second", second)):
        probe.require(
            isinstance(client, Client),
            f"{name} should be a client, what server.connect(…) returns.",
        )
        probe.require(client.is_open, f"{name} is closed: connect it again.")
    probe.lab.invite(first, second)
    _two_users(first, second, probe)
    probe.require(
        first.channel_id == second.channel_id,
        "They listen on different channels.",
        f"first: {first.channel_id!r}, second: {second.channel_id!r}",
    )
    probe.require(
        _is_random(first.channel_id, _known(probe, first, second)),
        f"{first.channel_id!r} can be guessed: whoever tries it gets in.",
        f"Take at least {_LENGTH} random letters and digits, no words and no ids.",
    )
    word = probe.channel("psst")
    first.send_to_channels(first.channel_id, {"message": word})
    probe.received(second, by=first, event="channel", message=word)


def _known(probe: Probe, *clients: Client) -> list[str]:
    """Return what others have been told: the ids of people, and the lesson's names."""
    people = (*probe.lab.everybody(), *clients)
    ids = [each for one in people for each in (one.client_id, one.root_id)]
    named = [each for one in probe.lab.clients for each in (one.name, one.channel_id)]
    return sorted({*ids, *named}, key=len, reverse=True)


def _is_random(name: str, known: list[str]) -> bool:
    """Tell whether a name may be taken for a random one; nobody can know that it is."""
    return len(name) >= _LENGTH and not looks_made_up(name, known)


def _two_users(first: Client, second: Client, probe: Probe) -> None:
    alice, bob, _ = probe.lab.clients
    wanted = (alice.root_id, bob.root_id)
    if (first.root_id, second.root_id) == wanted:
        return
    if PUBLIC_ROOT_ID in (first.root_id, second.root_id):
        raise NotYet('One of them is public: connect with user="alice", user="bob".')
    raise NotYet("first should be a connection of alice, second one of bob.")


PLAN = Plan(
    number=5,
    name="channels",
    title="Channels: everybody who listens",
    minutes=35,
    goals=(
        "say who receives what is sent to a channel, and who does not",
        "send to channels with and without a walker",
        "choose between a channel and a list of clients",
        "say what keeps a channel private, and what does not",
    ),
    people=(
        Person("alice", "team"),
        Person("bob", "team"),
        Person("carol", "garden", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Alice sends a message to the channel “team”. Who receives it?",
            options={
                "a": "Bob",
                "b": "Alice and Bob",
                "c": "Alice, Bob and Carol",
            },
            right="b",
            then="Run the next cell and look at the three panels.",
            why="Everybody who listens on “team” receives it, and Alice listens there, "
            "too. A channel does not leave out the sender. Carol listens on “garden”.",
        ),
        Prediction(
            question="Carol is public and listens on “garden”. She sends a message to "
            "“team”. What happens?",
            options={
                "a": "She gets an error: she is not on that channel",
                "b": "She gets an error: she has no account",
                "c": "Alice and Bob receive it, Carol does not",
                "d": "All three receive it",
            },
            right="c",
            then="Run the next cell and look at the three panels.",
            why="To listen on a channel and to send to it are two things. Anybody may "
            "send to any channel whose name they know, without an account; only those "
            "who listen there receive it.",
        ),
    ),
    exercises=(
        Exercise(
            title="Bob tells the garden",
            text="Let Bob send the message `Soup is ready`, of the type `chat`, to "
            "everybody on the channel `garden`. Do it without a walker.",
            hints=(
                "A client has a method for each kind of address. Which one did Alice "
                "use for the channel “team”?",
                "It is bob.send_to_channels(channel, data). What arrives at Carol is "
                "data, exactly as it is.",
                'data is {"type": "chat", "data": {"message": …}}.',
            ),
            solution='bob.send_to_channels("garden", '
            '{"type": "chat", "data": {"message": "Soup is ready"}})',
            check=_bob_tells_the_garden,
        ),
        Exercise(
            title="announce",
            text="Write a walker `announce` with the fields `channel_ids`, a list, and "
            "`message`. It sends a message of the type `announcement` to all of these "
            "channels, and reports how many channels there were.",
            hints=(
                "Start from `say`: a function with the fields as its parameters. What "
                "it returns is reported.",
                "socket.notify_channels takes a list of channels, and `channel_ids` is "
                "one: one call is enough.",
                'The data is {"type": "announcement", "data": {"message": message}}, '
                "and the report is len(channel_ids).",
            ),
            solution="""
@jacnb.walker
def announce(channel_ids: list[str], message: str) -> int:
    data = {"type": "announcement", "data": {"message": message}}
    socket.notify_channels(channel_ids, data)
    return len(channel_ids)
""",
            check=_announce,
        ),
        Exercise(
            title="a channel that nobody guesses",
            text="Give Alice and Bob one more connection each, `first` and `second`, "
            "on one channel whose name nobody can guess: at least 16 random letters "
            "and digits.",
            hints=(
                "lab.server.connect(user=…, channel_id=…) makes a connection. What "
                "does the server do if no channel_id is given?",
                "It makes up a channel with a long random name: first.channel_id.",
                'second = lab.server.connect(user="bob", channel_id=first.channel_id)',
            ),
            solution="""
first = lab.server.connect(user="alice")
second = lab.server.connect(user="bob", channel_id=first.channel_id)
""",
            check=_private_channel,
            takes=("first", "second"),
        ),
    ),
)
