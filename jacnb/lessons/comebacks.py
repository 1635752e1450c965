"""A function that connects again, tried with servers that stay away: for lesson 9."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from jacnb.client import Client
from jacnb.errors import AuthError, ConnectError, JacnbError
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.probe import Probe

_FIRST: Final = 0.2
_MOST: Final = 5.0
_TRIES: Final = 8
_RUNS: Final = 5
_MANY: Final = 200


def tried_to_come_back(probe: Probe, come_back: Any) -> None:
    """Require a function that connects again as exercise 3 of lesson 9 asks."""
    probe.function(come_back, "come_back")
    if come_back(lambda: probe.client("nora"), lambda seconds: None) is Ellipsis:
        raise NotAttempted("come_back returns ... so far.")
    _returns_the_client(probe, come_back)
    waits = [_waits(come_back) for _ in range(_RUNS)]
    wanted = [min(_MOST, _FIRST * 2**number) for number in range(_TRIES)]
    for number, most in enumerate(wanted):
        for found in waits:
            probe.require(
                most / 2 <= found[number] <= most,
                f"Wait number {number + 1} should be {most / 2:g} to {most:g} s.",
                f"The waits were {_listed(found)}",
            )
    _are_random(probe, waits)
    _goes_on(probe, come_back)
    _tries_again(probe, come_back)
    _lets_pass(come_back)


def _are_random(probe: Probe, waits: list[list[float]]) -> None:
    for number, drawn in enumerate(zip(*waits, strict=True), 1):
        probe.require(
            len({round(each, 6) for each in drawn}) > 1,
            f"Wait number {number} is the same each time: make it a little random, so "
            "that not all clients come back at once.",
            f"The waits were {_listed(waits[0])}",
        )
    for found in waits:
        parts = [each / min(_MOST, _FIRST * 2**n) for n, each in enumerate(found)]
        probe.require(
            len({round(part, 6) for part in parts}) > 1,
            "Every wait is the same part of its pause: choose a new random number for "
            "each.",
            f"The waits were {_listed(found)}",
        )


def _goes_on(probe: Probe, come_back: Callable[..., Any]) -> None:
    made = probe.client("nora")
    tries: list[int] = []

    def connect() -> Client:
        tries.append(1)
        if len(tries) > _MANY:
            return made
        raise ConnectError("ws://127.0.0.1:8000", "nobody listens there")

    try:
        told = come_back(connect, lambda seconds: None)
    except ConnectError:
        told = None
    probe.require(
        told is made,
        f"It gave up after {len(tries)} tries: try on for as long as it takes.",
    )


def _tries_again(probe: Probe, come_back: Callable[..., Any]) -> None:
    """Require that every error of jacnb is tried again, not only a lost connection."""
    made = probe.client("nora")
    errors = [AuthError("no account has this password"), JacnbError("not now")]

    def connect() -> Client:
        if errors:
            raise errors.pop(0)
        return made

    try:
        come_back(connect, lambda seconds: None)
    except JacnbError as error:
        raise NotYet(
            f"connect() raised {type(error).__name__}, and it did not try again: "
            "catch jacnb.JacnbError, which all errors of jacnb are."
        ) from None


def _lets_pass(come_back: Callable[..., Any]) -> None:
    """Require that an error which is none of a connection is not tried away."""

    def connect() -> Client:
        raise _Mistake

    def wait(seconds: float) -> None:
        raise _Enough

    try:
        come_back(connect, wait)
    except _Mistake:
        return
    except _Enough:
        pass
    raise NotYet(
        "It takes every error for a lost connection, a slip of the pen in connect() "
        "too: catch jacnb.JacnbError only."
    )


def _returns_the_client(probe: Probe, come_back: Callable[..., Any]) -> None:
    made = probe.client("nora")
    tries: list[int] = []

    def connect() -> Client:
        tries.append(1)
        if len(tries) > 2:
            return made
        raise ConnectError("ws://127.0.0.1:8000", "nobody listens there")

    waits: list[float] = []
    told = come_back(connect, waits.append)
    probe.require(told is made, "It should return what connect() returned.")
    probe.require(
        len(tries) == 3 and len(waits) == 2,
        "connect() failed twice and then worked: that makes 3 calls of connect and 2 "
        "of wait, one after each failure.",
        f"There were {len(tries)} of connect and {len(waits)} of wait.",
    )


class _Mistake(Exception):  # noqa: N818 - what somebody's connect() may raise
    """An error that has nothing to do with a connection."""


class _Enough(BaseException):  # what no learner catches
    """Ends a function that would try for ever."""


def _waits(come_back: Callable[..., Any]) -> list[float]:
    """Return the waits of somebody whose server stays away."""
    waits: list[float] = []
    tries: list[int] = []

    def connect() -> None:
        tries.append(1)
        # Somebody who never waits must come to an end, too.
        if len(tries) <= 10 * _TRIES:
            raise ConnectError("ws://127.0.0.1:8000", "nobody listens there")

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == _TRIES:
            raise _Enough

    try:
        come_back(connect, wait)
    except _Enough:
        return waits
    except ConnectError:
        raise NotYet(
            f"It gave up after {len(waits)} waits: try on for as long as it takes."
        ) from None
    raise NotYet("It returned though connect() had not worked yet.")


def _listed(waits: list[float]) -> str:
    return ", ".join(f"{seconds:.2f}" for seconds in waits)
