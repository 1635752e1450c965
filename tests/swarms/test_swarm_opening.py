from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from unfair import UnfairServer

from jacnb import MemoryServer, Server, swarm
from jacnb.errors import ClientError, ConnectError


@pytest.fixture
def limit() -> Iterator[Any]:
    """Restore the limit of open files."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield before
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_users_share_the_clients(server: Server) -> None:
    with swarm(server, 6, users=2) as crowd:
        roots = {member.root_id for member in crowd._crew.members}
        assert len(roots) == 2
        assert len(crowd) == 6


def test_tokens_say_who_the_clients_are_elsewhere(server: Server) -> None:
    token = server.accounts.simulate("alice").token
    with swarm(server.url, 2, tokens=[f"Bearer {token}"]) as crowd:
        assert {m.info.is_public for m in crowd._crew.members} == {False}


def test_users_are_only_simulated_here(server: Server) -> None:
    with pytest.raises(ClientError, match=r"for another, give tokens=\["):
        swarm(server.url, 2, users=2)


def test_in_memory_there_is_no_swarm() -> None:
    said = r"this one is in memory: take jacnb\.serve"
    with MemoryServer() as server, pytest.raises(ClientError, match=said):
        swarm(server, 2)


@pytest.mark.parametrize(
    ("channel", "kind"), [(5, "int"), ([], "list"), (b"x", "bytes")]
)
def test_a_channel_is_text(server: Server, channel: Any, kind: str) -> None:
    said = f"channel_id is the name of one channel, text, not {kind}"
    with pytest.raises(TypeError, match=said):
        swarm(server, 2, channel_id=channel, rate=5, seconds=0.2)


def test_a_wrong_close_of_a_script_is_told_and_the_member_goes_on(
    server: Server,
) -> None:
    async def talk(client: Any, number: int) -> None:
        with pytest.raises(ValueError, match="a close is text, not int"):
            await client.close(4000, 5)
        assert client.is_open
        assert not client.is_leaving

    assert not swarm(server, 2, talk).errors


@pytest.mark.parametrize("count", [0, -1, 1.5, True, "5"])
def test_a_count_is_a_whole_number(server: Server, count: Any) -> None:
    with pytest.raises(ValueError, match="a swarm has a whole number of clients"):
        swarm(server, count)


def test_what_is_no_server_is_refused() -> None:
    with pytest.raises(TypeError, match="takes a server or its address, not dict"):
        swarm({}, 2)


def test_talk_without_a_rate_is_a_mistake(server: Server) -> None:
    with pytest.raises(ValueError, match="seconds is for talking: give a script or a"):
        swarm(server, 2, seconds=3)


def test_nobody_there_is_told(limit: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(ConnectError, match="nobody listens there"):
        swarm(f"127.0.0.1:{port}", 5)


def test_too_many_files_is_one_clear_line(server: Server, limit: Any) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, limit[1]))
    said = r"needs [\d,]+ open files and this system allows [\d,]+: take fewer clients"
    if limit[1] != resource.RLIM_INFINITY:
        with pytest.raises(ClientError, match=said):
            swarm(server, limit[1])


def test_the_limit_of_files_is_raised(unfair: UnfairServer, limit: Any) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (120, limit[1]))
    with swarm(unfair.url, 60) as crowd:
        assert len(crowd) == 60
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 120
