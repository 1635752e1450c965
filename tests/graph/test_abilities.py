from __future__ import annotations

from abc import ABC
from typing import TYPE_CHECKING, Any, Optional, Union

import pytest

from jacnb.errors import DeclarationError
from jacnb.graph import (
    Edge,
    Node,
    Root,
    Session,
    Walker,
    connect,
    on_entry,
    on_exit,
    refs,
    report,
    set_trigger,
    visit,
)

if TYPE_CHECKING:
    from jacnb.store import MemoryStore


class Animal(Node):
    name: str = "a"

    @on_entry
    def any_in(self, walker) -> None:  # type: ignore[no-untyped-def]
        report(["loc untyped in", self.name])

    @on_entry
    def typed_in(self, walker: Tour) -> None:
        report(["loc typed in", self.name])

    @on_exit
    def typed_out(self, walker: Tour) -> None:
        report(["loc typed out", self.name])

    @on_exit
    def any_out(self, walker) -> None:  # type: ignore[no-untyped-def]
        report(["loc untyped out", self.name])


class Dog(Animal):
    @on_entry
    def typed_in(self, walker: Tour) -> None:
        report(["dog typed in", self.name])

    @on_entry
    def extra(self, walker: Tour) -> None:
        report(["dog extra", self.name])


class Tour(Walker):
    @on_entry
    def before(self, here) -> None:  # type: ignore[no-untyped-def]
        report(["start", type(here).__name__])

    @on_entry
    def at_animal(self, here: Animal) -> None:
        report(["animal in", here.name])

    @on_entry
    def at_dog(self, here: Dog) -> None:
        report(["dog in", here.name])

    @on_entry
    def at_root(self, here: Root) -> None:
        report(["root in"])
        visit(self, refs(here))

    @on_entry
    def at_both(self, here: Animal | Dog) -> None:
        report(["both in", here.name])

    @on_exit
    def leave(self, here: Animal) -> None:
        report(["animal out", here.name])

    @on_exit
    def after(self, here) -> None:  # type: ignore[no-untyped-def]
        report(["end", here.name])


class Plant(Walker):
    @on_entry
    def go(self, here: Root) -> None:
        connect(here, Animal(name="a1"))
        connect(here, Dog(name="d1"))


def test_abilities_run_in_jac_clouds_order(run: Any) -> None:
    run(Plant())
    assert run(Tour()) == [
        ["start", "Root"],
        ["root in"],
        ["animal in", "a1"],
        ["both in", "a1"],
        ["loc untyped in", "a1"],
        ["loc typed in", "a1"],
        ["loc typed out", "a1"],
        ["loc untyped out", "a1"],
        ["animal out", "a1"],
        ["animal in", "d1"],
        ["dog in", "d1"],
        ["both in", "d1"],
        ["loc untyped in", "d1"],
        ["dog typed in", "d1"],
        ["dog extra", "d1"],
        ["loc typed out", "d1"],
        ["loc untyped out", "d1"],
        ["animal out", "d1"],
        ["end", "d1"],
    ]


def test_a_subclass_of_a_walker_has_its_parents_abilities_first(run: Any) -> None:
    class Base(Walker):
        @on_entry
        def one(self, here: Root) -> None:
            report("base one")

        @on_entry
        def two(self, here: Root) -> None:
            report("base two")

    class Sub(Base):
        @on_entry
        def three(self, here: Root) -> None:
            report("sub three")

        @on_entry
        def one(self, here: Root) -> None:
            report("sub one")

    assert run(Sub()) == ["sub one", "base two", "sub three"]


def test_a_method_may_be_entry_and_exit_at_once(run: Any) -> None:
    class Both(Walker):
        @on_exit
        @on_entry
        def go(self, here: Root) -> None:
            report("go")

    assert run(Both()) == ["go", "go"]


def test_a_trigger_may_be_a_thunk(run: Any) -> None:
    class Lazy(Walker):
        @on_entry
        @set_trigger(lambda: Root)
        def typed(self, here: Any) -> None:
            report("root")

        @set_trigger(lambda: None)
        @on_entry
        def untyped(self, here: Root) -> None:
            report("untyped")

    assert run(Lazy()) == ["untyped", "root"]


@pytest.mark.parametrize(
    "trigger",
    [
        "Root",
        "'Root'",
        "Root | Dog",
        Root | Dog,
        Union[Root, Dog],  # noqa: UP007
        Optional[Root],  # noqa: UP045
        object,
    ],
)
def test_many_forms_of_a_trigger_mean_the_root(run: Any, trigger: Any) -> None:
    def go(self: Walker, here: Any) -> None:
        report("met")

    go.__annotations__["here"] = trigger
    assert run(type("Form", (Walker,), {"go": on_entry(go)})()) == ["met"]


def test_an_annotation_may_name_a_class_defined_later_in_a_function(run: Any) -> None:
    class Early(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            connect(here, Late())
            visit(self, refs(here))

        @on_entry
        def meet(self, here: Late) -> None:
            report("late")

    class Late(Node): ...

    assert run(Early()) == ["late"]


def test_any_is_untyped(run: Any) -> None:
    class Once(Walker):
        @on_entry
        def go(self, here: Any) -> None:
            report("once")

    assert run(Once()) == ["once"]


def test_a_trigger_may_be_a_class_that_is_no_archetype(run: Any) -> None:
    class Friendly(ABC):  # noqa: B024
        pass

    class House(Node, Friendly): ...

    class Guest(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            visit(self, connect(here, House()))

        @on_entry
        def hello(self, here: Friendly) -> None:
            report("hello")

    assert run(Guest()) == ["hello"]


def test_a_trigger_that_cannot_be_found_is_named(run: Any) -> None:
    class Lost(Walker):
        @on_entry
        def go(self, here: Nowhere) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(DeclarationError, match=r"Lost\.go waits for 'Nowhere', which"):
        run(Lost())


def test_a_trigger_that_is_no_class_is_named(run: Any) -> None:
    class Wrong(Walker):
        @on_entry
        @set_trigger(lambda: 5)
        def go(self, here: Any) -> None: ...

    with pytest.raises(DeclarationError, match=r"Wrong\.go waits for 5: no class"):
        run(Wrong())


def test_a_redefined_class_still_meets_who_waited_for_the_old_one(
    run: Any, store: MemoryStore
) -> None:
    def define(sound: str) -> type[Node]:
        class Bell(Node):
            @on_entry
            def ring(self, walker: Walker) -> None:
                report(sound)

        return Bell

    old = define("ding")

    class Visitor(Walker):
        @on_entry
        @set_trigger(lambda: old)
        def met(self, here: Any) -> None:
            report("met")

        @on_entry
        def start(self, here: Root) -> None:
            visit(self, refs(here))

    with Session(store) as session:
        connect(session.root, old())
        session.commit()
    assert run(Visitor()) == ["met", "ding"]
    define("dong")
    assert run(Visitor()) == ["met", "dong"]


def test_an_edge_has_abilities_too(run: Any) -> None:
    class Bridge(Edge):
        toll: int = 2

        @on_entry
        def pay(self, walker: Walker) -> None:
            report(["toll", self.toll])

    class Cross(Walker):
        @on_entry
        def start(self, here: Root) -> None:
            edges = connect(here, Animal(), edge=Bridge(toll=3), edges_only=True)
            visit(self, edges)

    assert run(Cross()) == [["toll", 3]]
