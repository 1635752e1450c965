"""A server that passes messages on as a test tells it to: not at all, twice, late."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import tornado.httpserver
import tornado.netutil
import tornado.web
import tornado.websocket

Copies = Callable[[int, int], int]
"""From the numbers of an event and of a receiver: how many copies it gets."""


class Peer(tornado.websocket.WebSocketHandler):
    """The server's end of one connection."""

    def initialize(self, unfair: UnfairServer) -> None:
        self.unfair = unfair

    def open(self) -> None:
        unfair = self.unfair
        self.number = len(unfair.peers)
        self.root_id = "n::000000000000000000000001"
        self.data = {
            "client_id": f"1730887348:{self.number:032x}",
            "root_id": self.root_id,
            "channel_id": self.get_query_argument("channel_id", f"own{self.number}"),
        }
        unfair.peers.append(self)
        self.write_message(json.dumps({"type": "connection", "data": self.data}))

    def on_message(self, text: str | bytes) -> None:
        event = json.loads(text)
        if event["type"] == "connection":
            own = {"id": event["id"]} if self.unfair.echoes else {}
            answer = {"type": "connection", "data": self.data} | own
            self.write_message(json.dumps(answer))
        else:
            self.unfair.spread(json.dumps(event["data"]))


class UnfairServer:
    """Spreads every event to all, as ``copies`` and ``holds`` say."""

    def __init__(self) -> None:
        self.echoes = True
        self.copies: Copies = lambda event, peer: 1
        self.swaps = False
        self.peers: list[Peer] = []
        self._events = 0
        self._held: str | None = None
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(), self.loop)
        self.url = f"ws://127.0.0.1:{listening.result(5)}/websocket"

    async def _listen(self) -> int:
        app = tornado.web.Application([("/websocket", Peer, {"unfair": self})])
        sockets = tornado.netutil.bind_sockets(0, "127.0.0.1")
        self.http = tornado.httpserver.HTTPServer(app)
        self.http.add_sockets(sockets)
        return int(sockets[0].getsockname()[1])

    def spread(self, text: str) -> None:
        if self.swaps and self._held is None:
            self._held = text
            return
        held, self._held = self._held, None
        for each in (text, held):
            if each is not None:
                self._send(each)

    def _send(self, text: str) -> None:
        for number, peer in enumerate(self.peers):
            for _ in range(self.copies(self._events, number)):
                peer.write_message(text)
        self._events += 1

    def run(self, function: Callable[..., Any], *args: Any) -> None:
        """Run a function on the server's loop."""
        self.loop.call_soon_threadsafe(function, *args)

    def stop(self) -> None:
        async def stop() -> None:
            self.http.stop()
            for peer in self.peers:
                peer.close()
            await self.http.close_all_connections()

        asyncio.run_coroutine_threadsafe(stop(), self.loop).result(5)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()
