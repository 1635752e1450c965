from __future__ import annotations

from typing import Any

import pytest
from walker_world import World

import jacnb
from jacnb import WEBSOCKET_MANAGER as socket, Root, Walker, on_entry, report
from jacnb.errors import NoRunError
from jacnb.walkers.socket import Outlet, current_outlet


def test_a_notification_leaves_at_once_as_text(world: World) -> None:
    class tell(Walker):
        @on_entry
        def enter(self, here: Root) -> None:
            socket.notify_channels(["room"], {"é": [1, None]})
            report(len(world.heard))
            socket.notify_clients(["c2"], {"b": 2})
            report(len(world.heard))

    assert world.call(tell).reports == "[1,2]"
    assert world.heard == [
        ("channel", ["room"], '{"é":[1,null]}'),
        ("client", ["c2"], '{"b":2}'),
    ]


def test_notify_self_reaches_the_client_whose_event_it_is(world: World) -> None:
    @jacnb.walker
    def me() -> None:
        socket.notify_self({"a": 1})

    world.call(me, client_id="c7")

    assert world.heard == [("client", ["c7"], '{"a":1}')]


def test_notify_self_reaches_nobody_over_rest(world: World) -> None:
    @jacnb.walker
    def alone() -> str:
        socket.notify_self({"a": 1})
        return "done"

    assert world.call(alone, client_id=None).reports == '["done"]'
    assert world.heard == []


def test_users_are_given_by_root_or_by_id(world: World) -> None:
    @jacnb.walker
    def users(here: Root) -> None:
        socket.notify_users([here, "n::aaaaaaaaaaaaaaaaaaaaaaaa"], {"u": 1})

    world.call(users)

    ids = ["n::000000000000000000000001", "n::aaaaaaaaaaaaaaaaaaaaaaaa"]
    assert world.heard == [("user", ids, '{"u":1}')]


@pytest.mark.parametrize(
    ("method", "instead"),
    [
        ("notify_self", "notify_clients"),
        ("notify_users", "notify_users"),
        ("notify_channels", "notify_channels"),
        ("notify_clients", "notify_clients"),
    ],
)
def test_outside_of_a_run_it_says_what_to_call(method: str, instead: str) -> None:
    arguments: list[Any] = [{}] if method == "notify_self" else [["a"], {}]

    with pytest.raises(NoRunError) as caught:
        getattr(socket, method)(*arguments)

    assert str(caught.value) == (
        f"{method} works inside a walker run only; in plain code call "
        f"server.{instead}(...)"
    )


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ("room", "TypeError: pass a list of ids: write [an_id] instead of an_id"),
        ([5], "TypeError: an id is a string, not int"),
        ([["room"]], "TypeError: an id is a string, not list"),
    ],
)
def test_ids_are_a_list_of_strings(world: World, ids: Any, said: str) -> None:
    @jacnb.walker
    def careless() -> None:
        socket.notify_channels(ids, {})

    assert world.call(careless).error == said
    assert world.heard == []


def test_a_lone_root_is_no_list(world: World) -> None:
    @jacnb.walker
    def lone(here: Root) -> None:
        socket.notify_users(here, {})  # type: ignore[arg-type]

    assert world.call(lone).error == (
        "TypeError: pass a list of ids: write [an_id] instead of an_id"
    )


def test_data_that_json_cannot_carry_fails_at_its_line(world: World) -> None:
    @jacnb.walker
    def infinite() -> None:
        socket.notify_self({"a": float("inf")})

    assert world.call(infinite).error == (
        "ValueRangeError: data cannot be sent as JSON: it holds NaN or Infinity"
    )
    assert "socket.notify_self(" in (world.runs[-1].traceback or "")
    assert world.heard == []


def test_an_outlet_needs_no_session() -> None:
    heard: list[Any] = []
    token = current_outlet.set(Outlet(lambda *what: heard.append(what), "c1"))
    socket.notify_self({})
    current_outlet.reset(token)

    assert heard == [("client", ["c1"], "{}")]


def test_it_shows_what_it_is() -> None:
    assert repr(socket) == "<WEBSOCKET_MANAGER: notifies clients from inside a walker>"
