"""One program, as Python classes and as Jac: callers cannot tell them apart."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

from jacnb import (
    WEBSOCKET_MANAGER as socket,
    MemoryServer,
    Node,
    Root,
    Walker,
    disengage,
    field,
    on_entry,
    on_exit,
    refs,
    report,
    visit,
)
from jacnb.errors import WalkerError
from jacnb.graph import Edge, connect, destroy, jobj
from jacnb.walkers.registry import Registry

JAC = """
import from jac_cloud.plugin { WEBSOCKET_MANAGER as socket }

node Post {
    has text: str, likes: int = 0;

    can seen with read entry { visitor.seen += 1; }
}

edge Wrote { has at: int = 0; }

walker write {
    has text: str, at: int = 0;

    can start with `root entry {
        post = here +>:Wrote(at=self.at):+> Post(self.text);
        report post;
        socket.notify_self({"type": "written", "data": {"text": self.text}});
    }

    class __specs__ { has methods: list = ["websocket"]; }
}

walker read {
    has least: int = 0, seen: int = 0, texts: list = [];

    can start with `root entry {
        visit [->:Wrote:at >= self.least:->](`?Post) else { report "nothing"; }
    }

    can at with Post entry {
        here.likes += 1;
        self.texts.append(here.text);
        if here.text == "stop" { report self; disengage; }
    }

    can leave with Post exit { report {"left": here}; }

    can end with exit { report self.texts; }

    class __specs__ { has methods: list = ["websocket"]; }
}

walker erase {
    has id: str;

    can start with `root entry {
        post = &(self.id);
        del post;
        report len([-->]);
    }

    class __specs__ { has methods: list = ["websocket"]; has auth: bool = True; }
}
"""


class Post(Node):
    text: str
    likes: int = 0

    @on_entry
    def seen(self, visitor: read) -> None:
        visitor.seen += 1


class Wrote(Edge):
    at: int = 0


class Offered:
    methods = ("websocket",)


class write(Walker):
    text: str
    at: int = 0
    __specs__ = Offered

    @on_entry
    def start(self, here: Root) -> None:
        report(connect(here, Post(text=self.text), edge=Wrote(at=self.at)))
        socket.notify_self({"type": "written", "data": {"text": self.text}})


class read(Walker):
    least: int = 0
    seen: int = 0
    texts: list = field(list)
    __specs__ = Offered

    @on_entry
    def start(self, here: Root) -> None:
        def is_new(edge: Any) -> bool:
            return isinstance(edge, Wrote) and edge.at >= self.least

        if not visit(self, refs(here, edge=is_new, node=Post)):
            report("nothing")

    @on_entry
    def at(self, here: Post) -> None:
        here.likes += 1
        self.texts.append(here.text)
        if here.text == "stop":
            report(self)
            disengage(self)

    @on_exit
    def leave(self, here: Post) -> None:
        report({"left": here})

    @on_exit
    def end(self, here) -> None:
        report(self.texts)


class erase(Walker):
    id: str
    __specs__ = Offered

    @on_entry
    def start(self, here: Root) -> None:
        destroy(jobj(self.id))
        report(len(refs(here)))


def story(*walkers: type) -> list[str]:
    """Return all that a client hears in one story, with ids by their order."""
    with MemoryServer(registry=Registry(*walkers)) as server:
        alice, bob = server.connect(user="alice"), server.connect(channel_id="x")
        alice.walker("read")
        for at, text in enumerate(["a", "b", "stop", "c"]):
            alice.walker("write", text=text, at=at)
        for context in ({}, {"least": 3}, {"least": "x"}):
            tried(alice, "read", **context)
        for post in server.engine.store.owned_by(alice.root_id)[:3]:
            tried(alice, "erase", id=post)
        tried(alice, "erase", id="nonsense")
        tried(bob, "erase", id="nonsense")
        heard = [m.text for client in (alice, bob) for m in client.messages]
    return numbered(heard)


def tried(client: Any, name: str, **context: Any) -> None:
    with suppress(WalkerError):
        client.walker(name, **context)


def numbered(texts: list[str]) -> list[str]:
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"<{len(seen)}>")

    ids = r"[0-9a-f]{24,32}|\b\d{10}:[0-9a-f]+|\"id\":\"[\w-]{22}\"|\b\d{10}\b"
    return [re.sub(ids, number, text) for text in texts]


def test_both_say_the_same(jac) -> None:
    in_jac = jac(JAC)
    heard = story(in_jac.write, in_jac.read, in_jac.erase)
    assert heard == story(write, read, erase)
    assert len(heard) == 19
