from __future__ import annotations

import pytest
from wire_server import ACCEPT, WireServer, frame, request, scenario

REFUSED = {
    "no key": (request(Sec_WebSocket_Key=None), 400),
    "two keys": (
        request(more="Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"),
        400,
    ),
    "key of 15 bytes": (request(Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAA"), 400),
    "key that is no base64": (request(Sec_WebSocket_Key="not*base64"), 400),
    "HTTP/1.0": (request(line="GET /ws HTTP/1.0"), 400),
    "no Upgrade": (request(Upgrade=None), 400),
    "another Upgrade": (request(Upgrade="h2c"), 400),
    "Connection without Upgrade": (request(Connection="keep-alive"), 400),
    "no version": (request(Sec_WebSocket_Version=None), 426),
    "version 8": (request(Sec_WebSocket_Version="8"), 426),
}


@pytest.mark.parametrize("name", REFUSED)
@scenario
async def test_a_bad_handshake_is_refused(name: str) -> None:
    handshake, status = REFUSED[name]
    async with WireServer() as server:
        head = await server.peer().connect(handshake)
        assert head.split()[1] == str(status)
        assert "Sec-WebSocket-Version: 13" in head.replace("Websocket", "WebSocket")
        assert not server.wire.sockets


@scenario
async def test_a_good_handshake_is_answered_with_the_hash_of_its_key() -> None:
    async with WireServer() as server:
        head = await server.peer().connect(request())
        assert head == (
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Upgrade: websocket\r\n"
            "Connection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {ACCEPT}"
        )


@scenario
async def test_an_offered_extension_is_not_taken() -> None:
    async with WireServer() as server:
        offer = request(Sec_WebSocket_Extensions="permessage-deflate")
        assert "Extensions" not in await server.peer().connect(offer)


@scenario
async def test_frames_that_come_with_the_handshake_are_not_lost() -> None:
    async with WireServer() as server:
        early = frame(b"one") + frame(b"two" * 40000)
        await server.peer().connect(request() + early)
        assert await server.texts.get() == "one"
        assert await server.texts.get() == "two" * 40000


@scenario
async def test_a_server_that_is_stopping_takes_nobody_in() -> None:
    async with WireServer() as server:
        await server.wire.close_all()
        assert "503" in await server.peer().connect(request())
