from __future__ import annotations

import threading

import pytest
from scripted import ALICE, ScriptedServer

import jacnb
from jacnb.client.addresses import websocket_url
from jacnb.client.connecting import aconnect, connect
from jacnb.errors import AuthError, ConnectError


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("127.0.0.1:8000", "ws://127.0.0.1:8000/websocket"),
        ("localhost", "ws://localhost/websocket"),
        ("[::1]:8000", "ws://[::1]:8000/websocket"),
        ("http://h:1/", "ws://h:1/websocket"),
        ("https://h", "wss://h/websocket"),
        (
            "WSS://h/user/jo/proxy/8000/websocket",
            "wss://h/user/jo/proxy/8000/websocket",
        ),
        ("ws://h/websocket?channel_id=a#x", "ws://h/websocket?channel_id=a"),
    ],
)
def test_an_address_may_be_short(given: str, meant: str) -> None:
    assert websocket_url(given) == meant


@pytest.mark.parametrize(
    "url",
    ["", "ftp://h", "ws://", "/websocket", "ws://[::1", "h:99999", "ws://h:x"],
)
def test_what_is_no_address_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="is no address such as"):
        websocket_url(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://h/?auth=eyJhbGciOiJIUzI1NiJ9", "'ftp://h/'"),
        ("ftp://user:secret@h", "'ftp://h'"),
        ("user:secret@/x?auth=t", "'/x'"),
    ],
)
def test_what_is_no_address_is_told_without_secrets(url: str, shown: str) -> None:
    with pytest.raises(ValueError, match="is no address") as caught:
        websocket_url(url)
    assert str(caught.value) == f"{shown} is no address such as ws://127.0.0.1:8000"


def test_a_user_in_the_address_is_not_shown(server: ScriptedServer) -> None:
    url = f"ws://user:secret@127.0.0.1:{server.port}/websocket?auth=eyJ"
    with connect(url) as client:
        assert client.url == server.url
        names = [thread.name for thread in threading.enumerate()]
        assert "secret" not in repr(client) + client._repr_html_() + str(names)
    server.rest["login"] = (400, {})
    with pytest.raises(AuthError, match="cannot log in as a@b.co"):
        connect(url, email="a@b.co", password="pw")


def test_addresses_and_tokens_are_text() -> None:
    with pytest.raises(TypeError, match="an address is a str.*, not NoneType"):
        connect(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="a token is a str, not int"):
        connect("127.0.0.1:1", token=5)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel_id", "error", "said"),
    [(5, TypeError, "text, not int"), ("\ud800", ValueError, "half a surrogate pair")],
)
def test_a_channel_that_nobody_can_listen_to_is_refused(channel_id, error, said):
    with pytest.raises(error, match=said):
        connect("127.0.0.1:1", channel_id=channel_id)
    with pytest.raises(error, match=said):
        aconnect("127.0.0.1:1", channel_id=channel_id)
    with jacnb.MemoryServer() as server, pytest.raises(error, match=said):
        server.connect(channel_id=channel_id)


def test_connecting_with_email_and_password_logs_in(server: ScriptedServer) -> None:
    server.rest["login"] = (200, {"token": "t", "user": {}})
    with connect(server.url, email="a@b.co", password="pw", name="al") as client:
        assert (client.token, client.root_id, client.name) == ("t", ALICE, "al")
    assert server.received[0] == 'login {"email":"a@b.co","password":"pw"}'


def test_connecting_can_register_first(server: ScriptedServer) -> None:
    server.rest["register"] = (201, {"message": "Successfully Registered!"})
    server.rest["login"] = (200, {"token": "t", "user": {}})
    connect(server.url, email="a@b.co", password="pw", register=True).close()
    assert [str(line).split()[0] for line in server.received] == ["register", "login"]


def test_who_is_registered_already_just_logs_in(server: ScriptedServer) -> None:
    server.rest["register"] = (409, {"detail": "Already Exists!"})
    server.rest["login"] = (200, {"token": "t", "user": {}})
    with connect(server.url, email="a@b.co", password="pw", register=True) as client:
        assert client.root_id == ALICE


def test_a_wrong_password_is_told_without_it(server: ScriptedServer) -> None:
    server.rest["login"] = (400, {"message": "Invalid Email/Password!"})
    with pytest.raises(AuthError) as caught:
        connect(server.url, email="a@b.co", password="secret")
    assert str(caught.value) == (
        "cannot log in as a@b.co: Invalid Email/Password! (HTTP 400)"
    )


def test_a_refused_registration_is_told(server: ScriptedServer) -> None:
    error = {"loc": ["body", "email"], "msg": "value is not a valid email address"}
    server.rest["register"] = (422, {"detail": [error]})
    with pytest.raises(AuthError, match="cannot register bad: value is not a valid"):
        connect(server.url, email="bad", password="x", register=True)


def test_logging_in_where_nobody_is_is_a_connect_error() -> None:
    with pytest.raises(ConnectError):
        connect("127.0.0.1:1", email="a@b.co", password="x")


@pytest.mark.parametrize("given", [{"email": "a@b.co"}, {"email": "a", "token": "t"}])
def test_half_a_login_is_told(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="either token=…, or email=… and password=…"):
        connect("127.0.0.1:1", **given)


def test_a_token_that_is_not_accepted_is_a_warning(server: ScriptedServer) -> None:
    server.knows_tokens = False
    with pytest.warns(UserWarning, match="did not accept the token") as caught:
        client = connect(server.url, token="expired")
    assert caught[0].filename == __file__
    assert client.token is None
    client.close()
