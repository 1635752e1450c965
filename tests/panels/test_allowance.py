from __future__ import annotations

from jacnb.panels.allowance import START, Allowance


def test_a_young_panel_may_spend_at_once_and_no_more_than_that():
    allowance = Allowance()
    assert allowance.spend(START - 10)
    assert not allowance.spend(11)
    assert allowance.spend(10)


def test_a_twentieth_of_what_is_sent_is_earned():
    allowance = Allowance()
    allowance.spend(START)
    allowance.earn(2_000)
    assert not allowance.spend(101)
    assert allowance.spend(100)


def test_what_was_refused_is_not_asked_for_again_before_it_is_covered():
    allowance = Allowance()
    assert allowance.covers_last()
    allowance.spend(START + 100)
    assert not allowance.covers_last()
    allowance.earn(2_000)
    assert allowance.covers_last()


def test_what_is_earned_does_not_pile_up_without_end():
    allowance = Allowance()
    allowance.earn(1_000_000_000)
    assert allowance.spend(200_000)
    assert not allowance.spend(1)
