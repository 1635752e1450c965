"""Say in words why a server refused a connection."""

from __future__ import annotations

import http.client

from pydantic_core import from_json


def status_in_words(status: int, body: bytes) -> str:
    """Return what a handshake that was answered with this status means."""
    phrase = http.client.responses.get(status, "")
    said = _reason_in(body)
    return f"the server answered HTTP {status} {phrase}".rstrip() + said


def _reason_in(body: bytes) -> str:
    """Return what the body of a refusal says, if it is text or our kind of JSON."""
    try:
        answer = from_json(body)
    except ValueError:
        answer = body.decode(errors="replace").strip()
    if isinstance(answer, dict):
        answer = answer.get("detail") or answer.get("message")
    is_readable = isinstance(answer, str) and answer and not answer.startswith("<")
    return f": {answer:.200}" if is_readable else ""
