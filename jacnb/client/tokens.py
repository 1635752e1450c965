"""What a client needs to know of tokens: their bare form, and a name to show."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from pydantic_core import from_json


def bare(token: str | None) -> str | None:
    """Return the token without the word Bearer; None if there is none.

    Raises:
        TypeError: If it is no string.
    """
    if token is None:
        return None
    _check_is_text(token)
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


def _check_is_text(token: object) -> None:
    if not isinstance(token, str):
        raise TypeError(f"a token is a str, not {type(token).__name__}")


@dataclass(slots=True)
class Bearer:
    """Who a client is.

    Args:
        url: The server that is to accept the token.
        token: The token, None for the public.
        given_name: How to show the client, instead of whom the token names.
    """

    url: str
    token: str | None = field(default=None, repr=False)
    given_name: str | None = None

    @property
    def name(self) -> str:
        """How the client is shown to people."""
        return self.given_name or name_in(self.token) or "public"

    def drop_if(self, is_public: bool) -> str | None:
        """Drop a token whose bearer the server takes for the public; say so."""
        if self.token is None or not is_public:
            return None
        self.token = None
        return (
            f"{self.url} did not accept the token (expired, revoked, or of another "
            "server?), so this connection is public"
        )
