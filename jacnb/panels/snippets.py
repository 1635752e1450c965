"""Write a sent event as code for elsewhere: Python, JavaScript, wscat, ``.http``.

What stands for a token is a placeholder; whatever else the event holds is quoted so
that it arrives as it was.
"""

from __future__ import annotations

import json
import keyword
import pprint
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

from pydantic_core import from_json

PLACEHOLDER: Final = "YOUR_TOKEN"

_MASK: Final = "***"
_MAX_SAFE: Final = 2**53 - 1
_LINE: Final = 80
# What starts something else than a message in a .http file.
_HTTP_WORDS: Final = ("===", "###", "#", "//", "<", ">", "@")


@dataclass(frozen=True, slots=True)
class Source:
    """Where an event was sent from.

    Attributes:
        url: The address of the server, without secrets.
        channel_id: The channel that its client listens to; None is one of its own.
        has_token: Whether its client is a user's.
        name: How its client is called.
    """

    url: str = "ws://127.0.0.1:8000/websocket"
    channel_id: str | None = None
    has_token: bool = False
    name: str = "client"


def snippet(text: str, kind: str, source: Source) -> str:
    """Return an event as a snippet: "python", "javascript", "wscat" or "http".

    Args:
        text: The event as it was sent, tokens masked.
        kind: Which kind.
        source: Where it was sent from.

    Raises:
        ValueError: If there is no such kind.
    """
    if kind not in _KINDS:
        raise ValueError(
            f"{kind!r} is no kind of snippet; there are {', '.join(_KINDS)}"
        )
    return _KINDS[kind](_with_placeholder(text), source)


def as_python(text: str, source: Source) -> str:
    """Return a cell that connects and sends the event by jacnb's client."""
    name = _variable(source.name)
    options = [_python(source.url)]
    if source.channel_id is not None:
        options.append(f"channel_id={_python(source.channel_id)}")
    if source.has_token:
        options.append(f"token={PLACEHOLDER!r}")
    connect = f"{name} = jacnb.connect({', '.join(options)})"
    return f"import jacnb\n\n{connect}\n{name}.{_call(text)}\n"


def as_javascript(text: str, source: Source) -> str:
    """Return a script for a browser or Node: a WebSocket that sends the event."""
    query = {} if source.channel_id is None else {"channel_id": source.channel_id}
    # Browsers cannot set headers.
    query |= {"auth": PLACEHOLDER} if source.has_token else {}
    address = _script(_with_query(source.url, query))
    return (
        f"const socket = new WebSocket({address});\n"
        "socket.onmessage = ({ data }) => console.log(data);\n"
        f"socket.onopen = () => socket.send({_script_message(text)});\n"
    )


def as_wscat(text: str, source: Source) -> str:
    """Return a line for a shell; the token is taken from the variable TOKEN."""
    if "\0" in text:
        return "# wscat cannot send this: a shell has no NUL characters\n"
    query = {} if source.channel_id is None else {"channel_id": source.channel_id}
    words = ["wscat -c", shlex.quote(_with_query(source.url, query))]
    if source.has_token:
        words.append('-H "Authorization: Bearer $TOKEN"')
    return " ".join([*words, "-w 5 -x", shlex.quote(text)]) + "\n"


def as_http(text: str, source: Source) -> str:
    """Return a request as JetBrains' HTTP client and editors like it read it."""
    query = {} if source.channel_id is None else {"channel_id": source.channel_id}
    title = " ".join(source.name.split())
    lines = [f"### {title}", f"WEBSOCKET {_with_query(source.url, query)}"]
    if source.has_token:
        lines.append("Authorization: Bearer {{token}}")
    body = _http_body(text)
    if body is None:
        return "# a .http file cannot hold this message: it is not JSON\n"
    return "\n".join([*lines, "Content-Type: application/json", "", body, ""])


_KINDS: Final[dict[str, Callable[[str, Source], str]]] = {
    "python": as_python,
    "javascript": as_javascript,
    "wscat": as_wscat,
    "http": as_http,
}


# Python.


def _call(text: str) -> str:
    """Return the call of a client's method that sends this event."""
    value = _parsed(text)
    kind = value.get("type") if isinstance(value, dict) else None
    write = _CALLS.get(kind) if isinstance(kind, str) else None
    return (write and write(value)) or f"send({_python(text)})"


def _walker_call(event: dict[str, Any]) -> str | None:
    known = {"type", "walker", "context", "response", "node", "id"}
    name, context = event.get("walker"), event.get("context", {})
    is_plain = isinstance(name, str) and isinstance(context, dict)
    answered = event.get("response", False)
    node = event.get("node")
    is_plain = is_plain and event.keys() <= known and isinstance(answered, bool)
    if not is_plain or not (node is None or isinstance(node, str)):
        return None
    parts = [_python(name), *([_python(context)] if context else [])]
    parts += [f"node={_python(node)}"] if node is not None else []
    return f"{'walker' if answered else 'send_walker'}({', '.join(parts)})"


def _send_to(what: str, key: str) -> Callable[[dict[str, Any]], str | None]:
    def write(event: dict[str, Any]) -> str | None:
        ids, data = event.get(key), event.get("data")
        is_plain = isinstance(ids, list) and all(isinstance(i, str) for i in ids)
        if not is_plain or not ids or not isinstance(data, dict):
            return None
        if event.keys() != {"type", key, "data"}:
            return None
        return f"send_to_{what}({_python(ids)}, {_python(data)})"

    return write


def _change_user(event: dict[str, Any]) -> str | None:
    if not event.keys() <= {"type", "token", "id"}:
        return None
    return f"change_user({PLACEHOLDER!r})" if event.get("token") else "change_user()"


def _connection(event: dict[str, Any]) -> str | None:
    return "connection()" if event.keys() <= {"type", "id"} else None


_CALLS: Final[dict[str, Callable[[dict[str, Any]], str | None]]] = {
    "walker": _walker_call,
    "user": _send_to("users", "root_ids"),
    "channel": _send_to("channels", "channel_ids"),
    "client": _send_to("clients", "client_ids"),
    "change_user": _change_user,
    "connection": _connection,
}


def _python(value: Any) -> str:
    """Return a literal; a lone surrogate or a control character is escaped."""
    if isinstance(value, str):
        return repr(value)
    return pprint.pformat(value, width=_LINE, sort_dicts=False)


def _variable(name: str) -> str:
    made = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower()
    if not made or made[0].isdigit() or keyword.iskeyword(made) or made == "jacnb":
        return f"client_{made}".rstrip("_")
    return made


# JavaScript.


def _script(text: str) -> str:
    """Return a string literal that is safe in a page's script element, too."""
    return json.dumps(text).replace("<", "\\u003c")


def _script_message(text: str) -> str:
    """Return the message as an object to read, as long as that says the same."""
    value = _parsed(text)
    if not isinstance(value, dict) or not _is_plain(value):
        return _script(text)
    made = json.dumps(value, indent=2).replace("<", "\\u003c")
    return f"JSON.stringify({made})"


def _is_plain(value: Any) -> bool:
    """Return whether a value means the same as JSON and as JavaScript."""
    match value:
        case dict():
            # It would set the prototype; and numbers as keys change their order.
            odd = any(key == "__proto__" or key.isdigit() for key in value)
            return not odd and all(map(_is_plain, value.values()))
        case list():
            return all(map(_is_plain, value))
        case float():
            return not value.is_integer()
        case int():
            return abs(value) <= _MAX_SAFE
    return True


# The rest.


def _http_body(text: str) -> str | None:
    if _parsed(text) is not _NOTHING:
        # Line breaks only stand between tokens, "{{" only within strings.
        return " ".join(text.split("\n")).replace("\r", " ").replace("{{", "{\\u007b")
    is_plain = text.isprintable() and text.strip() and "{{" not in text
    return text if is_plain and not text.lstrip().startswith(_HTTP_WORDS) else None


_NOTHING: Final = object()


def _parsed(text: str) -> Any:
    try:
        return from_json(text, allow_inf_nan=False)
    except (TypeError, ValueError):
        return _NOTHING


def _with_placeholder(text: str) -> str:
    """Return an event with a placeholder where its token was masked."""
    value = _parsed(text)
    is_masked = isinstance(value, dict) and value.get("type") == "change_user"
    if not is_masked or value.get("token") != _MASK:
        return text
    return json.dumps({**value, "token": PLACEHOLDER}, separators=(",", ":"))


def _with_query(url: str, query: dict[str, str]) -> str:
    if not query:
        return url
    return f"{url}?{urlencode(query, safe='', quote_via=quote)}"
