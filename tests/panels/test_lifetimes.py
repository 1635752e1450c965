from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
from ipywidgets.widgets.widget import _instances

from jacnb import MemoryServer
from jacnb.cells import CellRun, current_run
from jacnb.panels import ChatPanel, ChatRoom, Explorer, Inspector


@pytest.fixture
def cell(monkeypatch):
    """Pretend to run a cell: ``cell("id", "number of the run")``."""

    def run(cell_id, message):
        parent = {"header": {"msg_id": message}, "metadata": {"cellId": cell_id}}
        shell = SimpleNamespace(parent_header=parent)
        monkeypatch.setitem(
            sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell)
        )

    return run


def panel_of(client, pump):
    return ChatPanel(client, later=pump.later)


def test_without_cells_a_client_has_one_live_panel(server, pump, browser):
    alice = server.connect("alice")
    panel_of(alice, pump)
    panel_of(alice, pump)
    assert alice.listeners == 3


def test_without_cells_panels_of_two_kinds_live_side_by_side(pump, browser):
    with MemoryServer() as server:
        explorer = Explorer(server, later=pump.later)
        inspector = Inspector(server, later=pump.later)
        assert not explorer._is_closed
        again = Explorer(server, later=pump.later)
        assert explorer._is_closed
        again.close()
        inspector.close()


def test_the_same_cell_again_closes_the_panels_of_old_clients(
    server, pump, browser, cell
):
    old, new = server.connect("alice"), server.connect("alice")
    cell("a", "1")
    panel_of(old, pump)
    cell("a", "2")
    panel_of(new, pump)
    assert (old.listeners, new.listeners) == (0, 3)


def test_panels_of_two_cells_live_side_by_side(server, pump, browser, cell):
    alice = server.connect("alice")
    cell("a", "1")
    panel_of(alice, pump)
    cell("b", "2")
    panel_of(alice, pump)
    assert alice.listeners == 6


def test_two_panels_of_one_run_live_side_by_side(server, pump, browser, cell):
    alice = server.connect("alice")
    cell("a", "1")
    panel_of(alice, pump)
    panel_of(alice, pump)
    assert alice.listeners == 6


def test_a_room_that_is_replaced_leaves_no_widget_behind(server, pump, browser, cell):
    clients = [server.connect("alice"), server.connect("bob")]
    cell("a", "1")
    ChatRoom(clients, later=pump.later)
    before = len(_instances)
    cell("a", "2")
    ChatRoom(clients, later=pump.later)
    assert len(_instances) == before


def test_outside_a_kernel_there_is_no_cell(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert current_run() == CellRun("", "")
