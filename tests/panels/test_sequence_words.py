from __future__ import annotations

import pytest

from jacnb.panels.rows import Row
from jacnb.panels.sequence_words import Words, one_line, sentence, words_of

CHAT = '{"type":"chat","data":{"message":"hi"}}'


def row(kind: str, type: str, text: str | None = None, **more: object) -> Row:
    given = {"seq": 7, "at": 0.0, "who": None, "to": [], "reach": 0, "size": 0}
    given |= {"cause": None, "run": None, "cut": 0}
    return Row(kind=kind, type=type, text=text, **{**given, **more})  # type: ignore[typeddict-item]


def said(row: Row) -> str:
    return sentence(row, words_of(row), ["alice", "bob"].__getitem__, {4: "w"}.get)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (row("open", "open", who=0), "alice connects"),
        (row("close", "close", who=1), "bob is gone"),
        (
            row("close", "close", '{"code":4001,"reason":"mine","by":"client"}', who=1),
            "bob is gone: 4001 mine, by the client",
        ),
        (
            row("close", "close", '{"code":1006,"reason":""}', who=1),
            "bob is gone: 1006, the connection was lost",
        ),
        (row("close", "close", '{"code":1000}', who=1), "bob is gone: 1000"),
        (row("close", "close", "[1]", who=1), "bob is gone: [1]"),
        (
            row("event", "walker", '{"type":"walker","walker":"send_chat"}', who=0),
            "alice calls walker send_chat",
        ),
        (
            row("event", "channel", f'{{"type":"channel","data":{CHAT}}}', who=0),
            "alice sends chat to a channel",
        ),
        (
            row("event", "user", '{"type":"user","data":3}', who=0),
            "alice sends data to a user",
        ),
        (
            row("event", "connection", '{"type":"connection"}', who=0),
            "alice asks for its ids",
        ),
        (row("event", "change_user", "{}", who=0), "alice changes its user"),
        (row("event", "invalid", "{", who=0), "alice sends what is no event"),
        (row("run", "w", who=0, run=4), "w runs for alice"),
        (row("run", "w", run=4), "w runs for REST"),
        (row("visit", "n:City:1", run=4), "w visits n:City:1"),
        (row("report", "n:City:1", '"Berlin"', run=4), "w reports Berlin"),
        (row("end", "w", run=4), "w ends"),
        (row("end", "w", "KeyError: 1", run=4), "w fails: KeyError: 1"),
        (
            row("notification", "channel", CHAT, to=[0, 1], reach=40, run=4),
            "w notifies alice, bob, +38 more: chat",
        ),
        (row("notification", "user", "3"), "the server notifies nobody: user"),
        (
            row("notification", "user", None, reach=3),
            "the server notifies 3 clients: user",
        ),
        (row("reply", "connection", "{}", to=[0], reach=1), "the server greets alice"),
        (
            row("reply", "walker", '{"status":200,"reports":[1]}', to=[0], reach=1),
            "the server answers alice: [1]",
        ),
        (
            row("reply", "walker", '{"type":"walker","error":"no"}', to=[0], reach=1),
            "the server refuses alice: no",
        ),
        (
            row("drop", "channel", CHAT, to=[1], reach=1),
            "the server gives up a message to bob: chat",
        ),
    ],
)
def test_each_kind_of_row_is_a_sentence(entry: Row, expected: str) -> None:
    assert said(entry) == expected


def test_a_payload_that_is_cut_still_says_what_it_is_about() -> None:
    call = row("event", "walker", '{"type":"walker","walker":"upload","con', cut=9)
    note = row("notification", "channel", '{"type":"file","data":"aaa', cut=9)
    talk = row("event", "user", '{"type":"user","data":{"type":"file","x":"', cut=9)
    assert [words_of(each).label for each in (call, note, talk)] == [
        "walker upload",
        "file",
        "user file",
    ]


def test_a_long_payload_is_shortened_in_a_sentence() -> None:
    text = '{"status":200,"reports":["' + "x" * 500 + '"]}'
    assert len(said(row("reply", "walker", text, to=[0], reach=1))) == 147


def test_what_would_turn_or_break_a_line_is_left_out() -> None:
    assert one_line("a\u202eb\r\n\tc\x00d\x7f") == "ab c d"


def test_words_name_the_mark_the_subject_and_the_rest() -> None:
    assert words_of(row("notification", "channel", CHAT)) == Words(
        "notification", "chat", '{"message":"hi"}'
    )
