"""What may be typed at ``jacnb connect``: one line to one command."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from jacnb.client.client import Client
from jacnb.client.events import make_event
from jacnb.errors import JacnbError
from jacnb.protocol.events import WalkerEvent

Act = Callable[[Client], str | None]
"""Does something with a client; returns what to say about it."""

HELP: Final = """\
walker NAME [@NODE] [key=text | key:=json ...]   run a walker
walker NAME [@NODE] {"key": "value"}             the same, its context as JSON
user ROOT_ID... {JSON}                           send data to users
channel CHANNEL_ID... {JSON}                     send data to channels
client CLIENT_ID... {JSON}                       send data to connections
connection                                       ask for this connection's ids
change_user [TOKEN]                              become another user, or the public
raw TEXT                                         send text as it is
{"type": ...}                                    send this event as it is
ping                                             time a round trip
wait [SECONDS]                                   let messages arrive
help, quit"""


@dataclass(frozen=True, slots=True)
class Command:
    """One line, understood.

    Args:
        verb: Its first word.
        act: What to do.
        seconds: How long to wait then.
    """

    verb: str
    act: Act
    seconds: float = 0.0


def parse(line: str) -> Command | None:
    """Return the command in a line; None if it is blank or a comment.

    Raises:
        JacnbError: If it is none; the sentence says how it is written.
    """
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    if line.startswith("{"):
        return Command("raw", _sender(line))
    verb, _, rest = line.partition(" ")
    make = _VERBS.get(verb)
    if make is None:
        raise JacnbError(f"no command {verb!r}; there are {', '.join(_VERBS)}")
    return make(verb, rest.strip())


def verbs() -> list[str]:
    """Return the first words that there are."""
    return list(_VERBS)


def _walker(verb: str, rest: str) -> Command:
    head, text = _split_json(rest)
    words = _words(head)
    if not words:
        raise JacnbError("walker NAME key=value ..., or walker NAME {JSON}")
    name, *given = words
    node = given.pop(0)[1:] if given and given[0].startswith("@") else None
    context = _object(text) if text else dict(map(_pair, given))
    if text and given:
        raise JacnbError("give key=value or {JSON}, not both")

    # Not `send_walker`: what stands on the screen is what was typed, no id beside it.
    event = make_event(
        WalkerEvent, walker=name, context=context, node=node, response=True
    )
    return Command(verb, lambda client: client.send(event))


def _addressed(verb: str, rest: str) -> Command:
    head, text = _split_json(rest)
    ids = _words(head)
    if not ids or not text:
        raise JacnbError(f"{verb} ID ... {{JSON}}, such as: {verb} {_SAMPLE[verb]}")
    data = _object(text)

    def act(client: Client) -> None:
        send = {
            "user": client.send_to_users,
            "channel": client.send_to_channels,
            "client": client.send_to_clients,
        }[verb]
        send(ids, data)

    return Command(verb, act)


def _connection(verb: str, rest: str) -> Command:
    _no_more(verb, rest)

    def act(client: Client) -> None:
        client.connection()

    return Command(verb, act)


def _change_user(verb: str, rest: str) -> Command:
    def act(client: Client) -> str:
        info = client.change_user(rest or None)
        return f"now the user of {info.root_id}{' (public)' * info.is_public}"

    return Command(verb, act)


def _raw(verb: str, rest: str) -> Command:
    return Command(verb, _sender(rest))


def _ping(verb: str, rest: str) -> Command:
    _no_more(verb, rest)

    def act(client: Client) -> str:
        started = time.perf_counter()
        client.sync()
        return f"{(time.perf_counter() - started) * 1000:.1f} ms"

    return Command(verb, act)


def _wait(verb: str, rest: str) -> Command:
    return Command(verb, _nothing, seconds_of(rest or "1"))


def _help(verb: str, rest: str) -> Command:
    return Command(verb, lambda client: HELP)


def _quit(verb: str, rest: str) -> Command:
    _no_more(verb, rest)
    return Command("quit", _nothing)


_VERBS: Final[dict[str, Callable[[str, str], Command]]] = {
    "walker": _walker,
    "user": _addressed,
    "channel": _addressed,
    "client": _addressed,
    "connection": _connection,
    "change_user": _change_user,
    "raw": _raw,
    "ping": _ping,
    "wait": _wait,
    "help": _help,
    "quit": _quit,
    "exit": _quit,
}

_SAMPLE: Final = {
    "user": 'n::6b03ccc8aa1079061cc369e2 {"val": 1}',
    "channel": 'room {"type": "chat", "data": {"message": "hello"}}',
    "client": '1795411167:0db2f8f20a0b4ce68054d22bd9e21648 {"val": 1}',
}


def seconds_of(text: str) -> float:
    """Return a number of seconds; ``inf`` is for ever.

    Raises:
        JacnbError: If it is none.
    """
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not seconds >= 0:
        raise JacnbError(f"{text!r} is no number of seconds")
    return seconds


def _nothing(client: Client) -> None:
    """Do nothing."""


def _sender(text: str) -> Act:
    return lambda client: client.send(text)


def _split_json(rest: str) -> tuple[str, str]:
    """Return what stands before the first word in braces, and the rest."""
    if rest.startswith("{"):
        return "", rest
    head, brace, text = rest.partition(" {")
    return head, brace.strip() + text


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as exc:
        raise JacnbError(f"{exc}: quote as in a shell") from None


def _pair(word: str) -> tuple[str, Any]:
    key, sign, value = word.partition("=")
    name = key.removesuffix(":")
    if not sign or not name:
        raise JacnbError(f"{word!r} is no field: write key=text or key:=json")
    return name, value if name == key else _json(value)


def _object(text: str) -> dict[str, Any]:
    value = _json(text)
    if not isinstance(value, dict):
        raise JacnbError(f"{text:.80} is no JSON object")
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as exc:
        raise JacnbError(f"{text:.80} is no JSON: {exc}") from None


def _no_more(verb: str, rest: str) -> None:
    if rest:
        raise JacnbError(f"{verb} takes nothing more, not {rest[:40]!r}")
