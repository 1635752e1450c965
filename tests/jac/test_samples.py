"""Whole programs in both dialects, on whichever compiler is installed."""

from __future__ import annotations

import pytest

from jacnb.errors import WalkerError
from jacnb.walkers.registry import REGISTRY


def test_the_old_dialect_builds_and_filters(sample, server) -> None:
    sample("old")
    alice = server.connect(user="alice")
    assert alice.walker("build").reports == [
        ["Ur", "Uruk", "Eridu"],
        ["Uruk"],
        ["Eridu"],
    ]


def test_the_old_dialect_visits_skips_and_disengages(sample, server) -> None:
    sample("old")
    alice = server.connect(user="alice")
    alice.walker("build")
    reports = alice.walker("tour").reports
    assert reports == [{"seen": ["Ur", "Uruk"], "count": 4}]


def test_the_old_dialect_finds_objects_by_id(sample, server) -> None:
    module = sample("old")
    alice = server.connect(user="alice")
    alice.walker("build")
    owned = server.engine.store.owned_by(alice.root_id)
    uruk = [each for each in owned if each.startswith("n:City:")][1]
    assert alice.walker("look", id=uruk).reports == [True, " Uruk|2|busy|3"]
    assert alice.walker("look", id=uruk, node=uruk).reports == ["outside"]
    assert module.limit == 2


def test_async_walkers_notify(sample, server) -> None:
    sample("old")
    alice = server.connect(user="alice")
    assert alice.walker("later").reports == ["done"]
    assert alice.expect(type="later").type == "later"


def test_nodes_are_deleted(sample, server) -> None:
    sample("old")
    alice = server.connect(user="alice")
    alice.walker("build")
    assert alice.walker("tidy").reports == [0]


def test_the_new_dialect_filters(sample, server) -> None:
    sample("new")
    assert server.connect().walker("build").reports == [
        ["Ur", "Uruk", "Eridu"],
        ["Uruk"],
        ["Ur", "Eridu"],
        ["Ur", "Uruk"],
        ["Eridu"],
    ]


def test_access_marks_say_who_may_call(sample, server) -> None:
    sample("new")
    auth = {each.name: each.auth for each in REGISTRY}
    assert auth == {"build": None, "find": None, "mine": True, "closed": True}
    assert server.connect(user="alice").walker("mine").reports == ["mine"]
    with pytest.raises(WalkerError, match="authenticated"):
        server.connect().walker("closed")


def test_restspec_says_how_a_walker_is_offered(sample) -> None:
    sample("new")
    found = REGISTRY.find("find").specs
    assert (found.methods, found.path) == (("get",), "/cities/{name}")
    assert REGISTRY.find("build").specs.methods == ("websocket",)


def test_flow_and_wait(sample) -> None:
    assert sample("new").sum == 3


def test_edges_lead_each_way(sample, server) -> None:
    sample("walks")
    assert server.connect(user="alice").walker("plan").reports == [
        [True, 0, 1],
        ["d"],
        ["c"],
        [2],
        "A",
    ]


def test_untyped_and_united_triggers_and_else(sample, server) -> None:
    sample("walks")
    alice = server.connect(user="alice")
    alice.walker("plan")
    seen = ["before", "root", "b03", "end"]
    assert alice.walker("wander").reports == [[seen, 3]]


def test_a_place_can_be_visited_next(sample, server) -> None:
    sample("walks")
    assert server.connect(user="alice").walker("first").reports == ["y", "x"]


def test_a_walker_spawns_another(sample, server) -> None:
    sample("walks")
    reports = server.connect(user="alice").walker("caller").reports
    assert reports == [None, "zero", [0, [None, "zero"]]]
