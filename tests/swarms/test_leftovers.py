from __future__ import annotations

import sys
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from jacnb import Server, swarm

Run = Callable[[str, str], None]


@pytest.fixture
def run_cell(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Pretend that this run of this cell begins."""
    shell = SimpleNamespace(parent_header=None)
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)

    def run(cell: str, message: str) -> None:
        metadata = {"cellId": cell} if cell else {}
        shell.parent_header = {"header": {"msg_id": message}, "metadata": metadata}

    return run


def test_a_cell_that_runs_again_closes_what_it_left_open(
    server: Server, run_cell: Run
) -> None:
    run_cell("a", "1")
    first, second = swarm(server, 2), swarm(server, 1)
    run_cell("a", "2")
    with swarm(server, 3) as crowd:
        assert (first.is_open, second.is_open, crowd.is_open) == (False, False, True)
        assert len(server.engine.hub.clients) == 3


def test_another_cell_leaves_it_open(server: Server, run_cell: Run) -> None:
    run_cell("a", "1")
    with swarm(server, 2) as first:
        run_cell("b", "2")
        with swarm(server, 1):
            assert len(first) == 2


def test_without_cells_nothing_is_closed(server: Server, run_cell: Run) -> None:
    run_cell("", "1")
    with swarm(server, 2) as first:
        run_cell("", "2")
        with swarm(server, 1):
            assert len(first) == 2


def test_a_result_leaves_nothing_to_close(server: Server, run_cell: Run) -> None:
    for message in ("1", "2", "3"):
        run_cell("a", message)
        assert swarm(server, 2, rate=100, seconds=0.05).is_clean
    assert len(server.engine.hub.clients) == 0
