from __future__ import annotations

import pytest
from walker_world import World

import jacnb
from jacnb import Root, Walker, on_entry, report, visit
from jacnb.graph import spawn
from jacnb.walkers.tracebacks import authors_frames, traceback_of


def shown(world: World, walker: type[Walker]) -> list[str]:
    world.call(walker)
    return str(world.runs[-1].traceback).splitlines()


def test_jacnbs_frames_are_left_out_between_and_after(world: World) -> None:
    class inner(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            visit(self, 5)  # type: ignore[arg-type]

    class outer(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            spawn(here, inner())

    lines = shown(world, outer)
    places = [line for line in lines if line.startswith("  File ")]
    assert [line.rpartition(" ")[2] for line in places] == ["start", "enter"]
    assert all(__file__ in line for line in places)
    assert lines[-1] == "TypeError: a walker visits nodes and edges, not int"


def test_a_report_that_json_lacks_shows_where_it_was_reported(world: World) -> None:
    class tell(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            report([1])
            report(
                {"a": object()},
            )

    lines = shown(world, tell)
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[1].startswith(f'  File "{__file__}", line ')
    assert lines[1].endswith("in enter")
    assert lines[2] == "    report("
    assert lines[-1].endswith("JSON has no object: report its parts instead")
    assert len([line for line in lines if line.startswith("  File ")]) == 1


def test_a_custom_response_that_json_lacks_shows_it_too(world: World) -> None:
    class tell(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            report({1, object()}, custom=True)

    lines = shown(world, tell)
    assert lines[2] == "    report({1, object()}, custom=True)"
    assert lines[-1].endswith("JSON has no object: report its parts instead")


def test_what_a_function_returned_is_told_by_jacnbs_code(world: World) -> None:
    @jacnb.walker
    def tell() -> object:
        return object()

    lines = shown(world, tell)
    assert any(line.endswith("in serialized_reports") for line in lines)


def test_an_unknown_trigger_shows_its_ability(world: World) -> None:
    class lost(Walker):
        @on_entry
        def enter(self, here: Nowhere) -> None:  # type: ignore[name-defined] # noqa: F821
            pass

    lines = shown(world, lost)
    assert lines[1].endswith("in enter")
    assert lines[2] == "    @on_entry"
    assert "'Nowhere'" in lines[3]


def test_a_deep_recursion_is_shown_too() -> None:
    def down() -> None:
        down()

    with pytest.raises(RecursionError) as found:
        down()
    assert "RecursionError" in traceback_of(found.value)
    assert authors_frames(None) is None


@pytest.mark.parametrize("module", ["jacnb.demo", "jacnb.lessons.lesson_01"])
def test_what_jacnb_shows_as_an_author_stays(module: str) -> None:
    namespace = {"__name__": module}
    exec("def fail():\n    return 1 / 0\n", namespace)
    with pytest.raises(ZeroDivisionError) as found:
        namespace["fail"]()  # type: ignore[operator]
    tb = found.value.__traceback__
    assert tb is not None
    kept = authors_frames(tb.tb_next)
    assert kept is not None
    assert kept.tb_frame.f_code.co_name == "fail"


def test_an_error_that_only_jacnb_saw_has_no_frames_of_an_author() -> None:
    namespace = {"__name__": "jacnb.graph.walk"}
    exec("def fail():\n    return 1 / 0\n", namespace)
    with pytest.raises(ZeroDivisionError) as found:
        namespace["fail"]()  # type: ignore[operator]
    tb = found.value.__traceback__
    assert tb is not None
    assert authors_frames(tb.tb_next) is None
