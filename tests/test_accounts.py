from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest

from jacnb.accounts import Accounts, BadCredentialsError, EmailTakenError
from jacnb.errors import AuthError, ProtocolError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.protocol.identity import PUBLIC
from jacnb.store import MemoryStore

SECRET = b"0123456789abcdef0123456789abcdef"


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(clock: Clock) -> Accounts:
    return Accounts(MemoryStore(), secret=SECRET, lifetime=3600, clock=clock)


def refused(call: Callable[[], object]) -> Any:
    with pytest.raises(ProtocolError) as caught:
        call()
    return caught.value.errors


def test_registered_user_logs_in(accounts: Accounts) -> None:
    account = accounts.register("a@b.co", "secret")
    login = accounts.login("A@B.co", "secret")
    assert login.account == account
    assert accounts.identify(login.token).root_id == account.root_id
    assert account.root_id.startswith("n::")
    assert account.root_id != PUBLIC_ROOT_ID


def test_login_body_is_what_the_protocol_says(accounts: Accounts) -> None:
    login = accounts.simulate("alice")
    assert login.body() == {
        "token": login.token,
        "user": {
            "id": login.account.id,
            "email": "alice@example.com",
            "root_id": login.account.root_id.removeprefix("n::"),
            "is_activated": True,
            "is_admin": False,
            "expiration": 1_003_600,
            "state": login.state,
        },
    }
    assert len(login.state) == 8


def test_token_carries_the_claims_of_the_protocol(accounts: Accounts) -> None:
    login = accounts.simulate("alice")
    options: Any = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(login.token, SECRET, algorithms=["HS256"], options=options)
    assert len(claims.pop("jti")) == 32
    assert claims == {
        **login.body()["user"],
        "sub": login.account.id,
        "exp": 1_003_600,
        "iat": 1_000_000.0,
    } | {"iat": pytest.approx(1_000_000)}


def test_a_wrong_password_and_an_unknown_email_are_told_alike(
    accounts: Accounts,
) -> None:
    accounts.register("a@b.co", "secret")
    for email, password in [("a@b.co", "wrong"), ("b@b.co", "secret")]:
        with pytest.raises(BadCredentialsError) as caught:
            accounts.login(email, password)
        assert str(caught.value) == "no account has this email and password"


def test_an_unknown_email_is_hashed_for_too(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    verified: list[str] = []
    real = PasswordHasher.verify

    def verify(self: Any, known: str, password: str) -> Any:
        verified.append(known)
        return real(self, known, password)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    with pytest.raises(BadCredentialsError):
        accounts.login("nobody@b.co", "secret")
    assert verified[0].startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_an_email_is_registered_once(accounts: Accounts) -> None:
    account = accounts.register("a@b.co", "secret")
    with pytest.raises(EmailTakenError, match=r"A@b.co has an account already"):
        accounts.register("A@b.co", "other")
    assert accounts.login("a@b.co", "secret").account == account


def test_of_many_who_register_one_email_exactly_one_wins(accounts: Accounts) -> None:
    outcomes: list[str] = []

    def register() -> None:
        try:
            accounts.register("a@b.co", "secret")
            outcomes.append("made")
        except EmailTakenError:
            outcomes.append("taken")

    threads = [threading.Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "taken", "taken", "taken"]


@pytest.mark.parametrize("email", ["bad", "a b@c.co", "", "a@localhost"])
def test_a_bad_email_is_a_validation_error(accounts: Accounts, email: str) -> None:
    errors = refused(lambda: accounts.register(email, "secret"))
    assert errors[0]["loc"] == ["body", "email"]
    assert errors[0]["type"] == "value_error"
    assert "secret" not in str(errors)


def test_a_long_password_is_refused_and_not_repeated(accounts: Accounts) -> None:
    for call in (accounts.register, accounts.login):
        errors = refused(lambda call=call: call("a@b.co", "p" * 1025))  # type: ignore[misc]
        assert errors == [
            {
                "type": "string_too_long",
                "loc": ["body", "password"],
                "msg": "String should have at most 1024 characters",
                "input": "***",
                "ctx": {"max_length": 1024},
            }
        ]


def test_simulated_users_are_the_same_by_name_and_address(accounts: Accounts) -> None:
    names = ["alice", "Alice", "alice@example.com", " alice "]
    assert len({accounts.simulate(name).account for name in names}) == 1
    assert accounts.simulate("bob").account != accounts.simulate("alice").account
    assert accounts.simulate("Ann Lee").account.email == "Ann.Lee@example.com"


def test_a_simulated_user_cannot_log_in_by_password(accounts: Accounts) -> None:
    accounts.simulate("alice")
    with pytest.raises(BadCredentialsError):
        accounts.login("alice@example.com", "")
    with pytest.raises(EmailTakenError):
        accounts.register("alice@example.com", "secret")


def test_simulating_a_registered_user_is_that_user(accounts: Accounts) -> None:
    account = accounts.register("a@b.co", "secret")
    assert accounts.simulate("a@b.co").account == account


@pytest.mark.parametrize("name", ["", "  ", "!!", "a@localhost", "a@@b.co"])
def test_what_is_no_name_is_told(accounts: Accounts, name: str) -> None:
    with pytest.raises(AuthError, match="is no name for a user; try 'alice'"):
        accounts.simulate(name)


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}", "BEARER   {} "])
def test_the_word_bearer_may_be_missing(accounts: Accounts, form: str) -> None:
    login = accounts.simulate("alice")
    identity = accounts.identify(form.format(login.token))
    assert identity.email == "alice@example.com"
    assert identity.user_id == login.account.id
    assert identity.expires == 1_003_600
    assert not identity.is_public


@pytest.mark.parametrize(
    "token",
    [None, "", "Bearer", "Bearer ", "abc", "a.b.c", "é.é.é", "\ud800", "x" * 10_000],
)
def test_what_is_no_token_is_the_public(accounts: Accounts, token: str | None) -> None:
    assert accounts.identify(token) is PUBLIC


def test_a_token_that_nests_deeply_is_the_public(accounts: Accounts) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 6000).decode()
    assert accounts.identify(f"{deep}.e30.x") is PUBLIC


def signed(secret: bytes = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


def test_a_token_of_another_server_is_the_public(accounts: Accounts) -> None:
    other = Accounts(MemoryStore())
    assert accounts.identify(other.simulate("alice").token) is PUBLIC


def test_a_token_whose_account_is_unknown_is_the_public(
    accounts: Accounts, clock: Clock
) -> None:
    twin = Accounts(MemoryStore(), secret=SECRET, clock=clock)
    assert accounts.identify(twin.simulate("alice").token) is PUBLIC


@pytest.mark.parametrize("missing", ["exp", "id", "iat", "jti"])
def test_a_token_without_a_claim_is_the_public(
    accounts: Accounts, missing: str
) -> None:
    account = accounts.simulate("alice").account
    claims = {"exp": 2_000_000, "id": account.id, "iat": 1_000_001, "jti": "x"}
    assert not accounts.identify(signed(**claims)).is_public
    del claims[missing]
    assert accounts.identify(signed(**claims)) is PUBLIC


@pytest.mark.parametrize("claim", [{"id": ["x"]}, {"exp": "soon"}, {"iat": "x"}])
def test_a_token_with_a_wrong_claim_is_the_public(
    accounts: Accounts, claim: dict[str, Any]
) -> None:
    account = accounts.simulate("alice").account
    claims = {"exp": 2_000_000, "id": account.id, "iat": 1_000_001, "jti": "x"}
    assert accounts.identify(signed(**claims | claim)) is PUBLIC


def test_other_algorithms_are_the_public(accounts: Accounts) -> None:
    account = accounts.simulate("alice").account
    claims = {"exp": 2_000_000, "id": account.id, "iat": 1_000_001, "jti": "x"}
    unsigned = jwt.encode(claims, None, algorithm="none")
    assert accounts.identify(unsigned) is PUBLIC
    strong = signed(SECRET * 2, "HS512", **claims)
    assert accounts.identify(strong) is PUBLIC


def test_a_token_expires(accounts: Accounts, clock: Clock) -> None:
    token = accounts.simulate("alice").token
    identity = accounts.identify(token)
    clock.now += 3599
    assert accounts.is_current(identity)
    clock.now += 1
    assert not accounts.is_current(identity)
    assert accounts.identify(token) is PUBLIC


def test_a_revoked_token_ends_and_others_do_not(accounts: Accounts) -> None:
    first, second = accounts.simulate("alice"), accounts.simulate("alice")
    identity = accounts.identify(first.token)
    accounts.revoke(f"Bearer {first.token}")
    assert not accounts.is_current(identity)
    assert accounts.identify(first.token) is PUBLIC
    assert not accounts.identify(second.token).is_public
    accounts.revoke("no token")


def test_all_tokens_of_a_user_end_and_new_ones_do_not(accounts: Accounts) -> None:
    old = accounts.simulate("alice")
    bob = accounts.simulate("bob")
    identity = accounts.identify(old.token)
    accounts.revoke_all("Alice@example.com")
    new = accounts.simulate("alice")
    assert not accounts.is_current(identity)
    assert accounts.identify(old.token) is PUBLIC
    assert not accounts.identify(new.token).is_public
    assert not accounts.identify(bob.token).is_public


def test_revoking_all_of_nobody_is_told(accounts: Accounts) -> None:
    with pytest.raises(AuthError, match="there is no account nobody"):
        accounts.revoke_all("nobody")


def test_the_public_is_always_current(accounts: Accounts) -> None:
    assert accounts.is_current(PUBLIC)


def test_an_account_that_is_gone_is_not_current(clock: Clock) -> None:
    store = MemoryStore()
    accounts = Accounts(store, clock=clock)
    identity = accounts.identify(accounts.simulate("alice").token)
    store.clear()
    assert not accounts.is_current(identity)


def test_a_short_secret_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="secret has 5 bytes; give 32 or more") as e:
        Accounts(MemoryStore(), secret=b"12345")
    assert "12345" not in str(e.value)


@pytest.mark.parametrize("lifetime", [0, -1.0])
def test_a_lifetime_must_be_above_0(lifetime: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        Accounts(MemoryStore(), lifetime=lifetime)


def test_nothing_secret_is_in_a_repr(accounts: Accounts) -> None:
    login = accounts.simulate("alice")
    shown = repr(accounts) + repr(login) + repr(accounts.identify(login.token))
    assert login.token not in shown
    assert login.state not in shown
    assert "0123456789abcdef" not in shown


def test_no_more_than_two_hash_at_a_time(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    from argon2 import PasswordHasher

    running: set[int] = set()
    most: list[int] = []
    pair = threading.Barrier(2)

    def hash_slowly(self: Any, password: str) -> str:
        running.add(threading.get_ident())
        most.append(len(running))
        # Two meet here; a third that was let in would be counted before they part.
        pair.wait(5)
        running.discard(threading.get_ident())
        return "hash"

    accounts._passwords._hasher  # noqa: B018
    monkeypatch.setattr(PasswordHasher, "hash", hash_slowly)
    threads = [
        threading.Thread(target=accounts.register, args=(f"u{n}@b.co", "x"))
        for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 2


def test_time_is_the_clock_unless_given() -> None:
    accounts = Accounts(MemoryStore())
    assert accounts.simulate("alice").expiration >= time.time() + 12 * 3600 - 1
