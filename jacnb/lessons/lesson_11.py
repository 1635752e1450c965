"""Lesson 11: performance, measured with a swarm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from jacnb.client import Client
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe
from jacnb.protocol.trace import Entry
from jacnb.swarms import Swarm, SwarmResult, swarm

_VIEWERS: Final = 60
_GOALS: Final = 5
_WITHIN: Final = 0.5
_SLACK: Final = 0.2


def _cheer(probe: Probe) -> None:
    probe.walker("cheer", "channel_id", "text")
    channel = probe.channel("match")
    fans = [probe.client(f"fan {n}", channel, is_user=False) for n in range(1, 5)]
    for caller in (probe.client("nora, a user"), probe.client("omar", is_user=False)):
        _cheered(probe, caller, channel, fans)


def _cheered(probe: Probe, caller: Client, channel: str, fans: list[Client]) -> None:
    word = probe.channel("hooray")
    probe.call(caller, "cheer", channel_id=channel, text=word)
    for fan in fans:
        probe.received(fan, "cheer", by=caller, walker="cheer", data={"text": word})
    trace = probe.server.trace
    sent = [] if trace is None else trace.where(kind="notification", contains=word)
    probe.require(
        len(sent) == 1,
        f"All {len(fans)} got it, but it took {len(sent)} notifications.",
        "One is enough, however many listen.",
    )


def _is_good(probe: Probe, is_good: Any) -> None:
    probe.function(is_good, "is_good")
    channel = probe.channel("match")
    ran = swarm(
        probe.server, 10, channel_id=channel, rate=50, seconds=0.1, progress=False
    )
    good = replace(ran, behind=0.0, p50=0.01, p90=0.02, p99=0.05, max=0.06)
    if is_good(good, 0.1) is Ellipsis:
        raise NotAttempted("is_good returns ... so far.")
    for result, limit, wanted, case in _cases(good):
        told = is_good(result, limit)
        probe.require(
            told is wanted,
            f"If {case}, is_good(result, {limit}) should be {wanted}.",
            f"It returned {told!r}; this is the result:",
            *repr(result).splitlines(),
        )


def _cases(good: SwarmResult) -> list[tuple[SwarmResult, float, bool, str]]:
    """Return results, each with a limit, what is true of it, and why."""
    one_lost = replace(good, lost=1, received=good.received - 1)
    failed = replace(good, errors={"WalkerError: …": 1})
    slow = replace(good, p99=0.2, max=0.3)
    return [
        (good, 0.1, True, "everything is as it should be"),
        (one_lost, 0.1, False, "one delivery is lost"),
        (replace(good, duplicates=1), 0.1, False, "one delivery came twice"),
        (replace(good, out_of_order=1), 0.1, False, "one delivery was overtaken"),
        (failed, 0.1, False, "there was an error"),
        (slow, 0.1, False, "one in a hundred is too slow"),
        (replace(good, max=0.3), 0.1, True, "only one single delivery is too slow"),
        (slow, 0.25, True, "the limit is higher"),
        (good, 0.04, False, "the limit is lower"),
        (slow, 0.2, True, "99 of 100 took just the limit"),
    ]


def _measured(probe: Probe, measured: Any) -> None:
    if isinstance(measured, Swarm):
        raise NotYet(
            "measured is a swarm that has said nothing: give walker=… and rate=…, "
            "then a result comes back."
        )
    probe.require(
        isinstance(measured, SwarmResult),
        "measured should be a result, what jacnb.swarm(…, rate=…) returns.",
    )
    probe.require(
        measured.clients == _VIEWERS,
        f"There should be {_VIEWERS} clients, not {measured.clients}.",
    )
    calls = _calls(probe, measured)
    _called_so(probe, calls)
    probe.require(
        measured.answers == _GOALS,
        f"A walker should be called {_GOALS} times; it was {measured.answers} times.",
        *(f"{count} times: {error}" for error, count in measured.errors.items()),
    )
    wanted = _GOALS * _VIEWERS
    probe.require(
        measured.expected == wanted,
        f"{_GOALS} goals for {_VIEWERS} viewers make {wanted} deliveries; "
        f"{measured.expected} were counted.",
        'Do all listen on "match", and does a field say "{tag}"?',
    )
    probe.require(
        measured.is_clean,
        "Not everything arrived once and in order.",
        *repr(measured).splitlines(),
    )
    _called_in_time(probe, calls, measured.behind)


def _calls(probe: Probe, measured: SwarmResult) -> list[Entry]:
    """Return the calls that the server's record has of a swarm.

    Of another server, or of long ago, it has none.
    """
    trace = probe.server.trace
    sent = [] if trace is None else trace.where(kind="event", contains=measured.mark)
    return [entry for entry in sent if entry.type == "walker"]


def _called_so(probe: Probe, calls: list[Entry]) -> None:
    """Require what a result does not tell: which walker, and who listened where."""
    for call in calls:
        walker = call.value["walker"]
        probe.require(walker == "goal", f"The walker is to be goal, not {walker}.")
        channel = "match" if call.sender is None else call.sender.channel_id
        probe.require(
            channel == "match",
            f"The viewers are to listen on 'match', not on {channel!r}.",
        )


def _called_in_time(probe: Probe, calls: list[Entry], behind: float) -> None:
    took = calls[-1].time - calls[0].time if calls else 0
    probe.require(
        took <= _WITHIN + behind + _SLACK,
        f"The {_GOALS} calls took {took:.1f} s, not half a second.",
        "How many calls a second are five in half a second?",
    )


PLAN = Plan(
    number=11,
    name="swarm",
    title="Performance, measured with a swarm",
    minutes=40,
    goals=(
        "let a hundred clients listen, and read what came of it",
        "show by figures of your own why channels beat single notifications",
        "read p50 and p99, and say what a mean hides",
        "say what slows a server down: many messages, and walkers that compute",
    ),
    people=(Person("alice"), Person("bob", "match")),
    predictions=(
        Prediction(
            question="101 viewers watch. The walker goal notifies their channel; "
            "goal_each notifies them one after the other. Each is called once. How "
            "many notifications does the server have to handle?",
            options={
                "a": "1 for goal, 1 for goal_each",
                "b": "1 for goal, 101 for goal_each",
                "c": "101 for goal, 101 for goal_each",
            },
            right="b",
            then="Run the next cell: it counts them in the server's record.",
            why="A notification is one message for any number of receivers. The server "
            "looks up the channel once, writes the JSON once and makes one note of it.",
        ),
        Prediction(
            question="98 viewers see a goal after 10 milliseconds, two of them after "
            "two seconds. How long does it take in the mean?",
            options={
                "a": "about 10 milliseconds",
                "b": "about 50 milliseconds",
                "c": "about one second",
            },
            right="b",
            then="Run the next cell.",
            why="98 times 10 and 2 times 2,000, divided by 100, is 49.8. Nobody waited "
            "for about 50 milliseconds: the mean describes no viewer at all.",
        ),
    ),
    exercises=(
        Exercise(
            title="one for all",
            text="Write a walker `cheer` with the fields `channel_id` and `text`, open "
            "to users and to the public. It sends a message of the type `cheer`, with "
            "the `text` in its `data`, to everybody on that channel. However many "
            "listen, it makes one notification.",
            hints=(
                "Which of `goal` and `goal_each` makes one notification?",
                "`goal` always sends to “match”. Let the caller say where to.",
                "socket.notify_channels([channel_id], "
                '{"type": "cheer", "data": {"text": text}})',
            ),
            solution="""
@jacnb.walker(auth=None)
def cheer(channel_id: str, text: str):
    data = {"type": "cheer", "data": {"text": text}}
    socket.notify_channels([channel_id], data)
""",
            check=_cheer,
        ),
        Exercise(
            title="good enough?",
            text="Write a function `is_good(result, limit)`. It returns `True` if "
            "everything arrived once, in order and without an error, and at least 99 "
            "of 100 deliveries took no more than `limit` seconds; otherwise `False`.",
            hints=(
                "A result has an attribute for the first half, and one for the second.",
                "The first is is_clean. The second is a percentile: which one?",
                "result.is_clean and result.p99 <= limit",
            ),
            solution="""
def is_good(result, limit):
    return result.is_clean and result.p99 <= limit
""",
            check=_is_good,
            takes=("is_good",),
        ),
        Exercise(
            title="a measurement of your own",
            text="Let 60 viewers listen on the channel `match`, and let the walker "
            "`goal` be called five times within half a second, so that the deliveries "
            "are counted. Keep the result as `measured`.",
            hints=(
                "One call of jacnb.swarm does it all: it opens the clients, lets them "
                "call the walker, and returns the result.",
                "Besides server, number and channel_id it takes walker, fields, rate "
                "and seconds. The rate is in calls a second.",
                'fields={"text": "{tag}"}, rate=10, seconds=0.5',
            ),
            solution="""
measured = jacnb.swarm(
    lab.server,
    60,
    channel_id="match",
    walker="goal",
    fields={"text": "{tag}"},
    rate=10,
    seconds=0.5,
)
""",
            check=_measured,
            takes=("measured",),
        ),
    ),
)
