"""The clients that an explorer speaks as: those that it was given, and its own."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import count
from typing import Any, Final, TypedDict
from weakref import WeakKeyDictionary

from jacnb.client.addresses import websocket_url, without_secrets
from jacnb.client.client import Client
from jacnb.client.memory import MemoryTransport
from jacnb.client.tokens import bare
from jacnb.errors import ClientError, JacnbError
from jacnb.ids import PUBLIC_ROOT_ID

SHOWN: Final = 200
"""Clients that are offered in the panel."""

_TEXT: Final = 300


class Actor(TypedDict):
    """A client that can speak, as it goes to the browser; never its token."""

    key: int
    name: str
    client_id: str
    root_id: str
    channel_id: str
    public: bool
    state: str
    own: bool
    url: str
    code: int | None
    reason: str
    rtt: float | None


class Cast:
    """Who can speak.

    Args:
        server: A server to open clients on, if there is one.
        given: Clients that somebody else opened and keeps.
        url: Where else clients are opened.
    """

    def __init__(self, server: Any, given: Iterable[Any], url: str | None) -> None:
        self.server = server
        self.url = url or _url_of(server)
        self._given = list(given)
        self._own: list[Any] = []
        self._keys: WeakKeyDictionary[Any, int] = WeakKeyDictionary()
        self._next = count()
        self._rtt: dict[int, float] = {}
        self._known: dict[int, tuple[str, str, str]] = {}

    @property
    def clients(self) -> list[Any]:
        """All clients that can speak, in order: the given ones, then its own."""
        listed = self.server.clients if hasattr(self.server, "clients") else []
        return list(dict.fromkeys([*self._given, *listed, *self._own]))

    def actors(self, names: Mapping[str, str]) -> list[Actor]:
        """Return the clients as the browser shows them.

        Args:
            names: What clients are called, by client id.
        """
        taken: set[str] = set()
        return [self._actor(each, names, taken) for each in self.clients[:SHOWN]]

    def key(self, client: Any) -> int:
        """Return the number by which the browser names a client."""
        if client not in self._keys:
            self._keys[client] = next(self._next)
        return self._keys[client]

    def get(self, key: Any) -> Any:
        """Return the client with this number.

        Raises:
            ClientError: If there is none.
        """
        for client in self.clients:
            if self.key(client) == key:
                return client
        raise ClientError("there is no such client any more; choose another one")

    def is_own(self, client: Any) -> bool:
        """Return whether the panel opened this client."""
        return any(client is each for each in self._own)

    def open(
        self,
        *,
        user: str | None = None,
        channel_id: str | None = None,
        token: str | None = None,
        url: str | None = None,
        name: str | None = None,
    ) -> Any:
        """Open a client, to be kept until it is closed and forgotten.

        Raises:
            ClientError: If it cannot be, with what to do about it.
            ConnectError: If the server refuses, or is not there.
        """
        if user is not None and token is not None:
            raise ClientError("give either user=… or token=…")
        if self.server is None or url is not None:
            client = self._open_there(user, channel_id, token, url, name)
        else:
            client = self._open_here(user, channel_id, token, name)
        self._own.append(client)
        return client

    def _open_here(
        self,
        user: str | None,
        channel_id: str | None,
        token: str | None,
        name: str | None,
    ) -> Any:
        server = self.server
        if not server.is_running:
            raise ClientError("this server is stopped: start one, and explore that")
        if user is not None:
            token = server.accounts.simulate(user).token
        if hasattr(server, "url"):
            client = _connect(server.url, channel_id, token, name or user)
        else:
            identity = server.accounts.identify(bare(token))
            transport = MemoryTransport(server, identity, channel_id)
            client = Client(transport, name=name or user, token=bare(token))
        client.catalogue = server.engine.catalogue
        return client

    def _open_there(
        self,
        user: str | None,
        channel_id: str | None,
        token: str | None,
        url: str | None,
        name: str | None,
    ) -> Any:
        if user is not None:
            raise ClientError(
                "only a server of this process simulates users; give a token"
            )
        address = url or self.url
        if not address:
            raise ClientError("which server? Give url='ws://…'")
        return _connect(websocket_url(address), channel_id, token, name)

    def forget(self, client: Any) -> None:
        """Close one of the panel's own clients and show it no longer."""
        client.close()
        self._own = [each for each in self._own if each is not client]

    def close(self) -> None:
        """Close the panel's own clients."""
        for client in list(self._own):
            with suppress(JacnbError, OSError):
                client.close()

    def ping(self, client: Any, timeout: float = 5.0) -> float:
        """Return the seconds that a message takes to the server and back."""
        if self.server is not None:
            seconds = float(self.server.ping(client, timeout)) / 1000
        else:
            began = time.perf_counter()
            client.connection(timeout=timeout)
            seconds = time.perf_counter() - began
        self._rtt[self.key(client)] = seconds
        return seconds

    def _actor(self, client: Any, names: Mapping[str, str], taken: set[str]) -> Actor:
        key = self.key(client)
        ids = self._ids(client, key)
        state = str(getattr(client, "state", "open" if client.is_open else "closed"))
        code, reason = _ending(client) if state != "open" else (None, "")
        return Actor(
            key=key,
            name=_distinct(names.get(ids[0]) or str(client.name), taken),
            client_id=ids[0],
            root_id=ids[1],
            channel_id=ids[2],
            public=ids[1] == PUBLIC_ROOT_ID,
            state=state,
            own=self.is_own(client),
            url=without_secrets(str(getattr(client, "url", "")))[:_TEXT],
            code=code,
            reason=reason[:_TEXT],
            rtt=self._rtt.get(key),
        )

    def _ids(self, client: Any, key: int) -> tuple[str, str, str]:
        # A client that is closed may have no ids any more.
        with suppress(AttributeError, JacnbError):
            ids = client.client_id, client.root_id, client.channel_id
            self._known[key] = (str(ids[0]), str(ids[1]), str(ids[2]))
        return self._known.get(key, ("", "", ""))


def _connect(
    url: str, channel_id: str | None, token: str | None, name: str | None
) -> Client:
    """Open a client without a word: its warnings would land in whichever cell runs."""
    from jacnb.client.network import NetworkTransport

    token = bare(token)
    transport = NetworkTransport(url, token=token, channel_id=channel_id)
    return Client(transport, name=name, token=token)


def _url_of(server: Any) -> str | None:
    url = getattr(server, "url", None)
    return url if isinstance(url, str) else None


def _distinct(name: str, taken: set[str]) -> str:
    number, made = 1, name
    while made in taken:
        number += 1
        made = f"{name} {number}"
    taken.add(made)
    return made


def _ending(client: Any) -> tuple[int | None, str]:
    """Return close code and reason, where a client tells them."""
    ended = getattr(client, "ended", None)
    return (ended[0], str(ended[1])) if isinstance(ended, tuple) else (None, "")
