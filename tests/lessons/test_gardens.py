"""What the checks of lesson 12 say when it is not the answer that is at fault."""

from __future__ import annotations

import pytest
from lesson_reader import Reader, answer_cell

from jacnb.lessons.making import solved_source

PLANT = """
@jacnb.walker
def plant(here, treasure: str, channel: str = "garden"):
    garden = connect(here, Garden(channel=channel, treasure=treasure))[0]
    grant(garden, "WRITE")
"""
SILENT = """
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    return here.flags
"""


@pytest.mark.parametrize("number", [12])
@pytest.mark.parametrize("question", ["q1", "q2", "q3", "q4"])
def test_a_plant_that_reports_nothing_is_told(
    reader: Reader, number: int, question: str
) -> None:
    solution = solved_source(answer_cell(number, question))
    outcome = repr(reader.answer(number, question, PLANT + solution))
    assert "plant reported nothing: it has to return jid(garden)" in outcome
    assert "IndexError" not in outcome


@pytest.mark.parametrize("number", [12])
def test_what_the_check_itself_caused_is_not_shown(reader: Reader, number: int) -> None:
    outcome = repr(reader.answer(number, "q1", SILENT))
    assert "quinn received no message" in outcome
    assert "nor anything like it" in outcome
    assert "dug" not in outcome
