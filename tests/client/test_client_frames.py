from __future__ import annotations

import pytest

from jacnb.client.frames import (
    BINARY,
    CLOSE,
    PING,
    TEXT,
    FrameError,
    FrameReader,
    decode_close,
    encode_close,
    encode_frame,
)


def unmasked(frame: bytes) -> bytes:
    """Return the payload of a frame of a client, taken apart by hand."""
    size = frame[1] & 0x7F
    at = {126: 4, 127: 10}.get(size, 2)
    mask, data = frame[at : at + 4], frame[at + 4 :]
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x80"),
        (5, b"\x81\x85"),
        (125, b"\x81\xfd"),
        (126, b"\x81\xfe\x00\x7e"),
        (65535, b"\x81\xfe\xff\xff"),
        (65536, b"\x81\xff\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_a_frame_of_any_size_is_masked(size: int, head: bytes) -> None:
    frame = encode_frame("x" * size)
    assert frame.startswith(head)
    assert unmasked(frame) == b"x" * size


def test_every_frame_has_another_mask() -> None:
    assert len({encode_frame("same") for _ in range(20)}) == 20


def test_a_close_frame_holds_code_and_reason() -> None:
    frame = encode_close(4000, "bye")
    assert frame[0] == 0x88
    assert unmasked(frame) == b"\x0f\xa0bye"
    assert len(unmasked(encode_close(1000, "ä" * 200))) == 2 + 122


@pytest.mark.parametrize(
    ("payload", "told"),
    [(b"", (1005, "")), (b"\x03\xe8", (1000, "")), (b"\x0f\xa0bye", (4000, "bye"))],
)
def test_a_close_frame_is_read(payload: bytes, told: tuple[int, str]) -> None:
    assert decode_close(payload) == told


HELLO = b"\x81\x05hello"


def test_frames_are_read_however_they_are_cut() -> None:
    stream = HELLO + b"\x89\x01p" + b"\x82\x7e\x00\x80" + b"b" * 128 + b"\x88\x00"
    wanted = [(TEXT, b"hello"), (PING, b"p"), (BINARY, b"b" * 128), (CLOSE, b"")]
    assert FrameReader().feed(stream) == wanted
    for step in range(1, len(stream)):
        reader, found = FrameReader(), []
        for start in range(0, len(stream), step):
            found += reader.feed(stream[start : start + step])
        assert found == wanted, step


def test_fragments_are_joined_around_a_ping() -> None:
    found = FrameReader().feed(b"\x01\x02he\x89\x00\x00\x02ll\x80\x01o" + HELLO)
    assert found == [(PING, b""), (TEXT, b"hello"), (TEXT, b"hello")]


@pytest.mark.parametrize(
    ("stream", "code", "reason"),
    [
        (b"\xc1\x00", 1002, "reserved bits are set"),
        (b"\x83\x00", 1002, "an unknown opcode"),
        (b"\x09\x00", 1002, "a fragmented control frame"),
        (b"\x89\x7e\x00\x80", 1002, "a control frame over 125 bytes"),
        (b"\x81\x85", 1002, "a frame is masked"),
        (b"\x80\x00", 1002, "the fragments of a message are out of order"),
        (b"\x01\x01a\x81\x01b", 1002, "the fragments of a message are out of order"),
        (b"\x81\x7f\xff" + b"\xff" * 7, 1009, "a message over 300 bytes"),
        (
            b"\x01\x7e\x00\xc8" + b"a" * 200 + b"\x80\x65" + b"b" * 101,
            1009,
            "300 bytes",
        ),
    ],
)
def test_what_breaks_the_protocol_is_refused(
    stream: bytes, code: int, reason: str
) -> None:
    with pytest.raises(FrameError, match=reason) as caught:
        FrameReader(limit=300).feed(stream)
    assert caught.value.code == code
