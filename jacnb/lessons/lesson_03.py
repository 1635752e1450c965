"""Lesson 3: calling a walker, and what comes back."""

from __future__ import annotations

import json
import secrets
from typing import Any

from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe
from jacnb.protocol.trace import Entry

_TEXT = "good morning"


def _describe(probe: Probe) -> None:
    probe.walker("describe", "words")
    caller = probe.client("nora")
    for words, wanted in (
        (["fig", "banana", "kiwi"], [3, "banana"]),
        (["a", "tree"], [2, "tree"]),
    ):
        answer = probe.call(caller, "describe", words=words)
        probe.require(
            answer.reports != [wanted],
            "These are the right values, but in one report: make two of them.",
            f"The reports are {answer.reports!r}, not {wanted!r}.",
        )
        probe.require(
            answer.reports == wanted,
            f"For words={words!r} the reports should be {wanted!r}.",
            f"They are {answer.reports!r}.",
        )


def _bob_calls(probe: Probe) -> None:
    bob = probe.lab.bob
    sent = probe.attempted(bob)
    if any(_says(each, _TEXT) and not each.value.get("response") for each in sent):
        return
    last = sent[-1]
    probe.require(
        _is_call(last),
        "Bob's last event does not call the walker 'shout'.",
        *probe.told("he", last),
    )
    probe.require(
        _says(last, _TEXT),
        f"The walker's field text should be {_TEXT!r}, under context.",
        *probe.told("Bob", last),
    )
    raise NotYet("Bob asked for a response.", *probe.told("he", last))


def _is_call(event: Entry) -> bool:
    return isinstance(event.value, dict) and event.value.get("walker") == "shout"


def _says(event: Entry, text: str) -> bool:
    context = event.value.get("context") if _is_call(event) else None
    return isinstance(context, dict) and context.get("text") == text


def _ask(probe: Probe, ask: Any) -> None:
    probe.function(ask, "ask")
    nora, omar = probe.client("nora"), probe.client("omar")
    for text in ("ship ahoy", "land ho"):
        omar.send_to_clients(nora, {"status": 200, "reports": ["FORGED"]})
        omar.sync()
        _ask_once(probe, ask, text, nora)


def _ask_once(probe: Probe, ask: Any, text: str, nora: Any) -> None:
    own_id = secrets.token_hex(8)
    told = ask(nora, text, own_id)
    if told is Ellipsis:
        raise NotAttempted("ask returns ... so far.")
    events = [m.value for m in nora.sent if m.type == "walker"]
    probe.require(events, "No walker event was sent.")
    probe.require(
        events[-1].get("id") == own_id,
        "The event should carry the id that ask was given.",
        f"ask(client, {text!r}, {own_id!r}) sent {json.dumps(events[-1])}",
    )
    probe.require(
        told != ["FORGED"],
        "That is not the answer, it is a message that somebody else sent to confuse "
        "you: look at the id.",
        f"ask returned {told!r}.",
    )
    probe.require(
        told == [text.upper()],
        f"ask(client, {text!r}, …) should return {[text.upper()]!r}.",
        f"It returned {told!r}.",
    )


PLAN = Plan(
    number=3,
    name="calls_and_responses",
    title="Calls and responses",
    minutes=40,
    goals=(
        "write a walker event by hand, with context, node, response and id",
        "read a response: status and reports",
        "tell an answer from anything that only looks like one",
        "make the same call over REST, and look at a run as its author",
    ),
    people=(
        Person("alice"),
        Person("bob"),
        Person("carol", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Alice calls shout again, this time without “response”. What does "
            "the server send her?",
            options={
                "a": "the response, as before",
                "b": "nothing, and the walker does not run",
                "c": "nothing, but the walker runs",
            },
            right="c",
            then="Run the next cell: expect_nothing proves what came, and the server's "
            "list of runs shows whether the walker ran.",
            why="“response” only says whether she wants to be told how it ended. "
            "Without it she is not told; but if the walker fails, she is told in any "
            "case.",
        ),
    ),
    exercises=(
        Exercise(
            title="two reports",
            text="Write a walker `describe` with the field `words`, a list of texts. "
            "It makes two reports: first how many words there are, then the longest "
            "word.",
            hints=(
                "One report for each value: what is returned is only one of them.",
                "jacnb.report(value) makes a report at once, as often as you like.",
                "The longest of them is max(words, key=len).",
            ),
            solution="""
@jacnb.walker
def describe(words: list[str]):
    jacnb.report(len(words))
    jacnb.report(max(words, key=len))
""",
            check=_describe,
        ),
        Exercise(
            title="no answer, please",
            text="Let Bob run the walker `shout` with the text `good morning`, and not "
            "ask for a response.",
            hints=(
                "bob.walker(…) always asks for a response: it waits for it.",
                "Write the event by hand and leave out one of its fields, or let "
                "bob.send_walker write it.",
                'bob.send({"type": "walker", "walker": "shout", "context": …})',
            ),
            solution="""
context = {"text": "good morning"}
bob.send({"type": "walker", "walker": "shout", "context": context})
""",
            check=_bob_calls,
        ),
        Exercise(
            title="the right answer",
            text="Write a function `ask(client, text, id)`. It sends a walker event "
            "for `shout` with this text and this `id`, asks for a response, and "
            "returns the reports of the answer, even if somebody else sends messages "
            "that look like an answer.",
            hints=(
                "The event is a dict; its id stands beside its type. Only the answer "
                "to this event has the same id.",
                "client.expect waits for a message with the fields that you name, and "
                "leaves all others alone.",
                'client.expect(id=id)["reports"] are the reports of that answer.',
            ),
            solution="""
def ask(client, text, id):
    event = {"type": "walker", "walker": "shout", "context": {"text": text}}
    client.send(event | {"response": True, "id": id})
    return client.expect(id=id)["reports"]
""",
            check=_ask,
            takes=("ask",),
        ),
    ),
)
