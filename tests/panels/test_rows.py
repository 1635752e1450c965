from __future__ import annotations

from jacnb.panels.rows import ROOMS_TOLD, Rooms, Row, on_wire


def row(**given):
    made = {"seq": 0, "at": 1.5, "kind": "event", "type": "channel", "who": None}
    made |= {"to": [], "reach": 0, "size": 0, "cause": None, "run": None}
    return Row(**(made | {"text": None, "cut": 0} | given))


def alone(**given):
    [told] = on_wire([row(**given)])
    return told


def test_what_the_rest_of_a_row_tells_does_not_travel():
    assert alone(who=0, to=[1], reach=1, size=2, text="hi") == {
        "seq": 0,
        "at": 1.5,
        "kind": "event",
        "type": "channel",
        "who": 0,
        "to": [1],
        "text": "hi",
    }


def test_a_row_about_nobody_is_four_values():
    assert alone() == {"seq": 0, "at": 1.5, "kind": "event", "type": "channel"}


def test_what_is_not_as_usual_travels_even_if_it_is_nought():
    odd = alone(cause=0, run=0, reach=40, size=7, text="é", cut=6)
    given = {"cause": 0, "run": 0, "reach": 40, "size": 7, "text": "é", "cut": 6}
    assert given.items() <= odd.items()
    assert alone(to=[1, 2], text="failed").items() >= {"reach": 0, "size": 0}.items()


def test_many_receivers_travel_as_spans_of_lanes():
    told = alone(to=[*range(2, 42), *range(50, 53)], reach=43)
    assert told["spans"] == [2, 40, 9, 3]
    assert not {"to", "reach"} & told.keys()


def test_a_room_of_thousands_is_told_whole_whoever_is_in_it():
    crowd = alone(to=[*range(2_000)], reach=2_000)
    assert crowd["spans"] == [0, 2_000]
    scattered = alone(to=[*range(0, 4_000, 2)], reach=2_000)
    assert scattered["spans"] == [0, 1] + [2, 1] * 1_999
    assert not {"to", "reach"} & scattered.keys()


def test_the_same_receivers_are_told_once_in_a_message():
    room, others = [*range(0, 60, 2)], [*range(40)]
    rows = [row(seq=n, to=[*to], reach=len(to)) for n, to in enumerate([room, others])]
    rows += [row(seq=2, to=[*room], reach=30), row(seq=3, to=[*others], reach=40)]
    told = on_wire(rows)
    assert [each.get("as") for each in told] == [None, None, 0, 1]
    assert ["spans" in each for each in told] == [True, True, False, False]
    assert "to" not in told[2]
    assert [each.get("reach") for each in told] == [None, None, 30, 40]


def test_a_room_told_in_an_earlier_message_is_not_told_again():
    rooms, room = Rooms(), [*range(0, 4_000, 2)]
    [first] = on_wire([row(seq=5, to=room, reach=2_000)], rooms)
    [later] = on_wire([row(seq=9, to=[*room], reach=2_000)], rooms)
    assert first["spans"][:4] == [0, 1, 2, 1]
    assert later == {
        "seq": 9,
        "at": 1.5,
        "kind": "event",
        "type": "channel",
        "reach": 2_000,
        "as": 5,
    }


def test_a_room_is_told_again_when_the_row_that_told_it_is_gone():
    rooms, room = Rooms(), [*range(0, 60, 2)]
    on_wire([row(seq=5, to=room, reach=30)], rooms)
    rooms.forget_before(6)
    [told] = on_wire([row(seq=9, to=room, reach=30)], rooms)
    assert "spans" in told


def test_of_very_many_rooms_the_first_told_are_told_again():
    rooms = Rooms()
    news = [row(seq=n, to=[*range(n, n + 26, 2)], reach=13) for n in range(ROOMS_TOLD)]
    again = [{**each, "seq": each["seq"] + 1_000} for each in news]
    assert all("spans" in each for each in on_wire(news, rooms))
    assert all("as" in each for each in on_wire(again, rooms))
    on_wire([row(seq=900, to=[*range(0, 90, 3)], reach=30)], rooms)
    [second, first] = on_wire([again[1], again[0]], rooms)
    assert "as" in second
    assert "spans" in first
