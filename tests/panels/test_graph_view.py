from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

import jacnb
from jacnb import Edge, Node, Root, Walker, on_entry, refs, report, visit
from jacnb.graph import connect
from jacnb.panels import GraphView


class Town(Node):
    name: str
    people: int = 0


class Street(Edge):
    km: int = 1


class Odd(Node):
    value: object = None


class build(Walker):
    names: list[str]

    @on_entry
    def go(self, here: Root) -> None:
        for name in self.names:
            connect(here, Town(name=name), Street(km=3))

    class __specs__:
        auth = None
        methods = ("websocket",)


class tour(Walker):
    @on_entry
    def start(self, here: Root) -> None:
        visit(self, refs(here))

    @on_entry
    def look(self, here: Town) -> None:
        if here.name == "Trap":
            raise ValueError("trapped")
        report(f"seen {here.name}")

    class __specs__:
        auth = None
        methods = ("websocket",)


class tour_twice(tour):
    @on_entry
    def start(self, here: Root) -> None:
        visit(self, refs(here))
        visit(self, refs(here))


class lose(Walker):
    @on_entry
    def go(self, here: Root) -> None:
        report(float("nan"))

    class __specs__:
        auth = None
        methods = ("websocket",)


class hoard(Walker):
    @on_entry
    def go(self, here: Root) -> None:
        odd = {"when": complex(1, 2), "far": float("inf"), "token": "x"}
        connect(here, Odd(value=[odd, (1, "a"), {3}]))

    class __specs__:
        auth = None
        methods = ("websocket",)


@pytest.fixture
def server():
    with jacnb.MemoryServer(
        registry=jacnb.Registry(build, tour, tour_twice, hoard, lose)
    ) as server:
        yield server


@pytest.fixture
def alice(server):
    return server.connect(user="alice")


@pytest.fixture
def view(server, pump, browser):
    return GraphView(server, later=pump.later)


def names(graph):
    return [f"{spot.name} {spot.label}".strip() for spot in graph.spots]


def test_it_shows_the_graphs_of_those_who_have_one(server, alice, view):
    assert names(view.snapshot()) == ["public Root"]
    alice.walker("build", names=["Ulm", "Bonn"])
    assert names(view.snapshot()) == ["alice Root", "Town Ulm", "Town Bonn"]
    server.connect().walker("build", names=["Rom"])
    assert names(view.snapshot())[:2] == ["public Root", "alice Root"]


def test_it_shows_the_graph_of_one_user(server, alice, pump, browser):
    alice.walker("build", names=["Ulm"])
    server.connect().walker("build", names=["Rom"])
    for whose in (alice, "alice", "alice@example.com", alice.root_id):
        view = GraphView(server, whose, later=pump.later)
        assert names(view.snapshot()) == ["alice Root", "Town Ulm"]
    public = GraphView(server, "public", later=pump.later)
    assert names(public.snapshot()) == ["public Root", "Town Rom"]
    with pytest.raises(ValueError, match="no user 'eve': there are public, alice"):
        GraphView(server, "eve")


def test_edges_have_their_class_and_their_ends(alice, view):
    alice.walker("build", names=["Ulm"])
    [link] = view.snapshot().links
    root, town = view.snapshot().spots
    assert (link.source, link.target, link.name) == (root.id, town.id, "Street")


def test_the_nearest_nodes_are_shown_and_more_are_said_to_be_there(
    server, alice, pump, browser
):
    alice.walker("build", names=[f"Town {n}" for n in range(20)])
    view = GraphView(server, limit=5, later=pump.later)
    assert len(view.snapshot().spots) == 5
    assert view.graph["note"] == (
        "There are more nodes: the 5 nearest to the roots are shown."
    )
    assert view.graph["note"] in view.svg().svg


def test_walks_tell_where_a_walker_was_and_what_it_reported_there(alice, view):
    alice.walker("build", names=["Ulm", "Bonn"])
    alice.walker("tour")
    walk = view.walks()[-1]
    root, ulm, bonn = (spot.id for spot in view.snapshot().spots)
    assert (walk.walker, walk.caller, walk.is_over) == ("tour", "alice", True)
    assert [(step.at, step.report) for step in walk.steps] == [
        (root, None),
        (ulm, None),
        (ulm, "seen Ulm"),
        (bonn, None),
        (bonn, "seen Bonn"),
    ]


def test_a_failed_walk_keeps_its_error(alice, view):
    alice.walker("build", names=["Trap"])
    with pytest.raises(jacnb.JacnbError):
        alice.walker("tour")
    assert view.walks()[-1].error == "ValueError: trapped"
    assert "it failed: ValueError: trapped" in view.svg().svg


def test_a_report_that_json_cannot_carry_fails_the_run_where_it_was_made(alice, view):
    with pytest.raises(jacnb.JacnbError, match="JSON has no nan"):
        alice.walker("lose")
    last = view.walks()[-1]
    assert [step.report for step in last.steps] == [None, ""]
    assert (
        last.error == "ValueRangeError: JSON has no nan: report None or a text instead"
    )


def test_the_picture_shows_a_walk_with_its_steps_and_reports(alice, view):
    alice.walker("build", names=["Ulm"])
    alice.walker("tour")
    found = ET.fromstring(view.svg().svg)
    said = [each.text for each in found.findall(".//{*}text")]
    assert found[0].text == "Graph of 2 nodes and 1 edge, with the walk of tour"
    assert {"alice", "Ulm", "Street", "1", "2", "“seen Ulm”"} <= set(said)
    assert "tour ran for alice: 2 visits" in said
    assert len(found.findall(".//{*}path[@class='edge walked']")) == 1
    assert "walked" not in view.svg(walk=None).svg.partition("</style>")[2]


def test_what_was_reported_twice_at_a_node_is_counted(alice, view):
    alice.walker("build", names=["Ulm"])
    alice.walker("tour_twice")
    assert "“seen Ulm” \u00d72</text>" in view.svg().svg


def test_a_picture_of_an_older_walk_or_of_none(alice, view):
    assert view.svg().alt == "Graph of 1 node and 0 edges"
    alice.walker("build", names=["Ulm"])
    alice.walker("tour")
    assert view.svg(walk=0).alt.endswith("with the walk of build")
    with pytest.raises(IndexError, match="no walk 5: of walks.. there are 2, from 0"):
        view.svg(walk=5)
    with pytest.raises(TypeError, match="walk is an index of walks.., or None"):
        view.svg(walk="tour")


def test_hostile_fields_stay_text(alice, view):
    alice.walker("build", names=["<script>\x00\u202e&", "x" * 100_000])
    alice.walker("tour")
    found = ET.fromstring(view.svg().svg)
    assert not found.findall(".//{*}script")
    assert len(view.svg().svg) < 12_000


def test_new_nodes_come_to_the_page_with_the_walk(alice, view, pump, browser):
    pump.turn()
    alice.walker("build", names=["Ulm"])
    pump.turn()
    assert [node["label"] for node in view.graph["nodes"]] == ["Root", "Ulm"]
    [told] = [m for m in browser if m["op"] == "rows"]
    assert [row["kind"] for row in told["rows"]] == ["run", "visit", "end"]


def test_what_cells_do_is_seen_at_the_next_glance(server, view, pump):
    pump.turn()
    connect(jacnb.root(), Town(name="Ulm"))
    pump.turn()
    shown = [(node["name"], node["label"]) for node in view.graph["nodes"]]
    assert shown == [("notebook", "Root"), ("Town", "Ulm")]


def test_only_what_is_about_walks_goes_to_the_page(alice, view, pump, browser):
    for _ in range(50):
        alice.send_to_clients([alice.client_id], {"type": "chat"})
    pump.turn()
    pump.turn()
    assert [m for m in browser if m["op"] == "rows"] == []
    alice.walker("build", names=["Ulm"])
    pump.turn()
    kinds = [row["kind"] for m in browser for row in m.get("rows", [])]
    assert kinds == ["run", "visit", "end"]


def test_a_view_gets_the_fields_of_a_node(alice, view, pump, browser):
    alice.walker("build", names=["Ulm"])
    town = view.snapshot().spots[1]
    view._on_browser(view, {"op": "fields", "id": town.id}, [])
    view._on_browser(view, {"op": "fields", "id": "n:Gone:0"}, [])
    pump.turn()
    first, second = [m for m in browser if m["op"] == "fields"]
    assert first["owner"] == "alice"
    assert json.loads(first["text"]) == {"name": "Ulm", "people": 0}
    assert second["text"] is None


def test_odd_values_and_secrets_of_fields_are_told_apart(alice, view, pump, browser):
    alice.walker("hoard")
    odd = view.snapshot().spots[1]
    assert (odd.name, odd.label) == ("Odd", "")
    view._on_browser(view, {"op": "fields", "id": odd.id}, [])
    pump.turn()
    [answer] = [m for m in browser if m["op"] == "fields"]
    assert json.loads(answer["text"]) == {
        "value": [{"when": "(1+2j)", "far": "inf", "token": "***"}, [1, "a"], [3]]
    }


def test_it_needs_a_server_that_keeps_a_trace(alice, pump):
    with pytest.raises(TypeError, match=r"GraphView\(server\)"):
        GraphView([alice])
    with pytest.raises(TypeError, match=r"GraphView\(server\)"):
        GraphView(jacnb.Server)
    with (
        jacnb.MemoryServer(trace=False) as silent,
        pytest.raises(TypeError, match="keeps no trace"),
    ):
        GraphView(silent)


def test_a_reset_and_a_stopped_server_leave_it_standing(server, alice, view, pump):
    alice.walker("build", names=["Ulm"])
    server.reset()
    pump.turn()
    assert [node["label"] for node in view.graph["nodes"]] == ["Root"]
    server.stop()
    view.close()
    view.close()
    pump.turn()
    assert repr(view) == ("GraphView(1 nodes, 0 edges, 0 walks; svg() makes a picture)")
