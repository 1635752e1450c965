from __future__ import annotations

from collections.abc import Callable

import pytest

from jacnb.lessons import Lab
from jacnb.panels import ChatRoom


def test_people_and_questions_have_names(lab: Lab) -> None:
    assert lab.alice is lab.clients[0]
    assert lab.q2 is lab.questions[1]
    assert lab.p1 is lab.predictions[0]
    assert {"alice", "q1", "p2"} <= set(dir(lab))


def test_people_are_who_the_lesson_says(lab: Lab) -> None:
    assert [each.name for each in lab.clients] == ["alice", "bob", "carol"]
    assert [each.channel_id for each in lab.clients] == ["team", "team", "garden"]
    assert [each.info.is_public for each in lab.clients] == [False, False, True]


def test_one_of_the_people_may_be_a_second_connection_of_a_user(
    lesson: Callable[[str], Lab],
) -> None:
    lab = lesson("04")
    assert lab.phone.name == "phone"
    assert lab.phone.root_id == lab.alice.root_id
    assert lab.phone.client_id != lab.alice.client_id
    assert [each.whose for each in lab.plan.people] == ["alice", "alice", "bob"]


def test_a_name_that_there_is_not_is_answered_with_those_there_are(lab: Lab) -> None:
    with pytest.raises(AttributeError, match="no 'dave'; it has alice, bob, carol, q1"):
        lab.dave  # noqa: B018


def test_the_room_shows_everybody_and_stays_the_same(lab: Lab) -> None:
    assert isinstance(lab.room, ChatRoom)
    assert lab.room is lab.room
    assert [panel.me["name"] for panel in lab.room.panels] == ["alice", "bob", "carol"]


def test_it_shows_its_title_and_how_far_one_is(lab: Lab) -> None:
    assert repr(lab).startswith("Lesson 5: Channels: everybody who listens (alice, bob")
    assert repr(lab).endswith("0 of 3 exercises done)")
    lab.bob.send_to_channels(
        "garden", {"type": "chat", "data": {"message": "Soup is ready"}}
    )
    lab.q1.check()
    assert repr(lab).endswith("1 of 3 exercises done)")


def test_a_cell_shows_the_live_title_page_and_html_without_widgets(lab: Lab) -> None:
    data, _ = lab._repr_mimebundle_()
    assert data["text/plain"] == repr(lab)
    assert data["text/html"].startswith("<h3>Lesson 5: Channels")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_steps_are_predictions_and_exercises(lab: Lab) -> None:
    lab.p1.answer("a")
    states = {step["name"]: step["state"] for step in lab.steps()}
    assert states == {
        "p1": "answered",
        "p2": "not answered",
        "q1": "not attempted",
        "q2": "not attempted",
        "q3": "not attempted",
    }


def test_closing_a_lesson_closes_people_and_panels_twice_is_no_error(lab: Lab) -> None:
    room = lab.room
    lab.p1.answer("a")
    lab._repr_mimebundle_()
    lab.close()
    lab.close()
    assert not lab.alice.is_open
    assert room.comm is None
