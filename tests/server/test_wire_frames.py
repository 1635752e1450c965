from __future__ import annotations

import itertools

from hypothesis import given, strategies as st
from wire_server import frame

from jacnb.server.wire.frames import Failure, FrameReader, decode_close, encode_close
from jacnb.server.wire.wire import _unmask_plainly

FIRST_BYTES = [0x01, 0x02, 0x00, 0x80, 0x81, 0x82, 0x88, 0x89, 0x8A, 0xC1, 0x83]

frames = st.builds(
    frame,
    st.text(max_size=60).map(str.encode) | st.binary(max_size=300),
    st.sampled_from(FIRST_BYTES),
)
Heard = tuple[list[tuple[int, str | bytes]], Failure | None]


def hear(chunks: list[bytes]) -> Heard:
    reader = FrameReader(400, _unmask_plainly)
    messages: list[tuple[int, str | bytes]] = []
    for chunk in chunks:
        messages += reader.feed(chunk)
        if reader.failure is not None or (messages and messages[-1][0] == 8):
            break
    return messages, reader.failure


@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 2000), max_size=9))
def test_it_does_not_matter_how_the_bytes_are_cut(
    sent: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(sent)
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    chunks = [data[a:b] for a, b in itertools.pairwise(edges)]
    assert hear(chunks) == hear([data])


@given(st.binary(max_size=200))
def test_any_bytes_are_understood_or_refused(data: bytes) -> None:
    messages, failure = hear([data])
    assert failure is None or failure.code in (1002, 1007, 1009)
    assert all(isinstance(payload, str) for opcode, payload in messages if opcode == 1)


def test_a_close_frame_says_its_code_and_reason() -> None:
    assert encode_close(1000, "bye") == b"\x88\x05\x03\xe8bye"
    assert decode_close(b"\x03\xe8bye") == (1000, "bye")


def test_no_code_is_an_empty_close_frame() -> None:
    assert encode_close(1005) == b"\x88\x00"
    assert decode_close(b"") == (1005, "")


def test_a_reason_with_a_lone_surrogate_can_be_sent() -> None:
    assert encode_close(1000, "\ud800!") == b"\x88\x04\x03\xe8?!"
