from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import DeclarationError, NoRunError
from jacnb.graph import (
    Edge,
    Node,
    OPath,
    Root,
    Session,
    Walker,
    connect,
    disengage,
    log_report,
    on_entry,
    on_exit,
    refs,
    report,
    root,
    spawn,
    visit,
)
from jacnb.store import MemoryStore


class Stop(Node):
    name: str


class Lane(Edge):
    km: int = 1

    @on_entry
    def drive(self, walker: Walker) -> None:
        report(f"lane {self.km}")


class PlantStops(Walker):
    """root -> a, b;  a -> c;  b -> d."""

    @on_entry
    def go(self, here: Root) -> None:
        a, b = Stop(name="a"), Stop(name="b")
        connect(here, [a, b])
        connect(a, Stop(name="c"), edge=Lane(km=7))
        connect(b, Stop(name="d"))


class Rounds(Walker):
    @on_entry
    def start(self, here: Root) -> None:
        visit(self, refs(here))

    @on_entry
    def arrive(self, here: Stop) -> None:
        report(f"+{here.name}")
        visit(self, refs(here))

    @on_exit
    def leave(self, here: Stop) -> None:
        report(f"-{here.name}")

    @on_exit
    def finish(self, here) -> None:  # type: ignore[no-untyped-def]
        report(f"end {here.name}")


def drive_by_hand(coroutine: Any) -> Any:
    """Run a coroutine without an event loop, which would need a socket."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as stop:
        return stop.value


class Pause:
    def __await__(self) -> Any:
        yield


def test_in_queue_order_each_place_is_left_before_the_next(run: Any) -> None:
    run(PlantStops())
    expected = ["+a", "-a", "+b", "-b", "+c", "-c", "+d", "-d", "end d"]
    assert run(Rounds()) == expected


def test_in_dfs_order_places_are_left_when_nothing_is_left_to_visit(run: Any) -> None:
    run(PlantStops())
    expected = ["+a", "+b", "+c", "+d", "-d", "-c", "-b", "-a", "end d"]
    assert run(Rounds(), order="dfs") == expected


def test_visits_queued_by_an_exit_are_still_made_in_dfs_order(run: Any) -> None:
    class Late(Walker):
        @on_exit
        def go(self, here: Root) -> None:
            visit(self, connect(here, Stop(name="x")))

        @on_entry
        def met(self, here: Stop) -> None:
            report(here.name)

    assert run(Late(), order="dfs") == ["x"]


def test_a_place_queued_twice_is_visited_twice(run: Any) -> None:
    class Twice(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            stop = connect(here, Stop(name="s"))
            visit(self, stop)
            visit(self, stop[0])

        @on_entry
        def met(self, here: Stop) -> None:
            report(here.name)

    assert run(Twice()) == ["s", "s"]


@pytest.mark.parametrize(
    ("insert_loc", "order"),
    [
        (-1, ["a", "b", "x"]),
        (0, ["x", "a", "b"]),
        (1, ["a", "x", "b"]),
        (-2, ["a", "x", "b"]),
        (9, ["a", "b", "x"]),
        (-9, ["x", "a", "b"]),
    ],
)
def test_visit_may_insert_anywhere(run: Any, insert_loc: int, order: list[str]) -> None:
    class Inserting(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            visit(self, [Stop(name="a"), Stop(name="b")])
            visit(self, Stop(name="x"), insert_loc)

        @on_entry
        def met(self, here: Stop) -> None:
            report(here.name)

    assert run(Inserting()) == order


def test_visit_tells_whether_there_was_anything_to_visit(run: Any) -> None:
    class Asking(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            report([visit(self, []), visit(self, here)])
            disengage(self)

    assert run(Asking()) == [[False, True]]


def test_a_walker_visits_only_places(store: MemoryStore) -> None:
    with Session(store), pytest.raises(TypeError, match="nodes and edges, not str"):
        visit(Rounds(), "x")  # type: ignore[arg-type]


def test_disengage_stops_at_once_without_exits(run: Any) -> None:
    class Quitter(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            report("in")
            visit(self, here)
            disengage(self)

        @on_entry
        def never(self, here: Root) -> None:
            report("never")

        @on_exit
        def out(self, here: Root) -> None:
            report("never")

        @on_exit
        def end(self, here) -> None:  # type: ignore[no-untyped-def]
            report("never")

    assert run(Quitter()) == ["in"]


def test_a_walker_that_disengaged_can_be_spawned_again(run: Any) -> None:
    class Once(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            report("in")
            disengage(self)

    class Twice(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            once = Once()
            spawn(once, here)
            spawn(here, once)

    assert run(Twice()) == ["in", "in"]


def test_spawn_in_an_ability_runs_to_its_end_there(run: Any) -> None:
    class Inner(Walker):
        word: str

        @on_entry
        def go(self, here: Root) -> None:
            report(self.word)

    class Outer(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            report("before")
            inner = spawn(here, Inner(word="inside"))
            report(["after", inner.reports, inner.word])

    assert run(Outer()) == ["before", "inside", ["after", ["inside"], "inside"]]


def test_a_walkers_reports_are_its_own(store: MemoryStore) -> None:
    class Mine(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            report("mine")
            if here:
                log_report("too")

    with Session(store) as session:
        mine = spawn(Mine(), root())
        report("nobody's")
    assert mine.reports == ["mine", "too"]
    assert session.reports == ["mine", "too", "nobody's"]
    assert Mine.reports == []


def test_spawning_on_an_edge_visits_the_edge_and_its_target(run: Any) -> None:
    class Edgy(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            lane = connect(here, Stop(name="z"), edge=Lane(km=4), edges_only=True)
            spawn(Names(), lane[0])
            spawn([*lane, here], Names())

    class Names(Walker):
        @on_entry
        def met(self, here: Stop) -> None:
            report(here.name)

        @on_entry
        def home(self, here: Root) -> None:
            report("root")

    assert run(Edgy()) == ["lane 4", "z", "lane 4", "z", "root"]


def test_visiting_a_path_of_edges_visits_edge_and_node(run: Any) -> None:
    run(PlantStops())

    class Edges(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            visit(self, refs(OPath(here).edge_out().edge_out().edge().visit()))

        @on_entry
        def met(self, here: Stop) -> None:
            report(here.name)

    assert run(Edges()) == ["lane 7", "c", "d"]


def test_a_path_can_be_visited_itself(run: Any) -> None:
    run(PlantStops())

    class Path(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            visit(self, OPath(here).edge_out(node=lambda stop: stop.name == "b"))

        @on_entry
        def met(self, here: Stop) -> None:
            report(here.name)

    assert run(Path()) == ["b"]


def test_spawn_needs_a_walker_and_places(store: MemoryStore) -> None:
    with Session(store):
        with pytest.raises(TypeError, match="spawn\\(\\) takes a walker and a node"):
            spawn(root(), root())
        with pytest.raises(TypeError, match="nodes and edges, not int"):
            spawn(Rounds(), [5])


def test_a_walk_over_nothing_runs_the_untyped_abilities(store: MemoryStore) -> None:
    class Nowhere(Walker):
        @on_entry
        def go(self, here) -> None:  # type: ignore[no-untyped-def]
            report(here)

    with Session(store):
        assert spawn(Nowhere(), []).reports == [None]


def test_report_belongs_into_an_ability() -> None:
    with pytest.raises(NoRunError, match="report\\(\\) belongs into an ability"):
        report(1)


def test_every_visit_is_told(store: MemoryStore, run: Any) -> None:
    seen: list[str] = []
    run(PlantStops())
    run(Rounds(), on_visit=lambda walker, place: seen.append(type(place).__name__))
    assert seen == ["Root", "Stop", "Stop", "Stop", "Stop"]


@pytest.mark.parametrize("places", [1, 2])
def test_a_visit_is_told_before_the_entries_of_the_walker(
    store: MemoryStore, places: int
) -> None:
    class Early(Walker):
        @on_entry
        def start(self, here) -> None:  # type: ignore[no-untyped-def]
            told.append("start")

        @on_entry
        def met(self, here: Root) -> None:
            told.append("met")

    told: list[str] = []
    with Session(store, on_visit=lambda walker, place: told.append("visit")) as session:
        spawn(Early(), [session.root] * places)
    assert told == ["visit", "start", "met", *["visit", "met"] * (places - 1)]


def test_a_place_before_that_the_walker_puts_another_is_told_again(
    store: MemoryStore,
) -> None:
    class Detour(Walker):
        @on_entry
        def start(self, here) -> None:  # type: ignore[no-untyped-def]
            visit(self, connect(here, Stop(name="x")), 0)

    told: list[str] = []
    on_visit = lambda walker, place: told.append(type(place).__name__)  # noqa: E731
    with Session(store, on_visit=on_visit) as session:
        spawn(Detour(), session.root)
    assert told == ["Root", "Stop", "Root"]


def test_every_report_is_told_with_where_it_was_made(store: MemoryStore) -> None:
    class Teller(Walker):
        @on_entry
        def start(self, here) -> None:  # type: ignore[no-untyped-def]
            report("begin")

        @on_entry
        def at(self, here: Root) -> None:
            report("here")

    seen: list[tuple[str, str]] = []
    with Session(store, on_report=lambda at, value: seen.append((repr(at), value))):
        spawn(Teller(), root())
        spawn(Teller(), [])
    assert seen == [("Root()", "begin"), ("Root()", "here"), ("None", "begin")]


class Slow(Walker):
    @on_entry
    async def go(self, here: Root) -> None:
        report("one")
        await Pause()
        report("two")

    @on_entry
    def plain(self, here: Root) -> None:
        report("plain")


def test_async_abilities_are_awaited(store: MemoryStore) -> None:
    session = Session(store)
    with session:
        drive_by_hand(session.run_async(Slow(), session.root))
    assert session.serialized_reports() == b'["one","two","plain"]'


def test_spawning_an_async_walker_gives_a_coroutine(store: MemoryStore) -> None:
    class Caller(Walker):
        @on_entry
        async def go(self, here: Root) -> None:
            slow = await spawn(Slow(), here)
            report(slow.reports)
            disengage(self)

        @on_exit
        def never(self, here: Root) -> None:
            report("never")

    with Session(store) as session:
        caller = drive_by_hand(spawn(Caller(), session.root))
    assert caller.reports == [["one", "two", "plain"]]


def test_a_plain_walker_cannot_meet_an_async_ability(store: MemoryStore) -> None:
    class Sleepy(Node):
        @on_entry
        async def wake(self, walker: Walker) -> None: ...

    class Visitor(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            visit(self, Sleepy())

    with (
        Session(store) as session,
        pytest.raises(DeclarationError, match=r"Sleepy\.wake is async, so its walker"),
    ):
        session.run(Visitor(), session.root)


def test_an_exception_leaves_no_walker_behind(store: MemoryStore) -> None:
    class Failing(Walker):
        @on_entry
        def go(self, here: Root) -> None:
            raise RuntimeError("no")

    class FailingLater(Walker):
        @on_entry
        async def go(self, here: Root) -> None:
            raise RuntimeError("no")

    with Session(store) as session:
        with pytest.raises(RuntimeError):
            session.run(Failing(), session.root)
        with pytest.raises(RuntimeError):
            drive_by_hand(session.run_async(FailingLater(), session.root))
        report("outside")
    assert session.reports == ["outside"]


def test_a_walkers_own_order_goes_before_the_sessions(run: Any) -> None:
    class Deep(Rounds, order="dfs"):
        pass

    run(PlantStops())
    assert run(Deep()) == run(Rounds(), order="dfs")
