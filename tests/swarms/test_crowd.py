from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from unfair import UnfairServer

from jacnb import Server, Swarm, swarm
from jacnb.errors import ClientError, WaitTimeoutError
from jacnb.swarms import SwarmResult
from jacnb.swarms.crew import Agenda
from jacnb.swarms.progress import Progress


def faults(result: SwarmResult) -> tuple[int, int, int, int, int]:
    return (
        result.lost,
        result.duplicates,
        result.out_of_order,
        result.strays,
        result.cut_off,
    )


def sees_no_clients(server: Server) -> bool:
    return len(server.engine.hub.clients) == 0


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> None:
    end, pause = time.monotonic() + seconds, threading.Event()
    while not true():
        assert time.monotonic() < end, "it did not become true"
        pause.wait(0.005)


def number_of(crowd: Swarm, peer: Any) -> int:
    """Return which client of a swarm a peer of the server is."""
    members = crowd._crew.members
    client_id = peer.data["client_id"]
    return next(m.number for m in members if m.client_id == client_id)


def test_at_a_rate_everything_is_counted(server: Server) -> None:
    result = swarm(server, 10, channel_id="room", rate=100, seconds=0.2)
    assert (result.connected, result.sent, result.received) == (10, 20, 200)
    assert faults(result) == (0, 0, 0, 0, 0)
    assert result.is_clean
    p50, p90, p99 = result.p50 or 0, result.p90 or 0, result.p99 or 0
    assert 0 < p50 <= p90 <= p99 <= (result.max or 0)
    assert (result.errors, result.close_codes) == ({}, {})
    wait_until(lambda: sees_no_clients(server))


def test_a_rate_can_be_that_of_each_client(server: Server) -> None:
    result = swarm(server, 5, rate=10, per_client=True, seconds=0.2)
    assert (result.sent, result.received) == (10, 10)


def test_walkers_are_called_and_their_notifications_counted(server: Server) -> None:
    fields = {"channel_id": "room", "text": "hi {tag}"}
    result = swarm(
        server,
        5,
        channel_id="room",
        rate=50,
        seconds=0.2,
        walker="call_out",
        fields=fields,
    )
    assert (result.sent, result.received, result.answers) == (10, 50, 10)
    assert result.is_clean


def test_without_a_tag_only_answers_are_counted(server: Server) -> None:
    result = swarm(
        server,
        3,
        rate=50,
        seconds=0.1,
        walker="call_out",
        fields=lambda number: {"channel_id": "elsewhere", "text": str(number)},
    )
    assert (result.sent, result.expected, result.answers) == (0, 0, 5)
    assert (result.p50 or 0) > 0
    assert "5 walker calls" in repr(result)


def test_an_answer_is_no_arrival(server: Server) -> None:
    with swarm(server, 2, channel_id="room") as crowd:
        fields = {"channel_id": "rooom", "text": "{tag}"}
        result = crowd.run(
            rate=50, seconds=0.1, walker="call_out", fields=fields, patience=0.1
        )
    assert (result.received, result.expected, result.answers) == (0, 10, 5)
    assert (result.p50, result.max) == (None, None)


def test_the_mark_finds_the_traffic_of_a_swarm(server: Server) -> None:
    first, second = (
        swarm(server, 2, channel_id="room", rate=50, seconds=seconds)
        for seconds in (0.04, 0.06)
    )
    trace = server.trace
    assert trace is not None
    sent = trace.where(kind="notification")
    assert len(sent.where(contains=first.mark)) == 2
    assert len(sent.where(contains=second.mark)) == 3


def test_walkers_that_fail_are_errors(server: Server) -> None:
    result = swarm(server, 2, rate=30, seconds=0.1, walker="broken")
    assert result.errors == {"WalkerError: walker broken: ValueError: no luck": 3}
    assert not result.is_clean


def test_a_script_is_run_by_every_client(server: Server) -> None:
    async def talk(client: Any, number: int) -> None:
        await client.send_to_channels("room", {"type": "chat", "n": number})
        message = await client.expect("chat", n=2)
        assert message["n"] == 2

    result = swarm(server, 4, talk, channel_id="room", users=2)
    assert (result.sent, result.received, result.errors) == (4, 16, {})


def test_a_script_may_be_a_generator(server: Server) -> None:
    found: list[Any] = []

    def talk(client: Any, number: int) -> Any:
        yield 0.001
        answer = yield client.walker("call_out", channel_id="room", text="{tag}")
        found.append(answer.reports[0][:6])

    result = swarm(server, 3, talk, channel_id="room")
    assert found == ["swarm:"] * 3
    assert (result.sent, result.received, result.answers) == (3, 9, 3)


def test_scripts_that_fail_are_counted_and_end_alone(server: Server) -> None:
    def talk(client: Any, number: int) -> Any:
        yield "nonsense" if number == 0 else 0.0
        if number == 1:
            raise ValueError("boo\nmore")

    result = swarm(server, 3, talk)
    assert result.errors == {
        "TypeError: a script yields calls of its client, or seconds, not str": 1,
        "ValueError: boo": 1,
    }


def test_scripts_end_when_their_time_is_over(server: Server) -> None:
    ended: list[int] = []

    async def talk(client: Any, number: int) -> None:
        try:
            await client.receive(timeout=None)
        finally:
            ended.append(number)

    result = swarm(server, 3, talk, seconds=0.05)
    assert sorted(ended) == [0, 1, 2]
    assert result.errors == {}


@pytest.mark.parametrize("ways", ["users", "clients"])
def test_all_ways_of_addressing_are_counted(server: Server, ways: str) -> None:
    async def talk(client: Any, number: int) -> None:
        ids = client.root_id if ways == "users" else client.client_id
        send = client.send_to_users if ways == "users" else client.send_to_clients
        await send([ids, "nobody"], {"n": number})

    result = swarm(server, 6, talk, users=3)
    assert result.received == (12 if ways == "users" else 6)
    assert result.is_clean


def test_a_loss_is_caught(unfair: UnfairServer) -> None:
    unfair.copies = lambda event, peer: 0 if (event, peer) == (3, 2) else 1
    result = swarm(
        unfair.url, 5, channel_id="room", rate=100, seconds=0.1, patience=0.1
    )
    assert (result.sent, result.expected, result.received) == (10, 50, 49)
    assert faults(result) == (1, 0, 0, 0, 0)
    assert "! lost         1" in repr(result)


def test_a_duplicate_is_caught(unfair: UnfairServer) -> None:
    unfair.copies = lambda event, peer: 3 if (event, peer) == (9, 4) else 1
    result = swarm(unfair.url, 5, channel_id="room", rate=100, seconds=0.1)
    assert (result.received, *faults(result)) == (50, 0, 2, 0, 0, 0)


def test_a_swapped_order_is_caught(unfair: UnfairServer) -> None:
    unfair.swaps = True
    with swarm(unfair.url, 2, channel_id="room") as crowd:
        for _ in range(4):
            crowd.say(by=0)
        result = crowd.wait_for()
    assert (result.received, *faults(result)) == (8, 0, 0, 4, 0, 0)


def test_a_stray_is_caught(unfair: UnfairServer) -> None:
    with swarm(unfair.url, 3) as crowd:
        crowd.say(by=1)
        result = crowd.wait_for()
    assert (result.received, *faults(result)) == (1, 0, 0, 0, 2, 0)


def test_a_server_that_echoes_no_ids_is_counted_as_well(unfair: UnfairServer) -> None:
    unfair.echoes = False
    unfair.copies = lambda event, peer: 0 if event == 1 else 2 if event == 2 else 1
    result = swarm(
        unfair.url, 4, channel_id="room", rate=100, seconds=0.1, patience=0.1
    )
    assert (result.received, *faults(result)) == (36, 4, 4, 0, 0, 0)


def test_connections_that_end_are_told_with_their_code(unfair: UnfairServer) -> None:
    unfair.copies = lambda event, peer: 0 if peer == 0 else 1
    with swarm(unfair.url, 3, channel_id="room") as crowd:
        speaker = number_of(crowd, unfair.peers[1])
        crowd.say(by=speaker)
        unfair.run(unfair.peers[0].close, 1013, "slow")
        wait_until(lambda: len(crowd) == 2)
        crowd.say(by=speaker)
        result = crowd.wait_for()
    assert (result.expected, result.received) == (5, 4)
    assert faults(result) == (0, 0, 0, 0, 1)
    assert result.close_codes == {1013: 1}
    assert not result.is_clean


def test_in_a_lesson_it_talks_and_waits(server: Server) -> None:
    with swarm(server, 4, channel_id="room") as crowd:
        assert len(crowd) == 4
        assert crowd.say({"type": "hello"}, by=0) == 1
        crowd.wait_for("hello")
        assert crowd.say() == 4
        answers = crowd.walker("call_out", channel_id="room", text="{tag}", by=[1, 2])
        assert [answer.status for answer in answers] == [200, 200]
        assert crowd.walker("broken", by=3) == []
        result = crowd.wait_for()
        assert (result.sent, result.received) == (7, 28)
        crowd.drop(by=[0])
        wait_until(lambda: len(crowd) == 3)
        again = crowd.run(rate=100, seconds=0.05)
    assert again.close_codes == {1006: 1}
    assert repr(crowd) == f"<Swarm at {server.url}, closed>"
    crowd.close()
    with pytest.raises(ClientError, match="this swarm is closed"):
        crowd.say()


def test_waiting_tells_who_lacks_what(unfair: UnfairServer) -> None:
    unfair.copies = lambda event, peer: 0 if peer == 2 else 1
    with swarm(unfair.url, 3, channel_id="room") as crowd:
        crowd.say({"type": "x"}, by=0)
        lacking = number_of(crowd, unfair.peers[2])
        said = "deliveries missing after 0.05 s: 1, at 1 of 3 clients; the first is"
        with pytest.raises(WaitTimeoutError, match=f"{said} number {lacking}"):
            crowd.wait_for(timeout=0.05)
        assert crowd.wait_for(timeout=0.05).lost == 1
        said = "1 of 3 clients did not get it within 0.05 s, the first is number"
        with pytest.raises(WaitTimeoutError, match=f"{said} {lacking}"):
            crowd.wait_for("x", timeout=0.05)


def test_frozen_clients_get_it_when_they_thaw(server: Server) -> None:
    with swarm(server, 3, channel_id="room") as crowd:
        crowd.freeze(by=2)
        crowd.say(by=0)
        with pytest.raises(WaitTimeoutError, match="the first is number 2"):
            crowd.wait_for(timeout=0.05)
        crowd.thaw(by=2)
        assert crowd.wait_for().received == 3
        assert crowd.result.is_clean


def test_what_comes_after_a_result_does_not_change_it(server: Server) -> None:
    async def talk(client: Any, number: int) -> None:
        if number == 2:
            client.freeze()
        if number == 0:
            await client.send_to_channels("room", {})

    result = swarm(server, 3, talk, channel_id="room", patience=0.05)
    assert (result.received, result.lost) == (2, 1)
    assert result.timeline.total().count == 2


@pytest.mark.parametrize(
    ("given", "shares"),
    [
        ((4, None, 10.0, 1), (0.25, 0.25)),
        ((4, 8.0, 10.0, 0), (0.0, 0.5)),
        ((4, 8.0, 10.0, 3), (0.75, 0.75)),
        ((0, None, 0.0, 0), (0.0, 0.0)),
        ((4, 2.0, 10.0, 0), (0.0, 1.0)),
    ],
)
def test_how_far_the_talking_is_goes_by_what_is_done_or_by_time(
    given: tuple[int, float | None, float, int], shares: tuple[float, float]
) -> None:
    agenda = Agenda(*given)
    assert (agenda.share(10.0), agenda.share(14.0)) == shares


def test_the_bar_goes_up_while_they_talk(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[float] = []
    monkeypatch.setattr(Progress, "show", lambda _, share, *a, **k: shown.append(share))
    with swarm(server, 2, channel_id="room") as crowd:
        shown.clear()
        crowd.run(rate=20, seconds=0.5)
    assert shown == sorted(shown)
    assert 0 < shown[1] < 0.8
    assert shown[-1] == 1.0


def test_an_interrupt_closes_all_sockets(server: Server) -> None:
    def talk(client: Any, number: int) -> Any:
        if number == 0:
            os.kill(os.getpid(), signal.SIGINT)
        yield 60

    with pytest.raises(KeyboardInterrupt):
        swarm(server, 20, talk)
    wait_until(lambda: sees_no_clients(server))
    names = {thread.name for thread in threading.enumerate()}
    assert "jacnb-swarm" not in names


def test_after_an_interrupt_the_figures_so_far_are_there(server: Server) -> None:
    async def talk(client: Any, number: int) -> None:
        await client.send_to_channels("room", {})
        await client.receive()
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.sleep(60)

    with swarm(server, 1, channel_id="room") as crowd:
        with pytest.raises(KeyboardInterrupt):
            crowd.run(talk)
        assert (crowd.result.sent, crowd.result.received) == (1, 1)
        assert crowd.run(rate=100, seconds=0.02).sent == 3


def test_one_that_nobody_refers_to_ends(server: Server) -> None:
    crowd = swarm(server, 5)
    assert len(server.engine.hub.clients) == 5
    del crowd
    gc.collect()
    wait_until(lambda: sees_no_clients(server))


def test_a_server_that_stops_is_told_in_the_result(server: Server) -> None:
    with swarm(server, 5, channel_id="room") as crowd:
        server.stop()
        wait_until(lambda: len(crowd) == 0)
        result = crowd.run(rate=100, seconds=0.1)
        assert (result.sent, result.close_codes) == (0, {1001: 5})


def test_data_that_is_none_is_an_error_that_is_not_counted_as_sent(
    server: Server,
) -> None:
    result = swarm(server, 1, rate=50, seconds=0.02, data=lambda number: number)
    assert (result.sent, result.expected) == (0, 0)
    assert list(result.errors.values()) == [1]


def test_the_result_is_plain_json(server: Server) -> None:
    result = swarm(server, 2, channel_id="room", rate=50, seconds=0.05)
    found = json.loads(json.dumps(result.to_dict()))
    assert (found["sent"], found["received"], found["is_clean"]) == (2, 4, True)
    assert set(found) >= {"p50", "p99", "delivery_rate", "close_codes"}


def test_what_talking_needs_is_checked(server: Server) -> None:
    with swarm(server, 1) as crowd:
        with pytest.raises(ValueError, match="give either a script, or rate"):
            crowd.run()
        with pytest.raises(ValueError, match="give either a script, or rate"):
            crowd.run(lambda c, n: None, rate=1)
        for wrong in (0, float("nan"), float("inf"), "fast"):
            with pytest.raises(ValueError, match="rate is a number above 0"):
                crowd.run(rate=wrong)
        with pytest.raises(ValueError, match="seconds is a number above 0, not nan"):
            crowd.run(rate=1, seconds=float("nan"))
        with pytest.raises(TypeError, match="a script is `async def talk"):
            crowd.run(lambda client, number: None)
        with pytest.raises(
            ClientError, match="there is no client 7: they are numbered"
        ):
            crowd.say(by=7)


def test_clients_that_only_count_have_no_messages(server: Server) -> None:
    said = "open them with keep=1000"
    with swarm(server, 1, keep=0) as crowd, pytest.raises(ClientError, match=said):
        crowd.wait_for("x")


def test_it_says_what_it_is(server: Server) -> None:
    with swarm(server, 3) as crowd:
        assert isinstance(crowd, Swarm)
        assert crowd.is_open
        assert repr(crowd) == f"<Swarm at {server.url}, 3 clients>"
