"""`connect(url)`, `aconnect(url)`: from an address, and a password, to a client."""

from __future__ import annotations

import asyncio
from functools import partial

from jacnb.client.aclient import AsyncClient, Connecting
from jacnb.client.addresses import check_channel, websocket_url
from jacnb.client.backoff import Backoff
from jacnb.client.client import Client
from jacnb.client.login import log_in, register as register_user
from jacnb.client.loop import LoopTransport
from jacnb.client.network import NetworkTransport
from jacnb.client.tokens import bare


def connect(
    url: str,
    *,
    channel_id: str | None = None,
    token: str | None = None,
    email: str | None = None,
    password: str | None = None,
    register: bool = False,
    name: str | None = None,
    ping_interval: float = 20.0,
    ping_timeout: float = 10.0,
    reconnect: bool | Backoff = False,
    timeout: float = 5.0,
) -> Client:
    """Connect to a Jac Cloud server, of jacnb or any other.

    Keep the client: one that nobody refers to is closed.

    Args:
        url: ``ws://``, ``wss://``, ``http://`` or ``https://``, or only
            ``host:port``; without a path it is ``/websocket``.
        channel_id: The channel to listen to; by default one of its own.
        token: Who to be; with or without the word Bearer.
        email: Who to log in as, instead of a token.
        password: The password to that.
        register: Whether to register the email first, if it is not yet.
        name: How the client is shown to people; by default the email's first part.
        ping_interval: Seconds of silence after which the server is pinged.
        ping_timeout: Seconds in which it must answer.
        reconnect: Whether to connect again when the connection is lost, as the same
            user on the same channel; a `Backoff` says how.
        timeout: Seconds to connect.

    Raises:
        ConnectError: If the server refuses, or is not there.
        AuthError: If it does not accept email and password.
    """
    url = websocket_url(url)
    check_channel(channel_id)
    if email is not None:
        token = _token_for(url, email, password, register, token)
    token = bare(token)
    transport = NetworkTransport(
        url,
        token=token,
        channel_id=channel_id,
        ping_interval=ping_interval,
        ping_timeout=ping_timeout,
        backoff=_backoff(reconnect),
    )
    client = Client(transport, name=name, token=token, timeout=timeout)
    client.check_token()
    return client


def aconnect(
    url: str,
    *,
    channel_id: str | None = None,
    token: str | None = None,
    email: str | None = None,
    password: str | None = None,
    register: bool = False,
    name: str | None = None,
    ping_interval: float = 20.0,
    ping_timeout: float = 10.0,
    reconnect: bool | Backoff = False,
    timeout: float = 5.0,
) -> Connecting:
    """Connect to a Jac Cloud server, to talk to it on the running event loop.

    Write ``async with jacnb.aconnect(url) as alice:``, or ``await`` it and close the
    client in the end. The arguments are those of `connect`.

    Raises:
        ConnectError: If the server refuses, or is not there.
        AuthError: If it does not accept email and password.
    """
    url = websocket_url(url)
    check_channel(channel_id)

    async def start() -> AsyncClient:
        own = token
        if email is not None:
            log_in_there = partial(_token_for, url, email, password, register, token)
            own = await asyncio.get_running_loop().run_in_executor(None, log_in_there)
        own = bare(own)
        transport = LoopTransport(
            url,
            token=own,
            channel_id=channel_id,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            backoff=_backoff(reconnect),
        )
        return await AsyncClient(transport, name=name, token=own).open(timeout)

    return Connecting(start)


def _token_for(
    url: str, email: str, password: str | None, register: bool, token: str | None
) -> str:
    if password is None or token is not None:
        raise ValueError("give either token=…, or email=… and password=…")
    if register:
        register_user(url, email, password)
    return log_in(url, email, password)


def _backoff(reconnect: bool | Backoff) -> Backoff | None:
    if isinstance(reconnect, Backoff):
        return reconnect
    return Backoff() if reconnect else None
