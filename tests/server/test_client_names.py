from __future__ import annotations

from typing import Any

from jacnb.protocol.connections import Connection
from jacnb.protocol.identity import Identity
from jacnb.server import client_names
from jacnb.server.client_names import ClientNames


def of_alice() -> Connection:
    return Connection(Identity("n::1", "u1", "alice@example.com"))


def test_a_name_is_kept_after_its_neighbour_left() -> None:
    names, first, second = ClientNames(), of_alice(), of_alice()
    assert names.of([first, second]) == ["alice", "alice 2"]
    assert names.of([second]) == ["alice 2"]


def test_names_begin_anew_when_very_many_are_gone(monkeypatch: Any) -> None:
    monkeypatch.setattr(client_names, "_NAMES_KEPT", 1)
    names, last = ClientNames(), of_alice()
    names.of([of_alice() for _ in range(3)])
    assert names.of([]) == []
    assert names.of([last]) == ["alice"]
