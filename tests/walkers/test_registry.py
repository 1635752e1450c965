from __future__ import annotations

import sys
from types import ModuleType

import pytest

from jacnb import Registry, UploadFile, Walker
from jacnb.errors import DeclarationError, ProtocolError
from jacnb.walkers.registry import REGISTRY


def elsewhere(name: str) -> ModuleType:
    """Return a module of that name which declares a walker `shared`."""
    module = ModuleType(name)
    sys.modules[name] = module
    exec("from jacnb import Walker\nclass shared(Walker): ...", vars(module))
    return module


def test_a_walker_declares_itself() -> None:
    class here(Walker): ...

    assert REGISTRY.find("here").cls is here
    assert "here" in REGISTRY
    assert repr(REGISTRY) == "<Registry of 1 walkers>"


def test_a_class_defined_again_is_the_next_version() -> None:
    def define() -> type[Walker]:
        class again(Walker): ...

        return again

    define()
    define()
    newest = define()

    assert REGISTRY.find("again").cls is newest
    assert REGISTRY.find("again").version == 3
    assert repr(REGISTRY.find("again")) == "<walker again v3: post>"
    assert len(REGISTRY) == 1


def test_a_call_in_flight_keeps_the_class_it_began_with() -> None:
    class flying(Walker):
        a: int = 1

    before = REGISTRY.find("flying")

    class flying(Walker):  # noqa: F811
        a: str = ""

    assert before.validate({"a": "2"}) == {"a": 2}
    assert REGISTRY.find("flying").validate({"a": "2"}) == {"a": "2"}


def test_a_walker_of_another_module_is_replaced_with_a_warning() -> None:
    elsewhere("first_module")
    try:
        with pytest.warns(UserWarning, match="replaced") as caught:
            elsewhere("second_module")
    finally:
        del sys.modules["first_module"], sys.modules["second_module"]

    assert [str(warning.message) for warning in caught] == [
        "walker shared of first_module is replaced by that of second_module"
    ]
    assert REGISTRY.find("shared").version == 2


def test_a_walker_that_is_gone_from_its_module_is_replaced_silently() -> None:
    del elsewhere("first_module").shared
    elsewhere("second_module")
    del sys.modules["first_module"], sys.modules["second_module"]

    assert REGISTRY.find("shared").cls.__module__ == "second_module"


def test_events_find_only_what_is_offered_to_them() -> None:
    class listening(Walker):
        class __specs__:
            methods = ["websocket"]

    class posted(Walker): ...

    class hidden(Walker):
        class __specs__:
            methods = ["websocket"]
            private = True

    registry = Registry(listening, posted, hidden)

    assert registry.get("listening").cls is listening
    assert registry.get("posted") is None
    assert registry.get("hidden") is None
    assert registry.get("nobody") is None
    assert [found.name for found in registry] == ["listening", "posted", "hidden"]


def test_a_walker_can_be_forgotten() -> None:
    class gone(Walker): ...

    registry = Registry(gone)
    registry.remove("gone")
    registry.remove("gone")

    assert registry.find("gone") is None


def test_a_declaration_says_how_its_walker_is_offered() -> None:
    class offered(Walker):
        a: int

        class __specs__:
            methods = ["websocket", "get"]
            auth = None

    found = Registry(offered).get("offered")

    assert (found.name, found.auth, found.refusal()) == ("offered", None, None)
    assert repr(found) == "<walker offered: websocket, get>"
    with pytest.raises(ProtocolError, match="a: Field required"):
        found.validate({})


def test_files_cannot_come_over_a_websocket() -> None:
    class taking(Walker):
        one: UploadFile
        two: list[UploadFile]

        class __specs__:
            methods = ["websocket", "post"]

    assert Registry(taking).get("taking").refusal() == (
        "taking takes a file (one, two): call it over REST only"
    )


def test_a_faulty_walker_does_not_replace_a_good_one() -> None:
    class good(Walker):
        a: int = 1

    with pytest.raises(DeclarationError):

        class good(Walker):
            a: int = 2

            class __specs__:
                methods = ["telepathy"]

    assert REGISTRY.find("good").version == 1


def declared_in(module: str, name: str) -> type[Walker]:
    return type(name, (Walker,), {"__module__": module})


def test_what_is_declared_anew_replaces_a_module_at_once() -> None:
    for name in ("stays", "goes"):
        declared_in("some_app", name)
    other = declared_in("a_library", "other")
    with REGISTRY.replacing({"some_app"}) as declared:
        new = declared_in("some_app", "stays")
        assert REGISTRY.find("stays").cls is not new
    assert list(declared) == ["stays"]
    assert {each.name: each.cls for each in REGISTRY} == {"other": other, "stays": new}
    assert REGISTRY.find("stays").version == 2


def test_after_an_exception_everything_is_as_it_was() -> None:
    old = declared_in("some_app", "stays")

    def fail() -> None:
        with REGISTRY.replacing({"some_app"}):
            declared_in("some_app", "stays")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert [each.cls for each in REGISTRY] == [old]
    newest = declared_in("some_app", "stays")
    assert REGISTRY.find("stays").cls is newest
