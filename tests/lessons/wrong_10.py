"""Answers to lesson 10 that are not right, and a word of what is said about each.

A client in Python makes here the mistakes that people make in JavaScript;
tests/e2e/test_lesson_10_in_lab.py makes them in a page.
"""

from __future__ import annotations

from jacnb.lessons.lesson_10 import PLAN

PAGE = "page = jacnb.connect(lab.server.url{given})\n"
ALICE = "page.change_user(lab.alice)\n"
ANSWER = """
page = jacnb.connect(lab.server.url, channel_id="room")


def answer(message):
    data = message.get("data") or {{}}
    if {condition}:
        reply = {{"type": "answer", "data": {{"double": {double}}}}}
        page.{send}, reply)


page.on_message(answer)
"""
QUESTION = 'message.type == "question" and "number" in data'
DOUBLE = '2 * data["number"]'
TO_ASKER = 'send_to_clients(data["client_id"]'
HERE = """
def say_here(state="open"):
    if state == "open":
        page.send_to_channels("room", {"type": "here", "data": {}})


say_here()
"""
TWICE = """
from threading import Thread


def connect(name, then):
    page = jacnb.connect(lab.server.url)
    {become}
    globals()["page" + name] = page
    page.send_to_channels("room", {{"type": "here", "data": {{}}}})
    page.on_state(lambda state: then and Thread(target=then).start())


"""

LATE = """
def later(then):
    from threading import Event

    Event().wait(2.2)
    then()


connect("1", lambda: connect("2", None))
"""


def answer(
    condition: str = QUESTION, double: str = DOUBLE, send: str = TO_ASKER
) -> str:
    return ANSWER.format(condition=condition, double=double, send=send)


WRONG = {
    "q1": [
        (
            PAGE.format(given="") + 'page.send_walker("shout", text="Tea is ready")',
            "Event shout requires to be authenticated!",
        ),
        (
            PAGE.format(given="")
            + 'page.send_walker("shout", text="Tea is ready")\n'
            + ALICE,
            "Event shout requires to be authenticated!",
        ),
        (
            PAGE.format(given="") + ALICE + 'page.send("[object Object]")\npage.sync()',
            "JSON.stringify",
        ),
        (
            PAGE.format(given="") + ALICE + 'page.send_walker("shout", '
            '{"message": "Tea is ready"})\npage.sync()',
            "Field required",
        ),
        (
            PAGE.format(given="") + ALICE + 'page.send_to_channels("room", '
            '{"type": "chat", "data": {"message": "Tea is ready"}})',
            "a channel event, not one that runs the walker shout",
        ),
        (
            PAGE.format(given=", token=lab.alice.token")
            + 'page.walker("shout", text="Tea is ready")',
            "opened with a token",
        ),
        (
            PAGE.format(given="") + "page.change_user(lab.bob)\n"
            'page.walker("shout", text="Tea is ready")',
            "The page is not Alice",
        ),
        (
            PAGE.format(given="") + "page.change_user(lab.bob)\n"
            'page.walker("shout", text="Tea is ready")\n' + ALICE,
            "The page is not Alice when it sends this",
        ),
        (
            PAGE.format(given="")
            + ALICE
            + 'page.walker("shout", text="Tea is ready!")',
            "shout did not send TEA IS READY",
        ),
    ],
    "q2": [
        (
            answer(double='data["number"]'),
            "What differs: data is",
        ),
        (
            answer(
                condition='message.type in ("question", "chat") and "number" in data'
            ),
            "also a message that asks nothing",
        ),
        (
            # What a page makes of a number that is missing: NaN, in JSON null.
            answer(
                condition='message.type == "question" and data',
                double='2 * data["number"] if "number" in data else None',
            ),
            "also a message that asks nothing",
        ),
        (
            answer(send='send_to_channels("room"'),
            "The answer went to the channel “room”",
        ),
        (
            answer()
            .replace('"data": {{"double"'.format(), '"double"')
            .replace("}}\n", "}\n"),
            "it has no 'data'",
        ),
        (
            answer().replace(
                "        page.send_to", "        for _ in range(2): page.send_to"
            ),
            "The page answered 2 times",
        ),
        (
            answer(send='send_to_clients([data["client_id"], *MORE]').replace(
                "*MORE",
                "*(c.client_id for c in lab.server.connections)",
            ),
            "but so did omar",
        ),
        (
            answer().replace('"type": "answer"', '"type": "reply"'),
            "nora received no message",
        ),
        (
            answer(double="1").replace("page", "first_page") + answer(double="2"),
            "2 pages listen on “room”; close those of before",
        ),
    ],
    "q3": [
        (
            PAGE.format(given="") + ALICE + HERE,
            "for the first time, and nobody said",
        ),
        (
            PAGE.format(given=", reconnect=True") + ALICE + HERE,
            "for the first time, and nobody said",
        ),
        (
            PAGE.format(given=", reconnect=True") + HERE + "page.on_state(say_here)",
            "The page is not Alice",
        ),
        (
            PAGE.format(given="") + HERE + ALICE,
            "The page is not Alice when it sends this",
        ),
        (
            PAGE.format(given="") + ALICE + HERE.replace(', "data": {}', ""),
            'should be {"type": "here", "data": {}}',
        ),
        (
            PAGE.format(given="")
            + ALICE
            + HERE.replace('"room"', '["room", "x"]').replace("{}", '{"n": 1}'),
            "to the channel “room” alone",
        ),
        (
            TWICE.replace("target=then", "target=later, args=(then,)").format(
                become="page.change_user(lab.alice)"
            )
            + LATE,
            "seconds to connect again, not two",
        ),
        (
            TWICE.format(become="name and page.change_user(lab.alice)")
            + 'connect("1", lambda: connect("", None))',
            "came back, but not as Alice",
        ),
        (
            TWICE.format(become="page.change_user(lab.alice)")
            + 'connect("1", lambda: connect("2", None))',
            "for the second time, and nobody said",
        ),
    ],
}

# A check may be run twice, and a program that came back shows its token at once.
RIGHT = {"q3": [f"{PLAN.exercises[2].solution}\nq3.check()"]}
