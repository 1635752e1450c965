from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import ipywidgets
import pytest
from anywidget import AnyWidget
from scripted_client import ScriptedServer


class HandPump:
    """Runs jobs when a test says so, and forgets the clock."""

    def __init__(self) -> None:
        self.jobs: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def later(self, delay: float, job: Callable[[], None]) -> None:
        self.jobs.append((delay, next(self._order), job))

    def run(self, within: float = 60) -> None:
        while due := sorted(job for job in self.jobs if job[0] <= within):
            self.jobs.remove(due[0])
            due[0][2]()

    def turn(self) -> None:
        """Run the jobs there are, not those that they leave."""
        jobs, self.jobs = sorted(self.jobs), []
        for _, _, job in jobs:
            job()


@pytest.fixture
def pump() -> HandPump:
    return HandPump()


@pytest.fixture
def server() -> ScriptedServer:
    return ScriptedServer()


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What panels sent to the browser, oldest first."""
    received: list[dict[str, Any]] = []

    def send(_panel: object, content: dict[str, Any], _buffers: object = None) -> None:
        received.append(content)

    monkeypatch.setattr(AnyWidget, "send", send)
    yield received
    ipywidgets.Widget.close_all()
