from __future__ import annotations

import pytest
from scripted import ScriptedServer

from jacnb.client.login import log_in, rest_url
from jacnb.errors import AuthError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("ws://h:1/websocket", ("h:1", "/user/login")),
        ("wss://h/user/jo/proxy/1/websocket", ("h", "/user/jo/proxy/1/user/login")),
    ],
)
def test_rest_is_beside_the_websocket(url: str, expected: tuple[str, str]) -> None:
    assert rest_url(url, "/user/login") == expected


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<html>", "<html>"),
        ({}, "{}"),
        ({"detail": ["odd"]}, "odd"),
        ({"detail": "Unauthorized"}, "Unauthorized"),
    ],
)
def test_a_strange_answer_is_told(
    server: ScriptedServer, answer: object, said: str
) -> None:
    server.rest["login"] = (500, answer)
    with pytest.raises(AuthError) as caught:
        log_in(server.url, "a@b.co", "secret")
    assert str(caught.value) == f"cannot log in as a@b.co: {said} (HTTP 500)"
