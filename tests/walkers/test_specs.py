from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import pytest

from jacnb import Walker, specs, walker
from jacnb.errors import DeclarationError
from jacnb.walkers.registry import REGISTRY
from jacnb.walkers.specs import Specs, make_specs, specs_of


def test_a_walker_without_specs_is_a_post_endpoint_for_users() -> None:
    class plain(Walker): ...

    assert specs_of(plain) == Specs(methods=("post",), auth=True, entry_type="BOTH")


def test_specs_may_be_a_nested_class() -> None:
    class nested(Walker):
        class __specs__:
            methods = ["websocket", "POST"]
            auth = False

    assert specs_of(nested) == Specs(methods=("websocket", "post"), auth=False)


def test_specs_may_be_a_decorator() -> None:
    @specs(methods=["get"], as_query="*", auth=None)
    class decorated(Walker): ...

    assert specs_of(decorated) == Specs(("get",), None, as_query=("*",))
    assert REGISTRY.find("decorated").specs.methods == ("get",)
    assert REGISTRY.find("decorated").version == 1


def test_the_decorator_needs_no_brackets() -> None:
    @specs
    class bare(Walker): ...

    assert specs_of(bare) == Specs()


def test_the_decorator_changes_only_what_it_says_of_a_class_with_specs() -> None:
    @specs(auth=None)
    class both_ways(Walker):
        class __specs__:
            methods = ["websocket"]

    assert specs_of(both_ways) == Specs(("websocket",), None)


def test_the_decorator_takes_a_class_that_is_no_walker() -> None:
    @specs(auth=False)
    class mixin: ...

    class inheriting(mixin, Walker): ...

    assert specs_of(inheriting) == Specs(auth=False)
    assert "mixin" not in REGISTRY


def test_specs_are_inherited() -> None:
    class parent(Walker):
        class __specs__:
            methods = ["websocket"]

    class child(parent): ...

    assert specs_of(child) == Specs(methods=("websocket",))


def test_a_nested_class_may_build_on_its_parent() -> None:
    class first(Walker):
        class __specs__:
            methods = ["websocket"]
            auth = False

    class second(first):
        class __specs__(first.__specs__):
            auth = True

    assert specs_of(second) == Specs(methods=("websocket",), auth=True)


def test_specs_may_be_a_class_whose_instances_hold_the_values() -> None:
    # What `obj __specs__ { has methods: list = […]; }` of Jac becomes.
    @dataclass(kw_only=True)
    class Offered:
        methods: list[str]
        auth: bool = False
        entry_type: str = "node"

        def __post_init__(self) -> None: ...

    class of_instance(Walker):
        __specs__ = Offered(methods=["websocket"])

    assert specs_of(of_instance) == Specs(("websocket",), False, entry_type="NODE")


def test_a_dataclass_of_defaults_may_stand_for_its_instance() -> None:
    from dataclasses import field

    class dataclassed(Walker):
        @dataclass
        class __specs__:
            methods: list[str] = field(default_factory=lambda: ["websocket"])

    assert specs_of(dataclassed) == Specs(methods=("websocket",))


def test_an_entry_type_may_be_an_enum() -> None:
    class EntryType(Enum):
        ROOT = "ROOT"

    made = make_specs({"entry_type": EntryType.ROOT, "tags": None, "path": None}, "w")

    assert made == Specs(entry_type="ROOT")


def test_specs_that_only_describe_a_document_are_taken() -> None:
    made = make_specs({"summary": "Say it", "response_model": dict}, "w")

    assert made == Specs(summary="Say it")


def test_the_fields_of_a_path_are_found() -> None:
    assert Specs(path="{a}/of/{b}").path_fields == ("a", "b")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"metods": []}, "w: unknown spec 'metods'; there are as_query, auth, "),
        ({"webhook": {}}, "w: the spec 'webhook' is not supported"),
        ({"schedule": {}}, "w: the spec 'schedule' is not supported"),
        ({"methods": ["fetch"]}, "w: 'fetch' is no method; there are get, post, put"),
        ({"entry_type": "EDGE"}, "w: entry_type is one of ROOT, NODE, BOTH, not 'EDGE"),
        ({"auth": "no"}, "w: auth is True, False or None (open to both)"),
        ({"path": 1}, "w: path is a text, not 1"),
        ({"path": "{a}/{a}"}, "w: the path '{a}/{a}' names a field twice"),
    ],
)
def test_a_spec_that_makes_no_sense_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        make_specs(given, "w")

    assert str(caught.value).startswith(said)


def test_a_wrong_spec_stops_the_class() -> None:
    with pytest.raises(DeclarationError, match=r"^wrong: unknown spec 'autz'"):

        class wrong(Walker):
            class __specs__:
                autz = False

    assert "wrong" not in REGISTRY


def test_specs_above_a_function_walker_change_only_what_they_name() -> None:
    @specs(auth=False)
    @walker
    def shout(text: str) -> str:
        return text

    assert specs_of(shout).methods == ("websocket", "post")
    assert specs_of(shout).auth is False
