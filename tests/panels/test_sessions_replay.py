from __future__ import annotations

import pytest

import jacnb
from jacnb.errors import ConnectionClosedError
from jacnb.panels.sessions_replay import (
    Replay,
    is_like,
    roles_of,
    settled_in,
    settled_when_quiet,
)


@pytest.fixture
def recorded():
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        alice = server.connect(user="alice", channel_id="room")
        bob = server.connect()
        alice.send_to_clients([bob.client_id], {"to": bob.channel_id})
        alice.change_user(server.accounts.simulate("carol").token)
        bob.send("{ not json")
        yield server.trace.view()


class Player:
    client_id = "1795422121:" + "f" * 32
    root_id = "n::" + "f" * 24
    channel_id = "1795422121:" + "e" * 32

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, event: str) -> None:
        self.sent.append(event)


def at_once(player, start):
    return True


def test_the_roles_of_a_recording_are_its_clients(recorded):
    alice, bob = roles_of(recorded)
    assert (alice.name, alice.channel) == ("carol", "room")
    assert (bob.user, bob.channel) == (None, None)


def test_events_are_sent_again_with_the_ids_of_now(recorded):
    _, bob = roles_of(recorded)
    one, two = Player(), Player()
    alice = roles_of(recorded)[0].client_id
    replay = Replay(recorded, {alice: one, bob.client_id: two})
    replay.run(lambda: 0, at_once)
    assert one.sent == [
        '{"type":"client","client_ids":["1795422121:ffffffffffffffffffffffffffffffff"],'
        '"data":{"to":"1795422121:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"}}'
    ]
    assert two.sent == ["{ not json"]
    assert replay.sent == 2
    assert [note.split(": ")[1] for note in replay.notes] == [
        "its token was not recorded"
    ]


def test_an_event_of_nobody_is_left_out_with_a_note(recorded):
    replay = Replay(recorded, {})
    replay.run(lambda: 0, at_once)
    assert replay.sent == 0
    assert {note.split(": ")[1] for note in replay.notes} == {
        "nobody speaks for its client"
    }


def test_a_closed_player_is_noted_and_the_others_go_on(recorded):
    class Closed(Player):
        def send(self, event: str) -> None:
            raise ConnectionClosedError(1000)

    alice, bob = (role.client_id for role in roles_of(recorded))
    player = Player()
    replay = Replay(recorded, {alice: Closed(), bob: player})
    replay.run(lambda: 0, at_once)
    assert player.sent == ["{ not json"]
    assert "the connection is closed" in replay.notes[0]


def test_a_pace_keeps_the_gaps(recorded):
    alice, bob = (role.client_id for role in roles_of(recorded))
    events = [entry for entry in recorded if entry.kind.value == "event"]
    for event, when in zip(events, (100.0, 101.0, 104.0), strict=True):
        event.time = when
    pauses: list[float] = []
    replay = Replay(
        recorded, {alice: Player(), bob: Player()}, pace=2.0, sleep=pauses.append
    )
    replay.run(lambda: 0, at_once)
    assert pauses == [0.5, 1.5]


@pytest.mark.parametrize("pace", [0, -1, float("nan"), "x"])
def test_a_pace_is_above_zero(recorded, pace):
    with pytest.raises(ValueError, match="pace is a number above 0, not"):
        Replay(recorded, {}, pace=pace)


def test_an_event_without_an_end_is_noted(recorded):
    alice = roles_of(recorded)[0].client_id
    replay = Replay(recorded, {alice: Player()}, timeout=0.0)
    replay.run(lambda: 0, lambda player, start: False)
    assert replay.notes[0].endswith("no end of it within 0 s")


def test_in_a_trace_an_event_has_ended_when_its_run_has(start):
    from jacnb import Root, Walker, on_entry

    class shout(Walker):
        @on_entry
        def enter(self, here: Root) -> None: ...

        class __specs__:
            methods = ["websocket"]
            auth = None

    server = start(shout)
    alice = server.connect()
    settled, begin = settled_in(server.trace), server.trace.next_seq
    assert not settled(alice, begin)
    alice.walker("shout")
    assert settled(alice, begin)
    end = next(e for e in server.trace if e.kind.value == "end")
    assert not settled(alice, end.seq)
    begin = server.trace.next_seq
    alice.send_walker("unknown")
    alice.sync()
    assert settled(alice, begin)


def test_without_causes_it_has_ended_when_nothing_comes():
    numbers = iter([5, 6, 6])
    settled = settled_when_quiet(lambda: next(numbers, 6))
    assert not settled(Player(), 5)
    assert not settled(Player(), 5)
    import time

    deadline = time.monotonic() + 2
    while not settled(Player(), 5):
        assert time.monotonic() < deadline


def test_public_clients_stand_in_for_each_other(recorded):
    bob = roles_of(recorded)[1]
    own = {"public": True, "channel_id": "1795422121:" + "e" * 32}
    assert is_like(own, bob)
    assert not is_like({**own, "channel_id": "room"}, bob)
    assert not is_like({**own, "public": False}, bob)
