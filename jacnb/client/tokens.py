"""What a client needs to know of tokens: their bare form, and a name to show."""

from __future__ import annotations

import base64
import binascii

from pydantic_core import from_json


def bare(token: str | None) -> str | None:
    """Return the token without the word Bearer; None if there is none."""
    if token is None:
        return None
    head, _, rest = token.strip().partition(" ")
    return (rest.strip() if head.lower() == "bearer" else token.strip()) or None


def name_in(token: str | None) -> str | None:
    """Return whom a token names ("alice"), to show it only: nothing is verified."""
    try:
        part = (token or "").split(".")[1]
        claims = from_json(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        email = claims["email"]
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return None
    return email.partition("@")[0] or None if isinstance(email, str) else None
