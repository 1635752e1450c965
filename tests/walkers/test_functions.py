from __future__ import annotations

import asyncio
import sys
from enum import Enum
from typing import Any

import pytest
from walker_world import World

import jacnb
from jacnb import Root, Walker
from jacnb.errors import DeclarationError
from jacnb.walkers.registry import REGISTRY, Registry


def test_a_function_becomes_a_walker_that_reports_its_result(world: World) -> None:
    @jacnb.walker
    def shout(here: Root, text: str) -> str:
        """Say it loud."""
        return text.upper()

    assert issubclass(shout, Walker)
    assert (shout.__name__, shout.__doc__) == ("shout", "Say it loud.")
    assert REGISTRY.find("shout").cls is shout
    assert world.call(shout, fields={"text": "hi"}).reports == '["HI"]'


def test_it_is_offered_over_websocket_and_post() -> None:
    @jacnb.walker
    def offered() -> None: ...

    assert REGISTRY.find("offered").specs.methods == ("websocket", "post")
    assert REGISTRY.find("offered").auth is True


def test_specs_are_keywords_of_the_decorator() -> None:
    @jacnb.walker(auth=False, methods=["websocket"])
    def keyworded() -> None: ...

    assert REGISTRY.find("keyworded").auth is False
    assert REGISTRY.find("keyworded").specs.methods == ("websocket",)


def test_none_is_not_reported(world: World) -> None:
    @jacnb.walker
    def silent() -> None: ...

    assert world.call(silent).reports == "[]"


def test_a_coroutine_is_awaited(world: World) -> None:
    @jacnb.walker
    async def patient(here: Any, text: str) -> str:
        await asyncio.sleep(0)
        return text

    assert world.call(patient, fields={"text": "hi"}).reports == '["hi"]'


def test_self_and_here_may_stand_first(world: World) -> None:
    @jacnb.walker
    def both(self: Any, here: Any, a: int = 1) -> list[Any]:
        return [type(self).__name__, self.a, here is jacnb.root()]

    @jacnb.walker
    def swapped(here: Any, self: Any) -> str:
        return type(self).__name__

    assert world.call(both).reports == '[["both",1,true]]'
    assert world.call(swapped).reports == '["swapped"]'
    assert REGISTRY.find("both").fields.names == ["a"]


def test_here_is_a_field_where_it_does_not_stand_first(world: World) -> None:
    @jacnb.walker
    def late(a: int, here: int) -> int:
        return a + here

    assert world.call(late, fields={"a": 1, "here": 2}).reports == "[3]"


def test_parameters_have_defaults_that_are_not_shared(world: World) -> None:
    @jacnb.walker
    def collect(item: str, items: list[str] = []) -> list[str]:  # noqa: B006
        items.append(item)
        return items

    assert world.call(collect, fields={"item": "a"}).reports == '[["a"]]'
    assert world.call(collect, fields={"item": "b"}).reports == '[["b"]]'


def test_parameters_may_be_by_place_only_or_by_name_only(world: World) -> None:
    @jacnb.walker
    def kinds(here: Any, a: int, /, b: int, *, c: int) -> list[int]:
        return [a, b, c]

    assert world.call(kinds, fields={"a": 1, "b": 2, "c": 3}).reports == "[[1,2,3]]"


def test_parameters_may_have_any_name(world: World) -> None:
    @jacnb.walker
    def named(enter: int, reports: int, named: int) -> list[int]:
        return [enter, reports, named]

    fields = {"enter": 1, "reports": 2, "named": 3}
    assert world.call(named, fields=fields).reports == "[[1,2,3]]"


def test_a_parameter_without_a_type_takes_anything() -> None:
    @jacnb.walker
    def free(value) -> None: ...  # type: ignore[no-untyped-def]

    assert REGISTRY.find("free").validate({"value": [1]}) == {"value": [1]}


def test_types_of_parameters_may_be_local() -> None:
    class Colour(Enum):
        RED = "red"

    @jacnb.walker
    def painting(colour: Colour) -> None: ...

    @jacnb.walker(auth=False)
    def drawing(colour: Colour) -> None: ...

    context = {"colour": "red"}
    assert REGISTRY.find("painting").validate(context) == {"colour": Colour.RED}
    assert REGISTRY.find("drawing").validate(context) == {"colour": Colour.RED}


def test_types_of_parameters_are_found_where_the_function_was_written() -> None:
    names: dict[str, Any] = {"__name__": "nowhere"}
    exec("Size = int\ndef sized(size: 'Size'): ...", names)

    jacnb.walker(names["sized"])

    assert REGISTRY.find("sized").validate({"size": "1"}) == {"size": 1}


def test_a_type_that_is_not_defined_is_named() -> None:
    with pytest.raises(DeclarationError) as caught:

        @jacnb.walker
        def early(other: Missing) -> None: ...  # noqa: F821

    assert str(caught.value) == (
        "walker early: its field 'other' has the type Missing, which is not defined: "
        "define it before the walker"
    )


@pytest.mark.parametrize("code", ["*rest", "**rest"])
def test_parameters_without_a_name_are_refused(code: str) -> None:
    names: dict[str, Any] = {}
    exec(f"def greedy({code}): ...", names)

    with pytest.raises(DeclarationError) as caught:
        jacnb.walker(names["greedy"])

    assert str(caught.value) == (
        f"walker greedy: a parameter is a field with a name, {code} has none"
    )


def test_a_class_is_no_function() -> None:
    with pytest.raises(DeclarationError, match=r"derives from jacnb\.Walker"):
        jacnb.walker(int)


def test_a_wrong_spec_is_named() -> None:
    with pytest.raises(DeclarationError, match=r"^wrong: unknown spec 'autz'"):

        @jacnb.walker(autz=False)
        def wrong() -> None: ...


def test_it_belongs_to_the_module_of_its_function() -> None:
    @jacnb.walker
    def placed() -> None: ...

    assert placed.__module__ == __name__
    assert placed.__qualname__.endswith("<locals>.placed")
    assert sys.modules[placed.__module__]
    assert len(Registry(placed)) == 1
