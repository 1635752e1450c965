"""What compiled Jac calls its library: the names, and what they mean in jacnb.

Compilers import these from several places and change them from version to version;
`linking` looks each one up here, whatever its place.
"""

from __future__ import annotations

import asyncio
import contextvars
import threading
from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass, replace
from enum import StrEnum
from http import HTTPMethod
from typing import Any, ClassVar, Final, TypeVar

from typing_extensions import override

from jacnb import graph
from jacnb.errors import DeclarationError, JacError
from jacnb.graph import Walker
from jacnb.walkers.registry import redeclare
from jacnb.walkers.socket import WEBSOCKET_MANAGER
from jacnb.walkers.specs import make_specs, specs_of
from jacnb.walkers.uploads import UploadFile

T = TypeVar("T")


class APIProtocol(StrEnum):
    """How a walker is called, as today's Jac says it."""

    HTTP = "http"
    WEBHOOK = "webhook"
    WEBSOCKET = "websocket"


def restspec(
    *,
    method: str | None = None,
    path: str = "",
    protocol: str = APIProtocol.HTTP,
    **unknown: Any,
) -> Callable[[Any], Any]:
    """Say how a walker is offered, as today's Jac does; the twin of ``__specs__``.

    Args:
        method: The REST method; by default POST, and none for a WebSocket.
        path: A path of its own.
        protocol: HTTP or WEBSOCKET.
        unknown: What is not known here is refused by name.

    Raises:
        DeclarationError: If it decorates no walker, or asks for what there is not.
    """
    if unknown or protocol == APIProtocol.WEBHOOK:
        name = next(iter(unknown), "protocol=APIProtocol.WEBHOOK")
        raise DeclarationError(f"@restspec: {name} is not supported")
    methods = [] if method is None else [str(method)]
    if protocol == APIProtocol.WEBSOCKET:
        methods.append("websocket")
    made = make_specs({"methods": methods or ["post"], "path": path}, "@restspec")

    def decorate(cls: Any) -> Any:
        if not isinstance(cls, type) or not issubclass(cls, Walker):
            raise DeclarationError("@restspec decorates walkers; jacnb serves no other")
        before = specs_of(cls)
        offered = replace(before, methods=made.methods, path=made.path)
        cls.__specs__ = offered  # type: ignore[attr-defined]
        redeclare(cls)
        return cls

    return decorate


def new(cls: Callable[..., T], *args: Any) -> T:
    """Return a new object of a class."""
    return cls(*args)


def thread_run(function: Callable[[], T]) -> Future[T]:
    """Begin to call a function on a thread of its own (``flow`` in Jac)."""
    future: Future[T] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            future.set_result(context.run(function))
        except BaseException as exc:  # noqa: BLE001 - `wait` raises it again
            future.set_exception(exc)

    threading.Thread(target=run, name="jac-flow", daemon=True).start()
    return future


def thread_wait(future: Any) -> Any:
    """Return what a function begun by `thread_run` returned, once it has (``wait``)."""
    if isinstance(future, asyncio.Future):
        raise TypeError("wait takes what flow returned; await a coroutine instead")
    return future.result() if isinstance(future, Future) else future


@dataclass(frozen=True)
class JacTest:
    """One ``test`` block."""

    name: str
    function: Callable[..., None]

    def run(self) -> None:
        """Run it; an exception is its failure."""
        # The older compiler wants to hand it a checker, and `compile_jac` does not.
        self.function(*[None] * self.function.__code__.co_argcount)


collected_tests: ContextVar[list[JacTest] | None] = ContextVar(
    "jacnb Jac tests", default=None
)
"""Where test blocks go while a cell runs; None leaves them alone."""


def jac_test(
    function: Callable[..., None] | None = None, description: str = "", **options: Any
) -> Any:
    """Collect a ``test`` block."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        tests = collected_tests.get()
        if tests is not None:
            line = function.__code__.co_firstlineno
            name = description or f"test at line {line}"
            tests.append(JacTest(name, function))
        return function

    return decorate if function is None else decorate(function)


class Absent:
    """Stands for a name of Jac Cloud that jacnb does not have: its use is an error."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refuse to be called."""
        raise self._error()

    def __getattr__(self, name: str) -> Any:
        raise self._error()

    def _error(self) -> JacError:
        return JacError(f"{self._name} of Jac Cloud is not part of jacnb")


_LLM: Final = "language models (by llm) are not part of jacnb: call one from Python"
_CLIENT: Final = (
    "client code (cl, JSX) is not part of jacnb: it runs on the server only"
)
_STORAGE: Final = "is not part of jacnb, whose graph is kept in memory"

REFUSALS: Final = {
    **dict.fromkeys(("get_mtir", "call_llm", "acall_llm", "by_operator", "llm"), _LLM),
    **dict.fromkeys(("JsxElement", "jsx", "unsafe_html"), _CLIENT),
    **dict.fromkeys(
        ("schedule", "ScheduleTrigger"), "schedules are not part of jacnb: use Python"
    ),
    "store": f"store() {_STORAGE}",
    "on_commit": f"on_commit {_STORAGE}",
    "archetype_alias": f"archetype_alias {_STORAGE}",
    "schema_was": f"schema_was {_STORAGE}",
    "schema_alias": f"schema_alias {_STORAGE}",
    "schema_drop": f"schema_drop {_STORAGE}",
    "schema_upgrade": f"schema_upgrade {_STORAGE}",
    "create_j_context": "create_j_context is for Jac's own runtime only",
    "DSFunc": "DSFunc is for Jac's own runtime only",
}
"""Names of Jac's library that jacnb does not offer, and why."""

NAMES: Final[dict[str, Any]] = {
    **{name: getattr(graph, name) for name in graph.__all__},
    "APIProtocol": APIProtocol,
    "ClassVar": ClassVar,
    "HTTPMethod": HTTPMethod,
    "WEBSOCKET_MANAGER": WEBSOCKET_MANAGER,
    "UploadFile": UploadFile,
    "abstractmethod": abstractmethod,
    "jac_test": jac_test,
    "new": new,
    "override": override,
    "restspec": restspec,
    "thread_run": thread_run,
    "thread_wait": thread_wait,
}
"""Every name of Jac's library that jacnb offers."""

CLOUD: Final = frozenset({"WEBSOCKET_MANAGER"})
"""Those of them that live in ``jac_cloud``."""

WORDS: Final = frozenset(NAMES) - {
    # Of jacnb's own making, or Python's: nobody can expect them without an import.
    "NotebookSession",
    "Session",
    "Turns",
    "current_session",
    "field_specs",
    "is_async_walker",
    "report",
    "set_ambient",
    "ClassVar",
    "UploadFile",
    "WEBSOCKET_MANAGER",
}
"""Those that Jac code may use without importing them."""
