from __future__ import annotations

import re
from collections import Counter

from hypothesis import given, strategies as st
from talk import ALICE, BOB, Talk

from jacnb.protocol import PUBLIC, Connection
from jacnb.protocol.connections import Index

WEIRD = ["room", "", "n::", "a b\n", "é☃😀", "__proto__", "' OR 1=1", "\x00", "x" * 255]


def test_ids_are_made_where_none_are_given() -> None:
    connection = Connection(PUBLIC)
    assert re.fullmatch(r"\d{10}:[0-9a-f]{32}", connection.client_id)
    assert re.fullmatch(r"\d{10}:[0-9a-f]{32}", connection.channel_id)
    assert connection.client_id != connection.channel_id


def test_an_empty_channel_counts_as_none() -> None:
    assert Connection(PUBLIC, "").channel_id != ""


def test_a_connection_is_shown_with_who_speaks_and_where() -> None:
    connection = Connection(ALICE, "room")
    shown = f"<Connection {connection.client_id} alice@example.com on 'room'>"
    assert repr(connection) == shown
    assert " public on " in repr(Connection(PUBLIC))


def test_an_unchanged_key_gives_the_very_same_tuple() -> None:
    index, one, two = Index(), Connection(PUBLIC), Connection(PUBLIC)
    index.add("room", one)
    before = index.get("room")
    assert index.select(["room", "nobody", "room"]) is before
    index.add("room", two)
    assert before == (one,)
    assert index.get("room") == (one, two)


def test_members_may_go_while_somebody_iterates() -> None:
    index = Index()
    members = [Connection(PUBLIC) for _ in range(3)]
    for member in members:
        index.add("room", member)
    seen = []
    for member in index.get("room"):
        seen.append(member)
        index.discard("room", member)
    assert seen == members
    assert len(index) == 0


def test_each_connection_is_selected_once() -> None:
    index, one, two = Index(), Connection(PUBLIC), Connection(PUBLIC)
    index.add("a", one)
    index.add("b", two)
    index.add("b", one)
    assert index.select(["a", "b", "a"]) == (one, two)


def test_discarding_a_stranger_changes_nothing() -> None:
    index, member, stranger = Index(), Connection(PUBLIC), Connection(PUBLIC)
    index.add("room", member)
    index.discard("room", stranger)
    index.discard("nobody", stranger)
    assert index.get("room") == (member,)
    assert list(index) == ["room"]


def test_asking_for_an_unknown_key_leaves_nothing_behind() -> None:
    index = Index()
    assert index.get("nobody") == ()
    assert index.select(["nobody", "no one"]) == ()
    assert list(index) == []


def matches(talk: Talk, model: dict[Connection, None]) -> bool:
    """Compare what the indexes hold with what a plain list of clients says."""
    hub = talk.hub
    keys = [
        (hub.clients, Counter(c.client_id for c in model)),
        (hub.users, Counter(c.root_id for c in model)),
        (hub.channels, Counter(c.channel_id for c in model)),
    ]
    return all(
        {key: len(index.get(key)) for key in index} == expected
        for index, expected in keys
    )


steps = st.tuples(
    st.sampled_from(["connect", "rebind", "disconnect", "notify"]),
    st.sampled_from([PUBLIC, ALICE, BOB]),
    st.sampled_from(WEIRD),
    st.integers(0, 5),
)


@given(st.lists(steps, max_size=30))
def test_indexes_hold_who_is_there_and_nothing_else(steps: list[tuple]) -> None:
    talk, there = Talk(), {}
    for what, identity, channel_id, number in steps:
        chosen = list(there)[number % len(there)] if there else Connection(identity)
        if what == "connect":
            there[talk.hub.connect(identity, channel_id)] = None
        elif what == "rebind":
            talk.hub.rebind(chosen, identity)
        elif what == "disconnect":
            talk.hub.disconnect(chosen)
            there.pop(chosen, None)
        else:
            talk.hub.notify_channels([channel_id, "room"], {})
        assert matches(talk, there)
    for connection in there:
        talk.hub.disconnect(connection)
    for index in (talk.hub.clients, talk.hub.users, talk.hub.channels):
        assert not index._members
        assert not index._tuples
