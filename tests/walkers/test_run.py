from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from walker_world import World

import jacnb
from jacnb import (
    WEBSOCKET_MANAGER as socket,
    Node,
    Root,
    Walker,
    on_entry,
    report,
    visit,
)
from jacnb.errors import ConflictError
from jacnb.graph import Session, commit, connect, get_context, refs, root
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.protocol.hub import Outcome
from jacnb.walkers import perform, run as run_module
from jacnb.walkers.run import MAX_OUTPUT, Run, current_run

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl"


class Box(Node):
    count: int = 0


@pytest.fixture
def box_id(world: World) -> str:
    """A node below the public root, with a count."""
    session = Session(world.store)
    with session:
        made = Box()
        connect(session.root, made)
        session.commit()
    return str(made.__jac__.id)


def count(world: World, box_id: str) -> int:
    found: Box = Session(world.store).get(box_id)
    return found.count


def changed_elsewhere(world: World, box_id: str) -> None:
    """Change the box as another run does, in between."""
    other = Session(world.store)
    with other:
        other.get(box_id).count += 100
        other.commit()


def test_a_run_ends_with_its_reports_in_order(world: World) -> None:
    class several(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            report(1)
            report({"two": [None]})

    assert world.call(several) == Outcome(reports='[1,{"two":[null]}]', status=200)


def test_a_run_is_kept_for_its_author(world: World) -> None:
    @jacnb.walker
    def kept() -> int:
        return 7

    world.call(kept)
    run = world.runs[-1]

    assert (run.is_done, run.status, run.reports, run.attempts) == (True, 200, "[7]", 1)
    assert (run.walker, run.user, run.client_id) == ("kept", "public", "c1")
    assert (run.error, run.traceback, run.output) == (None, None, "")


def test_a_run_that_goes_on_is_not_done() -> None:
    assert not Run("w", "public", None, 0.0).is_done


def test_changes_are_there_after_the_run(world: World, box_id: str) -> None:
    @jacnb.walker
    def increment(here: Any) -> None:
        here.count += 1

    world.call(increment, node=box_id)
    world.call(increment, node=box_id)

    assert count(world, box_id) == 2


def test_an_exception_keeps_nothing(world: World, box_id: str) -> None:
    @jacnb.walker
    def breaking(here: Any) -> None:
        here.count = 5
        connect(root(), Box())
        raise ValueError("boom")

    assert world.call(breaking, node=box_id) == Outcome(
        status=500, error="ValueError: boom"
    )
    assert count(world, box_id) == 0
    with Session(world.store) as session:
        assert len(refs(session.root)) == 1


def test_what_was_committed_before_an_exception_is_kept(
    world: World, box_id: str
) -> None:
    @jacnb.walker
    def halfway(here: Any) -> None:
        here.count = 5
        commit()
        here.count = 6
        raise ValueError

    assert world.call(halfway, node=box_id).error == "ValueError"
    assert count(world, box_id) == 5


def test_a_failed_run_keeps_its_error_and_no_status(world: World) -> None:
    @jacnb.walker
    def failing() -> None:
        raise ValueError("boom")

    world.call(failing)
    run = world.runs[-1]

    assert (run.error, run.status, run.reports) == ("ValueError: boom", None, "[]")


def test_a_traceback_begins_with_the_walkers_own_code(world: World) -> None:
    class deep(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            self.helper()

        def helper(self) -> None:
            raise ValueError(f"no {TOKEN}")

    world.call(deep)
    lines = (world.runs[-1].traceback or "").splitlines()

    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].startswith(f'  File "{__file__}", line ')
    assert lines[1].endswith("in enter")
    assert lines[-1] == "ValueError: no ***"


def test_a_failure_outside_of_the_walkers_code_has_a_traceback_too(
    world: World,
) -> None:
    class needy(Walker):
        a: int

    outcome = world.call(needy)

    assert "missing 1 required keyword-only argument: 'a'" in (outcome.error or "")
    assert "in perform" in (world.runs[-1].traceback or "")


def fails_with(error: BaseException) -> type[Walker]:
    @jacnb.walker
    def thrower() -> None:
        raise error

    return thrower


def test_an_error_is_one_line_without_tokens(world: World) -> None:
    outcome = world.call(fails_with(ValueError(f"a\n  b\t{TOKEN}")))

    assert outcome.error == "ValueError: a b ***"


def test_an_error_is_bounded(world: World) -> None:
    outcome = world.call(fails_with(ValueError("x" * 10_000)))

    assert outcome.error == "ValueError: " + "x" * 488


def test_an_error_can_always_be_sent(world: World) -> None:
    outcome = world.call(fails_with(ValueError("a \ud800 b")))

    assert outcome.error == "ValueError: a ? b"


def test_an_error_that_cannot_be_shown_is_named(world: World) -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    assert world.call(fails_with(MuteError())).error == "MuteError"


def test_exit_ends_the_run_and_nothing_else(world: World) -> None:
    assert world.call(fails_with(SystemExit(3))).error == "SystemExit: 3"


def test_an_interrupt_passes_through(world: World) -> None:
    with pytest.raises(KeyboardInterrupt):
        world.call(fails_with(KeyboardInterrupt()))

    assert world.runs[-1].error == "KeyboardInterrupt"
    assert world.runs[-1].is_done


def test_an_interrupt_that_a_walker_of_a_thread_raises_is_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "current_thread", lambda: "another")

    outcome = world.call(fails_with(KeyboardInterrupt()))

    assert outcome.error == "KeyboardInterrupt"


def test_a_cancellation_that_nobody_asked_for_is_a_failure(world: World) -> None:
    @jacnb.walker
    async def cancelling() -> None:
        raise asyncio.CancelledError("inner")

    sync = world.call(fails_with(asyncio.CancelledError()))

    assert world.call(cancelling).error == "CancelledError: inner"
    assert sync.error == "CancelledError"


def test_a_cancellation_from_outside_passes_through(world: World) -> None:
    @jacnb.walker
    async def endless() -> None:
        await asyncio.get_running_loop().create_future()

    async def cancel() -> None:
        job = world.job(endless)
        task = asyncio.ensure_future(
            run_module.perform_async(job, world.store, world.turns)
        )
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    world.loop.run_until_complete(cancel())

    assert world.runs[-1].error == "CancelledError"


def test_a_coroutine_that_is_thrown_away_ends(world: World) -> None:
    @jacnb.walker
    async def waiting() -> None:
        await asyncio.sleep(0)

    coroutine = run_module.perform_async(world.job(waiting), world.store, world.turns)
    coroutine.send(None)
    coroutine.close()

    assert world.runs[-1].error == "GeneratorExit"


def test_reports_that_are_no_json_keep_nothing(world: World, box_id: str) -> None:
    @jacnb.walker
    def unsayable(here: Any) -> object:
        here.count = 5
        return float("nan")

    outcome = world.call(unsayable, node=box_id)

    assert outcome.error == (
        "ValueRangeError: JSON has no nan: report None or a text instead"
    )
    assert count(world, box_id) == 0


def test_a_walker_may_set_its_status(world: World) -> None:
    @jacnb.walker
    def created(status: Any) -> str:
        get_context().status = status
        return "s"

    assert world.call(created, fields={"status": HTTPStatus.CREATED}).status == 201
    assert world.call(created, fields={"status": "201"}).error == (
        "TypeError: the status of a response is a whole number, not '201'"
    )


def test_a_custom_report_is_the_whole_response(world: World) -> None:
    class custom(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            report(1)
            report("plain", custom=True)
            report({"custom": True}, custom=True)

    assert world.call(custom).custom == '{"custom":true}'


def test_a_run_starts_at_the_node_that_was_asked_for(world: World, box_id: str) -> None:
    @jacnb.walker
    def where(here: Any) -> str:
        return type(here).__name__

    assert world.call(where, node=box_id).reports == '["Box"]'
    assert world.call(where, node="").reports == '["Root"]'
    assert world.call(where, node=None).reports == '["Root"]'


def test_a_node_of_another_user_is_refused(world: World) -> None:
    @jacnb.walker
    def nosy() -> None: ...

    theirs = world.store.new_root()

    assert world.call(nosy, node=theirs, root_id=world.store.new_root()) == Outcome(
        status=403, error=f"You don't have access on target entry {theirs}!"
    )
    assert world.runs[-1].traceback is None


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("xyz", "'xyz' is not an id: expected n::<24 hex digits>"),
        (
            "n::aaaaaaaaaaaaaaaaaaaaaaaa",
            "there is no object n::aaaaaaaaaaaaaaaaaaaaaaaa",
        ),
    ],
)
def test_a_node_that_is_none_is_named(world: World, node: str, said: str) -> None:
    @jacnb.walker
    def lost() -> None: ...

    assert world.call(lost, node=node) == Outcome(status=404, error=said)


def test_each_visit_is_told(world: World, box_id: str) -> None:
    class tour(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            visit(self, refs(here))

    seen: list[str] = []
    world.call(tour, on_visit=lambda walker, place: seen.append(repr(place)))

    assert seen == ["Root()", "Box(count=0)"]


def test_the_author_sees_what_a_walker_wrote(world: World) -> None:
    @jacnb.walker
    def printing() -> None:
        run = current_run.get()
        assert run is not None
        run.write("one ")
        run.write("two")

    world.call(printing)

    assert world.runs[-1].output == "one two"
    assert current_run.get() is None


def test_output_is_bounded() -> None:
    run = Run("w", "public", None, 0.0)
    run.write("a" * (MAX_OUTPUT - 1))
    run.write("bc")
    run.write("d")

    assert len(run.output) == MAX_OUTPUT
    assert run.output.endswith("ab")


# Conflicts: another run changes the same node in between.


def meddled(world: World, box_id: str, times: int) -> Callable[[], None]:
    """Return what changes the box elsewhere, but only so often."""
    left = [times]

    def meddle() -> None:
        if left[0]:
            left[0] -= 1
            changed_elsewhere(world, box_id)

    return meddle


@pytest.mark.parametrize("conflicts", [1, 5])
def test_a_run_of_which_nothing_was_heard_is_repeated(
    world: World, box_id: str, conflicts: int
) -> None:
    meddle = meddled(world, box_id, conflicts)

    @jacnb.walker
    def increment(here: Any, items: list[str]) -> int:
        here.count += 1
        items.append("again")
        meddle()
        return len(items)

    outcome = world.call(increment, node=box_id, fields={"items": []})

    assert outcome.reports == "[1]"
    assert world.runs[-1].attempts == conflicts + 1
    assert count(world, box_id) == 100 * conflicts + 1


def test_a_coroutine_is_repeated_too(world: World, box_id: str) -> None:
    meddle = meddled(world, box_id, 2)

    @jacnb.walker
    async def increment(here: Any) -> None:
        here.count += 1
        meddle()

    world.call(increment, node=box_id)

    assert world.runs[-1].attempts == 3
    assert count(world, box_id) == 201


def test_after_five_repeats_a_run_gives_up(world: World, box_id: str) -> None:
    meddle = meddled(world, box_id, 6)

    @jacnb.walker
    def unlucky(here: Any) -> None:
        here.count += 1
        meddle()

    outcome = world.call(unlucky, node=box_id)

    assert outcome.status == 409
    assert outcome.error == (
        f"ConflictError: another run changed {box_id} first: nothing of this run was "
        "kept; run it again"
    )
    assert world.runs[-1].attempts == 6
    assert count(world, box_id) == 600


def test_a_run_that_notified_is_not_repeated(world: World, box_id: str) -> None:
    meddle = meddled(world, box_id, 1)

    @jacnb.walker
    def hasty(here: Any) -> None:
        here.count += 1
        socket.notify_channels(["room"], {"a": 1})
        meddle()

    outcome = world.call(hasty, node=box_id)

    assert (outcome.status, world.runs[-1].attempts) == (409, 1)
    assert outcome.error == (
        f"ConflictError: another run changed {box_id} first: nothing of this run was "
        "kept; run it again (not repeated by itself: something of it was heard or kept)"
    )
    assert len(world.heard) == 1
    assert count(world, box_id) == 100


def test_commit_then_notify_is_heard_once(world: World, box_id: str) -> None:
    meddle = meddled(world, box_id, 1)

    @jacnb.walker
    def careful(here: Any) -> None:
        here.count += 1
        meddle()
        commit()
        socket.notify_channels(["room"], {"count": here.count})

    outcome = world.call(careful, node=box_id)

    assert (outcome.error, world.runs[-1].attempts) == (None, 2)
    assert world.heard == [("channel", ["room"], '{"count":101}')]


def test_a_run_that_committed_is_not_repeated(world: World, box_id: str) -> None:
    meddle = meddled(world, box_id, 1)

    @jacnb.walker
    def twice(here: Any) -> None:
        here.count += 1
        commit()
        here.count += 1
        meddle()

    outcome = world.call(twice, node=box_id)

    assert (outcome.status, world.runs[-1].attempts) == (409, 1)
    assert count(world, box_id) == 101


def test_new_nodes_never_conflict(world: World) -> None:
    @jacnb.walker
    def grow(here: Root) -> None:
        connect(here, Box())
        other = Session(world.store)
        with other:
            connect(other.root, Box())
            other.commit()

    world.call(grow)

    assert world.runs[-1].attempts == 1
    with Session(world.store, PUBLIC_ROOT_ID) as session:
        assert len(refs(session.root)) == 2


def test_a_conflict_that_a_walker_raises_itself_is_repeated(world: World) -> None:
    tries: list[int] = []

    @jacnb.walker
    def stubborn() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise ConflictError(PUBLIC_ROOT_ID)
        return len(tries)

    assert world.call(stubborn).reports == "[3]"


def test_a_plain_walker_runs_without_any_loop(world: World) -> None:
    @jacnb.walker
    def plain() -> int:
        return 1

    outcome = perform(world.job(plain), world.store, world.turns)

    assert outcome == Outcome(reports="[1]")


def test_a_run_shows_how_it_went() -> None:
    run = Run("add", "alice@example.com", None, started=0.0)
    assert repr(run) == "<Run of add by alice@example.com: running>"
    run.duration, run.status, run.attempts = 0.0021, 200, 2
    assert repr(run) == (
        "<Run of add by alice@example.com: status 200 (2.1 ms, 2 attempts)>"
    )
    run.error = "ValueError: no"
    assert "ValueError: no (2.1 ms" in repr(run)


def test_a_run_is_a_table_of_what_its_author_wants_to_see() -> None:
    run = Run("add", "public", None, started=0.0, duration=0.0, status=200)
    run.reports = '["<b>"]'
    run.write("adding <i>")
    shown = run._repr_html_()
    assert "[&quot;&lt;b&gt;&quot;]" in shown
    assert "adding &lt;i&gt;" in shown
    assert "traceback" not in shown
    run.error = run.traceback = "ValueError: no"
    assert "reports" not in run._repr_html_()
    assert "traceback" in run._repr_html_()
