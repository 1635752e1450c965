"""A small scripted server: it says what a test tells it to, over a real socket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Queue
from typing import Any

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

PUBLIC = "n::000000000000000000000001"
ALICE = "n::672b35cec309e5ef8469c372"


class Peer(tornado.websocket.WebSocketHandler):
    """The server's end of one connection."""

    def initialize(self, script: ScriptedServer) -> None:
        self.script = script

    async def prepare(self) -> None:
        if self.script.refuse_with:
            status, body = self.script.refuse_with
            self.set_status(status)
            await self.finish(body)

    def open(self) -> None:
        script = self.script
        self.client_id = f"1730887348:{len(script.peers) + 1:032x}"
        has_token = script.knows_tokens and "Authorization" in self.request.headers
        self.root_id = ALICE if has_token else PUBLIC
        self.channel_id = self.get_query_argument("channel_id", "") or "1:random"
        self.authorization = self.request.headers.get("Authorization")
        script.peers.append(self)
        if script.greets:
            self.say(self.greeting())

    def greeting(self) -> dict[str, Any]:
        data = {
            "client_id": self.client_id,
            "root_id": self.root_id,
            "channel_id": self.channel_id,
        }
        return {"type": "connection", "data": data}

    def say(self, message: Any) -> None:
        self.write_message(message if isinstance(message, str) else json.dumps(message))

    def on_message(self, text: str | bytes) -> None:
        self.script.received.append(text)
        for answer in self.script.answer(self, text):
            self.say(answer)

    def on_close(self) -> None:
        self.script.closed.put((self.close_code, self.close_reason))


class Login(tornado.web.RequestHandler):
    def initialize(self, script: ScriptedServer) -> None:
        self.script = script

    def post(self, action: str) -> None:
        status, answer = self.script.rest[action]
        self.script.received.append(f"{action} {self.request.body.decode()}")
        self.set_status(status)
        self.finish(answer)


class ScriptedServer:
    """A server in a thread, whose ``answer`` and ``walkers`` a test may replace."""

    def __init__(self, *, echoes: bool = True) -> None:
        self.echoes = echoes
        self.greets = True
        self.knows_tokens = True
        self.refuse_with: tuple[int, str] | None = None
        self.peers: list[Peer] = []
        self.received: list[str | bytes] = []
        self.closed: Queue[tuple[int | None, str | None]] = Queue()
        self.answer = self.answer_like_a_server
        self.is_thawed = threading.Event()
        self.rest: dict[str, tuple[int, Any]] = {}
        self.walkers: dict[str, Callable[[Peer, dict[str, Any]], list[Any]]] = {
            "echo": lambda peer, context: [response(*context.values())],
            "silent": lambda peer, context: [],
            "fail": lambda peer, context: [walker_error("ValueError: no")],
        }
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.port = self.run(self._listen)

    def _listen(self) -> int:
        app = tornado.web.Application(
            [
                ("/websocket", Peer, {"script": self}),
                ("/user/(register|login)", Login, {"script": self}),
            ]
        )
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        self.http = tornado.httpserver.HTTPServer(app)
        self.http.add_sockets(sockets)
        return int(sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/websocket"

    def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a function on the server's loop, and return its result."""
        done: Future[Any] = Future()

        def call() -> None:
            try:
                done.set_result(function(*args, **kwargs))
            except Exception as exc:  # noqa: BLE001 - raised in the test
                done.set_exception(exc)

        self.loop.call_soon_threadsafe(call)
        return done.result(5)

    def say(self, message: Any, peer: int = -1) -> None:
        """Send a message to a peer, by default the last one."""
        self.run(self.peers[peer].say, message)

    def answer_like_a_server(self, peer: Peer, text: str | bytes) -> list[Any]:
        """Return what an event is answered with, as the two kinds of server do."""
        event = json.loads(text)
        own = {"id": event["id"]} if self.echoes and "id" in event else {}
        match event.get("type"):
            case "connection":
                return [peer.greeting() | own]
            case "change_user":
                peer.root_id = ALICE if event.get("token") else PUBLIC
                return [peer.greeting() | own]
            case "walker":
                made = self.walkers[event["walker"]](peer, event.get("context", {}))
                return [a | own if is_answer(a) else a for a in made]
            case "user" | "channel" | "client":
                return [event["data"]]
        return [unknown_event(event)]

    def wait_for_close(self) -> tuple[int | None, str | None]:
        """Return code and reason of the next connection that ends."""
        return self.closed.get(timeout=5)

    def freeze(self) -> None:
        """Do nothing any more, as a server that hangs."""
        self.loop.call_soon_threadsafe(self.is_thawed.wait, 10)

    def stop(self) -> None:
        self.is_thawed.set()
        self.run(self.http.stop)
        for peer in self.peers:
            self.run(peer.close)
        done = asyncio.run_coroutine_threadsafe(
            self.http.close_all_connections(), self.loop
        )
        done.result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


def response(*reports: Any) -> dict[str, Any]:
    return {"status": 200, "reports": list(reports)}


def walker_error(error: str) -> dict[str, Any]:
    return {"type": "walker", "error": error}


def unknown_event(event: dict[str, Any]) -> dict[str, Any]:
    return {"error": [{"type": "union_tag_invalid", "loc": ["event"], "input": event}]}


def is_answer(message: Any) -> bool:
    return isinstance(message, dict) and (
        "reports" in message or message.get("type") == "walker"
    )
