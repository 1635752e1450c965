"""Addresses of servers: the whole one that is meant, and one to show to people."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, quote, urlsplit, urlunsplit

from jacnb.errors import ConnectError
from jacnb.protocol.masking import masked_text

_SHOWN: Final = 80
_SCHEMES = {"ws": "ws", "wss": "wss", "http": "ws", "https": "wss"}


def websocket_url(url: str) -> str:
    """Return the WebSocket address that is meant.

    Raises:
        TypeError: If it is no string.
        ValueError: If it is no address of a server.
    """
    _check_is_text(url)
    full = url if "://" in url else f"ws://{url}"
    parts = _split(full)
    scheme = _SCHEMES.get(parts.scheme.lower()) if parts else None
    if parts is None or scheme is None or not parts.hostname:
        is_whole = parts is not None and "://" in url
        shown = without_secrets(full) if is_whole else url.rpartition("@")[2]
        shown = masked_text(shown.partition("?")[0])
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        raise ValueError(f"{shown!r} is no address such as ws://127.0.0.1:8000")
    path = "/websocket" if parts.path in ("", "/") else parts.path
    return urlunsplit(parts._replace(scheme=scheme, path=path, fragment=""))


def without_secrets(url: str) -> str:
    """Return an address without user, password, query and fragment."""
    if "://" not in url:
        return without_secrets(f"ws://{url}").removeprefix("ws://")
    parts = urlsplit(url)
    netloc = parts.netloc.rpartition("@")[2]
    place = urlunsplit(parts._replace(netloc=netloc, query="", fragment=""))
    return masked_text(place)


def on_channel(url: str, channel_id: str | None) -> str:
    """Return the address with this channel in its query, None for what is there."""
    if channel_id is None:
        return url
    parts = urlsplit(url)
    kept = [p for p in parts.query.split("&") if p and not _is_channel(p)]
    kept.append(f"channel_id={quote(channel_id, safe='')}")
    return urlunsplit(parts._replace(query="&".join(kept)))


def authorization(url: str, token: str | None) -> list[str]:
    """Return the header lines that say who connects.

    Raises:
        ConnectError: If the token cannot stand in a header.
    """
    if token is None:
        return []
    if not (token.isascii() and token.isprintable()):
        raise ConnectError(url, "the token is not one line of ASCII text")
    return [f"Authorization: Bearer {token}"]


def check_channel(channel_id: object) -> None:
    """Raise if nothing can be connected on this channel.

    Raises:
        TypeError: If it is no text.
        ValueError: If it is text that cannot be sent.
    """
    if channel_id is None:
        return
    if not isinstance(channel_id, str):
        kind = type(channel_id).__name__
        raise TypeError(f"channel_id is the name of one channel, text, not {kind}")
    try:
        channel_id.encode()
    except UnicodeEncodeError:
        raise ValueError(
            "channel_id cannot be sent: half a surrogate pair is no text"
        ) from None


def _split(url: str) -> SplitResult | None:
    """Return the parts of an address, None if brackets or the port make no sense."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _is_channel(parameter: str) -> bool:
    return parameter.partition("=")[0] == "channel_id"


def _check_is_text(url: object) -> None:
    if not isinstance(url, str):
        kind = type(url).__name__
        raise TypeError(f"an address is a str, as 'ws://127.0.0.1:8000', not {kind}")
