from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from jacnb.graph import Session, Walker, archetypes, set_ambient
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.store import MemoryStore

Run = Callable[..., list[Any]]


@pytest.fixture(autouse=True)
def core_alone(forbid_threads_and_sockets: None) -> None:
    """This room needs no threads and no sockets."""


@pytest.fixture(autouse=True)
def graph_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No server, and no registry that hears of the walkers made here."""
    set_ambient(None)
    monkeypatch.setattr(archetypes, "walker_hooks", [])


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def run(store: MemoryStore) -> Run:
    """Run a walker as the server does, and return its reports as they arrive."""

    def run_walker(
        walker: Walker, root_id: str = PUBLIC_ROOT_ID, node: Any = None, **options: Any
    ) -> list[Any]:
        session = Session(store, root_id=root_id, **options)
        with session:
            session.run(walker, session.entry(node))
            body = session.serialized_reports()
            session.commit()
        return json.loads(body)  # type: ignore[no-any-return]

    return run_walker
