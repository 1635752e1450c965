"""Run a walker and look at the graph whenever it tells anybody anything."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from jacnb.client import Client
from jacnb.graph import Session
from jacnb.graph.turns import Turns
from jacnb.walkers.run import Job, Run, perform

if TYPE_CHECKING:
    from jacnb.server import Server


def in_graph(server: Server, client: Client) -> Session:
    """Return a session in which a client's user reads and writes the server's graph."""
    return Session(server.engine.store, client.root_id)


def seen_when_told(
    server: Server,
    client: Client,
    walker: str,
    look: Callable[[], Any],
    *,
    node: str | None = None,
    **fields: Any,
) -> list[Any]:
    """Run a walker here; return what ``look`` found at each of its notifications.

    Nothing is sent to anybody, but what the walker commits is kept.
    """
    declaration = server.registry.find(walker)
    assert declaration is not None
    seen: list[Any] = []
    job = Job(
        declaration=declaration,
        fields=fields,
        root_id=client.root_id,
        node=node,
        notify=lambda *_: seen.append(look()),
        run=Run(walker, client.name, client.client_id, 0.0),
    )
    perform(job, server.engine.store, Turns())
    return seen
