from __future__ import annotations

import pytest

from jacnb.panels.finding import fitting
from jacnb.panels.rows import Lane, Row

LANES = [
    Lane(lane=n, client_id=f"1:{n}", name=name, channel_id="c", public=False, open=True)
    for n, name in enumerate(["Alice", "bob"])
]


def row(seq, kind="event", type="channel", who=None, to=(), text=None, cut=0):
    return Row(
        seq=seq,
        at=0.0,
        kind=kind,
        type=type,
        who=who,
        to=list(to),
        reach=len(to),
        size=0,
        cause=None,
        run=None,
        text=text,
        cut=cut,
    )


ROWS = [
    row(0, who=0, text='{"type":"channel","data":"Needle"}'),
    row(1, "notification", to=[0, 1], text='{"type":"chat"}'),
    row(2, "reply", "walker", to=[1], text='{"status":200}'),
    row(3, "notification", to=[1], text='{"type":"chat', cut=9),
]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [0, 1, 2, 3]),
        ({"text": "needle"}, [0]),
        ({"text": "alice"}, [0, 1]),
        ({"text": "response"}, [2]),
        ({"type": "chat"}, [1, 3]),
        ({"type": "chat", "text": "hidden"}, [3]),
        ({"lane": 0}, [0, 1]),
        ({"kinds": ["reply", "event"]}, [0, 2]),
        ({"kinds": []}, []),
    ],
)
def test_what_fits_is_found(wanted, found) -> None:
    whole = {3: '{"type":"chat","hidden":1}'}.get
    assert [each["seq"] for each in fitting(ROWS, LANES, wanted, whole)] == found


@pytest.mark.parametrize("wanted", [{"lane": 35}, {"text": "user35"}])
def test_the_last_of_many_receivers_is_found(wanted) -> None:
    lanes = [LANES[0] | {"lane": n, "name": f"User{n}"} for n in range(40)]
    rows = [
        row(0, "notification", to=range(40), text="{}"),
        row(1, "notification", to=range(30), text="{}"),
    ]
    assert [each["seq"] for each in fitting(rows, lanes, wanted, str)] == [0]
