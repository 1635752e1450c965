from __future__ import annotations

import io
import sys

import pytest

from jacnb.swarms.progress import Progress, _Bar


def test_in_a_terminal_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    progress = Progress(True)
    progress.show(0.5, "half")
    progress.show(0.6, "too soon to be shown")
    progress.show(1.0, "all", is_last=True)
    assert screen.getvalue() == "\r\x1b[2K 50% half\r\x1b[2K100% all\n"


@pytest.mark.parametrize("is_on", [False, None])
def test_where_nobody_looks_it_is_silent(
    monkeypatch: pytest.MonkeyPatch, is_on: bool | None
) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    Progress(is_on).show(1.0, "all", is_last=True)
    assert screen.getvalue() == ""


def test_a_bar_is_labelled_and_escaped() -> None:
    shown = _Bar(0.5, "<b>")._repr_html_()
    assert 'value="50" aria-label="&lt;b&gt;"' in shown
    assert "<b>" not in shown
    assert repr(_Bar(0.5, "x")) == " 50% x"
