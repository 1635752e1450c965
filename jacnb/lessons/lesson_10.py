"""Lesson 10: the browser as a client.

A check looks at what the server received. It cannot tell a page from a program, so the
answers can be tried where there is no browser, too.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import Final

from jacnb.client import Client, Message
from jacnb.client.inbox import Wanted
from jacnb.lessons import pages
from jacnb.lessons.arrivals import wait_for
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import SECONDS, Probe
from jacnb.lessons.records import causes_of
from jacnb.protocol.trace import Entry, Kind

_CUT: Final = 4000
_SOON: Final = 0.5
_AWAY: Final = 2.0


def _is_alice(probe: Probe, event: Entry, *before: Entry) -> None:
    """Require an event that Alice sent, over a connection that was not opened as hers.

    A program that comes back may show its token at once: then those before count.
    """
    alice = probe.lab.alice.root_id
    probe.require(
        any(
            alice not in pages.roots_told(probe, each)[:1] for each in (event, *before)
        ),
        "That connection was opened with a token, which a page cannot do in a header.",
        "Let it become Alice by a change_user event.",
    )
    probe.require(
        alice in pages.roots_told(probe, event)[-1:],
        "The page is not Alice when it sends this: its root_id is not hers then.",
        'Its first event should be change_user, with the token "Bearer <your_token>".',
    )


# Exercise 1.


def _tea(probe: Probe) -> None:
    found = pages.events_with(probe, "ea is ready")
    if not found:
        raise NotAttempted("No page has sent “Tea is ready” so far.")
    probe.given("shout")
    # The walker may still run.
    wait_for(probe.lab.bob, Wanted("chat", {"message": "TEA IS READY"}).fits, _SOON)
    problems: list[NotYet] = []
    for event in found:
        try:
            _is_tea(probe, event)
        except NotYet as said:
            problems.append(said)
    # What was tried before does no harm: it is enough that one is right.
    if len(problems) == len(found):
        raise problems[-1]


def _is_tea(probe: Probe, event: Entry) -> None:
    errors = [
        each for each in pages.led_to(probe, event) if "error" in (each.text or "")
    ]
    for error in errors[-1:]:
        raise NotYet("The page was answered with an error:", str(error.text))
    probe.require(
        event.type == "walker",
        f"The page sent a {event.type} event, not one that runs the walker shout:",
        str(event.text),
    )
    told = [each.value for each in pages.led_to(probe, event, Kind.NOTIFICATION)]
    probe.require(
        {"type": "chat", "data": {"message": "TEA IS READY"}} in told,
        "shout did not send TEA IS READY. What the page sent:",
        str(event.text),
    )
    probe.received(probe.lab.bob, "chat", message="TEA IS READY", walker="shout")
    _is_alice(probe, event)


# Exercise 2.


def _double(probe: Probe) -> None:
    listening = pages.connected(probe, "room")
    if not listening:
        raise NotAttempted("No page listens on the channel “room”.")
    try:
        _is_answered(probe)
    except NotYet as said:
        if len(listening) > 1:
            more = f"{len(listening)} pages listen on “room”; close those of before."
            raise NotYet(said.why, *said.details, more) from None
        raise


def _is_answered(probe: Probe) -> None:
    nora, omar = probe.client("nora"), probe.client("omar", "room", is_user=False)
    number = 100 + secrets.randbelow(900)
    for odd in _no_questions(nora, number):
        nora.send_to_channels("room", odd)
    asked = {"client_id": nora.client_id, "number": number}
    nora.send_to_channels("room", {"type": "question", "data": asked})
    double = {"double": 2 * number}
    wait_for(nora, Wanted("answer", {"data": double}).fits, SECONDS)
    pages.settle(probe)
    probe.require(
        nora.messages.where("answer") or not omar.messages.where("answer"),
        "The answer went to the channel “room”: all who listen there received it, and "
        "nora, who asked, does not listen there.",
        "Send it to her alone, by a client event: her id is the question's client_id.",
    )
    probe.received(nora, "answer", data=double, event="client", but_not=[omar])
    # The page answers in order: what it says to the odd ones has come before.
    others = [each for each in nora.messages if not _is_right(each, double)]
    is_odd = any(each.type == "answer" and each.data != double for each in others)
    probe.require(
        not others,
        "The question was answered, but also a message that asks nothing:"
        if is_odd
        else "The question was answered, but nora received this, too:",
        *(each.excerpt() for each in others[-1:]),
    )
    probe.received_nothing(omar, "answer")
    _answers_once(probe, nora, double)


def _answers_once(probe: Probe, asker: Client, double: dict[str, int]) -> None:
    trace = probe.server.trace
    (answer, *_) = asker.messages.where("answer", data=double)
    causes = causes_of(trace, asker, answer) if trace is not None else []
    # Two pages may both be right; one that says it twice is not.
    times = max(Counter(cause.client_id for cause in causes).values(), default=1)
    probe.require(times == 1, f"The page answered {times} times; once is enough.")


def _no_questions(asker: Client, number: int) -> list[dict[str, object]]:
    """Return what a page must not answer, and not stumble over."""
    return [
        {"type": "chat", "data": {"client_id": asker.client_id, "number": number + 1}},
        {"type": "question"},
        {"type": "question", "data": {"client_id": asker.client_id}},
    ]


def _is_right(message: Message, double: dict[str, int]) -> bool:
    right = {"type": "answer", "data": double}
    return message.type == "connection" or message.value == right


# Exercise 3.


def _here(probe: Probe) -> None:
    found = [e for e in pages.events_with(probe, '"here"') if e.type == "channel"]
    if not found:
        raise NotAttempted("No page has sent “here” so far.")
    open_ones = [e for e in found if e.client_id in pages.connected(probe)]
    probe.require(open_ones, "The page that said “here” is not connected any more.")
    said = open_ones[-1]
    _says_here(probe, said)
    _is_alice(probe, said, *found)
    for time in ("first", "second"):
        said = _back(probe, said.client_id, time)
        _says_here(probe, said)
        _is_alice_again(probe, said)


def _says_here(probe: Probe, event: Entry) -> None:
    probe.require(
        event.value.get("channel_ids") in (["room"], "room"),
        "Send “here” to the channel “room” alone. What the page sent:",
        str(event.text),
    )
    probe.require(
        event.value.get("data") == {"type": "here", "data": {}},
        'The data of the event should be {"type": "here", "data": {}}. '
        "What the page sent:",
        str(event.text),
    )


def _back(probe: Probe, page: str | None, time: str) -> Entry:
    """Cut a page's connection, and return the “here” with which it comes back."""
    listener = probe.client("nora", "room", is_user=False)
    probe.server.disconnect(page, _CUT, "cut by the check")
    is_here = wait_for(listener, Wanted("here", {}).fits, SECONDS)
    probe.require(
        is_here,
        f"The check cut the connection for the {time} time, and nobody said “here” "
        "on the channel “room” within two seconds.",
    )
    came = pages.events_with(probe, '"here"')[-1]
    probe.require(
        came.client_id != page, "“here” came, but over the connection that was cut."
    )
    took = pages.away(probe, page, came.client_id)
    probe.require(
        took <= _AWAY, f"It took the page {took:.1f} seconds to connect again, not two."
    )
    return came


def _is_alice_again(probe: Probe, event: Entry) -> None:
    probe.require(
        probe.lab.alice.root_id in pages.roots_told(probe, event)[-1:],
        "The page came back, but not as Alice: a new connection is public.",
        "Send change_user each time it is opened, before “here”.",
    )


PLAN = Plan(
    number=10,
    name="browser_client",
    title="The browser as a client",
    minutes=40,
    goals=(
        "open a WebSocket from a web page, and become a user there",
        "call walkers from JavaScript, and sort what arrives by its type",
        "let a page come back when its connection is lost",
        "say which pages may connect to a server, and what keeps the others out",
    ),
    people=(Person("alice"), Person("bob", "room")),
    predictions=(
        Prediction(
            question="The code in the editor opens a connection and sends nothing. "
            "What will arrive in the page?",
            options={
                "a": "Nothing",
                "b": "One message, with Alice's root_id",
                "c": "One message, with the root_id of the public",
            },
            right="c",
            then="Press Run in the panel above and look at its console.",
            why="The server greets every connection. The panel belongs to Alice, but "
            "the page has not said so to the server, so to the server it is public.",
        ),
        Prediction(
            question="The page becomes Alice, then calls the walker shout and asks for "
            "a response. shout sends to the channel “room”. How many messages will the "
            "page get in all?",
            options={
                "a": "Two: the greeting and the response",
                "b": "Three: the greeting, who it is now, and the response",
                "c": "Four: those, and what shout sends",
            },
            right="b",
            then="Run the next cell and count in the console.",
            why="change_user is answered with the connection message, which has the "
            "new root_id. What shout sends goes to “room”; the page listens on a "
            "channel of its own, for it named none.",
        ),
        Prediction(
            question="A page is closed by the server and connects again. What is the "
            "same as before?",
            options={
                "a": "Its client_id",
                "b": "Its user",
                "c": "Nothing, unless the page asks for it",
            },
            right="c",
            then="Do what the text below says, and compare the greetings.",
            why="A new connection has a new client_id, is public, and listens on a "
            "channel of its own, unless its address names one. So all that the page "
            "said in onopen it has to say again.",
        ),
    ),
    exercises=(
        Exercise(
            title="tea",
            text="In JavaScript: let the page become Alice, and then run the walker "
            "`shout` with the text `Tea is ready`.",
            hints=(
                "Both are events. A page can send as soon as its onopen is called, "
                "and the server handles them in the order sent.",
                'The first is {"type": "change_user", "token": "Bearer <your_token>"}; '
                "leave <your_token> as it is. Each event is made a text by "
                "JSON.stringify.",
                'The second is {"type": "walker", "walker": "shout", '
                '"context": {"text": "Tea is ready"}}.',
            ),
            solution="""
page = jacnb.connect(lab.server.url)
page.change_user(lab.alice)
page.walker("shout", text="Tea is ready")
q1.solution()
""",
            javascript="""
const client = new WebSocket("ws://localhost:8000/websocket");
const send = (event) => client.send(JSON.stringify(event));

client.onopen = () => {
  send({ type: "change_user", token: "Bearer <your_token>" });
  send({ type: "walker", walker: "shout", context: { text: "Tea is ready" } });
};
""",
            check=_tea,
        ),
        Exercise(
            title="twice as much",
            text="In JavaScript: let the page listen on `room` and answer questions. "
            "A question has the type `question`, and under `data` a `number` and a "
            "`client_id`, which is who asks. Send to that client, and to nobody else, "
            'one message such as `{"type": "answer", "data": {"double": 42}}`. Nothing '
            "else gets an answer, nor does a question without a number. Leave the page "
            "connected while you check.",
            hints=(
                "The address ends in ?channel_id=room. In onmessage, parse event.data "
                "and look at the type first.",
                "Not every question has data: data?.number is undefined where there is "
                "none, and typeof tells a number from anything else.",
                'The answer is a client event: {"type": "client", "client_ids": '
                '[data.client_id], "data": {"type": "answer", "data": {"double": '
                "2 * data.number}}}.",
            ),
            solution="""
page = jacnb.connect(lab.server.url, channel_id="room")


def answer(message):
    data = message.get("data") or {}
    if message.type == "question" and "number" in data:
        reply = {"type": "answer", "data": {"double": 2 * data["number"]}}
        page.send_to_clients(data["client_id"], reply)


page.on_message(answer)
q2.solution()
""",
            javascript="""
const client = new WebSocket("ws://localhost:8000/websocket?channel_id=room");

client.onmessage = (event) => {
  const { type, data } = JSON.parse(event.data);
  if (type !== "question" || typeof data?.number !== "number") return;
  client.send(JSON.stringify({
    type: "client",
    client_ids: [data.client_id],
    data: { type: "answer", data: { double: 2 * data.number } },
  }));
};
""",
            check=_double,
        ),
        Exercise(
            title="here again",
            text="In JavaScript: each time the page is connected, let it become Alice "
            'and send `{"type": "here", "data": {}}` to the channel `room`. When its '
            "connection is lost, let it connect again, within two seconds. Leave it "
            "connected: the check cuts its connection twice.",
            hints=(
                "Put all of it into a function connect, and call that once. The sample "
                "“Connect again” has the form.",
                "client.onclose = () => setTimeout(connect, 500): without brackets "
                "behind connect, for it is called later. It must be set for every new "
                "client, so it belongs into the function.",
                "onopen belongs into it, too: a new connection is public, and says "
                "nothing by itself.",
            ),
            solution="""
page = jacnb.connect(lab.server.url, reconnect=True)
page.change_user(lab.alice)


def say_here(state="open"):
    if state == "open":
        page.send_to_channels("room", {"type": "here", "data": {}})


page.on_state(say_here)
say_here()
q3.solution()
""",
            javascript="""
function connect() {
  const client = new WebSocket("ws://localhost:8000/websocket");
  const send = (event) => client.send(JSON.stringify(event));
  client.onopen = () => {
    send({ type: "change_user", token: "Bearer <your_token>" });
    send({ type: "channel", channel_ids: ["room"], data: { type: "here", data: {} } });
  };
  client.onclose = () => setTimeout(connect, 500);
}

connect();
""",
            check=_here,
        ),
    ),
)
