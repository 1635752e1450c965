"""Who speaks on a connection: a user, or the public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from jacnb.ids import PUBLIC_ROOT_ID


@dataclass(frozen=True, slots=True)
class Identity:
    """A user as the hub knows it; the token itself is never kept.

    Args:
        root_id: The user's root, ``n::<24 hex>``.
        user_id: The account's id; None is the public.
        email: The account's address, for display.
        expires: When the token ends, unix seconds; None is never.
        token_id: The token's ``jti``, by which it can be revoked.
        issued: When the token was made, unix seconds.
    """

    root_id: str = PUBLIC_ROOT_ID
    user_id: str | None = None
    email: str | None = None
    expires: float | None = None
    token_id: str | None = None
    issued: float | None = None

    @property
    def is_public(self) -> bool:
        """Whether this is a connection without a user."""
        return self.user_id is None


PUBLIC: Final = Identity()
"""Everybody without a valid token."""
