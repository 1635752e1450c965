from __future__ import annotations

import pytest

from jacnb.server.policy import Policy

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
