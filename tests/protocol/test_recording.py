from __future__ import annotations

import json
from typing import Any

import pytest
from told import ALICE, BOB, CHAT, new_trace, story

from jacnb.errors import RecordingError
from jacnb.protocol import Kind, Trace
from jacnb.protocol.recording import read_jsonl

HEAD = '{"format":"jacnb.trace","version":1}\n'
LINE = '{"seq":%d,"time":1.5,"kind":"event","type":"walker"}\n'


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_a_recording_says_who_took_part_and_then_what_happened() -> None:
    head, *entries = story().where(type="chat").to_jsonl().splitlines()
    assert head == (
        '{"format":"jacnb.trace","version":1,"clients":{'
        '"alice":{"client_id":"1:aaaa","root_id":"n::a","channel_id":"room",'
        '"user":"alice@example.com"},'
        '"bob":{"client_id":"1:bbbb","root_id":"n::a","channel_id":"room",'
        '"user":"bob@example.com"}}}'
    )
    assert entries == [
        '{"seq":5,"time":101.25,"kind":"notification","type":"channel","from":null,'
        '"to":["alice","bob"],"reach":2,"size":42,"cause":3,'
        '"payload":{"type":"chat","data":{"message":"hello"}}}'
    ]


def test_what_is_read_is_what_was_written() -> None:
    trace = story()
    text = trace.to_jsonl()
    again = read_jsonl(text)
    assert again.to_jsonl() == text
    assert again.table()._repr_html_() == trace.table()._repr_html_()
    assert again.to_mermaid() == trace.to_mermaid()
    assert [entry.seq for entry in again.where(walker="shout", client="bob")] == [5]


def test_payloads_that_are_no_json_are_kept_as_text() -> None:
    trace = new_trace()
    texts = ["not json", '{"a":1e400}', '{"a":NaN}', "\ud800", "[1] [2]"]
    for text in texts:
        trace.record(Kind.EVENT, "invalid", text=text, sender=ALICE)
    found = [line["text"] for line in lines(trace.to_jsonl())[1:]]
    assert found == ["not json", '{"a":1e400}', '{"a":NaN}', "?", "[1] [2]"]
    assert [entry.text for entry in read_jsonl(trace.to_jsonl())] == found


def test_emoji_are_kept_and_halves_of_them_are_not() -> None:
    trace = new_trace()
    trace.record(Kind.VISIT, "\ud83c", text='"🎉"')
    [entry] = read_jsonl(trace.to_jsonl())
    assert (entry.type, entry.value) == ("?", "🎉")


def test_dropped_payloads_are_absent() -> None:
    trace = Trace(lambda: 1.0, max_bytes=1)
    trace.record(Kind.EVENT, "walker", text="{}", sender=ALICE)
    assert lines(trace.to_jsonl())[1].keys().isdisjoint({"payload", "text"})
    assert read_jsonl(trace.to_jsonl())[0].text is None


def test_a_recording_is_ascii_and_holds_no_secrets() -> None:
    trace = new_trace()
    said = '{"é\u2028":"\\u0000","password":"hunter2"}'
    trace.record(Kind.EVENT, "walker", text=said, sender=BOB)
    text = trace.to_jsonl()
    assert text.isascii()
    assert text.count("\n") == 2
    assert lines(text)[1]["payload"] == {"é\u2028": "\x00", "password": "***"}


def test_the_null_payload_is_one() -> None:
    trace = new_trace()
    trace.record(Kind.REPLY, "walker", text="null", receivers=(ALICE,))
    [entry] = read_jsonl(trace.to_jsonl())
    assert (entry.text, entry.value) == ("null", None)


def test_a_line_may_name_clients_that_the_head_does_not() -> None:
    said = HEAD + LINE[:-2].replace("%d", "0") + ',"from":"eve","to":["eve","mallory"]}'
    [entry] = read_jsonl(said)
    assert (entry.client_id, entry.receiver_ids) == ("eve", ["eve", "mallory"])
    assert entry.sender is entry.receivers[0]


def test_blank_lines_and_other_line_ends_are_passed_over() -> None:
    said = f"\n{HEAD}\r\n\n{LINE % 0}  \n{LINE % 7}".replace("\n", "\r\n")
    assert [entry.seq for entry in read_jsonl(said)] == [0, 7]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 of the recording: a recording begins with its format"),
        ("\n\nnope\n", "line 3 of the recording: expected ident at character 2"),
        (LINE % 0, "line 1 of the recording: format: Field required"),
        (HEAD.replace("1", "2"), "version: Input should be less than or equal to 1"),
        (HEAD.replace("jacnb.trace", "har"), "format: Input should be 'jacnb.trace'"),
        (HEAD + "[]", "line 2 of the recording: Input should be a valid dictionary"),
        (HEAD + LINE % 1 + "{}", "line 3 of the recording: seq: Field required"),
        (HEAD + '{"seq":0,"time', "line 2 of the recording: EOF while parsing"),
        (HEAD + (LINE % 0).replace("event", "evnt"), "kind: Input should be 'open', "),
        (HEAD + (LINE % 0).replace("1.5", '"1.5"'), "time: Input should be a valid"),
        (HEAD + LINE % 3 + LINE % 3, "line 3 of the recording: seq: 3 is not after"),
        (HEAD + (LINE % 0).replace("1.5", "NaN"), "time: Input should be "),
        (HEAD + (LINE % 0).replace("1.5", "1e300"), "time: Input should be less"),
        ("run.jsonl", "of a file, give the text: Path(name).read_text()"),
        (
            HEAD + (LINE % 0).replace("1.5", '1.5,"payload":[1e400]'),
            "line 2 of the recording: payload: it has a number that is none in JSON",
        ),
        (HEAD + '"\ud800"', "line 2 of the recording: "),
    ],
)
def test_a_bad_line_is_named(text, said) -> None:
    with pytest.raises(RecordingError) as found:
        read_jsonl(text)
    assert said in str(found.value)
    assert "\n" not in str(found.value)


def test_the_error_keeps_the_number_of_the_line() -> None:
    with pytest.raises(RecordingError) as found:
        read_jsonl(f"{HEAD}\n{CHAT}")
    assert found.value.line == 3


def test_a_path_is_no_text(tmp_path) -> None:
    with pytest.raises(TypeError, match="takes text, not PosixPath"):
        read_jsonl(tmp_path)
