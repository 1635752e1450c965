"""What `jacnb.accounts` asks of a store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """One user as the store keeps it.

    Args:
        id: The 24 hex digits of the user's own id.
        email: The address as registered; stores compare it without regard to case.
        password_hash: None for a simulated user, who cannot log in by password.
        root_id: The id of the user's root, ``n::<24 hex>``.
        tokens_valid_after: Unix seconds; tokens issued earlier are revoked.
    """

    id: str
    email: str
    password_hash: str | None = field(repr=False)
    root_id: str
    is_activated: bool = True
    is_admin: bool = False
    state: dict[str, Any] = field(default_factory=dict)
    tokens_valid_after: float = 0.0


class AccountStore(Protocol):
    """Where accounts are kept."""

    def new_root(self) -> str:
        """Make a root for a new user, and return its id."""
        ...

    def add_account(self, record: AccountRecord) -> bool:
        """Keep a new account; return False if its email is taken."""
        ...

    def account_by_email(self, email: str) -> AccountRecord | None:
        """Return the account with this email, upper or lower case, or None."""
        ...

    def account_by_id(self, account_id: str) -> AccountRecord | None:
        """Return the account with this id, or None."""
        ...

    def update_account(self, record: AccountRecord) -> None:
        """Replace the account with this id.

        Raises:
            NotFoundError: If there is no such account.
        """
        ...

    def revoke_token(self, token_id: str, expires: float) -> None:
        """Remember until ``expires`` (unix seconds) that this token is revoked."""
        ...

    def is_revoked(self, token_id: str) -> bool:
        """Tell whether this token was revoked."""
        ...
