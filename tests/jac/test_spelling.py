from __future__ import annotations

import pytest

from jacnb.jac.spelling import meant_at


@pytest.mark.parametrize(
    ("marked", "is_outside", "meant"),
    [
        ("«»wlaker a { }", True, "walker"),
        ("async «»wlaker a { }", True, "walker"),
        ("«»func add() { }", True, "def"),
        ("    retrun «»1;", False, "return"),
        ("viist [«»-->];", False, "visit"),
        ("x = 1; whlie «»x { }", False, "while"),
        ("can start «»wiht Root entry { }", False, "with"),
        ("can start with Root «»enrty { }", False, "entry"),
    ],
)
def test_a_slip_is_recognised(marked: str, is_outside: bool, meant: str) -> None:
    assert meant_at(marked, is_outside) == meant


@pytest.mark.parametrize(
    ("marked", "is_outside"),
    [
        ("walker «»{ }", True),  # Right, but for its name.
        ("«»retrun 1;", True),  # No word of a module.
        ("x = retrun «»1;", False),  # Not where a statement begins.
        ("port «»1;", False),  # Like nothing.
        ("root[«»-->];", False),
        ("«»;", False),
    ],
)
def test_other_words_are_left_alone(marked: str, is_outside: bool) -> None:
    assert meant_at(marked, is_outside) is None
