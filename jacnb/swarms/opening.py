"""`jacnb.swarm`: from a server or an address to many clients."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, overload

from jacnb.client.addresses import check_channel, websocket_url
from jacnb.client.tokens import bare
from jacnb.errors import ClientError
from jacnb.server.frontdoor import FrontDoor
from jacnb.swarms.crew import Plan
from jacnb.swarms.crowd import Swarm
from jacnb.swarms.files import allow_files
from jacnb.swarms.leftovers import replaced
from jacnb.swarms.result import SwarmResult
from jacnb.swarms.talking import Fields, Script

_AT_ONCE_HERE: Final = 50
_AT_ONCE_ELSEWHERE: Final = 10
"""How many connect at the same time: gentler to a server that is not ours."""

_KEEP: Final = 1000


@overload
def swarm(
    server: Any,
    count: int = ...,
    script: None = None,
    *,
    rate: None = None,
    channel_id: str | None = ...,
    users: int = ...,
    tokens: Sequence[str] | None = ...,
    keep: int | None = ...,
    timeout: float = ...,
    progress: bool | None = ...,
) -> Swarm: ...
@overload
def swarm(
    server: Any,
    count: int = ...,
    script: Script | None = ...,
    *,
    rate: float | None = ...,
    per_client: bool = ...,
    seconds: float | None = ...,
    data: Fields | None = ...,
    walker: str | None = ...,
    fields: Fields | None = ...,
    patience: float = ...,
    channel_id: str | None = ...,
    users: int = ...,
    tokens: Sequence[str] | None = ...,
    keep: int | None = ...,
    timeout: float = ...,
    progress: bool | None = ...,
) -> SwarmResult: ...
def swarm(
    server: Any,
    count: int = 100,
    script: Script | None = None,
    *,
    rate: float | None = None,
    channel_id: str | None = None,
    users: int = 0,
    tokens: Sequence[str] | None = None,
    keep: int | None = None,
    timeout: float = 10.0,
    progress: bool | None = None,
    **talk: Any,
) -> Swarm | SwarmResult:
    """Open many simulated clients; let them talk, or have them to talk with.

    With a script or a rate they talk, everything is counted, and the result comes back
    when all has arrived. Without, the swarm comes back, for a ``with`` block::

        jacnb.swarm(server, 100, channel_id="room", rate=10, seconds=5)

        with jacnb.swarm(server, 100, channel_id="room") as crowd:
            crowd.say({"type": "chat"}, by=0)
            crowd.wait_for()

    A swarm that a cell leaves open is closed when that cell is run again.

    Args:
        server: A server of this process, or the address of any.
        count: How many clients.
        script: What each does: ``async def talk(client, number)``, or a generator
            function that yields calls of its client, or seconds to wait.
        rate: Or: how many events a second there are, of all clients together.
        channel_id: The channel of all; by default each has its own.
        users: How many users share the clients, by default none: all are public.
        tokens: The users' tokens, for a server that is not of this process.
        keep: How many messages a client keeps; by default 1,000, or none at a rate.
        timeout: Seconds that each has to connect.
        progress: Whether to show how far it is; by default where somebody looks.
        talk: Further arguments of `Swarm.run`: ``seconds``, ``data``, ``walker``, …

    Raises:
        ConnectError: If no client can connect.
        ClientError: If the system does not allow that many connections.
    """
    _check_count(count)
    check_channel(channel_id)
    is_talking = script is not None or rate is not None
    if talk and not is_talking:
        raise ValueError(
            f"{', '.join(talk)} is for talking: give a script or a rate, too"
        )
    url, is_here = _address_of(server)
    allow_files(count * (2 if is_here else 1))
    if keep is None:
        keep = 0 if rate is not None else _KEEP
    plan = Plan(
        url=url,
        count=count,
        channel_id=channel_id,
        tokens=_tokens(server, users, tokens),
        keep=keep,
        at_once=_AT_ONCE_HERE if is_here else _AT_ONCE_ELSEWHERE,
        timeout=timeout,
    )
    crowd = replaced(lambda: Swarm(plan, progress))
    if not is_talking:
        return crowd
    with crowd:
        return crowd.run(script, rate=rate, **talk)


def _check_count(count: object) -> None:
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        raise ValueError(f"a swarm has a whole number of clients, not {count!r}")


def _address_of(server: Any) -> tuple[str, bool]:
    """Return where the server is, and whether it runs in this process."""
    if isinstance(server, str):
        return websocket_url(server), False
    url = getattr(server, "url", None)
    if isinstance(server, FrontDoor) and isinstance(url, str):
        return url, True
    if isinstance(server, FrontDoor):
        raise ClientError(
            "a swarm needs a server with sockets, and this one is in memory: take "
            "jacnb.serve()"
        )
    kind = type(server).__name__
    raise TypeError(f"a swarm takes a server or its address, not {kind}")


def _tokens(
    server: Any, users: int, tokens: Sequence[str] | None
) -> tuple[str | None, ...]:
    if tokens:
        return tuple(bare(token) for token in tokens)
    if not users:
        return (None,)
    if not isinstance(server, FrontDoor):
        raise ClientError(
            "users are simulated only by a server of this process; for another, give "
            "tokens=[…]"
        )
    return tuple(
        server.accounts.simulate(f"swarm-{number}").token for number in range(users)
    )
