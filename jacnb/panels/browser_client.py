"""The browser as a client: JavaScript in the page, on a real WebSocket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

import anywidget
import traitlets

from jacnb.cells import CellRun, current_run
from jacnb.errors import JacnbError, ServerError
from jacnb.panels import assets, lifetimes
from jacnb.panels.browser_console import Console, ConsoleLog
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.walker_forms import forms_of

HISTORY_SECONDS: Final = 1.0

FIRST_CODE: Final = """\
const client = new WebSocket("ws://localhost:8000/websocket");

client.onopen = () => console.log("connected");
client.onmessage = (event) => console.log(JSON.parse(event.data));
client.onclose = (event) => console.log("closed", event.code);
"""
"""What the editor shows first: a connection, and all that comes over it."""

_WAYS: Final = {
    "proxy": "through Jupyter's proxy",
    "direct": "directly",
    "": "not connected yet",
}

Order = Mapping[str, Any]


@dataclass(slots=True, eq=False)
class _Lease:
    """The panel as `lifetimes` sees it: ``run`` is a method of the panel itself."""

    stands_for: object
    run: CellRun
    close: Callable[[], None]


class PageServer(Protocol):
    """What the panel needs of a server: one that a page can reach."""

    port: int
    is_running: bool

    @property
    def address(self) -> str:
        """``host:port``."""

    @property
    def accounts(self) -> Any:
        """Its users, of which one is simulated."""

    @property
    def engine(self) -> Any:
        """Its catalogue of walkers."""

    def trust(self, origin: str, host: str) -> None:
        """Let a page connect."""


class BrowserClient(anywidget.AnyWidget):
    """An editor for JavaScript that talks to the server from the page itself.

    The code opens WebSockets as it would anywhere; addresses of this server, such as
    ``ws://localhost:8000/websocket``, are led to where the page can reach it: through
    jupyter-server-proxy where there is one, else directly if both are on one machine.
    A placeholder such as ``"Bearer <your_token>"`` in a ``change_user`` event, or in
    ``?auth=``, becomes the token of ``user``; the code never sees it, and it stands
    neither in the notebook nor in the state of the widget.

    The code runs in the page, with all that a page of this Jupyter may do: the trust
    that a notebook's own JavaScript output has, no more and no less. A loop that never
    ends stops the page.

    Args:
        server: The server, from `jacnb.serve`.
        user: The simulated user whose token is filled in; without one the page is
            public.
        code: What stands in the editor first.
        height: The height of editor and console in CSS.
        later: When to write to the browser; for tests.

    Raises:
        JacnbError: If a page cannot reach such a server.
    """

    _esm = assets.script("browser_run.js", "browser_editor.js", "browser_client.js")
    _css = assets.style("browser_client.css")

    code = traitlets.Unicode(FIRST_CODE).tag(sync=True)
    user = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Unicode("20rem").tag(sync=True)
    history: Any = traitlets.List().tag(sync=True)

    # Until it is made: ipywidgets closes what could not be made, too.
    _is_closed = True

    def __init__(
        self,
        server: PageServer,
        user: str | None = None,
        *,
        code: str = FIRST_CODE,
        height: str = "20rem",
        later: Later = PUMP.later,
    ) -> None:
        _check_server(server)
        self.server = server
        self._lease = _Lease(self, current_run(), self.close)
        self.url = ""
        self.way = ""
        self.sockets: list[dict[str, Any]] = []
        self._later = later
        self._token = server.accounts.simulate(user).token if user else None
        self._log = ConsoleLog()
        self._page = ""
        self._runs = 0
        self._waiting: dict[str, Any] | None = None
        self._history_due = False
        self._is_closed = False
        super().__init__(code=code, user=user or "", height=height)
        lifetimes.admit(self._lease)
        self.on_msg(self._on_browser)

    def __repr__(self) -> str:
        who = f"user {self.user!r}" if self.user else "public"
        count = len(self.console)
        lines = "1 line" if count == 1 else f"{count} lines"
        return f"BrowserClient({who}, {_WAYS[self.way]}, {lines} in its console)"

    @property
    def console(self) -> Console:
        """What the code wrote, and its errors, as far as the kernel heard of it.

        News of the page come in between two cells: look in the next one.
        """
        return self._log.lines()

    def run(self, code: str | None = None) -> None:
        """Run the editor's code in the page, as its Run button does.

        The sockets of the run before are closed. It returns at once; where no page
        shows the notebook yet, the code runs as soon as one does.

        Args:
            code: What to put into the editor first.

        Raises:
            JacnbError: If the panel is closed.
        """
        if self._is_closed:
            raise JacnbError("this panel is closed: make a new BrowserClient")
        self._runs += 1
        self._later(0, partial(self._start, self._runs, code))

    def stop(self) -> None:
        """Close the sockets of the last run and cancel its timers."""
        self._waiting = None
        self._later(0, partial(self._tell, {"op": "stop"}))

    def close(self) -> None:
        """Close the sockets in the page and remove the panel; the server goes on."""
        if self._is_closed:
            return
        self._is_closed = True
        lifetimes.forget(self._lease)
        self.layout.close()
        super().close()

    # On the pump, the only writer of traits and messages.

    def _tell(self, message: dict[str, Any]) -> None:
        if not self._is_closed:
            self.send(message)

    def _start(self, number: int, code: str | None) -> None:
        if self._is_closed:
            return
        if code is not None:
            # Code in triple quotes may begin on a line of its own.
            self.code = code.removeprefix("\n")
        # Kept until a page says that it ran it: there may be none yet.
        self._waiting = {"op": "run", "number": number, "code": self.code}
        self._tell({**self._waiting, "page": self._page})

    def _welcome(self, page: str, order: Order) -> None:
        """Trust the page, and tell it what it needs (never by a trait: those stay)."""
        error = self._trust(order)
        self._tell(
            {
                "op": "ready",
                "page": page,
                "port": self.server.port,
                "address": self.server.address,
                "token": self._token,
                "walkers": self._walkers(),
                "error": error,
                "run": self._waiting,
            }
        )

    def _trust(self, order: Order) -> str | None:
        """Let the page connect; return why not if no page may."""
        try:
            self.server.trust(str(order.get("origin")), str(order.get("host")))
        except ServerError as error:
            # A page without an origin of its own may still be on this machine.
            return None if self.server.is_running else str(error)
        return None

    def _walkers(self) -> list[dict[str, Any]]:
        try:
            return forms_of(self.server.engine.catalogue)
        except Exception:  # noqa: BLE001 - they only serve for an example
            return []

    def _write_history(self) -> None:
        self._history_due = False
        if not self._is_closed:
            self.history = self._log.history()

    def _refresh_history(self) -> None:
        if not self._history_due:
            self._history_due = True
            self._later(HISTORY_SECONDS, self._write_history)

    # From the browser: on the main thread, or on a subshell's while a cell runs.

    def _on_browser(self, _widget: object, content: Order, _buffers: object) -> None:
        hear = self._orders().get(str(content.get("op")))
        if hear is not None:
            hear(str(content.get("page", "")), content)

    def _orders(self) -> dict[str, Callable[[str, Order], None]]:
        return {
            "page": self._on_page,
            "way": self._on_way,
            "console": self._on_console,
            "clear": self._on_clear,
            "sockets": self._on_sockets,
            "ran": self._on_ran,
        }

    def _on_page(self, page: str, order: Order) -> None:
        self._page = page
        self._later(0, partial(self._welcome, page, order))

    def _on_way(self, page: str, order: Order) -> None:
        self._page = page
        way = str(order.get("way"))
        self.way = way if way in _WAYS else ""
        self.url = str(order.get("url", ""))

    def _on_console(self, _page: str, order: Order) -> None:
        self._log.add(order.get("lines", ()))
        self._refresh_history()

    def _on_clear(self, _page: str, _order: Order) -> None:
        self._log.hide()
        self._refresh_history()

    def _on_sockets(self, _page: str, order: Order) -> None:
        self.sockets = list(order.get("sockets", ()))

    def _on_ran(self, page: str, order: Order) -> None:
        self._page = page
        waiting = self._waiting
        if waiting is not None and waiting["number"] == order.get("number"):
            self._waiting = None


def _check_server(server: object) -> None:
    if not hasattr(server, "trust"):
        kind = type(server).__name__
        raise JacnbError(
            f"a page cannot reach a {kind}: give BrowserClient what jacnb.serve() "
            "returned"
        )
