"""Users and their tokens: register, log in, simulate, identify, revoke.

Hashing a password takes a tenth of a second and 64 MiB, so `register` and `login` are
not for an event loop, and no more than two hash at a time.
"""

from __future__ import annotations

import math
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from threading import Lock, Semaphore
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, StringConstraints, ValidationError

from jacnb.errors import (
    AuthError,
    BadCredentialsError,
    EmailTakenError,
    ProtocolError,
)
from jacnb.ids import new_hex
from jacnb.protocol.identity import PUBLIC, Identity
from jacnb.protocol.validation import protocol_error
from jacnb.store.accounts import AccountRecord, AccountStore

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = [
    "Account",
    "Accounts",
    "BadCredentialsError",
    "EmailTakenError",
    "Login",
]

LIFETIME: Final = 12 * 3600.0
"""Seconds a token is valid, as in the reference."""

MAX_PASSWORD: Final = 1024
"""Characters; hashing a longer one would only burn time."""

MAX_TOKEN: Final = 8192
SECRET_BYTES: Final = 32
SIMULATED_DOMAIN: Final = "example.com"

_ALGORITHM: Final = "HS256"
_CLAIMS: Final = ("exp", "id", "iat", "jti")
_NOT_IN_ADDRESSES: Final = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True, slots=True)
class Account:
    """A user."""

    id: str
    email: str
    root_id: str
    is_activated: bool = True
    is_admin: bool = False

    @classmethod
    def of(cls, record: AccountRecord) -> Account:
        """Return what a record says, without its password's hash."""
        return cls(
            record.id,
            record.email,
            record.root_id,
            record.is_activated,
            record.is_admin,
        )

    def claims(self) -> dict[str, Any]:
        """Return what tokens and logins say of a user (docs/protocol.md, section 6)."""
        return {
            "id": self.id,
            "email": self.email,
            "root_id": self.root_id.rpartition(":")[2],
            "is_activated": self.is_activated,
            "is_admin": self.is_admin,
        }


@dataclass(frozen=True, slots=True)
class Login:
    """A token and whose it is."""

    token: str = field(repr=False)
    account: Account
    expiration: int
    state: str = field(repr=False)

    def body(self) -> dict[str, Any]:
        """Return the answer of ``POST /user/login`` (docs/protocol.md, section 6)."""
        ends = {"expiration": self.expiration, "state": self.state}
        return {"token": self.token, "user": self.account.claims() | ends}


class Accounts:
    """The users of one server. Any thread may call.

    Args:
        store: Where the accounts are kept.
        secret: What signs the tokens; by default fresh random bytes.
        lifetime: Seconds a token is valid.
        clock: Unix seconds.

    Raises:
        ValueError: If the secret is too short or the lifetime not above 0.
    """

    def __init__(
        self,
        store: AccountStore,
        *,
        secret: bytes | None = None,
        lifetime: float = LIFETIME,
        clock: Callable[[], float] = time.time,
    ) -> None:
        if secret is not None and len(secret) < SECRET_BYTES:
            raise ValueError(
                f"secret has {len(secret)} bytes; give {SECRET_BYTES} or more, such as "
                f"secrets.token_bytes({SECRET_BYTES})"
            )
        if lifetime <= 0:
            raise ValueError(f"lifetime is {lifetime} seconds; it must be above 0")
        self._store = store
        self._secret = secrets.token_bytes(SECRET_BYTES) if secret is None else secret
        self._lifetime = lifetime
        self._clock = clock
        self._passwords = Passwords()
        # Looking an address up and adding it is one step.
        self._adding = Lock()

    def register(self, email: str, password: str) -> Account:
        """Make an account. Slow: hashes the password.

        Raises:
            ProtocolError: If email or password are not valid.
            EmailTakenError: If the address has an account.
        """
        email, password = _checked(email, password)
        if self._store.account_by_email(email) is not None:
            raise _taken(email)
        account, is_new = self._add(email, self._passwords.hash(password))
        if not is_new:
            raise _taken(email)
        return account

    def login(self, email: str, password: str) -> Login:
        """Return a token. Slow: hashes the password, of whomever it is.

        Raises:
            ProtocolError: If email or password are not valid.
            BadCredentialsError: If no account has this address and password.
        """
        email, password = _checked(email, password)
        record = self._store.account_by_email(email)
        known_hash = None if record is None else record.password_hash
        if not self._passwords.verify(known_hash, password) or record is None:
            raise BadCredentialsError("no account has this email and password")
        return self._issue(record)

    def simulate(self, name: str) -> Login:
        """Return a token for a user of this process, without a password.

        Args:
            name: A name or an address; "alice" is "alice@example.com". Who has no
                account gets one. A registered user is the same account: whoever can
                call this runs the server.

        Raises:
            AuthError: If that cannot be made an address.
        """
        email = _address(name)
        record = self._store.account_by_email(email)
        if record is None:
            account, _ = self._add(email, None)
            record = self._store.account_by_id(account.id)
        if record is None:
            raise AuthError(f"the account of {email} was deleted meanwhile")
        return self._issue(record)

    def identify(self, token: str | None) -> Identity:
        """Return whose token it is; the public if it is not valid now.

        Args:
            token: With or without "Bearer " before it, in any case.
        """
        claims = self._claims(token)
        if claims is None:
            return PUBLIC
        record = self._store.account_by_id(claims["id"])
        if record is None:
            return PUBLIC
        identity = Identity(
            root_id=record.root_id,
            user_id=record.id,
            email=record.email,
            expires=claims["exp"],
            token_id=claims["jti"],
            issued=claims["iat"],
        )
        return identity if self._is_valid(identity, record) else PUBLIC

    def is_current(self, identity: Identity) -> bool:
        """Tell whether an identity is still what its token says. Cheap."""
        if identity.user_id is None:
            return True
        record = self._store.account_by_id(identity.user_id)
        return record is not None and self._is_valid(identity, record)

    def revoke(self, token: str) -> None:
        """End a token; one that is not valid is left alone."""
        claims = self._claims(token)
        if claims is not None:
            self._store.revoke_token(claims["jti"], claims["exp"])

    def revoke_all(self, email: str) -> None:
        """End all tokens of a user.

        Raises:
            AuthError: If there is no such user.
        """
        record = self._store.account_by_email(_address(email))
        if record is None:
            raise AuthError(f"there is no account {email}")
        self._store.update_account(replace(record, tokens_valid_after=self._clock()))

    def __repr__(self) -> str:
        return f"Accounts({self._store!r})"

    def _add(self, email: str, password_hash: str | None) -> tuple[Account, bool]:
        """Return the account of an address, and whether it was made now."""
        with self._adding:
            if found := self._store.account_by_email(email):
                return Account.of(found), False
            record = AccountRecord(
                id=new_hex(),
                email=email,
                password_hash=password_hash,
                root_id=self._store.new_root(),
            )
            # Another process may share the store.
            return Account.of(record), self._store.add_account(record)

    def _issue(self, record: AccountRecord) -> Login:
        import jwt

        # Never at the moment up to which tokens are revoked.
        issued = max(self._clock(), math.nextafter(record.tokens_valid_after, math.inf))
        account = Account.of(record)
        expiration = math.ceil(issued + self._lifetime)
        state = secrets.token_urlsafe(6)
        claims = account.claims() | {
            "expiration": expiration,
            "state": state,
            "sub": account.id,
            "iat": issued,
            "exp": expiration,
            "jti": secrets.token_hex(16),
        }
        token = jwt.encode(claims, self._secret, algorithm=_ALGORITHM)
        return Login(token, account, expiration, state)

    def _claims(self, token: str | None) -> dict[str, Any] | None:
        """Return what a token of ours says; None if it is not ours."""
        token = _bare(token)
        if not token or len(token) > MAX_TOKEN:
            return None
        import jwt

        # Our own clock decides what is expired, so that it can be another in tests.
        options: Any = {"require": _CLAIMS, "verify_exp": False, "verify_iat": False}
        try:
            claims = jwt.decode(
                token, self._secret, algorithms=[_ALGORITHM], options=options
            )
        except (jwt.PyJWTError, ValueError, RecursionError):
            return None
        return claims if _are_ours(claims) else None

    def _is_valid(self, identity: Identity, record: AccountRecord) -> bool:
        return (
            (identity.expires or 0) > self._clock()
            and (identity.issued or 0) > record.tokens_valid_after
            and not self._store.is_revoked(identity.token_id or "")
        )


class Passwords:
    """Hashes passwords with argon2's own parameters, two at a time."""

    def __init__(self) -> None:
        self._slots = Semaphore(2)

    def hash(self, password: str) -> str:
        """Return a hash to be kept."""
        with self._slots:
            return self._hasher.hash(password)

    def verify(self, known_hash: str | None, password: str) -> bool:
        """Tell whether the hash is of this password; None takes as long and is not."""
        from argon2.exceptions import Argon2Error, InvalidHashError

        with self._slots:
            try:
                self._hasher.verify(known_hash or self._nobodys, password)
            except (Argon2Error, InvalidHashError):
                return False
        return known_hash is not None

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher

        hasher = PasswordHasher()
        # Made along with it, so that no login is slower than another.
        self._nobodys = hasher.hash(secrets.token_hex(16))
        return hasher


def _checked(email: str, password: str) -> tuple[str, str]:
    """Return a valid address and password.

    Raises:
        ProtocolError: As the validation of a REST body says it, the password masked.
    """
    try:
        found = _credentials()(email=email, password=password)
    except ValidationError as exc:
        error = protocol_error(exc, "body")
        raise ProtocolError([_masked(one) for one in error.errors]) from None
    return found.email, found.password


def _masked(error: dict[str, Any]) -> dict[str, Any]:
    return error if error["loc"][-1] == "email" else error | {"input": "***"}


@cache
def _credentials() -> Any:
    """Return the model of email and password; its import is heavy."""
    from pydantic import EmailStr

    class Credentials(BaseModel):
        email: EmailStr
        password: Annotated[str, StringConstraints(max_length=MAX_PASSWORD)]

    # Names in annotations are looked up outside of this function.
    Credentials.model_rebuild(_types_namespace={"EmailStr": EmailStr, **globals()})
    return Credentials


def _address(name: str) -> str:
    """Return the address of a simulated user."""
    local = _NOT_IN_ADDRESSES.sub(".", name).strip(".")
    email = name if "@" in name else f"{local}@{SIMULATED_DOMAIN}"
    try:
        return _checked(email, "")[0]
    except ProtocolError:
        raise AuthError(
            f"{name[:80]!r} is no name for a user; try 'alice' or 'alice@example.com'"
        ) from None


def _are_ours(claims: dict[str, Any]) -> bool:
    """Tell whether signed claims have our types: others may share the secret."""
    match claims:
        case {
            "id": str(),
            "jti": str(),
            "exp": float() | int(),
            "iat": float() | int(),
        }:
            return True
    return False


def _taken(email: str) -> EmailTakenError:
    return EmailTakenError(f"{email} has an account already; log in instead")


def _bare(token: str | None) -> str | None:
    if token is None:
        return None
    head, _, rest = token.strip().partition(" ")
    return rest.strip() if head.lower() == "bearer" else token.strip()
