from __future__ import annotations

import pytest

from jacnb.protocol.telling.table import Column, Table, cut, plain, width_of

TWO = (Column("name", width=6), Column("n", is_number=True))


def test_columns_are_aligned() -> None:
    assert repr(Table(TWO, [["a", "1"], ["bcd", "22"]])) == (
        "name   n\na      1\nbcd   22"
    )


def test_long_cells_are_cut() -> None:
    assert repr(Table(TWO, [["abcdefg", "1"]])).splitlines()[1] == "abcde…  1"


def test_wide_letters_take_two_columns() -> None:
    assert repr(Table(TWO, [["日本", "1"], ["e\u0301", "2"]])) == (
        "name  n\n日本  1\ne\u0301     2"
    )
    assert cut("日本日本", 6) == "日本…"
    assert width_of("👨\u200d👩") == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é 日本 مرحبا", "plain é 日本 مرحبا"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\u202ec\ud800", r"a\nb\u202ec\ud800"),
        ("👨\u200d👩\n", "👨\u200d👩\\n"),
    ],
)
def test_nothing_moves_the_cursor_or_turns_the_line(text, shown) -> None:
    assert plain(text) == shown


def test_html_is_escaped() -> None:
    html = Table(TWO, [["<script>", "\x00&"]], left_out=3)._repr_html_()
    assert "<script>" not in html
    assert ">&lt;script&gt;</td>" in html
    assert r">\x00&amp;</td>" in html
    assert html.startswith("<p>… 3 earlier ones</p><table>")


def test_no_rows_are_told_in_words() -> None:
    table = Table(TWO, empty="<none>")
    assert (repr(table), table._repr_html_()) == ("<none>", "<p>&lt;none&gt;</p>")
    assert len(table) == 0
