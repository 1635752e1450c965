from __future__ import annotations

from typing import Any

import pytest

from jacnb.errors import DeclarationError
from jacnb.graph import Node, Obj, Session, connect, field, jid, root
from jacnb.store import MemoryStore


def first_form() -> Any:
    class Plant(Node):
        name: str
        height: int = 1
        notes: list[str] = ["old"]

    return Plant


def renamed(cls: type[Node], name: str = "first_form.<locals>.Plant") -> type[Node]:
    """Give a class the name of the first form, as running a cell again does."""
    return type("Plant", (cls,), {"__qualname__": name, "__module__": __name__})


@pytest.fixture
def plant(store: MemoryStore) -> str:
    with Session(store) as session:
        [plant] = connect(root(), first_form()(name="fern"))
        session.commit()
    return jid(plant)


def test_stored_nodes_load_into_the_newest_class(
    store: MemoryStore, plant: str
) -> None:
    cls = first_form()
    assert type(Session(store).get(plant)) is cls


def test_new_fields_get_their_defaults_and_old_values_stay(
    store: MemoryStore, plant: str
) -> None:
    class Grown(Node):
        name: str
        colors: list[str] = ["green"]
        leaves: int = 3
        later: int = field(init=False)

    renamed(Grown)
    session = Session(store)
    fern = session.get(plant)
    assert (fern.name, fern.colors, fern.leaves) == ("fern", ["green"], 3)
    assert not hasattr(fern, "height")
    before = store.get(plant)
    session.commit()
    assert store.get(plant) is before
    fern.leaves = 4
    fern.later = 1
    session.commit()
    first_form()
    old = Session(store).get(plant)
    assert (old.name, old.height, old.notes) == ("fern", 1, ["old"])


def test_a_new_required_field_is_named(store: MemoryStore, plant: str) -> None:
    class Strict(Node):
        name: str
        owner: str

    renamed(Strict)
    with pytest.raises(
        DeclarationError,
        match=f"Plant has a new field 'owner', which the stored {plant} lacks",
    ):
        Session(store).get(plant)


def test_objects_in_fields_load_into_the_newest_class(store: MemoryStore) -> None:
    def define(sound: str) -> Any:
        class Bell(Obj):
            def ring(self) -> str:
                return sound

        return Bell

    class Tower(Node):
        bell: Any = None

    with Session(store) as session:
        [tower] = connect(root(), Tower(bell=define("ding")()))
        session.commit()
    define("dong")
    assert Session(store).get(jid(tower)).bell.ring() == "dong"


def test_an_unloadable_class_leaves_the_session_usable(
    store: MemoryStore, plant: str
) -> None:
    class Holder(Node):
        plants: list[Any] = []

    with Session(store) as session:
        [holder] = connect(root(), Holder(plants=[session.get(plant)]))
        session.commit()

    class Strict(Node):
        owner: str

    renamed(Strict)
    session = Session(store)
    with pytest.raises(DeclarationError):
        session.get(jid(holder))
    first_form()
    assert Session(store).get(jid(holder)).plants[0].name == "fern"
    assert session.unfilled == []
