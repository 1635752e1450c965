from __future__ import annotations

from typing import Any

import pytest

import jacnb
from jacnb.panels.inspector_tables import Query, Told, counts, query_of, rows_for


@pytest.fixture
def server():
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        yield server


def names(server: Any, **query: Any) -> list[str]:
    rows, _, _ = rows_for(query_of({"table": "connections", **query}), server.figures())
    return [row[1] for row in rows]


@pytest.fixture
def three(server):
    wanted = (("bob", "room"), ("alice", "garden"), ("carol", "room"))
    clients = [server.connect(user=user, channel_id=c) for user, c in wanted]
    for _ in range(2):
        clients[0].send_to_channels(["garden"], {"n": 1})
    return clients


def test_rows_are_sorted_by_any_column(server, three):
    assert names(server, column=1) == ["alice", "bob", "carol"]
    assert names(server, column=1, down=True) == ["carol", "bob", "alice"]
    assert names(server, column=5, down=True) == ["alice", "bob", "carol"]


def test_what_is_not_known_comes_last_either_way(server, three):
    server.ping(three[2])
    assert names(server, column=10) == ["carol", "alice", "bob"]
    assert names(server, column=10, down=True) == ["carol", "alice", "bob"]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [("ROOM", ["bob", "carol"]), ("alice@", ["alice"]), ("nobody", [])],
)
def test_a_filter_looks_at_all_texts(server, three, filter, expected):
    assert names(server, column=1, filter=filter) == expected


def test_only_so_many_rows_go_to_a_browser(server):
    clients = [server.connect(channel_id="room") for _ in range(201)]
    rows, found, there = rows_for(Query(), server.figures())
    assert (len(rows), found, there) == (200, 201, len(clients))


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"table": "<script>", "column": 99, "client": 7},
        {"table": ["connections"], "column": "name", "filter": None},
        {"column": -1, "down": "no"},
    ],
)
def test_an_order_that_makes_no_sense_becomes_one_that_does(server, three, order):
    query = query_of(order)
    assert (query.table, query.column, query.client_id) == ("connections", 0, None)
    assert len(rows_for(query, server.figures())[0]) == 3


@pytest.mark.parametrize("table", ["channels", "users", "walkers"])
def test_every_table_can_be_sorted_by_each_of_its_columns(server, three, table):
    for column in range(5):
        query = query_of({"table": table, "column": column, "down": True})
        rows_for(query, server.figures())


def test_channels_and_users_sum_up_their_connections(server, three):
    channels, _, _ = rows_for(query_of({"table": "channels"}), server.figures())
    assert channels == [["garden", 1, "alice", 3, 0], ["room", 2, "bob, carol", 2, 2]]
    users, _, _ = rows_for(query_of({"table": "users", "column": 5}), server.figures())
    assert [row[1:] for row in users] == [
        [1, "alice", 3, 0, "alice@example.com"],
        [1, "bob", 1, 2, "bob@example.com"],
        [1, "carol", 1, 0, "carol@example.com"],
    ]


def test_the_counts_are_of_all_tables(server, three):
    assert counts(server.figures()) == {
        "connections": 3,
        "channels": 2,
        "users": 3,
        "walkers": 0,
    }


def test_a_huge_channel_id_is_shortened_and_stays_the_only_one(server):
    clients = [server.connect(channel_id="x" * 5000 + last) for last in "ab"]
    rows, _, _ = rows_for(query_of({"table": "channels"}), server.figures())
    assert len({row[0] for row in rows}) == len(clients)
    assert max(len(row[0]) for row in rows) < 320


def test_at_first_everything_is_news():
    told = Told()
    assert told.changes([["a", 1], ["b", 2]]) == {
        "rows": [[0, "a", 1], [1, "b", 2]],
        "order": [0, 1],
    }


def test_what_did_not_change_is_no_news():
    told = Told()
    told.changes([["a", 1], ["b", 2]])
    assert told.changes([["a", 1], ["b", 2]]) == {}


def test_only_changed_cells_are_told():
    told = Told()
    told.changes([["a", 1, "x"], ["b", 2, "y"]])
    assert told.changes([["a", 1, "x"], ["b", 3, "z"]]) == {
        "changed": [[1, 1, 3, 2, "z"]]
    }


def test_a_new_order_and_rows_that_go_are_told_by_their_numbers():
    told = Told()
    told.changes([["a", 1], ["b", 2], ["c", 3]])
    assert told.changes([["c", 3], ["a", 1]]) == {"order": [2, 0]}
    assert told.changes([]) == {"order": []}


def test_a_row_that_comes_back_is_new():
    told = Told()
    told.changes([["a", 1]])
    told.changes([])
    assert told.changes([["a", 1]]) == {"rows": [[1, "a", 1]], "order": [1]}
