from __future__ import annotations

from typing import Any

from jacnb.panels.rows import Lane, Row
from jacnb.panels.sequence_layout import COLUMN, GUTTER, SLOT, Wanted, arranged
from jacnb.panels.sequence_words import SHOWN

ALL = Wanted(frozenset(SHOWN))


def lane(number: int, *, is_open: bool = True) -> Lane:
    return Lane(
        lane=number,
        client_id=f"c{number}",
        name=f"client{number}",
        channel_id="room",
        public=False,
        open=is_open,
    )


def rows(*given: dict[str, Any]) -> list[Row]:
    plain = {"at": 0.0, "type": "w", "who": None, "to": [], "reach": 0, "size": 0}
    plain |= {"cause": None, "run": None, "text": None, "cut": 0}
    return [Row(**{"seq": n, **plain, **each}) for n, each in enumerate(given)]  # type: ignore[typeddict-item]


def test_clients_stand_in_the_order_they_came_and_the_server_right_of_them() -> None:
    layout = arranged(rows({"kind": "open", "who": 1}), [lane(1), lane(0)], ALL)
    assert [column.lane["lane"] for column in layout.columns] == [0, 1]
    assert [column.x for column in layout.columns] == [
        GUTTER + COLUMN / 2,
        GUTTER + COLUMN * 1.5,
    ]
    assert layout.server == GUTTER + COLUMN * 2.5


def test_runs_at_the_same_time_stand_side_by_side_and_places_are_used_again() -> None:
    layout = arranged(
        rows(
            {"kind": "run", "run": 0},
            {"kind": "run", "run": 1},
            {"kind": "end", "run": 0},
            {"kind": "run", "run": 3},
        ),
        [],
        ALL,
    )
    assert [bar.slot for bar in layout.bars] == [0, 1, 0]
    assert layout.at(layout.bars[1]) == layout.server + 2 * SLOT


def test_a_run_lasts_until_its_last_message_or_until_now() -> None:
    layout = arranged(
        rows(
            {"kind": "run", "run": 0},
            {"kind": "run", "run": 1},
            {"kind": "notification", "run": 0},
            {"kind": "end", "run": 0},
            {"kind": "event", "who": 0},
        ),
        [lane(0)],
        ALL,
    )
    assert [(bar.first, bar.last) for bar in layout.bars] == [(0, 2), (1, 3)]


def test_more_than_six_runs_share_the_last_place() -> None:
    layout = arranged(rows(*({"kind": "run", "run": n} for n in range(9))), [], ALL)
    assert [bar.slot for bar in layout.bars] == [0, 1, 2, 3, 4, 5, 5, 5, 5]


def test_clients_without_room_share_a_column_and_those_there_go_first() -> None:
    lanes = [lane(n, is_open=n != 0) for n in range(14)]
    layout = arranged(rows({"kind": "event", "who": 0}), lanes, ALL)
    assert [column.lane["lane"] for column in layout.columns] == list(range(1, 13))
    assert layout.hidden == 1
    assert layout.x(0) == layout.others == GUTTER + COLUMN * 12.5
    assert layout.server == GUTTER + COLUMN * 13.5


def test_a_client_is_there_from_its_opening_to_its_close() -> None:
    layout = arranged(
        rows(
            {"kind": "event", "who": 1},
            {"kind": "open", "who": 0},
            {"kind": "close", "who": 0},
        ),
        [lane(0, is_open=False), lane(1)],
        ALL,
    )
    assert [(each.first, each.last) for each in layout.columns] == [(1, 2), (0, None)]


def test_only_the_newest_are_kept_and_the_others_counted() -> None:
    wanted = Wanted(frozenset(SHOWN), last=2)
    layout = arranged(rows(*[{"kind": "event", "who": 0}] * 5), [lane(0)], wanted)
    assert [(m.row["seq"], m.index) for m in layout.messages] == [(3, 0), (4, 1)]
    assert layout.left_out == 3


def test_filters_go_by_kind_client_type_and_text() -> None:
    given = rows(
        {"kind": "event", "who": 0, "text": '{"type":"walker","walker":"shout"}'},
        {"kind": "notification", "to": [1], "text": '{"type":"chat","data":"Hello"}'},
        {"kind": "visit", "type": "n:City:1"},
    )
    given[0]["type"] = "walker"

    def shown(**wanted: Any) -> list[int]:
        wanted.setdefault("groups", frozenset(SHOWN))
        layout = arranged(given, [lane(0), lane(1)], Wanted(**wanted))
        return [message.row["seq"] for message in layout.messages]

    assert shown() == [0, 1]
    assert shown(groups=frozenset({"visits"})) == [2]
    assert shown(lanes=frozenset({1})) == [1]
    assert shown(type="shout") == [0]
    assert shown(text="HELLO") == [1]
    assert shown(text="calls walker") == [0]


def test_of_too_many_clients_those_that_say_most_have_a_column() -> None:
    said = rows({"kind": "event", "who": 18}, {"kind": "notification", "to": [19]})
    layout = arranged(said, [lane(number) for number in range(20)], ALL)
    columns = [column.lane["lane"] for column in layout.columns]
    assert columns == [*range(11), 18]
    assert layout.hidden == 1


def test_a_message_to_many_is_shown_for_each_of_them_by_lane_and_by_name() -> None:
    lanes = [lane(n) for n in range(40)]
    told = {"kind": "notification", "to": list(range(40)), "reach": 40}
    given = rows(told, {**told, "to": [1], "reach": 1})
    for wanted in (
        Wanted(ALL.groups, lanes=frozenset({35})),
        Wanted(ALL.groups, text="Client35"),
    ):
        layout = arranged(given, lanes, wanted)
        assert [each.row["seq"] for each in layout.messages] == [0]
        assert layout.messages[0].sentence.endswith("client11, +28 more: w")
