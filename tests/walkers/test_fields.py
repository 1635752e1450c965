from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from enum import Enum
from types import ModuleType
from typing import Any

import pytest

from jacnb import UploadFile, Walker, field
from jacnb.errors import DeclarationError, ProtocolError
from jacnb.walkers.fields import FieldInfo, Fields, merged_errors
from jacnb.walkers.registry import Declaration, Registry
from jacnb.walkers.specs import Specs


def declared(cls: type[Walker]) -> Declaration:
    found = Registry(cls).find(cls.__name__)
    assert found is not None
    return found


def refused(cls: type[Walker], context: Any) -> list[dict[str, Any]]:
    with pytest.raises(ProtocolError) as caught:
        declared(cls).validate(context)
    return caught.value.errors


def test_values_are_coerced_and_unknown_keys_ignored() -> None:
    class many(Walker):
        a: int
        b: float = 1.5
        c: bool = False
        d: list[int] = [1]

    given = {"a": "7", "b": 2, "c": "yes", "d": ["1", 2.0], "x": 1}
    assert declared(many).validate(given) == {"a": 7, "b": 2.0, "c": True, "d": [1, 2]}


def test_absent_fields_are_left_to_their_default() -> None:
    class default(Walker):
        a: int = 1

    assert declared(default).validate({}) == {}


def test_every_faulty_field_is_told() -> None:
    class multi(Walker):
        a: int
        b: str
        c: float = 1.5
        d: list[int] = [1]
        e: bool = False
        o: str | None = None

    given = {"a": "x", "b": 3, "c": "y", "d": [1, "z"], "e": "maybe", "o": 5}
    assert refused(multi, given) == [
        {
            "type": "int_parsing",
            "loc": ["a"],
            "msg": "Input should be a valid integer, unable to parse string as an "
            "integer",
            "input": "x",
        },
        {
            "type": "string_type",
            "loc": ["b"],
            "msg": "Input should be a valid string",
            "input": 3,
        },
        {
            "type": "float_parsing",
            "loc": ["c"],
            "msg": "Input should be a valid number, unable to parse string as a number",
            "input": "y",
        },
        {
            "type": "int_parsing",
            "loc": ["d", 1],
            "msg": "Input should be a valid integer, unable to parse string as an "
            "integer",
            "input": "z",
        },
        {
            "type": "bool_parsing",
            "loc": ["e"],
            "msg": "Input should be a valid boolean, unable to interpret input",
            "input": "maybe",
        },
        {
            "type": "string_type",
            "loc": ["o"],
            "msg": "Input should be a valid string",
            "input": 5,
        },
    ]


def test_a_missing_field_shows_what_was_given() -> None:
    class needy(Walker):
        a: int
        b: int

    assert refused(needy, {"b": 1}) == [
        {
            "type": "missing",
            "loc": ["a"],
            "msg": "Field required",
            "input": {"b": 1},
        }
    ]


def test_a_union_says_what_is_wrong_with_each_part() -> None:
    class either(Walker):
        u: int | str = 0

    assert refused(either, {"u": []}) == [
        {
            "type": "int_type",
            "loc": ["u", "int"],
            "msg": "Input should be a valid integer",
            "input": [],
        },
        {
            "type": "string_type",
            "loc": ["u", "str"],
            "msg": "Input should be a valid string",
            "input": [],
        },
    ]
    assert declared(either).validate({"u": "7"}) == {"u": "7"}


def test_only_ten_errors_are_told_and_a_location_goes_before() -> None:
    class long(Walker):
        values: list[int]

    with pytest.raises(ProtocolError) as caught:
        declared(long).fields.validate({"values": ["x"] * 12}, "body")

    assert [e["loc"] for e in caught.value.errors][:2] == [
        ["body", "values", 0],
        ["body", "values", 1],
    ]
    assert (len(caught.value.errors), caught.value.truncated) == (10, 2)


def test_names_that_pydantic_uses_itself_are_fields_like_others() -> None:
    class clashing(Walker):
        copy: int
        json: int
        schema: int
        model_config: int
        model_x: int
        _private: int
        class_: int
        dict: int
        validate: int

    context = dict.fromkeys(declared(clashing).fields.names, "1")

    assert declared(clashing).validate(context) == dict.fromkeys(context, 1)
    assert clashing(**dict.fromkeys(context, 1)).model_config == 1
    assert "_private" in context


def test_defaults_are_not_shared() -> None:
    class fresh(Walker):
        tags: list[str] = []
        more: dict[str, int] = field(dict)

    fresh().tags.append("a")
    fresh().more["a"] = 1

    assert (fresh().tags, fresh().more) == ([], {})


def test_the_table_lists_fields_for_forms() -> None:
    class shown(Walker):
        text: str
        tags: list[str] = []
        choice: int | None = 3
        free: Any = None

    assert declared(shown).fields.table() == [
        FieldInfo("text", "str", True),
        FieldInfo("tags", "list[str]", False, []),
        FieldInfo("choice", "int | None", False, 3),
        FieldInfo("free", "Any", False),
    ]


def test_the_schema_is_that_of_the_context() -> None:
    class described(Walker):
        text: str
        times: int = 1

    schema = declared(described).fields.schema()

    assert schema["properties"] == {
        "text": {"title": "Text", "type": "string"},
        "times": {"title": "Times", "type": "integer"},
    }
    assert schema["required"] == ["text"]


def test_excluded_fields_cannot_be_set() -> None:
    class partly(Walker):
        a: str = "kept"
        b: int = 2

        class __specs__:
            excluded = ["a"]

    assert declared(partly).validate({"a": "changed", "b": 7}) == {"b": 7}


def test_a_star_excludes_all_fields() -> None:
    class closed(Walker):
        a: str = "kept"
        b: int = 2

        class __specs__:
            excluded = "*"

    assert declared(closed).fields.names == []
    assert declared(closed).validate({"a": "changed"}) == {}


def test_fields_out_of_the_constructor_cannot_be_set() -> None:
    class later(Walker):
        made: int = field(init=False)

        def postinit(self) -> None:
            self.made = 1

    assert declared(later).fields.names == []


def test_an_excluded_field_needs_a_default() -> None:
    with pytest.raises(DeclarationError) as caught:

        class required(Walker):
            a: str

            class __specs__:
                excluded = ["a"]

    assert (
        str(caught.value) == "walker required: the excluded field 'a' needs a default"
    )


@pytest.mark.parametrize(
    ("spec", "value"), [("excluded", "b"), ("as_query", "b"), ("path", "{b}")]
)
def test_specs_name_fields_that_there_are(spec: str, value: str) -> None:
    class some(Walker):
        a: str = ""

    given = {spec: value if spec == "path" else (value,)}
    with pytest.raises(DeclarationError) as caught:
        Fields(some, Specs(**given))

    assert (
        str(caught.value) == f"walker some: {spec} names 'b', which is no field of it"
    )


def test_a_type_that_nobody_can_send_is_refused_if_the_walker_is_offered() -> None:
    class Opaque: ...

    with pytest.raises(DeclarationError) as caught:

        class offered(Walker):
            thing: Opaque

            class __specs__:
                methods = ["websocket"]

    assert str(caught.value) == (
        "walker offered: its field 'thing' has the type Opaque, which no caller can "
        "send; exclude it with excluded = ['thing'] or give it a JSON type"
    )


def test_inherited_specs_offer_a_walker_too() -> None:
    class parent(Walker):
        class __specs__:
            methods = ["websocket"]

    class Opaque: ...

    with pytest.raises(DeclarationError, match="walker heir: its field 'thing'"):

        class heir(parent):
            thing: Opaque


def test_a_type_that_nobody_can_send_is_fine_for_a_walker_of_ones_own() -> None:
    class Opaque: ...

    class internal(Walker):
        thing: Opaque
        call: Callable[[], int] = lambda: 1

    assert internal(thing=Opaque()).call() == 1
    assert declared(internal).refusal() == (
        "walker internal: its field 'thing' has the type Opaque, which no caller can "
        "send; exclude it with excluded = ['thing'] or give it a JSON type"
    )


def test_a_private_walker_may_have_any_fields() -> None:
    class Opaque: ...

    class private(Walker):
        thing: Opaque

        class __specs__:
            private = True

    assert not declared(private).is_websocket


def test_an_excluded_field_may_have_any_type() -> None:
    class Opaque: ...

    class careful(Walker):
        thing: Opaque | None = None
        text: str = ""

        class __specs__:
            excluded = ["thing"]

    assert declared(careful).problem is None


def test_types_may_be_local_to_a_function() -> None:
    class Colour(Enum):
        RED = "red"

    @dataclasses.dataclass
    class Point:
        x: int

    class painting(Walker):
        colour: Colour
        points: list[Point]
        maybe: dict[str, Point] | None = None

        class __specs__:
            methods = ["websocket"]

    given = {"colour": "red", "points": [{"x": "1"}]}
    assert declared(painting).validate(given) == {
        "colour": Colour.RED,
        "points": [Point(1)],
    }


def test_types_inside_of_a_string_inside_of_a_type_are_found() -> None:
    class Inner(Enum):
        ONE = 1

    class nesting(Walker):
        all: list[Inner]  # The annotation is a text already.

    nesting.__dataclass_fields__["all"].type = list["int"]
    assert Fields(nesting, Specs()).hint("all") == list[int]


def test_a_child_finds_the_local_types_of_its_parent() -> None:
    def family() -> type[Walker]:
        class Colour(Enum):
            RED = "red"

        class parent(Walker):
            colour: Colour

        return parent

    class child(family()):
        size: int = 1

    assert declared(child).validate({"colour": "red"})["colour"].name == "RED"


def test_a_mixin_of_another_module_is_read_with_its_own_names() -> None:
    other = ModuleType("other_module")
    sys.modules["other_module"] = other
    code = "Size = int\n@dataclass\nclass Mixin:\n    size: 'Size' = 1\n"
    exec(code, vars(other) | {"dataclass": dataclasses.dataclass}, vars(other))
    other.Mixin.__module__ = "other_module"

    class Size(Enum):
        BIG = "big"

    class mixed(other.Mixin, Walker):
        own: Size

    del sys.modules["other_module"]
    assert declared(mixed).validate({"size": "2", "own": "big"}) == {
        "size": 2,
        "own": Size.BIG,
    }


def test_a_type_that_is_not_defined_is_named_if_the_walker_is_offered() -> None:
    with pytest.raises(DeclarationError) as caught:

        class early(Walker):
            other: Missing  # noqa: F821
            count: int = 1

            class __specs__:
                methods = ["websocket"]

    assert str(caught.value) == (
        "walker early: its field 'other' has the type Missing, which is not defined: "
        "define it before the walker"
    )


def test_a_type_may_be_defined_after_a_walker_of_ones_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class waiting(Walker):
        other: Later  # noqa: F821
        count: int = 1

    declaration = declared(waiting)
    assert "which is not defined" in str(declaration.problem)
    monkeypatch.setattr(sys.modules[__name__], "Later", int, raising=False)

    assert declaration.problem is None
    assert declaration.validate({"other": "1", "count": "2"}) == {
        "other": 1,
        "count": 2,
    }


def test_a_class_of_no_known_module_finds_what_is_around_it() -> None:
    names: dict[str, Any] = {"__name__": "nowhere", "Walker": Walker}
    code = "Size = int\nclass nomad(Walker):\n    size: 'Size'\n"
    exec(code, names)

    assert declared(names["nomad"]).validate({"size": "2"}) == {"size": 2}


def test_files_are_no_part_of_a_context() -> None:
    class carrying(Walker):
        text: str
        one: UploadFile
        maybe: UploadFile | None = None
        many: list[UploadFile] = []

    fields = declared(carrying).fields

    assert fields.files == ("one", "maybe", "many")
    assert fields.validate({"text": "a", "one": "b"}) == {"text": "a"}
    assert fields.is_required("one")
    assert not fields.is_required("maybe")


def test_fields_may_be_validated_in_part() -> None:
    class parted(Walker):
        a: int
        b: int

    assert declared(parted).fields.validate({"b": "2"}, only=["b"]) == {"b": 2}


def test_errors_of_several_parts_become_one() -> None:
    merged = merged_errors(
        [ProtocolError([{"loc": ["a"]}], 1), ProtocolError([{"loc": ["b"]}], 2)]
    )

    assert (merged.errors, merged.truncated) == ([{"loc": ["a"]}, {"loc": ["b"]}], 3)
