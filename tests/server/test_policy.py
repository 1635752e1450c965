from __future__ import annotations

import pytest

from jacnb.errors import ServerError
from jacnb.server.policy import TRUSTED_PAGES, Policy

HOST = "Host not allowed: add it to trusted_hosts"
ORIGIN = "Origin not allowed: add it to trusted_origins"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8000",
        "192.168.1.5:8000",
        "[::1]:8000",
        "[2001:db8::1]",
        "localhost",
        "LOCALHOST:8000",
        "box.local",
        "lab.example:443",
    ],
)
def test_a_known_host_is_welcome(host: str) -> None:
    policy = Policy("Box.local", trusted_hosts=["Lab.example"])

    assert policy.refusal(host, None, "http") is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example:8000",
        "localhost@evil.example",
        "[::1",
        "127.1",
    ],
)
def test_another_host_is_refused(host: str | None) -> None:
    assert Policy("127.0.0.1").refusal(host, None, "http") == HOST


@pytest.mark.parametrize(
    "origin",
    [
        "http://192.168.1.5:8000",
        "HTTP://192.168.1.5:8000",
        "http://localhost:8888",
        "https://localhost",
        "http://127.0.0.1:9",
        "http://[::1]:9",
        "https://hub.example",
    ],
)
def test_a_friendly_origin_is_welcome(origin: str) -> None:
    policy = Policy("0.0.0.0", trusted_origins=["https://Hub.example/"])

    assert policy.refusal("192.168.1.5:8000", origin, "http") is None


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://evil.example",
        "http://192.168.1.5:8001",
        "https://192.168.1.5:8000",
        "http://192.168.1.6",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://hub.example",
        "http://[::1",
    ],
)
def test_another_origin_is_refused(origin: str) -> None:
    policy = Policy(None, trusted_origins=["https://hub.example"])

    assert policy.refusal("192.168.1.5:8000", origin, "http") == ORIGIN


def test_a_name_that_was_rebound_is_refused_though_it_is_the_pages_own() -> None:
    refusal = Policy(None).refusal("evil.example", "http://evil.example", "http")

    assert refusal == HOST


# A page that the notebook vouched for.


def vouching() -> Policy:
    policy = Policy(None)
    policy.trust("https://Hub.example", "hub.example")
    return policy


@pytest.mark.parametrize(
    ("host", "origin"),
    [("hub.example", "https://hub.example"), ("HUB.example", "https://HUB.example")],
)
def test_a_trusted_page_is_welcome(host: str, origin: str) -> None:
    assert vouching().refusal(host, origin, "http") is None


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("evil.example", "https://hub.example"),
        ("hub.example:8443", "https://hub.example"),
        ("hub.example", "http://hub.example"),
        ("hub.example", "https://evil.example"),
        ("hub.example", "null"),
        ("hub.example", ""),
        ("hub.example", "https://hub.example, https://hub.example"),
        ("hub.example", None),
        ("evil.example", "https://evil.example"),
    ],
)
def test_a_trusted_page_vouches_for_nothing_but_its_pair(
    host: str, origin: str | None
) -> None:
    assert vouching().refusal(host, origin, "https") == HOST


def test_a_trusted_origin_is_foreign_under_the_address_of_the_server() -> None:
    assert vouching().refusal("192.168.1.5", "https://hub.example", "http") == ORIGIN


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("null", "hub.example"),
        ("", "hub.example"),
        ("https://hub.example", ""),
        ("https://hub.example/path", "hub.example"),
        ("https://me@hub.example", "hub.example"),
        ("file://hub.example", "hub.example"),
        ("https://*", "*"),
        ("https://hub.example", "hub.example, evil.example"),
        ("https://hub.example\n", "hub.example"),
        ("https://" + "a" * 300, "a" * 300),
        (None, "hub.example"),
        ("https://hub.example", 8000),
    ],
)
def test_what_is_no_page_is_not_trusted(origin: object, host: object) -> None:
    with pytest.raises(ServerError, match=r"^a page is trusted by its origin and host"):
        Policy(None).trust(origin, host)  # type: ignore[arg-type]


def test_a_page_with_a_port_or_an_address_is_trusted() -> None:
    policy = Policy(None)
    policy.trust("http://hub.example:8080", "hub.example:8080")
    policy.trust("http://[2001:db8::1]:8080", "[2001:db8::1]:8080")

    for host in ("hub.example:8080", "[2001:db8::1]:8080"):
        assert policy.refusal(host, f"http://{host}", "https") is None


def test_the_oldest_of_too_many_pages_is_forgotten() -> None:
    policy = vouching()
    for number in range(TRUSTED_PAGES):
        policy.trust(f"https://h{number}.example", f"h{number}.example")

    assert policy.refusal("hub.example", "https://hub.example", "http") == HOST
    assert policy.refusal("h0.example", "https://h0.example", "http") is None


def test_a_page_that_comes_again_takes_no_place_of_another() -> None:
    policy = vouching()
    for _ in range(TRUSTED_PAGES):
        policy.trust("https://again.example", "again.example")

    assert policy.refusal("hub.example", "https://hub.example", "http") is None


def test_forgotten_pages_are_foreign_again() -> None:
    policy = vouching()
    policy.forget_pages()

    assert policy.refusal("hub.example", "https://hub.example", "http") == HOST
