from __future__ import annotations

from jacnb.panels.entries import note
from jacnb.panels.transcript import Transcript


def line(text, at=0.0):
    return "alice", note(text, 1) | {"time": at}


def test_other_peoples_text_is_escaped():
    html = Transcript([line("<script>alert(1)</script>")])._repr_html_()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_lines_stand_in_the_order_of_time():
    rows = Transcript([line("second", 2.0), line("first", 1.0)]).rows()
    assert [row[-1] for row in rows] == ["first", "second"]


def test_long_lines_are_cut():
    assert Transcript([line("x" * 500)]).rows()[0][-1] == "x" * 400 + "…"


def test_an_empty_transcript_says_so():
    empty = Transcript([])
    assert (len(empty), repr(empty)) == (0, "")
    assert empty._repr_html_() == "<em>no messages yet</em>"
