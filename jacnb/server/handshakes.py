"""What the trace keeps of a client's handshake: enough to look at, nothing secret."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote_plus

from tornado.httputil import HTTPServerRequest

from jacnb.protocol.json import encode, masked_text

_MAX_PATH: Final = 500
_MAX_HEADER: Final = 200

# Parts of names under which others keep what nobody else may read.
_SUSPECT: Final = ("token", "auth", "pass", "secret", "key", "sig", "session", "jwt")


def handshake_of(request: HTTPServerRequest) -> str:
    """Return path, page, program and address of a handshake as JSON."""
    headers = request.headers
    known = {
        "path": _cut(_path(request), _MAX_PATH),
        "origin": _header(headers.get("Origin")),
        "user_agent": _header(headers.get("User-Agent")),
        "peer": request.remote_ip,
        "authorization": "***" if "Authorization" in headers else None,
    }
    return encode({name: value for name, value in known.items() if value})


def _path(request: HTTPServerRequest) -> str:
    query = "&".join(map(_masked, request.query.split("&")))
    return f"{request.path}?{query}" if query else request.path


def _masked(parameter: str) -> str:
    """Return one part of a query without what may be a secret."""
    name, equals, value = parameter.partition("=")
    plain, said = unquote_plus(name), unquote_plus(value)
    is_suspect = any(part in plain.lower() for part in _SUSPECT)
    if masked_text(plain) != plain:
        return "***"
    if is_suspect or masked_text(said) != said:
        value = "***"
    return f"{name}{equals}{value}"


def _header(value: str | None) -> str | None:
    return None if value is None else _cut(masked_text(value), _MAX_HEADER)


def _cut(text: str, limit: int) -> str:
    """Return valid text of so many characters."""
    whole = text.encode("utf-8", "replace").decode()
    return whole if len(whole) <= limit else f"{whole[: limit - 1]}…"
