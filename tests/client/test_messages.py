from __future__ import annotations

import pytest

from jacnb.client.messages import Message, Messages, matches

CHAT = Message('{"type":"chat","data":{"message":"hi","user":{"name":"bob","age":7}}}')


def test_message_tells_its_parts() -> None:
    message = Message('{"type":"chat","data":{"message":"é"}}', "out", 12.5, 3)
    assert message.value == {"type": "chat", "data": {"message": "é"}}
    assert (message.type, message.data) == ("chat", {"message": "é"})
    assert (message.direction, message.time, message.cursor) == ("out", 12.5, 3)
    assert message.size == 39
    assert message["data"]["message"] == "é"
    assert "type" in message
    assert "other" not in message


@pytest.mark.parametrize("text", ["[1]", "7", "no json", '{"type":7}'])
def test_message_without_a_type_has_none(text: str) -> None:
    message = Message(text)
    assert message.type is None
    assert message.data is None


def test_message_that_is_no_json_is_its_text() -> None:
    assert Message("no json").value == "no json"


def test_long_message_is_cut_in_its_repr() -> None:
    assert repr(Message("x" * 300)) == f"Message({'x' * 200}…)"
    assert repr(Message('{"val":1}')) == 'Message({"val":1})'


def test_fields_match_at_the_top_and_under_data() -> None:
    assert matches(CHAT, "chat", {})
    assert matches(CHAT, None, {"type": "chat", "message": "hi"})
    assert matches(CHAT, "chat", {"data": {"message": "hi"}})
    assert not matches(CHAT, "chat", {"message": "ho"})
    assert not matches(CHAT, "other", {})
    assert not matches(CHAT, "chat", {"missing": None})


def test_of_an_expected_object_only_named_members_count() -> None:
    assert matches(CHAT, None, {"user": {"name": "bob"}})
    assert not matches(CHAT, None, {"user": {"name": "bob", "size": 1}})


def test_log_keeps_the_last_ten_thousand() -> None:
    log = Messages()
    for number in range(10_001):
        log.append(Message(str(number)))
    assert len(log) == 10_000
    assert log[0].text == "1"
    assert log[-1].text == "10000"


def test_log_is_filtered_and_sliced() -> None:
    log = Messages([CHAT, Message('{"type":"other"}'), Message('{"val":1}')])
    assert log.where(type="chat")[0] is CHAT
    assert [m.text for m in log.where(val=1)] == ['{"val":1}']
    assert [m.text for m in log[1:]] == ['{"type":"other"}', '{"val":1}']
    log.clear()
    assert list(log) == []


def test_log_shows_its_last_messages() -> None:
    log = Messages([Message('{"val":1}'), Message('{"val":2}')])
    assert repr(log) == '2 messages\n  {"val":1}\n  {"val":2}'


def test_html_escapes_what_others_wrote() -> None:
    shown = Messages([Message('{"type":"<b>","data":"<script>"}')])._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "<td" in Message('{"val":1}')._repr_html_()


def test_html_of_a_long_log_shows_the_end() -> None:
    shown = Messages(Message(f'{{"val":{n}}}') for n in range(60))._repr_html_()
    assert "10 earlier ones" in shown
    assert "&quot;val&quot;:59" in shown
    assert "&quot;val&quot;:9}" not in shown


def test_a_log_is_printed_as_a_table() -> None:
    log = Messages([Message('{"type":"chat"}', "in", 0.0), Message("x", "out", 0.0)])
    head, *rows = repr(log.table()).splitlines()
    assert head.split() == ["time", "type", "bytes", "message"]
    assert [row.split()[1:] for row in rows] == [
        ["←", "chat", "15", '{"type":"chat"}'],
        ["→", "1", "x"],
    ]
    assert repr(log.table(limit=1)).splitlines()[0] == "… 1 earlier ones"
    assert len(log.table(limit=None)) == 2
