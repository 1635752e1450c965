"""Errors say what to do."""

from __future__ import annotations

import pickle

import pytest

from jacnb.errors import (
    ConflictError,
    ConnectError,
    ConnectionClosedError,
    InvalidIdError,
    JacnbError,
    ProtocolError,
    ServerError,
    WalkerError,
)


def test_a_walker_error_keeps_what_came_and_adds_advice() -> None:
    error = WalkerError("shout", "Invalid request! Please use valid walker event!")
    assert error.error == "Invalid request! Please use valid walker event!"
    assert str(error) == (
        "walker shout: Invalid request! Please use valid walker event! (declare the "
        "walker, and list 'websocket' in the methods of its __specs__)"
    )


def test_a_walkers_own_error_stands_as_it_is() -> None:
    assert str(WalkerError("add", "ValueError: no")) == "walker add: ValueError: no"


def test_validation_errors_are_put_in_words() -> None:
    errors = [{"loc": ["a"], "msg": "Field required"}, {"loc": ["b", 0], "msg": "bad"}]
    assert str(WalkerError("add", errors)) == "walker add: a: Field required; b.0: bad"


def test_a_traceback_of_another_server_is_its_last_line() -> None:
    error = WalkerError("add", ["Traceback …\n", "ValueError: no\n"])
    assert str(error) == "walker add: ValueError: no"


def test_a_closed_connection_tells_code_and_reason() -> None:
    assert str(ConnectionClosedError(1013, "slow consumer")) == (
        "the connection is closed (1013: slow consumer); open a new one"
    )
    assert str(ConnectionClosedError(1006)) == (
        "the connection is closed (1006); open a new one"
    )


def test_a_refused_connection_tells_where_and_why() -> None:
    error = ConnectError("ws://127.0.0.1:1/websocket", "nobody listens there")
    assert str(error) == (
        "cannot connect to ws://127.0.0.1:1/websocket: nobody listens there"
    )


def test_an_invalid_id_is_named_but_not_at_length() -> None:
    assert "'xyz' is not an id" in str(InvalidIdError("xyz"))
    assert len(str(InvalidIdError("x" * 10_000))) < 200


def test_a_protocol_error_shows_its_first_error() -> None:
    error = ProtocolError([{"loc": ["event", "data"], "msg": "Field required"}])
    assert str(error) == "event.data: Field required"
    assert str(ProtocolError([])) == ": invalid event"


@pytest.mark.parametrize(
    "error",
    [
        ConnectionClosedError(1013, "slow consumer"),
        ConnectError("ws://127.0.0.1:1/websocket", "nobody listens there", 403),
        WalkerError("add", [{"loc": ["a"], "msg": "Field required"}]),
        ProtocolError([{"loc": ["a"], "msg": "no"}], truncated=3),
        ConflictError("n:Tally:6b03c54c1feba67ba6d29a97"),
        InvalidIdError("xyz"),
        ServerError("the port is taken"),
    ],
)
def test_an_error_survives_pickling(error: JacnbError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), str(copy)) == (type(error), str(error))
    assert vars(copy) == vars(error)
