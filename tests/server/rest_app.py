"""Walkers that show every way in which one can be called over REST."""

from __future__ import annotations

import asyncio
from enum import Enum
from typing import Any

from jacnb import (
    WEBSOCKET_MANAGER as socket,
    Edge,
    Node,
    Obj,
    Root,
    UploadFile,
    Walker,
    on_entry,
    report,
    specs,
)
from jacnb.graph import connect, get_context, jid


class Post(Node):
    title: str = "t"
    n: int = 1
    tags: list[Any] = []


class Likes(Edge):
    weight: int = 3


class Colour(Enum):
    RED = "red"


class Inner(Obj):
    x: int = 1
    c: Colour = Colour.RED


both = specs(methods=["websocket", "post"])
public = specs(methods=["websocket", "post"], auth=False)


@both
class w_simple(Walker):
    val: int

    @on_entry
    def enter(self, here: Root) -> None:
        report(self.val)


@both
class w_multi(Walker):
    a: int
    b: str
    c: float = 1.5
    d: list[int] = [1]
    e: bool = False
    o: str | None = None


class w_post_only(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report(1)


@specs(methods=["websocket"])
class w_ws_only(Walker): ...


@specs(methods=["websocket", "post"], private=True)
class w_private(Walker): ...


@specs(methods=["get"])
class w_get(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report("got")


@specs(methods=["put", "patch", "delete"], auth=False)
class w_others(Walker): ...


@public
class w_public(Walker):
    val: int = 1

    @on_entry
    def enter(self, here: Root) -> None:
        report({"val": self.val, "root": jid(here)})


@specs(auth=None)
class w_anybody(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report(jid(here) == "n::000000000000000000000001")


@public
class w_nothing(Walker): ...


@both
class w_node(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        post = Post(title="hi", tags=["a", 2])
        connect(here, post)
        report(post)
        report(here)
        report(self)


@both
class w_both(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report("root")

    @on_entry
    def enter_post(self, here: Post) -> None:
        report("post")


@specs(entry_type="ROOT")
class w_root_only(w_both): ...


@specs(entry_type="NODE")
class w_node_only(w_both): ...


@public
class w_custom(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report(1)
        report({"custom": True}, custom=True)


@public
class w_status(Walker):
    code: int = 201

    @on_entry
    def enter(self, here: Root) -> None:
        get_context().status = self.code
        report("s")


@specs(auth=False, status_code=202)
class w_status_spec(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report("s")


@public
class w_async(Walker):
    val: int = 1

    @on_entry
    async def enter(self, here: Root) -> None:
        report(self.val)


@specs(auth=False)
class w_async_notify(Walker):
    @on_entry
    async def enter(self, here: Root) -> None:
        await asyncio.sleep(0)
        socket.notify_channels(["async-room"], {"at": "end"})


@public
class w_raise(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report(1)
        raise ValueError("boom")


@public
class w_exit(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        raise KeyboardInterrupt


@public
class w_factory(Walker):
    d: dict[str, Any] = {}
    l: list[Any] = [1]  # noqa: E741
    any_: Any = None
    u: int | str = 0

    @on_entry
    def enter(self, here: Root) -> None:
        report([self.d, self.l, self.any_, self.u])


@both
class w_notify(Walker):
    channel_id: str

    @on_entry
    def enter(self, here: Root) -> None:
        socket.notify_self({"self": 1})
        socket.notify_channels([self.channel_id], {"chan": 1})
        report("done")


class Pair(Walker):
    a: str
    b: int = 2

    class __specs__:
        private = True

    @on_entry
    def enter(self, here: Root) -> None:
        report([self.a, self.b])


@specs(methods=["websocket", "get", "post"], as_query=["a"], auth=False)
class w_query(Pair): ...


@specs(methods=["websocket", "get"], as_query="*", auth=False)
class w_query_all(Pair): ...


@specs(methods=["get"], as_query="*", auth=False)
class w_query_list(Walker):
    tags: list[int] = []

    @on_entry
    def enter(self, here: Root) -> None:
        report(self.tags)


@specs(methods=["websocket", "post"], excluded=["a"], auth=False)
class w_excluded(Pair):
    a: str = "kept"


@specs(methods=["websocket", "post"], excluded="*", auth=False)
class w_excluded_all(Pair):
    a: str = "kept"


@specs(methods=["websocket", "post", "get"], path="{a}", auth=False)
class w_path(Pair): ...


@specs(path="{n}/of/{a}", auth=False)
class w_path_two(Walker):
    n: int
    a: str

    @on_entry
    def enter(self, here: Root) -> None:
        report([self.n, self.a])


@specs(path="/custom/abs", auth=False)
class w_path_abs(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report("abs")


@specs(path="/custom/abs", methods=["get"], auth=False)
class w_path_abs_get(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report("abs by get")


@specs(path="sub/way", auth=False)
class w_path_rel(Walker):
    @on_entry
    def enter(self, here: Root) -> None:
        report("rel")


class w_unsendable(Walker):
    thing: Router


class Router: ...


@specs(auth=False)
class w_file(Walker):
    file: UploadFile

    @on_entry
    def enter(self, here: Root) -> None:
        report([self.file.filename, self.file.content_type, self.file.body.decode()])


@specs(methods=["websocket", "post"], auth=False)
class w_files(Walker):
    title: str
    files: list[UploadFile]
    cover: UploadFile | None = None

    @on_entry
    def enter(self, here: Root) -> None:
        names = [file.filename for file in self.files]
        report([self.title, names, self.cover and self.cover.filename])


@both
class w_values(Walker):
    what: str

    @on_entry
    def enter(self, here: Root) -> None:
        post = Post()
        connect(here, post)
        report(
            {
                "enum": Colour.RED,
                "tuple": (1, "a", (2, 3)),
                "dict": {"a": {"b": [1, None, True, 1.5]}},
                "intkey": {1: "a"},
                "unicode": "é ☃ 😀 </script>",
                "none": None,
                "nodes": [post, {"p": post}],
                "obj": Inner(),
                "nan": float("nan"),
            }[self.what]
        )


WALKERS = [
    cls
    for cls in list(globals().values())
    if isinstance(cls, type) and issubclass(cls, Walker) and cls.__name__[:2] == "w_"
]
