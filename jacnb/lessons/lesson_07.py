"""Lesson 7: tokens, and who speaks on a connection."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from jacnb.client import Client
from jacnb.errors import JacnbError
from jacnb.lessons.outcomes import NotAttempted
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe


def _log_in(probe: Probe, log_in: Any) -> None:
    probe.function(log_in, "log_in")
    email = f"{probe.channel('nora')}@example.com"
    password = probe.channel("secret")
    accounts = probe.server.accounts
    accounts.register(email, password)
    token = log_in(email, password)
    if token is Ellipsis:
        raise NotAttempted("log_in returns ... so far.")
    # What was returned may hold a token: only its type is told.
    probe.require(
        isinstance(token, str),
        f"log_in should return the token, a str, not {type(token).__name__}.",
    )
    probe.require(
        accounts.identify(token).email == email,
        "What log_in returned is no token of the user who logs in.",
    )
    refused = log_in(email, f"not {password}")
    probe.require(
        refused is None,
        "With a wrong password log_in should return None.",
        f"It returned a {type(refused).__name__}.",
    )


def _borrow(probe: Probe, borrow: Any) -> None:
    probe.walker("who")
    probe.function(borrow, "borrow")
    quinn = probe.client("quinn", is_user=False)
    accounts = probe.server.accounts
    token = accounts.simulate("nora").token
    told = borrow(quinn, token, "who")
    if told is Ellipsis:
        raise NotAttempted("borrow returns ... so far.")
    wanted = [accounts.identify(token).root_id]
    probe.require(
        told == wanted,
        "borrow should return what the walker reported to the user of the token.",
        f"For `who` it returned {told!r}, not {wanted!r}.",
    )
    probe.require(
        quinn.sent.where("walker"),
        "The walker should be called on the connection that borrow was given.",
    )
    _is_public_again(probe, quinn, "")
    with suppress(JacnbError):
        borrow(quinn, token, "no_such_walker")
    _is_public_again(probe, quinn, " if the walker fails")


def _is_public_again(probe: Probe, client: Client, when: str) -> None:
    probe.require(
        client.connection().is_public,
        f"Afterwards the connection is still the user's{when}: whoever uses it next "
        "would be that user.",
    )


def _welcome(probe: Probe) -> None:
    probe.walker("welcome")
    quinn, nora = probe.client("quinn", is_user=False), probe.client("nora")
    for client, wanted in ((quinn, "Welcome"), (nora, "Welcome back")):
        answer = probe.call(client, "welcome")
        kind = "the public" if client is quinn else "a user"
        probe.require(
            answer.reports == [wanted],
            f"For {kind} it should report {wanted!r}.",
            f"It reported {answer.reports!r}.",
        )


PLAN = Plan(
    number=7,
    name="tokens_and_change_user",
    title="Tokens: who speaks on a connection",
    minutes=40,
    goals=(
        "register, log in, and use the token for REST and for a connection",
        "let another user speak on an open connection",
        "say what a bad, expired or revoked token does",
        "open a walker to users, to the public, or to both",
        "say why a token is not a connection, and keep it to yourself",
    ),
    people=(
        Person("alice"),
        Person("bob"),
        Person("carol", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Carol's connection is open and public. She sends Dora's token in "
            "a change_user event. Which of the connection's three ids change?",
            options={
                "a": "client_id",
                "b": "root_id",
                "c": "channel_id",
            },
            right="b",
            then="Run the next cell and look at Carol's panel.",
            why="It is the same connection on the same channel. Only who speaks on it "
            "is another one, and that is what the root_id names.",
        ),
        Prediction(
            question="Bob's connection sends change_user with a text that is no "
            "token at all. What happens?",
            options={
                "a": "It gets an error and stays Bob's",
                "b": "It is closed",
                "c": "It becomes public, without an error",
            },
            right="c",
            then="Run the next cell and look at Bob's panel.",
            why="Whoever shows no valid token is the public; that holds for an open "
            "connection as for a new one. The answer is a connection message, and its "
            "root_id tells who one is now.",
        ),
        Prediction(
            question="Dora has two connections, each with a token of its own. The "
            "token of one is revoked. What happens?",
            options={
                "a": "That one is closed, the other stays Dora's",
                "b": "That one becomes public, the other stays Dora's",
                "c": "Both become public",
            },
            right="b",
            then="Run the next cell.",
            why="A token is not a connection and not a user. When it ends, the "
            "connections that rely on it stay open, but nobody vouches for them any "
            "more. Other tokens of the same user are as good as before.",
        ),
    ),
    exercises=(
        Exercise(
            title="log in",
            text="Write a function `log_in(email, password)`. It logs in over REST and "
            "returns the token; if the server refuses, it returns `None`.",
            hints=(
                "`post` returns two things: the status, and the answer.",
                'The path is "/user/login", the body {"email": email, "password": '
                "password}. The status is 200 if all is well.",
                'return answer["token"] if status == 200 else None',
            ),
            solution="""
def log_in(email, password):
    status, answer = post("/user/login", {"email": email, "password": password})
    return answer["token"] if status == 200 else None
""",
            check=_log_in,
            takes=("log_in",),
        ),
        Exercise(
            title="borrow a connection",
            text="A screen in a hall has one public connection. Write a function "
            "`borrow(client, token, name)`: it lets the user of the token speak on "
            "that connection, calls the walker of this name, and returns its reports. "
            "Afterwards the connection is public again, also if the walker fails.",
            hints=(
                "client.change_user(token) and client.change_user() are the beginning "
                "and the end.",
                "client.walker(name).reports are the reports; an error of a walker is "
                "raised there.",
                "What stands under finally: is done in any case: try: return … "
                "finally: client.change_user()",
            ),
            solution="""
def borrow(client, token, name):
    client.change_user(token)
    try:
        return client.walker(name).reports
    finally:
        client.change_user()
""",
            check=_borrow,
            takes=("borrow",),
        ),
        Exercise(
            title="welcome",
            text="Write a walker `welcome` that anybody may call. To a user it reports "
            "`Welcome back`, to the public `Welcome`.",
            hints=(
                "Who may call is said in the decorator: @jacnb.walker(auth=…). Which "
                "of the three values opens it to both?",
                "`who` shows how a walker gets at the root of its caller. The public "
                "has one root, and its id is PUBLIC_ROOT_ID.",
                'return "Welcome" if jid(root()) == PUBLIC_ROOT_ID else "Welcome back"',
            ),
            solution="""
@jacnb.walker(auth=None)
def welcome() -> str:
    return "Welcome" if jid(root()) == PUBLIC_ROOT_ID else "Welcome back"
""",
            check=_welcome,
        ),
    ),
)
