from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jacnb import MemoryServer
from jacnb.client import Client
from jacnb.lessons.garden_panel import GardenView


def at_once(_seconds: float, job: Callable[[], None]) -> None:
    job()


@pytest.fixture
def carol() -> Iterator[Client]:
    with MemoryServer() as server:
        yield server.connect(user="carol", channel_id="garden")


def hear(client: Client, *news: tuple[str, object]) -> None:
    for kind, data in news:
        client.send_to_clients(client, {"type": kind, "data": data})
    client.sync()


DUG = {"square": "B3", "by": "bob", "found": False}


def test_it_draws_who_dug_where(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, ("joined", {"name": "bob"}), ("dug", DUG))
    assert "bob dug B3: nothing there." in view.value
    assert ">bob, 1 hole<" in view.value
    view.close()


def test_it_draws_treasure_flag_and_sign(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(
        carol,
        ("dug", DUG | {"found": True}),
        ("flag", {"square": "C1", "by": "mia"}),
        ("sign", {"text": "Mind the moles"}),
    )
    said = view.picture().alt
    assert said == (
        "A garden of 25 squares: bob dug B3, mia has a flag on C1, "
        "the treasure was at B3."
    )
    assert "polygon" in view.value
    assert ">Mind the moles<" in view.value
    view.close()


def test_a_new_garden_is_empty(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, ("dug", DUG), ("planted", {}))
    assert view.picture().alt == "A garden of 25 squares: nobody has dug yet."
    view.close()


def test_what_others_write_is_text(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    name = "<img src=x onerror=1>"
    hear(carol, ("dug", DUG | {"by": name}), ("sign", {"text": name}))
    assert "<img" not in view.value
    assert "&lt;img" in view.value
    view.close()


@pytest.mark.parametrize(
    "news",
    [
        ("dug", {}),
        ("dug", {"square": "Z9", "by": "bob"}),
        ("dug", {"square": ["A1"], "by": "bob"}),
        ("dug", {"square": "A1", "by": 7}),
        ("dug", {"square": "A1", "by": ""}),
        ("flag", {"square": "A0", "by": "bob"}),
        ("sign", {"text": 7}),
        ("joined", {"name": None}),
        ("hint", {"steps": 3}),
    ],
)
def test_it_passes_over_what_makes_no_sense(
    carol: Client, news: tuple[str, object]
) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, news)
    assert view.plot.described() == "A garden of 25 squares: nobody has dug yet."
    assert view.plot.sign == ""
    view.close()


def test_it_takes_six_players(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, *(("joined", {"name": f"p{number}"}) for number in range(9)))
    assert view.plot.players == ["p0", "p1", "p2", "p3", "p4", "p5"]
    view.close()


def test_it_can_be_set_right(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    fake = DUG | {"square": "E5", "found": True}
    hear(carol, ("dug", DUG | {"found": True}), ("dug", fake))
    view.show({"B3": "bob", "C3": "mia"})
    said = view.picture().alt
    assert said == (
        "A garden of 25 squares: bob dug B3, mia dug C3, the treasure was at B3."
    )
    view.close()


def test_closed_it_follows_no_more(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    view.close()
    view.close()
    hear(carol, ("dug", DUG))
    assert view.plot.holes == {}


def test_its_client_may_be_closed(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, ("dug", DUG))
    carol.close()
    assert "bob dug B3" in view.picture().alt
    view.close()
