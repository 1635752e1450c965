from __future__ import annotations

import copy
import dataclasses
from typing import Any, ClassVar

import pytest

from jacnb.errors import DeclarationError, GraphError
from jacnb.graph import (
    Edge,
    GenericEdge,
    Node,
    Obj,
    Root,
    Walker,
    archetypes,
    field,
    field_specs,
    is_async_walker,
    jid,
    on_entry,
    on_exit,
)
from jacnb.graph.archetypes import newest, undone_on_error


class City(Node):
    name: str
    tags: list[str] = []
    size: int = 0


def test_a_subclass_is_a_keyword_only_dataclass() -> None:
    assert dataclasses.is_dataclass(City)
    with pytest.raises(TypeError, match="positional"):
        City("Bonn")  # type: ignore[misc]
    with pytest.raises(TypeError, match="name"):
        City()  # type: ignore[call-arg]


def test_a_default_in_the_base_may_stand_before_a_required_field() -> None:
    class Capital(City):
        of: str

    assert Capital(name="Bonn", of="Germany").size == 0


def test_objects_are_equal_only_to_themselves() -> None:
    bonn = City(name="Bonn")
    assert bonn != City(name="Bonn")
    assert {bonn: 1}[bonn] == 1


def test_mutable_defaults_are_fresh_for_each_object() -> None:
    one, two = City(name="a"), City(name="b")
    one.tags.append("x")
    assert two.tags == []


def test_field_takes_a_factory_and_leaves_fields_to_postinit() -> None:
    class Box(Obj):
        width: int = 2
        items: list[int] = field(factory=lambda: [1])
        area: int = field(init=False)

        def postinit(self) -> None:
            self.area = self.width**2

    assert Box(width=3).area == 9
    assert Box().items == [1]


def test_a_post_init_of_dataclasses_works_too() -> None:
    class Twice(Obj):
        value: int = 1

        def __post_init__(self) -> None:
            self.value *= 2

    assert Twice(value=4).value == 8


def test_class_variables_are_no_fields() -> None:
    class Counted(Node):
        count: ClassVar[int] = 0
        names: ClassVar[list[str]] = []
        x: int = 1

    assert [each.name for each in field_specs(Counted)] == ["x"]
    assert Counted.names is Counted().names


def test_fields_may_have_the_names_of_our_own_ideas() -> None:
    class Odd(Walker):
        node: str = "n"
        id: int = 7
        visit: bool = True
        session: str = "s"
        reports: list[int] = [1]

    odd = Odd()
    assert (odd.node, odd.id, odd.visit, odd.session) == ("n", 7, True, "s")
    assert odd.reports == [1]
    assert jid(odd).startswith("w:Odd:")


def test_a_walker_may_require_a_field_called_reports() -> None:
    class Press(Walker):
        reports: list[str]  # type: ignore[assignment]

    assert Press(reports=["a"]).reports == ["a"]


def test_specs_stay_a_class_attribute() -> None:
    class Ask(Walker):
        class __specs__:
            methods: ClassVar[list[str]] = ["websocket"]

    assert Ask.__specs__.methods == ["websocket"]
    assert field_specs(Ask) == ()


def test_ids_carry_kind_and_class_name() -> None:
    assert jid(City(name="a")).startswith("n:City:")
    assert jid(Root()).startswith("n::")
    assert jid(GenericEdge()).startswith("e::")
    assert len(jid(Edge()).rpartition(":")[2]) == 24


def test_an_id_stays() -> None:
    bonn = City(name="Bonn")
    assert jid(bonn) == jid(bonn)


def test_the_repr_is_short() -> None:
    class Trip(Obj):
        start: Any = None
        stops: Any = None
        note: str = ""

    trip = Trip(start=City(name="Bonn"), stops=[1, 2], note="x" * 200)
    assert repr(trip).startswith("Trip(start=City(...), stops=<list of 2>, note='xxx")
    assert len(repr(trip)) < 90


def test_the_repr_of_an_unfinished_object_leaves_out_what_is_missing() -> None:
    assert repr(object.__new__(City)) == "City()"


def test_a_copy_is_another_object() -> None:
    bonn = City(name="Bonn", tags=["x"])
    shallow, deep = copy.copy(bonn), copy.deepcopy(bonn)
    assert jid(bonn) not in (jid(shallow), jid(deep))
    assert shallow.tags is bonn.tags
    assert deep.tags == ["x"]
    assert deep.tags is not bonn.tags


def test_a_deep_copy_of_a_cycle_is_a_cycle() -> None:
    class Knot(Obj):
        end: Any = None

    knot = Knot()
    knot.end = [knot]
    twin = copy.deepcopy(knot)
    assert twin.end == [twin]


def test_a_parents_default_does_not_make_a_required_field_optional() -> None:
    class Town(City):
        size: int

    with pytest.raises(TypeError, match="size"):
        Town(name="a")


def test_a_field_must_not_hide_a_method() -> None:
    class Shape(Obj):
        def area(self) -> int:
            return 0

    with pytest.raises(DeclarationError, match="'area' of Square hides a method"):

        class Square(Shape):
            area: int  # type: ignore[assignment]


def test_what_dataclasses_refuse_is_a_declaration_error() -> None:
    with pytest.raises(DeclarationError, match="Broken: "):

        class Broken(Obj):
            x: ClassVar[int] = dataclasses.field(default_factory=int)


@pytest.mark.parametrize("mark", [on_entry, on_exit])
def test_an_ability_needs_its_second_parameter(mark: Any) -> None:
    with pytest.raises(DeclarationError, match=r"Lazy\.go needs two parameters"):

        class Lazy(Walker):
            @mark
            def go(self) -> None: ...


def test_hooks_hear_of_walkers_and_of_nothing_else() -> None:
    heard: list[type[Walker]] = []
    archetypes.walker_hooks.append(heard.append)

    class Place(Node): ...

    class Guest(Walker):
        name: str

    assert heard == [Guest]
    assert Guest(name="x").name == "x"


def test_the_registry_knows_the_newest_class() -> None:
    def define() -> type[Node]:
        class Hut(Node): ...

        return Hut

    first, second = define(), define()
    assert newest((__name__, first.__qualname__)).cls is second


def test_an_unknown_class_is_named() -> None:
    with pytest.raises(GraphError, match="class Gone of module lost is not defined"):
        newest(("lost", "Gone"))


def test_an_async_ability_makes_an_async_walker() -> None:
    class Slow(Walker):
        @on_entry
        async def go(self, here: Root) -> None: ...

    class Compiled(Walker):
        __jac_async__ = True

    assert is_async_walker(Slow)
    assert is_async_walker(Compiled)
    assert not is_async_walker(Walker)


def test_a_users_own_init_subclass_is_called() -> None:
    class Tagged(Node):
        tag: ClassVar[str] = ""

        def __init_subclass__(cls, tag: str = "none", **options: Any) -> None:
            super().__init_subclass__(**options)
            cls.tag = tag

    class Red(Tagged, tag="red"):
        shade: int = 1

    assert (Red.tag, Red().shade) == ("red", 1)


def test_positional_fields_may_be_given_without_names() -> None:
    class Town(Node, positional=True):
        name: str
        people: int = 0

    assert repr(Town("Ur", 5)) == "Town(name='Ur', people=5)"


def test_a_field_without_default_after_one_with_is_by_keyword() -> None:
    class Town(Node, positional=True):
        kind: ClassVar[str] = "town"
        people: int = 0
        name: str
        age: int = field(init=False)
        tags: list[str] = field(factory=list)

    assert Town(5, ["old"], name="Ur").tags == ["old"]


def test_positional_fields_come_after_inherited_ones() -> None:
    class Town(Node, positional=True):
        name: str
        people: int = 0

    class Port(Town, positional=True):
        depth: int

    port = Port("Ur", 5, depth=3)
    assert (port.name, port.people, port.depth) == ("Ur", 5, 3)


def test_a_keyword_field_of_a_parent_stays_one() -> None:
    class Town(Node):
        people: int = 0

    class Port(Town, positional=True):
        depth: int

    assert repr(Port(3, people=5)) == "Port(people=5, depth=3)"


def test_classes_of_a_failed_load_are_not_the_newest() -> None:
    class Kept(Node):
        text: str = ""

    key = Kept.__jac__.key
    home = {"__module__": key[0], "__qualname__": key[1]}

    def define(error: bool) -> type:
        with undone_on_error():
            made = type("Kept", (Node,), home)
            assert newest(key).cls is made
            return made if not error else 1 / 0

    with pytest.raises(ZeroDivisionError):
        define(error=True)
    assert newest(key).cls is Kept
    assert define(error=False) is newest(key).cls
