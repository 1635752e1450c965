"""What the trace keeps of a client's handshake: enough to look at, nothing secret."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from tornado.httputil import HTTPServerRequest

from jacnb.protocol.json import encode
from jacnb.protocol.masking import masked_text, masked_words

_MAX_PATH: Final = 500
_MAX_HEADER: Final = 200

_NAME: Final = re.compile(r"[A-Za-z_]\w{0,40}")


def handshake_of(request: HTTPServerRequest) -> str:
    """Return path, page, program and address of a handshake as JSON."""
    headers = request.headers
    known = {
        "path": _cut(_path(request), _MAX_PATH),
        "origin": _cut(_origin(headers.get("Origin", "")), _MAX_HEADER),
        "user_agent": _cut(masked_words(headers.get("User-Agent", "")), _MAX_HEADER),
        "peer": request.remote_ip,
        "authorization": "***" if "Authorization" in headers else None,
    }
    return encode({name: value for name, value in known.items() if value})


def _path(request: HTTPServerRequest) -> str:
    path = masked_text(request.path)
    query = "&".join(map(_masked, request.query.split("&")))
    return f"{path}?{query}" if query else path


def _masked(parameter: str) -> str:
    """Return one part of a query; of others than the channel the name alone."""
    name, equals, value = parameter.partition("=")
    if name == "channel_id":
        is_open = masked_text(unquote_plus(value)) == unquote_plus(value)
        return parameter if is_open else "channel_id=***"
    if not parameter:
        return ""
    is_name = bool(equals) and _NAME.fullmatch(name) and masked_text(name) == name
    return f"{name}=***" if is_name else "***"


def _origin(origin: str) -> str:
    """Return scheme, host and port of what a page's address should be."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return "***"
    place = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return place if parts.netloc else masked_words(origin)


def _cut(text: str, limit: int) -> str:
    """Return valid text of so many characters."""
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= limit else f"{whole[: limit - 1]}…"
