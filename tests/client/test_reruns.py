from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from jacnb.client.messages import Message
from jacnb.client.reruns import Reruns

FIRST, SECOND = Message('{"val":1}'), Message('{"val":2}')


def fits(message: Message) -> bool:
    return True


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What `get_ipython()` returns in a notebook, as far as it matters here."""
    running = SimpleNamespace(execution_count=1, user_ns={"In": ["", "expect()"]})
    ipython = SimpleNamespace(get_ipython=lambda: running)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    return running


def test_outside_of_a_notebook_nothing_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    reruns = Reruns()
    assert reruns.begin(fits) is None
    reruns.found(FIRST)
    assert reruns.begin(fits) is None


def test_a_cell_that_runs_again_finds_what_it_found(shell: Any) -> None:
    reruns = Reruns()
    assert reruns.begin(fits) is None
    reruns.found(FIRST)
    shell.execution_count = 2
    assert reruns.begin(fits) is FIRST


def test_a_second_line_of_the_same_cell_is_another_one(shell: Any) -> None:
    reruns = Reruns()
    for message in (FIRST, SECOND):
        assert reruns.begin(fits) is None
        reruns.found(message)
    shell.execution_count = 2
    assert [reruns.begin(fits), reruns.begin(fits)] == [FIRST, SECOND]


def test_another_cell_finds_nothing(shell: Any) -> None:
    reruns = Reruns()
    reruns.begin(fits)
    reruns.found(FIRST)
    shell.execution_count = 2
    shell.user_ns["In"].append("other()")
    assert reruns.begin(fits) is None


def test_what_no_longer_fits_is_not_found(shell: Any) -> None:
    reruns = Reruns()
    reruns.begin(fits)
    reruns.found(FIRST)
    shell.execution_count = 2
    assert reruns.begin(lambda message: False) is None


def test_waiting_for_something_newer_is_short() -> None:
    assert Reruns().patience(5) == 0.5
    assert Reruns().patience(0.1) == 0.1
    assert Reruns().patience(None) == 0.5
