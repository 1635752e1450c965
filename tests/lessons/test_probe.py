from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import jacnb
from jacnb import WEBSOCKET_MANAGER as socket
from jacnb.client import Client
from jacnb.lessons import Lab, probe as probes
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.probe import Probe


@pytest.fixture
def probe(lab: Lab) -> Iterator[Probe]:
    made = Probe(lab)
    yield made
    made.close()


def why(act: Callable[[], object]) -> str:
    with pytest.raises(NotYet) as caught:
        act()
    return "\n".join([caught.value.why, *caught.value.details])


def declare_shout() -> None:
    @jacnb.walker
    def shout(channel_id: str, text: str) -> None:
        socket.notify_channels([channel_id], {"type": "shout", "text": text})


def test_a_client_of_the_check_may_be_a_second_one_of_a_user(probe: Probe) -> None:
    nora = probe.client("nora")
    phone = probe.client("nora's phone", "bag", user="nora")
    assert (phone.name, phone.channel_id) == ("nora's phone", "bag")
    assert phone.root_id == nora.root_id


def test_a_walker_that_there_is_not_was_not_attempted(probe: Probe) -> None:
    with pytest.raises(NotAttempted, match="no walker 'shout'"):
        probe.walker("shout")


def test_a_walker_needs_its_fields_and_its_methods(probe: Probe) -> None:
    declare_shout()
    probe.walker("shout", "channel_id", "text")
    assert why(lambda: probe.walker("shout", "loud")) == (
        "shout has no field 'loud'; it has channel_id, text."
    )

    class silent(jacnb.Walker):
        text: str

    assert '"websocket" in the methods' in why(lambda: probe.walker("silent"))


def test_an_attempt_is_an_event_of_somebody_or_of_these_words(probe: Probe) -> None:
    bob, carol = probe.lab.bob, probe.lab.carol
    with pytest.raises(NotAttempted, match="bob has sent nothing"):
        probe.attempted(bob, words=("soup",))
    carol.send_to_channels("team", {"text": "soup"})
    assert [e.type for e in probe.attempted(bob, words=("soup",))] == ["channel"]
    bob.send({"type": "nonsense"})
    assert len(probe.attempted(bob)) == 1


def test_what_arrived_is_found_with_its_cause(probe: Probe) -> None:
    declare_shout()
    bob, carol = probe.lab.bob, probe.lab.carol
    bob.walker("shout", channel_id="garden", text="hi")
    found = probe.received(
        carol, "shout", text="hi", by=bob, walker="shout", event="walker"
    )
    assert found.value == {"type": "shout", "text": "hi"}


def test_it_is_found_though_the_learner_has_read_it(probe: Probe) -> None:
    probe.lab.bob.send_to_channels("garden", {"type": "a"})
    probe.lab.carol.expect("a")
    probe.received(probe.lab.carol, "a")


def test_the_nearest_message_is_shown_with_what_differs(probe: Probe) -> None:
    carol = probe.lab.carol
    for text in ("far", "near"):
        probe.lab.bob.send_to_channels("garden", {"type": text[0], "data": {"x": text}})
    assert why(lambda: probe.received(carol, "n", x="here", y=1)) == (
        "carol received no message with type='n', x='here', y=1.\n"
        'The nearest that arrived: {"type":"n","data":{"x":"near"}}\n'
        "What differs: x is 'near', not 'here'; it has no 'y'."
    )


def test_an_error_is_never_the_nearest(probe: Probe) -> None:
    carol = probe.lab.carol
    carol.send({"type": "walker", "walker": "nonsense"})
    carol.sync()
    assert any("error" in message for message in carol.messages)
    said = why(lambda: probe.received(carol, "walker", text="here"))
    assert said.endswith("nor anything like it.")


def test_words_of_another_connection_are_an_attempt(probe: Probe) -> None:
    with probe.server.connect(user="bob") as other:
        other.send_to_channels("garden", {"type": "a", "text": "soup"})
        other.sync()
        assert len(probe.attempted(probe.lab.bob, words=("soup",))) == 1
        said = why(lambda: probe.received(probe.lab.carol, "a", by=probe.lab.bob))
    assert "It was sent by another connection with a channel event." in said


@pytest.mark.parametrize("kind", ["function", "class"])
def test_a_name_given_to_no_walker_is_told(
    probe: Probe, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    declare_shout()
    plain = type("shout", (), {}) if kind == "class" else declare_shout
    monkeypatch.setattr(sys.modules["__main__"], "shout", plain, raising=False)
    assert f"shout is a plain {kind}" in why(lambda: probe.walker("shout"))


@pytest.mark.parametrize("name", ["Shout", "shouts", "shuot"])
def test_a_walker_of_nearly_the_name_is_named(probe: Probe, name: str) -> None:
    probe.server.registry.remove("shout")
    type(name, (jacnb.Walker,), {})
    assert why(lambda: probe.walker("shout")) == (
        f"There is no walker 'shout', but one that is called {name!r}.\n"
        "Names are compared letter by letter."
    )


def test_a_function_is_no_walker_and_nothing_else(probe: Probe) -> None:
    probe.function(declare_shout, "shout")
    for given in (True, "shout", jacnb.Walker):
        assert "def shout(…)" in why(lambda given=given: probe.function(given, "shout"))


def test_a_lesson_begun_anew_forgets_the_answers(probe: Probe) -> None:
    @jacnb.walker
    def announce() -> None: ...

    declare_shout()
    probe.walker("announce")
    again = Probe(jacnb.lesson("05"))
    again.walker("shout")
    with pytest.raises(NotAttempted, match="no walker 'announce'"):
        again.walker("announce")


def test_if_nothing_arrived_the_last_event_of_the_sender_is_shown(probe: Probe) -> None:
    bob, carol = probe.lab.bob, probe.lab.carol
    bob.send_to_channels("gaden", {"type": "a"})
    assert why(lambda: probe.received(carol, "a", by=bob)) == (
        "carol received no message with type='a', nor anything like it.\n"
        'What bob sent last: {"type":"channel","channel_ids":["gaden"],'
        '"data":{"type":"a"}}'
    )


def test_the_wrong_sender_or_way_is_named(probe: Probe) -> None:
    alice, bob, carol = probe.lab.clients
    alice.send_to_clients(carol, {"type": "a"})
    said = why(lambda: probe.received(carol, "a", by=bob, walker="shout"))
    assert said == (
        "carol received it, but it was not sent by bob through the walker shout.\n"
        "It was sent by alice with a client event."
    )


def test_what_came_from_a_cell_was_sent_by_the_server(probe: Probe) -> None:
    probe.server.notify_channels(["garden"], {"type": "a"})
    carol = probe.lab.carol
    carol.expect("a")
    assert "It was sent by the server." in why(
        lambda: probe.received(carol, "a", by=probe.lab.bob)
    )


def test_whom_it_reached_besides_counts_for_each_message(probe: Probe) -> None:
    alice, bob, carol = probe.lab.clients
    bob.send_to_channels(["garden", "team"], {"type": "a"})
    said = why(lambda: probe.received(carol, "a", but_not=[alice]))
    assert said == "carol received it, but so did alice."
    bob.send_to_channels("garden", {"type": "a"})
    probe.received(carol, "a", but_not=[alice])


def test_how_often_can_be_asked(probe: Probe) -> None:
    nora = probe.client("nora", "office")
    for _ in range(2):
        probe.lab.bob.send_to_channels("office", {"type": "a"})
    probe.received(nora, "a", times=2)
    assert "2 times, not 1" in why(lambda: probe.received(nora, "a", times=1))


def test_nothing_received_is_proved(probe: Probe) -> None:
    nora = probe.client("nora", "office")
    probe.received_nothing(nora)
    probe.lab.bob.send_to_channels("office", {"type": "a"})
    assert '{"type":"a"}' in why(lambda: probe.received_nothing(nora))


def test_a_walker_that_fails_or_never_ends_is_told(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from threading import Event

    stop = Event()

    @jacnb.walker
    def divide() -> float:
        return 1 / 0

    @jacnb.walker
    def wait() -> None:
        stop.wait()

    nora = probe.client("nora")
    assert "division by zero" in why(lambda: probe.call(nora, "divide"))
    monkeypatch.setattr(probes, "SECONDS", 0.05)
    assert "did not answer within 0.05 s" in why(lambda: probe.call(nora, "wait"))
    stop.set()


def test_a_refusal_is_required(probe: Probe) -> None:
    @jacnb.walker(auth=None)
    def open_door() -> str:
        return "come in"

    nora = probe.client("nora", is_user=False)
    assert "'come in'" in why(lambda: probe.refused(nora, "open_door"))
    assert "valid walker event" in probe.refused(nora, "no_such_walker")


def test_a_message_of_a_walker_that_still_runs_is_waited_for(probe: Probe) -> None:
    from threading import Event

    go = Event()

    @jacnb.walker
    def late(channel_id: str) -> None:
        go.wait(5)
        socket.notify_channels([channel_id], {"type": "late"})

    nora = probe.client("nora", "office")
    omar = probe.client("omar")
    omar.send_walker("late", channel_id="office")
    probe.lab.settled[omar] = omar.sent[-1].cursor
    # Only once somebody waits for the message does the walker go on.
    subscribe = nora.on_message

    def subscribed(callback: Callable[[Any], object]) -> Callable[[], None]:
        go.set()
        return subscribe(callback)

    nora.on_message = subscribed  # type: ignore[method-assign]
    while not any(run.walker == "late" for run in probe.server.runs):
        nora.sync()
    assert probe.received(nora, "late", walker="late").type == "late"


def test_a_closed_client_is_no_crash(probe: Probe) -> None:
    client: Client = probe.lab.carol
    client.close()
    assert "carol received no message" in why(lambda: probe.received(client, "a"))
