from __future__ import annotations

import pytest

from jacnb.swarms.tally import Tally

ALL = frozenset({0, 1, 2})


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tally() -> Tally:
    return Tally(3, Clock())


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return tally.sent, tally.expected, tally.received, tally.missing


def test_a_delivery_counts_once(tally: Tally) -> None:
    tag = tally.tag(0, ALL)
    assert [tally.heard(member, f'{{"x":"{tag}"}}') for member in range(3)] == [
        True
    ] * 3
    assert counts(tally) == (1, 3, 3, 0)
    assert (tally.duplicates, tally.out_of_order, tally.strays) == (0, 0, 0)


def test_what_is_missing_is_told_by_member(tally: Tally) -> None:
    tags = [tally.tag(0, ALL) for _ in range(10)]
    for tag in tags:
        tally.heard(0, tag)
        tally.heard(1, tag)
    tally.heard(2, tags[9])
    assert counts(tally) == (10, 30, 21, 9)
    assert list(tally.missing_by_member()) == [(2, 9)]


def test_a_second_copy_is_a_duplicate(tally: Tally) -> None:
    tag = tally.tag(0, ALL)
    for _ in range(3):
        tally.heard(1, tag)
    assert (tally.received, tally.duplicates) == (1, 2)


def test_order_counts_for_one_sender_at_one_receiver(tally: Tally) -> None:
    first, other, second = tally.tag(0, ALL), tally.tag(1, ALL), tally.tag(0, ALL)
    for tag in (second, other, first):
        tally.heard(2, tag)
    for tag in (first, second, other):
        tally.heard(0, tag)
    assert tally.out_of_order == 1


def test_a_copy_for_somebody_else_is_a_stray(tally: Tally) -> None:
    tally.heard(2, tally.tag(0, frozenset({0, 1})))
    assert (tally.received, tally.strays, tally.missing) == (0, 1, 2)


def test_what_a_lost_member_lacks_is_cut_off_and_not_missing(tally: Tally) -> None:
    got, lacks = tally.tag(0, ALL), tally.tag(0, ALL)
    for member in range(3):
        tally.heard(member, got)
    tally.left(2)
    tally.left(2)
    tally.heard(0, lacks)
    tally.heard(1, lacks)
    assert (tally.cut_off, tally.missing, tally.received) == (1, 0, 5)
    assert list(tally.missing_by_member()) == []


def test_an_event_that_was_not_sent_is_taken_back(tally: Tally) -> None:
    tag = tally.tag(0, ALL)
    tally.take_back(tag)
    assert counts(tally) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "swarm:",
        "swarm:0123456789abcdef:0;",
        "{mark}",
        "{mark}0",
        "{mark}1;",
        "{mark}-1;",
    ],
)
def test_what_has_no_tag_of_ours_is_not_counted(tally: Tally, text: str) -> None:
    tally.tag(0, ALL)
    assert not tally.heard(0, text.replace("{mark}", tally.mark))
    assert (tally.received, tally.strays) == (0, 0)


@pytest.mark.parametrize("digits", ["٣", "9" * 13, "0x1", "1e3", ""])
def test_hostile_numbers_are_no_tags(tally: Tally, digits: str) -> None:
    tally.tag(0, ALL)
    assert not tally.heard(0, f"{tally.mark}{digits};")


def test_latency_is_from_sending_to_arrival() -> None:
    clock = Clock()
    tally = Tally(3, clock)
    tag = tally.tag(0, ALL)
    clock.now += 0.25
    tally.heard(0, tag)
    clock.now += 0.75
    tally.heard(1, tag)
    total = tally.timeline.total()
    assert (total.count, total.max) == (2, 1.0)
    assert total.percentile(50) == pytest.approx(0.25, rel=0.02)


def test_what_was_given_up_is_not_awaited_but_counts_when_it_comes(
    tally: Tally,
) -> None:
    old = tally.tag(0, ALL)
    tally.heard(0, old)
    tally.give_up()
    new = tally.tag(0, ALL)
    assert (tally.missing, tally.awaited) == (5, 3)
    tally.heard(1, old)
    assert (tally.missing, tally.awaited) == (4, 3)
    tally.left(2)
    assert (tally.missing, tally.awaited, tally.cut_off) == (2, 2, 2)
    tally.heard(0, new)
    tally.heard(1, new)
    assert (tally.missing, tally.awaited, tally.received) == (0, 0, 4)
