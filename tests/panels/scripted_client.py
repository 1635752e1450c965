"""Clients of a small imaginary server: for tests of panels, and nothing else."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PUBLIC = "n::000000000000000000000001"
CATALOGUE = [
    {
        "name": "send_chat_to_group",
        "auth": True,
        "fields": [
            {"name": "channel_id", "type": "str", "required": True, "default": None},
            {"name": "message", "type": "str", "required": False, "default": "hello"},
            {"name": "times", "type": "int", "required": False, "default": 1},
            {"name": "loud", "type": "bool", "required": False, "default": False},
            {
                "name": "mood",
                "type": "Literal['calm', 'happy']",
                "required": False,
                "default": "calm",
            },
            {"name": "tags", "type": "list[str]", "required": False, "default": []},
        ],
    },
    {"name": "who_is_here", "auth": False, "fields": []},
]


@dataclass(frozen=True)
class ScriptedMessage:
    text: str
    direction: str
    cursor: int
    time: float
    is_fence: bool = False

    @property
    def value(self) -> Any:
        return json.loads(self.text)

    @property
    def size(self) -> int:
        return len(self.text.encode())


class ScriptedServer:
    """Delivers as Jac Cloud does, from a thread of its own if asked to."""

    def __init__(self, *, threads: bool = False) -> None:
        self.clients: list[ScriptedClient] = []
        self.threads = threads
        self.users: dict[str, str] = {}

    def connect(self, user: str | None = None, channel_id: str = "room") -> Any:
        client = ScriptedClient(self, user, channel_id)
        self.clients.append(client)
        client.arrive(client.greeting())
        return client

    def root_of(self, user: str | None) -> str:
        return (
            self.users.setdefault(user, f"n::{len(self.users) + 2:024x}")
            if user
            else PUBLIC
        )

    def handle(self, sender: ScriptedClient, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "walker":
            self.walk(sender, event)
            return
        key = {"user": "root_id", "channel": "channel_id", "client": "client_id"}[kind]
        for client in self.clients:
            if getattr(client, key) in event[f"{key}s"]:
                client.arrive(event["data"])

    def walk(self, sender: ScriptedClient, event: dict[str, Any]) -> None:
        context = event["context"]
        if event["walker"] == "who_is_here":
            names = [client.name for client in self.clients]
            sender.arrive({"status": 200, "reports": [{"here": names}]})
        elif event["walker"] != "send_chat_to_group":
            error = "Invalid request! Please use valid walker event!"
            sender.arrive({"type": "walker", "error": error})
        elif "channel_id" not in context:
            missing = {
                "type": "missing",
                "loc": ["channel_id"],
                "msg": "Field required",
            }
            sender.arrive({"error": [missing | {"input": context}]})
        else:
            data = {"message": context.get("message", "hello")}
            chat = {"type": "chat", "data": data}
            for client in self.clients:
                if client.channel_id == context["channel_id"]:
                    client.arrive(chat)
            if event.get("response"):
                sender.arrive({"status": 200, "reports": ["sent"]})


class ScriptedClient:
    def __init__(self, server: ScriptedServer, user: str | None, channel: str) -> None:
        self.server = server
        self.name = user or "public"
        self.root_id = server.root_of(user)
        self.channel_id = channel
        self.client_id = f"1730887348:{len(server.clients) + 1:032x}"
        self.is_open = True
        self.messages: list[ScriptedMessage] = []
        self.sent: list[ScriptedMessage] = []
        self.catalogue: Callable[[], Any] | None = lambda: CATALOGUE
        self._cursors = itertools.count(1)
        self._callbacks: dict[str, list[Callable[..., object]]] = {}

    def on_message(self, callback: Callable[..., object]) -> Callable[[], object]:
        return self._subscribe("in", callback)

    def on_sent(self, callback: Callable[..., object]) -> Callable[[], object]:
        return self._subscribe("out", callback)

    def on_state(self, callback: Callable[..., object]) -> Callable[[], object]:
        return self._subscribe("state", callback)

    def send_to_channels(self, ids: list[str], data: Any) -> None:
        self.send({"type": "channel", "channel_ids": ids, "data": data})

    def send_to_users(self, ids: list[str], data: Any) -> None:
        self.send({"type": "user", "root_ids": ids, "data": data})

    def send_to_clients(self, ids: list[str], data: Any) -> None:
        self.send({"type": "client", "client_ids": ids, "data": data})

    def send_walker(
        self, name: str, context: Any, *, node: str | None, response: bool
    ) -> None:
        event = {"type": "walker", "walker": name, "context": context}
        at = {} if node is None else {"node": node}
        self.send(event | {"response": response} | at)

    def send(self, event: dict[str, Any]) -> None:
        if not self.is_open:
            raise ConnectionError("the connection is closed (1006); open a new one")
        self._note(event, "out", self.sent)
        if self.server.threads:
            elsewhere = threading.Thread(target=self.server.handle, args=(self, event))
            elsewhere.start()
            elsewhere.join()
        else:
            self.server.handle(self, event)

    def arrive(self, value: object) -> None:
        self._note(value, "in", self.messages)

    def become(self, state: str) -> None:
        self.is_open = state == "open"
        self._tell("state", state)

    def greeting(self) -> dict[str, Any]:
        ids = ("client_id", "root_id", "channel_id")
        return {"type": "connection", "data": {key: getattr(self, key) for key in ids}}

    @property
    def listeners(self) -> int:
        return sum(len(callbacks) for callbacks in self._callbacks.values())

    def _note(self, value: object, way: str, log: list[ScriptedMessage]) -> None:
        text = json.dumps(value, ensure_ascii=False)
        message = ScriptedMessage(text, way, next(self._cursors), time.time())
        log.append(message)
        self._tell(way, message)

    def _subscribe(
        self, what: str, callback: Callable[..., object]
    ) -> Callable[[], object]:
        self._callbacks.setdefault(what, []).append(callback)
        return lambda: self._callbacks[what].remove(callback)

    def _tell(self, what: str, detail: object) -> None:
        for callback in list(self._callbacks.get(what, ())):
            callback(detail)
