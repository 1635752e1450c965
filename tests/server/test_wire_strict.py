"""What breaks RFC 6455 is answered with a close frame that says so."""

from __future__ import annotations

import pytest
from wire_server import WireServer, close_frame, frame, scenario

BROKEN = {
    "mask missing": (b"\x81\x02hi", 1002, "frame is not masked"),
    "RSV1": (frame(b"hi", 0xC1), 1002, "reserved bits are set"),
    "RSV2": (frame(b"hi", 0xA1), 1002, "reserved bits are set"),
    "RSV3": (frame(b"hi", 0x91), 1002, "reserved bits are set"),
    "opcode 3": (frame(b"hi", 0x83), 1002, "unknown opcode"),
    "opcode 15": (frame(b"hi", 0x8F), 1002, "unknown opcode"),
    "fragmented ping": (frame(b"hi", 0x09), 1002, "fragmented control frame"),
    "long ping": (frame(b"x" * 126, 0x89), 1002, "control frame over 125 bytes"),
    "huge ping": (b"\x89\xff", 1002, "control frame over 125 bytes"),
    "nothing to continue": (frame(b"hi", 0x80), 1002, "nothing to continue"),
    "message in a message": (
        frame(b"a", 0x01) + frame(b"b"),
        1002,
        "new message inside a fragmented one",
    ),
    "length not shortest, 16 bits": (
        b"\x81\xfe\x00\x7d",
        1002,
        "length is not in its shortest form",
    ),
    "length not shortest, 64 bits": (
        b"\x81\xff" + (65535).to_bytes(8, "big"),
        1002,
        "length is not in its shortest form",
    ),
    "length with the sign bit": (
        b"\x81\xff" + b"\xff" * 8,
        1002,
        "length over 63 bits",
    ),
    "too long, before the payload": (
        b"\x81\xff" + (1048577).to_bytes(8, "big"),
        1009,
        "message over 1048576 bytes",
    ),
    "too long in fragments": (
        frame(b"x" * 1048576, 0x01) + b"\x80\x81",
        1009,
        "message over 1048576 bytes",
    ),
    "text is latin-1": (frame(b"caf\xe9"), 1007, "text is not UTF-8"),
    "text with a surrogate": (frame(b"\xed\xa0\x80"), 1007, "text is not UTF-8"),
    "text ends in a character": (frame(b"\xe2\x82"), 1007, "text is not UTF-8"),
    "bad fragment, more to come": (frame(b"\xff", 0x01), 1007, "text is not UTF-8"),
    "fragments end in a character": (
        frame(b"\xe2", 0x01) + frame(b"\x82", 0x80),
        1007,
        "text is not UTF-8",
    ),
    "close of one byte": (frame(b"\x03", 0x88), 1002, "close frame with half a code"),
    "close reason not UTF-8": (close_frame(1000, b"\xff"), 1007, "text is not UTF-8"),
}


@pytest.mark.parametrize("name", BROKEN)
@scenario
async def test_a_violation_is_answered_and_ends_the_connection(name: str) -> None:
    sent, code, reason = BROKEN[name]
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(sent)
        assert await peer.closed() == (code, reason)
        assert server.closes == [(code, reason)]


@pytest.mark.parametrize(
    "code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
)
@scenario
async def test_an_illegal_close_code_is_not_echoed(code: int) -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(close_frame(code))
        assert await peer.closed() == (1002, "illegal close code")


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 3999, 4999])
@scenario
async def test_a_legal_close_is_echoed_and_reported(code: int) -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(close_frame(code, b"so long"))
        assert await peer.closed() == (code, "so long")
        assert server.closes == [(code, "so long")]


@scenario
async def test_a_close_without_a_code_is_echoed_without_one() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(frame(b"", 0x88))
        assert await peer.frame() == (0x88, b"")
        assert await server.closing() == (1005, "")


@scenario
async def test_the_peer_sees_the_code_although_it_goes_on_sending() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(b"\x81\x02hi" + b"x" * 4_000_000)
        assert await peer.closed() == (1002, "frame is not masked")


@scenario
async def test_what_came_before_a_violation_is_still_heard() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(frame(b"fine") + frame(b"bad", 0xC1))
        await server.closing()
        assert server.texts.get_nowait() == "fine"


@scenario
async def test_nothing_is_heard_after_a_close() -> None:
    async with WireServer() as server:
        _, peer = await server.open()
        await peer.send(close_frame(1000) + frame(b"late"))
        await peer.closed()
        assert server.texts.empty()


@scenario
async def test_a_smaller_bound_on_messages_may_be_set() -> None:
    async with WireServer(max_message_size=10) as server:
        _, peer = await server.open()
        await peer.send(frame(b"0123456789") + frame(b"01234567890"))
        assert await server.texts.get() == "0123456789"
        assert await peer.closed() == (1009, "message over 10 bytes")
