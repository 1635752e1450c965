"""What the author of a notebook uses of a server, whatever carries it."""

from __future__ import annotations

import html
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from weakref import WeakValueDictionary

from jacnb.client.client import Client
from jacnb.graph import Session, set_ambient
from jacnb.protocol.identity import PUBLIC, Identity
from jacnb.protocol.json import encode
from jacnb.protocol.trace import Trace
from jacnb.server.engine import Engine, as_ids
from jacnb.server.inspection import Inspection
from jacnb.server.output import capture_output, release_output
from jacnb.walkers.registry import Registry
from jacnb.walkers.run import Run
from jacnb.walkers.socket import many

SHOWN = 20
"""Runs that are shown of those that are kept."""

# The servers that run, the newest last: plain code in a cell works on that one.
_running: list[FrontDoor] = []
_numbers = itertools.count()


class FrontDoor(Inspection):
    """The part of a server that is the same with and without sockets."""

    engine: Engine

    def _do(self, function: Callable[..., object], *args: Any) -> None:
        """Call ``function`` where the hub may be touched."""
        raise NotImplementedError

    def _do_now(self, function: Callable[..., object], *args: Any) -> None:
        """Call ``function`` there, and return when it is done."""
        self._do(function, *args)

    @property
    def registry(self) -> Registry:
        """The walkers that this server offers."""
        return self.engine.registry

    @property
    def runs(self) -> Sequence[Run]:
        """The last walker runs, the newest last: their prints and tracebacks."""
        return Runs(self.engine.runs)

    @property
    def trace(self) -> Trace | None:
        """What was said, and why."""
        return self.engine.trace

    @property
    def clients(self) -> list[Client]:
        """The clients that `connect` made, those that somebody still refers to."""
        return [client for _, client in sorted(self._made.items())]

    @property
    def accounts(self) -> Any:
        """The users of this server and their tokens."""
        return self.engine.accounts

    def notify_users(self, roots: Iterable[Any], data: Any) -> None:
        """Send ``data`` to every connection of the users with these roots."""
        self._do(self.engine.hub.notify, "user", as_ids(roots), encode(data))

    def notify_channels(self, channel_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to every connection on these channels."""
        self._do(self.engine.hub.notify, "channel", many(channel_ids), encode(data))

    def notify_clients(self, client_ids: Iterable[str], data: Any) -> None:
        """Send ``data`` to these connections."""
        self._do(self.engine.hub.notify, "client", many(client_ids), encode(data))

    def reset(self) -> None:
        """Empty the graph and forget runs and trace; accounts and clients stay."""
        self._do_now(self.engine.reset)

    def _simulate(self, user: str | None) -> tuple[Identity, str | None]:
        if user is None:
            return PUBLIC, None
        login = self.engine.accounts.simulate(user)
        return self.engine.accounts.identify(login.token), login.token

    def _note_client(self, client: Client, name: str | None) -> Client:
        """Take note of a client that `connect` made, without keeping it."""
        client.catalogue = self.engine.catalogue
        if name:
            self._do(self.engine.call_connection, client.client_id, name)
        self._made[next(_numbers)] = client
        return client

    def _enter(self) -> None:
        """Let ``root()`` and its like in plain code mean this server from now on."""
        self._made: WeakValueDictionary[int, Client] = WeakValueDictionary()
        _running.append(self)
        set_ambient(_ambient_session)
        capture_output()

    def _leave(self) -> None:
        if self in _running:
            _running.remove(self)
        if not _running:
            set_ambient(None)
            release_output()


def newest_server() -> FrontDoor | None:
    """Return the server started last of those that run, or None."""
    return _running[-1] if _running else None


def _ambient_session() -> Session:
    return _running[-1].engine.session()


class Runs(Sequence[Run]):
    """The last runs as a list that a notebook shows as a table."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self._runs = list(runs)

    def __getitem__(self, index: Any) -> Any:
        return self._runs[index]

    def __len__(self) -> int:
        return len(self._runs)

    def __repr__(self) -> str:
        return "\n".join(map(repr, self._runs[-SHOWN:])) or "<no runs yet>"

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(cell)}</td>" for cell in _cells(run))
            + "</tr>"
            for run in self._runs[-SHOWN:]
        )
        head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
        return f"<table><tr>{head}</tr>{rows}</table>"


_COLUMNS = ("walker", "by", "status", "reports or error", "printed")


def _cells(run: Run) -> list[str]:
    status = "running" if not run.is_done else str(run.status or "failed")
    result = run.reports if run.error is None else run.error
    cells = [run.walker, run.user, status, result, run.output]
    return [cell if len(cell) <= 200 else cell[:200] + "…" for cell in cells]
