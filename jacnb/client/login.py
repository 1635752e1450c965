"""Register and log in over REST, at any Jac Cloud server."""

from __future__ import annotations

import http.client
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic_core import from_json, to_json

from jacnb.errors import AuthError, ConnectError

_MAX_ANSWER: Final = 1 << 20


def log_in(url: str, email: str, password: str, *, timeout: float = 30.0) -> str:
    """Return a token for this user.

    Args:
        url: The server's WebSocket address.
        email: The user's address.
        password: The user's password.
        timeout: Seconds; hashing a password may take one.

    Raises:
        AuthError: If the server does not know them.
        ConnectError: If there is no such server.
    """
    status, answer = _post(url, "/user/login", email, password, timeout)
    token = answer.get("token") if isinstance(answer, dict) else None
    if status != 200 or not isinstance(token, str):
        raise AuthError(f"cannot log in as {email}: {_said(status, answer)}")
    return token


def register(url: str, email: str, password: str, *, timeout: float = 30.0) -> None:
    """Register a user; one that exists already is left as it is.

    Raises:
        AuthError: If the server refuses for another reason.
        ConnectError: If there is no such server.
    """
    status, answer = _post(url, "/user/register", email, password, timeout)
    if status not in (200, 201, 409):
        raise AuthError(f"cannot register {email}: {_said(status, answer)}")


def rest_url(url: str, path: str) -> tuple[str, str]:
    """Return the host and the path of a REST call beside a WebSocket address."""
    parts = urlsplit(url)
    # A user and password in an address are not for here, and to be shown to nobody.
    netloc = parts.netloc.rpartition("@")[2]
    return netloc, parts.path.removesuffix("/websocket") + path


def _post(
    url: str, path: str, email: str, password: str, timeout: float
) -> tuple[int, Any]:
    netloc, full_path = rest_url(url, path)
    secure = urlsplit(url).scheme == "wss"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    body = to_json({"email": email, "password": password})
    connection = kind(netloc, timeout=timeout)
    try:
        connection.request(
            "POST", full_path, body, {"Content-Type": "application/json"}
        )
        answer = connection.getresponse()
        return answer.status, _parsed(answer.read(_MAX_ANSWER))
    except (OSError, http.client.HTTPException) as exc:
        raise ConnectError(f"{netloc}{full_path}", f"{exc!s:.200}") from None
    finally:
        connection.close()


def _parsed(body: bytes) -> Any:
    try:
        return from_json(body)
    except ValueError:
        return body.decode(errors="replace")[:200]


def _said(status: int, answer: Any) -> str:
    """Return the server's reason on one line."""
    said = answer
    if isinstance(answer, dict):
        said = answer.get("message") or answer.get("detail") or answer
    if isinstance(said, list):
        said = "; ".join(
            str(item.get("msg", item) if isinstance(item, dict) else item)
            for item in said
        )
    return f"{said!s:.300} (HTTP {status})"
