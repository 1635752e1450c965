"""Lesson 8: errors, and the Explorer."""

from __future__ import annotations

from typing import Any, Final

from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe
from jacnb.protocol.trace import Entry

_WANTED: Final = {("cake", "missing"), ("pieces", "int_parsing")}
_RATING: Final = "ValueError: 1 to 5 stars, please"


# Exercise 1.


def _two_mistakes(probe: Probe) -> None:
    sent = probe.attempted(probe.lab.bob)
    if any(_is_answered_so(probe, each) for each in sent):
        return
    last = sent[-1]
    answers = probe.errors(last)
    probe.require(
        answers, "The server found no mistake in Bob's event.", f"He sent: {last.text}"
    )
    if isinstance(answers[-1], str):
        raise NotYet("Bob got an error of one sentence, not a list:", answers[-1])
    if _mistakes(answers[-1]) == _WANTED:
        raise NotYet(
            "These are the two mistakes, but the event was not for the walker order.",
            f"He sent: {last.text}",
        )
    raise NotYet(
        "These are not the two mistakes. Bob's last error has these entries:",
        *(f"{each['loc']}  {each['type']}  {each['msg']}" for each in answers[-1]),
    )


def _is_answered_so(probe: Probe, event: Entry) -> bool:
    """Tell whether the server itself has answered an event with the two mistakes."""
    is_order = isinstance(event.value, dict) and event.value.get("walker") == "order"
    errors = probe.errors(event) if is_order else []
    return any(_mistakes(error) == _WANTED for error in errors)


def _mistakes(answer: Any) -> set[tuple[str, str]]:
    entries = answer if isinstance(answer, list) else []
    return {(".".join(map(str, each["loc"])), each["type"]) for each in entries}


# Exercise 2.


def _rate(probe: Probe) -> None:
    probe.walker("rate", "stars")
    nora = probe.client("nora")
    for stars in (1, 5):
        answer = probe.call(nora, "rate", stars=stars)
        probe.require(
            answer.reports == [stars],
            f"rate with {stars} stars should report {stars}.",
            f"It reported {answer.reports!r}.",
        )
    for stars in (0, 6, -3):
        said = probe.refused(nora, "rate", stars=stars)
        told = said.removeprefix("walker rate: ")
        probe.require(
            told == _RATING,
            f"With {stars} stars the error should be {_RATING!r}.",
            f"It is {told!r}.",
        )
    _is_checked_by_the_server(probe)


def _is_checked_by_the_server(probe: Probe) -> None:
    nora = probe.client("nora")
    nora.send_walker("rate", stars="many")
    errors = probe.errors(probe.attempted(nora)[-1])
    probe.require(
        errors and _mistakes(errors[-1]) == {("stars", "int_parsing")},
        "'many' is no number. The server finds that out by itself, before the walker "
        "runs, if stars is declared as an int.",
        *(f"The error was {error!r}" for error in errors[-1:]),
    )


# Exercise 3.


def _faults(probe: Probe, faults: Any) -> None:
    probe.function(faults, "faults")
    if faults({}) is Ellipsis:
        raise NotAttempted("faults returns ... so far.")
    for event, wanted in _EVENTS:
        frame = _frame(probe, event)
        found = faults(frame)
        probe.require(
            found == wanted,
            f"For {frame!r}",
            f"faults should return {wanted!r}.",
            f"It returned {found!r}.",
        )


_EVENTS: Final[tuple[tuple[Any, list[str]], ...]] = (
    (
        {"type": "walker", "walker": "nobody"},
        [
            "Invalid request! Please use valid walker event!",
        ],
    ),
    ("{", ["event: Invalid JSON: EOF while parsing an object at line 1 column 1"]),
    (
        {"type": "channel", "channel_ids": [7], "data": 1},
        [
            "event.channel.channel_ids.0: Input should be a valid string",
            "event.channel.data: Input should be a valid dictionary",
        ],
    ),
    ({"type": "connection"}, []),
)


def _frame(probe: Probe, event: Any) -> Any:
    """Return what the server answers to an event."""
    client = probe.client("nora")
    seen = len(client.messages)
    client.send(event)
    client.sync()
    return client.messages[seen].value


PLAN = Plan(
    number=8,
    name="errors_and_the_explorer",
    title="Errors, and the Explorer",
    minutes=45,
    goals=(
        "read an error of the server: what is wrong, and where",
        "say which mistakes the server finds, and which the walker has to find",
        "find out why a walker failed",
        "try, record, replay and compare events with the Explorer",
    ),
    people=(
        Person("alice", "room"),
        Person("bob", "room"),
        Person("carol", "room", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Alice sends “good morning”, which is no JSON. What happens?",
            options={
                "a": "Nothing: the server passes it over",
                "b": "Alice gets an error and stays connected",
                "c": "Alice gets an error and is disconnected",
                "d": "Everybody on her channel gets an error",
            },
            right="b",
            then="Run the next cell and look at the three panels.",
            why="A mistake is answered to the one who made it, and costs nobody the "
            "connection. Bob and Carol hear nothing of it.",
        ),
        Prediction(
            question="order has the fields cake, a text, and pieces, a whole number. "
            "Which of these contexts does the server take? Tick all.",
            options={
                "a": '{"cake": "Plum", "pieces": "7"}',
                "b": '{"cake": "Plum", "pieces": 7.5}',
                "c": '{"cake": 5}',
                "d": '{"cake": "Plum", "colour": "blue"}',
            },
            right="ad",
            then="Run the next cell.",
            why="A text that says a whole number is good for one, 7.5 is not. A number "
            "is not good for a text. A name that no field has is passed over, which is "
            "why a slip of the pen there is not noticed, unless the field is needed.",
        ),
    ),
    exercises=(
        Exercise(
            title="two mistakes",
            text="Read backwards: let Bob send one event for the walker `order` that "
            "is answered with two mistakes, `missing` at `cake` and `int_parsing` at "
            "`pieces`.",
            hints=(
                "bob.send takes an event as a dict. Which key of a walker event holds "
                "the fields?",
                "In the context there is no cake, and pieces is a text that says no "
                "number.",
                'The context is {"pieces": "many"}.',
            ),
            solution="""
context = {"pieces": "a few"}
bob.send({"type": "walker", "walker": "order", "context": context})
""",
            check=_two_mistakes,
        ),
        Exercise(
            title="rate",
            text="Write a walker `rate` with the field `stars`, a whole number. It "
            "reports the number of stars. If there are fewer than 1 or more than 5, "
            "it answers with the error `ValueError: 1 to 5 stars, please`.",
            hints=(
                "What becomes of an exception that a walker raises? The walker order "
                "shows it.",
                "Declare stars as int: then the server answers to everything that is "
                "no whole number.",
                'if not 1 <= stars <= 5: raise ValueError("1 to 5 stars, please")',
            ),
            solution="""
@jacnb.walker
def rate(stars: int) -> int:
    if not 1 <= stars <= 5:
        raise ValueError("1 to 5 stars, please")
    return stars
""",
            check=_rate,
        ),
        Exercise(
            title="in one line each",
            text="Write a function `faults(message)`. It takes what the server "
            "answered, as a dict, and returns a list of texts for people to read. Of "
            "an error that is a list, each entry becomes `where: what`: the parts of "
            "its `loc` with dots between them, and its `msg`. An error that is one "
            "sentence becomes a list of that sentence. A message without an error "
            "becomes an empty list.",
            hints=(
                'message.get("error") is None, a text or a list: three cases. '
                "isinstance(error, str) tells the second.",
                "The parts of a loc may be numbers, for places in a list: "
                '".".join(map(str, loc)) takes both.',
                "For the list: [f\"{'.'.join(map(str, each['loc']))}: {each['msg']}\" "
                "for each in error]",
            ),
            solution="""
def faults(message):
    error = message.get("error", [])
    if isinstance(error, str):
        return [error]
    return [".".join(map(str, e["loc"])) + ": " + e["msg"] for e in error]
""",
            check=_faults,
            takes=("faults",),
        ),
    ),
)
