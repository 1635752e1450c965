"""Explore the protocol: send any event as any client, and see all that it causes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import traitlets

from jacnb.client.addresses import websocket_url, without_secrets
from jacnb.client.events import frame_of
from jacnb.errors import ClientError, ProtocolError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels import assets
from jacnb.panels.clients_source import ClientsSource
from jacnb.panels.explorer_cast import Actor, Cast
from jacnb.panels.explorer_orders import Aside, BrowserOrders, aside
from jacnb.panels.explorer_schemas import (
    Problem,
    WalkerForm,
    event_schemas,
    fill_in,
    problems_of,
    walkers_from,
    walkers_of,
)
from jacnb.panels.live import LivePanel, Order
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.sessions import Session, load, save
from jacnb.panels.sessions_diff import Diff, diff
from jacnb.panels.sessions_masks import is_session_id
from jacnb.panels.sessions_replay import (
    Replay,
    Replayed,
    Role,
    is_like,
    roles_of,
    settled_in,
    settled_when_quiet,
)
from jacnb.panels.snippets import Source as SnippetSource, snippet
from jacnb.protocol.masking import masked_text
from jacnb.protocol.telling.view import Entries
from jacnb.protocol.trace import Trace

_STILL: Final = "there is no server to speak to: make an Explorer of one"

REFRESH_SECONDS: Final = 0.5
"""How often the panel looks whether clients or walkers are new or changed."""


class Explorer(LivePanel):
    """Pick a client, send any event, and see what comes of it, as it happens.

    Give a server of this process to see causes and to have clients simulated. Give
    clients, or an address, to explore any other server.

    Args:
        watched: A server, a client, a list of clients, or the address of a server;
            or a recording, or part of a trace, to look at only.
        height: The panel's height in CSS.
        later: When to write to the browser; for tests.
        aside: Where to do what may block; for tests.
    """

    _esm = assets.script(
        "rows.js",
        "finds.js",
        "virtual_list.js",
        "timeline.js",
        "json_form.js",
        "explorer_details.js",
        "explorer_clients.js",
        "explorer_composer.js",
        "explorer_session.js",
        "explorer.js",
    )
    _css = assets.style("explorer.css")

    actors: Any = traitlets.List().tag(sync=True)
    events: Any = traitlets.Dict().tag(sync=True)
    walkers: Any = traitlets.List().tag(sync=True)
    place: Any = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        watched: Any,
        *,
        height: str = "44rem",
        later: Later = PUMP.later,
        aside: Aside = aside,
    ) -> None:
        url = watched if isinstance(watched, str) else None
        server = watched if hasattr(watched, "engine") else None
        if url is not None:
            _check_address(url)
            watched = ClientsSource([])
        elif server is None and not isinstance(watched, Entries | Trace):
            watched = _listed(watched)
        given = watched if isinstance(watched, list) else []
        self._aside = aside
        self._server = server
        self.cast = Cast(server, given, url or _url_in(given))
        super().__init__(watched, height=height, later=later, events=event_schemas())
        self.place = self._place()
        self.refresh()
        later(REFRESH_SECONDS, self._refresh_again)

    def __repr__(self) -> str:
        clients, entries = len(self.cast.clients), len(self.source.since(0))
        return f"Explorer({self.place['title']}, {clients} clients, {entries} entries)"

    # For cells and tests.

    def connect(
        self,
        user: str | None = None,
        channel_id: str | None = None,
        *,
        token: str | None = None,
        url: str | None = None,
        name: str | None = None,
    ) -> Any:
        """Open a client that belongs to the panel, and return it.

        Args:
            user: A user to simulate, on a server of this process.
            channel_id: The channel to listen to; None is one of its own.
            token: Who to be, instead of a simulated user.
            url: Another server; its messages have no causes.
            name: How it is shown.

        Raises:
            ClientError: If there is no server to open it on.
            ConnectError: If the server refuses, or is not there.
        """
        if self._is_still:
            raise ClientError(_STILL)
        if url is not None and not isinstance(self.source, ClientsSource):
            raise ClientError(
                "this panel shows one server; for another one make Explorer(url)"
            )
        client = self.cast.open(
            user=user, channel_id=channel_id, token=token, url=url, name=name
        )
        if isinstance(self.source, ClientsSource):
            self.source.follow(client)
        return client

    def send(self, event: Any, *, client: Any = None, check: bool = True) -> None:
        """Send an event as one of the clients.

        Args:
            event: An event, a dict, or text or bytes, which go out as they are.
            client: A client or its name; by default the first one that is open.
            check: Whether to refuse what the server would; text is never checked.

        Raises:
            ProtocolError: If the event is not what the server wants, with the path.
            ClientError: If there is no such client, or the panel is closed.
        """
        if self._is_closed:
            raise ClientError("this panel is closed; its clients send by themselves")
        if self._is_still:
            raise ClientError(_STILL)
        speaker = self.client(client)
        frame = frame_of(event)
        if isinstance(event, str | bytes):
            speaker.send(frame)
            return
        text = self.fill_in(str(frame))
        if check and (problems := self.problems(text, speaker)):
            raise ProtocolError([{"type": "refused", **each} for each in problems])
        speaker.send(text)

    def check(self, event: Any, *, client: Any = None) -> list[Problem]:
        """Return what the server would find wrong with an event: where, and what."""
        frame = frame_of(event)
        speaker = None if client is None else self.client(client)
        return self.problems(str(frame), speaker)

    def rows(self, type: str | None = None, **wanted: Any) -> Entries:
        """Return what happened, filtered as ``server.trace.where``."""
        return self.source.entries().where(type, **wanted)

    def snippet(self, event: Any, kind: str = "python", *, client: Any = None) -> str:
        """Return an event as "python", "javascript", "wscat" or "http".

        Tokens are placeholders.
        """
        speaker = self.client(client)
        is_public = str(speaker.root_id) == PUBLIC_ROOT_ID
        frame = masked_text(str(frame_of(event)))
        return self.written(frame, kind, speaker.name, speaker.channel_id, is_public)

    def written(
        self, text: str, kind: str, name: str, channel_id: str, is_public: bool
    ) -> str:
        """Return a snippet of an event that was sent, its tokens masked."""
        channel = None if is_session_id(channel_id) else channel_id or None
        where = {"url": url} if (url := self._shown_url()) else {}
        source = SnippetSource(
            channel_id=channel, has_token=not is_public, name=name, **where
        )
        return snippet(text, kind, source)

    def save(self, path: str | PathLike[str]) -> Path:
        """Write what happened to a file, as JSON lines, and return its path."""
        return save(self.source.entries(), path)

    def replay(
        self,
        session: Session,
        *,
        clients: Mapping[str, Any] | None = None,
        pace: float | None = None,
        timeout: float = 5.0,
    ) -> Replayed:
        """Send again what the clients of a recording sent.

        A client of the recording is played by itself if it is still open, or by the one
        of its name, or else, on a server of this process, by one that is opened for it.

        Args:
            session: A file, its text, or entries of a trace.
            clients: Who plays whom: clients or their names, by the name in the
                recording.
            pace: How many times faster than it was; None is as fast as it goes.
            timeout: Seconds to wait for what an event leads to.

        Raises:
            RecordingError: If it is no recording.
            ClientError: If nobody can play one of the clients.
        """
        recorded = load(session)
        players: dict[str, Any] = {}
        for role in roles_of(recorded):
            players[role.client_id] = self._player(role, clients or {}, players)
        start = self._next_seq()
        replay = Replay(recorded, players, pace=pace, timeout=timeout)
        trace = getattr(self._server, "trace", None)
        settled = settled_when_quiet(self._next_seq)
        replay.run(self._next_seq, settled if trace is None else settled_in(trace))
        since = self.source.entries().where(since=start)
        return Replayed(replay.sent, tuple(replay.notes), since)

    @staticmethod
    def diff(first: Session, second: Session, *, connections: bool = False) -> Diff:
        """Compare two sessions by what happened, ids and times aside.

        What one event led to is compared in the order of causes, because threads may
        bring it in another one.

        Args:
            first: A file, its text, or entries of a trace.
            second: Another one.
            connections: Whether to compare who came and went, too.
        """
        return diff(load(first), load(second), connections=connections)

    def client(self, client: Any = None) -> Any:
        """Return a client by itself, by its name, or the first one that is open.

        Raises:
            ClientError: If there is none.
        """
        if client is not None and not isinstance(client, str):
            return client
        everybody = self.cast.clients
        if client is None:
            found = next((each for each in everybody if each.is_open), None)
            if found is None:
                raise ClientError("no client is open: open one with connect(user=…)")
            return found
        named = self.named_actors()
        for actor, each in zip(named, everybody, strict=False):
            if actor["name"] == client:
                return each
        names = ", ".join(actor["name"] for actor in named) or "nobody"
        raise ClientError(f"no client is called {client!r}; there are: {names}")

    def close(self) -> None:
        """Stop following, close the clients that it opened, and remove the panel."""
        if not self._is_closed:
            super().close()
            self.cast.close()

    # For the browser, on the pump.

    def orders(self) -> dict[str, Callable[[Order], None]]:
        """Return what a view may ask for."""
        return super().orders() | BrowserOrders(self, self._later, self._aside).table()

    def refresh(self) -> None:
        """Write what has changed of clients and walkers (on the pump)."""
        if self._is_closed:
            return
        actors = self.named_actors()
        if actors != self.actors:
            self.actors = actors
        walkers = self._declared_walkers()
        if walkers != self.walkers:
            self.walkers = walkers

    def _refresh_again(self) -> None:
        if self._is_closed:
            return
        try:
            self.refresh()
        finally:
            self._later(REFRESH_SECONDS, self._refresh_again)

    def named_actors(self) -> list[Actor]:
        """Return the clients that can speak, called as in the timeline."""
        names = {lane["client_id"]: lane["name"] for lane in self.source.lanes()}
        return self.cast.actors(names)

    def problems(self, text: str, speaker: Any) -> list[Problem]:
        """Return what the server would find wrong with an event of this client."""
        is_public = None
        if speaker is not None:
            is_public = str(speaker.root_id) == PUBLIC_ROOT_ID
        registry = getattr(self._server, "registry", None)
        return problems_of(text, registry, is_public=is_public)

    def fill_in(self, text: str) -> str:
        """Return an event with ids in the place of ``{{alice.client_id}}``.

        Raises:
            ClientError: If no client is called that.
        """
        return fill_in(text, self._lookup)

    def _lookup(self, name: str, key: str) -> str:
        value = getattr(self.client(name), key)
        if value is None:
            raise ClientError(f"{name} has no {key}: it is public")
        return str(value)

    def _declared_walkers(self) -> list[WalkerForm]:
        if self._server is not None:
            return walkers_of(self._server.registry)
        for client in self.cast.clients:
            if callable(catalogue := getattr(client, "catalogue", None)):
                return walkers_from(catalogue())
        return []

    def _player(
        self, role: Role, given: Mapping[str, Any], taken: Mapping[str, Any]
    ) -> Any:
        """Return who plays a client of a recording; open one if need be."""
        if role.name in given:
            return self.client(given[role.name])
        others = [(a, c) for a, c in self._open_ones() if c not in taken.values()]
        for actor, client in others:
            if actor["client_id"] == role.client_id:
                return client
        for actor, client in others:
            if actor["name"] == role.name or is_like(actor, role):
                return client
        if self._server is None:
            raise ClientError(
                f"who plays {role.name!r}? Give clients={{{role.name!r}: client}}"
            )
        name = None if role.user is None else role.name
        return self.connect(role.user, role.channel, name=name)

    def _open_ones(self) -> list[tuple[Actor, Any]]:
        pairs = zip(self.named_actors(), self.cast.clients, strict=False)
        return [(actor, client) for actor, client in pairs if client.is_open]

    def _next_seq(self) -> int:
        return self.source.next_seq()

    def _place(self) -> dict[str, Any]:
        """Return where this panel is, for its head and for the form of a new client."""
        url = self._shown_url()
        still = "recorded" if isinstance(self.stands_for, Entries) else "a trace"
        other = still if self._server is None else "server in memory"
        simulates = self._server is not None
        place = {"title": url or other, "url": url, "simulates": simulates}
        return place | {"still": self._is_still, "entries": self._count()}

    @property
    def _is_still(self) -> bool:
        """Whether there is no server, here or elsewhere, to speak to."""
        return self._server is None and not isinstance(self.source, ClientsSource)

    def _count(self) -> int | None:
        """Return how many entries there are if there will be no more."""
        is_recorded = isinstance(self.stands_for, Entries)
        return len(self.stands_for) if is_recorded else None

    def _shown_url(self) -> str:
        """Return the server's address without what may hold a token or a password."""
        return without_secrets(self.cast.url) if self.cast.url else ""


def _listed(watched: Any) -> Any:
    """Return clients as a list, one client too; whatever else it is as it is."""
    if isinstance(watched, str) or not isinstance(watched, Iterable):
        return [watched] if hasattr(watched, "on_message") else watched
    # A client can be iterated, too: over its messages.
    return [watched] if hasattr(watched, "on_message") else list(watched)


def _check_address(url: str) -> None:
    """Raise if this is no address; a bare word is a mistake rather than a host.

    Raises:
        ValueError: If it is none.
    """
    if "\n" in url or url.lstrip().startswith("{") or url.endswith(".jsonl"):
        raise ValueError("to see a recording, write Explorer(read_jsonl(its text))")
    host = urlsplit(websocket_url(url)).netloc
    if "://" not in url and not any(mark in host for mark in (".", ":", "localhost")):
        shown = f"an address such as 'ws://127.0.0.1:8000', not {url!r:.60}"
        raise ValueError(f"give a server, clients, or {shown}")


def _url_in(clients: list[Any]) -> str | None:
    urls = (str(getattr(client, "url", "")) for client in clients)
    return next((url for url in urls if url.startswith("ws")), None)
