from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import ipywidgets
import pytest
from lesson_reader import Reader, needs

import jacnb
from jacnb.lessons import Lab, opening
from jacnb.walkers.registry import REGISTRY


@pytest.fixture
def end_lesson(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """End what a test opened, and forget the walkers that it declared."""
    monkeypatch.delenv("JACNB_STRICT", raising=False)
    declared = dict(REGISTRY._declared)
    yield
    if opening._current is not None:
        opening._current.close()
        for client in opening._current.server.clients:
            client.close()
        opening._current.server.stop()
    ipywidgets.Widget.close_all()
    REGISTRY._declared.clear()
    REGISTRY._declared.update(declared)


@pytest.fixture(autouse=True)
def what_the_lesson_needs(request: pytest.FixtureRequest) -> None:
    """Skip a test that reads a lesson with Jac in it, where the compiler is missing."""
    asked = getattr(request.node, "callspec", None)
    if asked is None or "reader" not in request.fixturenames:
        return
    if "jaclang" in needs(asked.params["number"]):
        request.getfixturevalue("compiler")


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch, end_lesson: None) -> Iterator[Reader]:
    # A shell makes its own module the main one, and takes over what shows values.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "displayhook", sys.displayhook)
    reader = Reader()
    yield reader
    reader.close()


@pytest.fixture
def lesson(end_lesson: None) -> Callable[[int | str], Lab]:
    return jacnb.lesson


@pytest.fixture
def lab(end_lesson: None) -> Lab:
    return jacnb.lesson("05")
