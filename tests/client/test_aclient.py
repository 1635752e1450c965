from __future__ import annotations

import asyncio
import gc
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from scripted import ALICE, PUBLIC, Peer, ScriptedServer, response

from jacnb import MemoryServer, Server, aconnect
from jacnb.client import AsyncClient, Backoff
from jacnb.errors import (
    ClientError,
    ConnectError,
    ConnectionClosedError,
    ProtocolError,
    UnexpectedMessageError,
    WaitTimeoutError,
    WalkerError,
)

SOON = Backoff(first=0.001, most=0.002)


async def closed(client: AsyncClient) -> ConnectionClosedError:
    """Wait until the client is closed; return how it was."""
    with pytest.raises(ConnectionClosedError) as caught:
        await client.receive()
    return caught.value


def test_it_speaks_the_words_of_the_client(server: ScriptedServer) -> None:
    async def main() -> None:
        async with aconnect(server.url, channel_id="room", token="t") as alice:
            assert (alice.channel_id, alice.root_id) == ("room", ALICE)
            answer = await alice.walker("echo", {"timeout": 1}, text="hi")
            assert answer.reports == [1, "hi"]
            await alice.send_to_channels(alice, {"type": "chat", "n": 1})
            await alice.send_to_users([ALICE], {"n": 2})
            await alice.send_to_clients(alice, {"n": 3})
            assert (await alice.expect("chat")).value == {"type": "chat", "n": 1}
            assert (await alice.receive())["n"] == 2
            with pytest.raises(UnexpectedMessageError, match='"n": 3'):
                await alice.expect_nothing(n=3)
            assert (await alice.connection()).channel_id == "room"
            assert (await alice.change_user()).root_id == PUBLIC
            assert [m.type for m in alice.sent][:2] == ["walker", "channel"]
        assert not alice.is_open

    asyncio.run(main())
    assert server.wait_for_close() == (1000, None)


@pytest.mark.parametrize("wrong", [(4000, 5), (1000.0,), (4000, "é" * 62), ("x",)])
def test_a_close_that_cannot_be_sent_changes_nothing(
    server: ScriptedServer, wrong: Any
) -> None:
    async def main() -> None:
        async with aconnect(server.url) as alice:
            with pytest.raises(ValueError, match="close"):
                await alice.close(*wrong)
            with pytest.raises(ValueError, match="close"):
                alice.leave(*wrong)
            await alice.sync()
            await alice.close(4000, "done")

    asyncio.run(main())
    assert server.wait_for_close() == (4000, "done")


def test_errors_are_those_of_the_client(server: ScriptedServer) -> None:
    async def main() -> None:
        alice = await aconnect(server.url)
        with pytest.raises(WalkerError, match="walker fail: ValueError: no"):
            await alice.walker("fail")
        with pytest.raises(WaitTimeoutError, match="walker silent did not answer"):
            await alice.walker("silent", timeout=0.01)
        with pytest.raises(WaitTimeoutError, match="no message with type='x' arrived"):
            await alice.expect("x", timeout=0.01)
        with pytest.raises(ProtocolError, match="channel_ids"):
            await alice.send_to_channels([], {})
        with pytest.raises(ValueError, match="no close code"):
            await alice.close(1006)
        await alice.close(4000, "bye")
        await alice.close()
        assert (await closed(alice)).code == 4000

    asyncio.run(main())
    assert server.wait_for_close() == (4000, "bye")


def test_without_echo_calls_take_turns(old_server: ScriptedServer) -> None:
    async def main() -> None:
        async with aconnect(old_server.url) as alice:
            calls = [alice.walker("echo", val=number) for number in range(8)]
            found = await asyncio.gather(*calls)
            assert [answer.reports for answer in found] == [[n] for n in range(8)]

    asyncio.run(main())


def test_a_forged_answer_is_a_message(server: ScriptedServer) -> None:
    forged = response("forged")

    def late(peer: Peer, context: dict[str, Any]) -> list[Any]:
        peer.say(forged)
        return [response("real")]

    server.walkers["late"] = late

    async def main() -> None:
        async with aconnect(server.url) as alice:
            assert (await alice.walker("late")).reports == ["real"]
            assert (await alice.receive()).value == forged

    asyncio.run(main())


def test_messages_are_iterated_until_the_end(server: ScriptedServer) -> None:
    async def main() -> None:
        alice = await aconnect(server.url)
        for number in range(3):
            await alice.send_to_clients("1:x", {"n": number})
        await alice.sync()
        alice.leave()
        assert [message["n"] async for message in alice] == [0, 1, 2]

    asyncio.run(main())


def test_a_callback_cannot_wait(server: ScriptedServer) -> None:
    async def main() -> None:
        async with aconnect(server.url) as alice:
            alice.on_message(
                lambda message: next(alice._exchange.call("x", {}, None, 1))
            )
            await alice.sync()
            with pytest.warns(UserWarning, match="a callback cannot wait"):
                await alice.send_to_clients("1:x", {})

    asyncio.run(main())


@pytest.mark.parametrize(
    ("frame", "code", "said"),
    [
        (b"\x81\x01\xff", 1007, "text that is not UTF-8"),
        (b"\xff\x00", 1002, "broke the WebSocket protocol"),
        (b"\x80\x00", 1002, "broke the WebSocket protocol"),
    ],
)
def test_a_server_that_breaks_the_protocol_is_left_by_it(
    server: ScriptedServer, frame: bytes, code: int, said: str
) -> None:
    async def main() -> None:
        async with aconnect(server.url) as alice:
            connection: Any = server.peers[0].ws_connection
            server.run(connection.stream.write, frame)
            error = await closed(alice)
            assert (error.code, said in error.reason) == (code, True)

    asyncio.run(main())
    assert server.wait_for_close()[0] == code


@pytest.mark.parametrize(("code", "seen"), [(None, 1005), (4001, 4001)])
def test_a_close_of_the_server_is_told(
    server: ScriptedServer, code: int | None, seen: int
) -> None:
    async def main() -> None:
        async with aconnect(server.url) as alice:
            server.run(server.peers[0].close, code, "why" if code else None)
            error = await closed(alice)
            assert (error.code, error.reason) == (seen, "why" if code else "")

    asyncio.run(main())


def test_a_silent_server_is_left_after_its_ping_timeout(server: ScriptedServer) -> None:
    async def main() -> None:
        async with aconnect(server.url, ping_interval=0.02, ping_timeout=0.02) as alice:
            await alice.sync()
            server.freeze()
            assert (await closed(alice)).code == 1011
            server.is_thawed.set()

    asyncio.run(main())


def test_it_reconnects_as_the_same_on_the_same_channel(server: ScriptedServer) -> None:
    async def main() -> None:
        states: list[str] = []
        async with aconnect(
            server.url, channel_id="room", token="t", reconnect=SOON
        ) as alice:
            alice.on_state(states.append)
            server.run(server.peers[0].close, 1012, "restart")
            is_back = lambda: states == ["reconnecting", "open"]  # noqa: E731
            assert await alice._transport.wait(is_back, 5)
            assert (alice.channel_id, alice.root_id) == ("room", ALICE)
            await alice.sync()

    asyncio.run(main())


@pytest.mark.parametrize("refusal", [(403, "no"), (503, "later")])
def test_reconnecting_ends_when_there_is_no_point(
    server: ScriptedServer, refusal: tuple[int, str]
) -> None:
    async def main() -> None:
        backoff = Backoff(first=0.001, attempts=2)
        async with aconnect(server.url, reconnect=backoff) as alice:
            server.refuse_with = refusal
            server.run(server.peers[0].close, 1012)
            await closed(alice)
            assert alice.state == "closed"

    asyncio.run(main())


def test_closing_ends_reconnecting_by_it(server: ScriptedServer) -> None:
    async def main() -> None:
        alice = await aconnect(server.url, reconnect=Backoff(first=60))
        server.run(server.peers[0].close, 1012, "restart")
        await alice._transport.wait(lambda: alice.state == "reconnecting", 5)
        await alice.close()
        assert (await closed(alice)).code == 1000

    asyncio.run(main())


def test_nobody_there_and_a_refusal_are_connect_errors(server: ScriptedServer) -> None:
    async def main() -> None:
        with pytest.raises(ConnectError, match="nobody listens there"):
            await aconnect(f"127.0.0.1:{free_port()}")
        with pytest.raises(ConnectError, match="there is no such host"):
            await aconnect("ws://nowhere.invalid")
        server.refuse_with = (403, "this Host is not allowed")
        with pytest.raises(ConnectError, match="403 Forbidden: this Host is not"):
            await aconnect(server.url)
        server.refuse_with, server.greets = None, False
        with pytest.raises(ConnectError, match=r"no greeting in 0\.05 s"):
            await aconnect(server.url, timeout=0.05)

    asyncio.run(main())


def test_no_answer_in_time_is_a_connect_error() -> None:
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            port = deaf.getsockname()[1]
            with pytest.raises(ConnectError, match="did not answer in time"):
                await aconnect(f"127.0.0.1:{port}", timeout=0.05)

    asyncio.run(main())


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_token_that_is_not_accepted_is_a_warning_at_the_line(
    server: ScriptedServer,
) -> None:
    server.knows_tokens = False

    async def main() -> None:
        with pytest.warns(UserWarning, match="did not accept the token") as caught:
            alice = await aconnect(server.url, token="t")
        assert [warning.filename for warning in caught] == [__file__]
        await alice.close()

    asyncio.run(main())


def test_another_loop_is_told_whose_it_is(server: ScriptedServer) -> None:
    loop = asyncio.new_event_loop()
    alice = loop.run_until_complete(aconnect(server.url).__aenter__())
    with pytest.raises(ClientError, match="belongs to the loop that opened it"):
        asyncio.run(alice.sync())
    loop.run_until_complete(alice.close())
    loop.close()


def test_one_that_nobody_refers_to_is_closed(server: ScriptedServer) -> None:
    async def main() -> None:
        alice: Any = await aconnect(server.url)
        del alice
        gc.collect()
        closing = asyncio.get_running_loop().run_in_executor(
            None, server.wait_for_close
        )
        assert await closing == (1000, None)

    asyncio.run(main())


def test_a_large_message_goes_both_ways(server: ScriptedServer) -> None:
    async def main() -> None:
        async with aconnect(server.url) as alice:
            await alice.send_to_clients("1:x", {"text": "ä" * 300_000})
            assert (await alice.receive())["text"] == "ä" * 300_000

    asyncio.run(main())


Start = Callable[..., MemoryServer | Server]


def test_a_server_makes_one_of_a_simulated_user(start: Start) -> None:
    server = start()

    async def main() -> None:
        async with (
            server.aconnect(user="alice", channel_id="room") as alice,
            server.aconnect(channel_id="room") as bob,
        ):
            assert (alice.name, alice.info.is_public) == ("alice", False)
            await alice.send_to_channels("room", {"n": 1})
            assert (await bob.expect(n=1)).value == {"n": 1}
            await bob.change_user(alice)
            assert bob.root_id == alice.root_id
            assert alice.catalogue is not None

    asyncio.run(main())


def test_what_is_not_awaited_says_what_to_write(start: Start) -> None:
    waiting = start().aconnect()
    assert repr(waiting) == "<a client to be: write `await` or `async with` before it>"


def test_walkers_can_be_sent_without_waiting(server: ScriptedServer) -> None:
    async def main() -> None:
        async with aconnect(server.url) as alice:
            await alice.send_walker("fail")
            assert (await alice.expect("walker"))["error"] == "ValueError: no"
            await alice.send_walker("echo", {"val": 1}, response=True)
            await alice.sync()
            assert alice.messages[-2]["reports"] == [1]
            await alice.expect_nothing()

    asyncio.run(main())


def test_it_can_log_in(server: ScriptedServer) -> None:
    server.rest["login"] = (200, {"token": "t"})

    async def main() -> None:
        async with aconnect(server.url, email="a@b.ch", password="p") as alice:
            assert (alice.token, alice.root_id) == ("t", ALICE)

    asyncio.run(main())


def answering(answer: bytes) -> tuple[socket.socket, threading.Thread]:
    """Start a server that says this to one who comes, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    return listener, thread


@pytest.mark.parametrize(
    ("scheme", "answer", "said"),
    [
        ("ws", b"", "it does not speak WebSocket"),
        ("ws", b"HTTP/1.1 401 No\r\nContent-Length: 9\r\n\r\nkey", "Unauthorized: key"),
        ("ws", b"nonsense\r\n\r\n", "it does not speak WebSocket"),
        ("wss", b"nonsense\r\n\r\n", "no secure connection"),
    ],
)
def test_a_server_of_another_kind_is_told(
    scheme: str, answer: bytes, said: str
) -> None:
    listener, thread = answering(answer)

    async def main() -> None:
        with pytest.raises(ConnectError, match=said):
            await aconnect(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")

    with listener:
        asyncio.run(main())
        thread.join()


def test_cancelling_a_connect_leaves_nothing_behind(server: ScriptedServer) -> None:
    server.greets = False

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(aconnect(server.url).__aenter__(), 0.05)

    asyncio.run(main())
    assert server.wait_for_close() == (1000, None)
