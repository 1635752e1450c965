from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jacnb import MemoryServer
from jacnb.client import Client
from jacnb.lessons.garden_panel import SQUARES, GardenView


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


def test_it_lists_six_players_and_counts_the_others(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(
        carol,
        *(("dug", DUG | {"square": f"A{n}", "by": f"p{n}"}) for n in range(1, 6)),
        *(("dug", DUG | {"square": f"B{n}", "by": f"q{n}"}) for n in range(1, 4)),
        ("joined", {"name": "late"}),
    )
    assert len(view.plot.holes) == 8
    assert ">q1, 1 hole<" in view.value
    assert ">and 3 more, 2 holes<" in view.value
    view.close()


def test_made_up_names_drive_nobody_away_who_has_dug(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, ("dug", DUG), *(("joined", {"name": f"x{n}"}) for n in range(200)))
    assert len(view.plot.players) == 60
    assert view.plot.players[0] == "bob"
    assert view.plot.players[-1] == "x199"
    view.close()


def test_an_owner_of_each_hole_and_of_each_flag_finds_room(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    squares = sorted(SQUARES)
    hear(carol, *(("dug", DUG | {"square": s, "by": f"d{s}"}) for s in squares))
    hear(carol, *(("flag", {"square": s, "by": f"f{s}"}) for s in squares))
    hear(carol, *(("joined", {"name": f"x{n}"}) for n in range(200)))
    assert len(view.plot.players) == 60
    assert {f"d{s}" for s in squares} | {f"f{s}" for s in squares} < set(
        view.plot.players
    )
    view.close()


def test_set_right_it_draws_all_holes_whatever_names_it_heard(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    hear(carol, *(("joined", {"name": f"x{n}"}) for n in range(70)), ("dug", DUG))
    holes = {f"A{n}": f"p{n}" for n in range(1, 5)} | {"B3": "bob", "E5": ""}
    view.show(holes)
    assert view.plot.holes == holes | {"E5": "somebody"}
    assert view.plot.players[:6] == ["bob", "p1", "p2", "p3", "p4", "somebody"]
    assert ">6 holes, as the server has them.<" in view.value
    view.close()


def test_it_says_what_it_cannot_draw(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    view.show({"A1": "bob", "Z9": "bob"})
    assert "2 holes, as the server has them; 1 of them on squares." in view.value
    view.close()


def test_one_hole_is_one_hole(carol: Client) -> None:
    view = GardenView(carol, later=at_once)
    view.show({"A1": "bob"})
    assert ">1 hole, as the server has them.<" in view.value
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
