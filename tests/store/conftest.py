from __future__ import annotations

import pytest

from jacnb.store import MemoryStore


@pytest.fixture(autouse=True)
def core_alone(forbid_threads_and_sockets: None) -> None:
    """This room needs no threads and no sockets."""


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()
