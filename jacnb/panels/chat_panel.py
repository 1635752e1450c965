"""A live panel of one client: what it says and hears, and a box to send from."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any, Final, Protocol

import anywidget
import traitlets

from jacnb.cells import current_run
from jacnb.errors import JacnbError
from jacnb.ids import PUBLIC_ROOT_ID
from jacnb.panels import assets, lifetimes
from jacnb.panels.entries import Entries, Entry, MessageLike, note, on_wire
from jacnb.panels.feed import KEPT, Answer, Feed
from jacnb.panels.orders import Sender, carry_out
from jacnb.panels.pump import PUMP, Later
from jacnb.panels.transcript import Transcript
from jacnb.panels.walker_forms import WalkerSource, forms_of, walker_source

_STATES: Final = {
    "open": "The connection is open.",
    "reconnecting": "The connection broke; connecting again.",
    "closed": "The connection is closed.",
}

Unsubscribe = Callable[[], object]


class ChatClient(Sender, Protocol):
    """What a panel needs of a client."""

    @property
    def client_id(self) -> str:
        """The id of the connection."""

    @property
    def root_id(self) -> str:
        """The root of the user."""

    @property
    def channel_id(self) -> str:
        """The channel that it listens to."""

    @property
    def is_open(self) -> bool:
        """Whether it can send now."""

    @property
    def messages(self) -> Iterable[MessageLike]:
        """What arrived."""

    @property
    def sent(self) -> Iterable[MessageLike]:
        """What was sent."""

    def on_message(self, callback: Callable[[Any], object], /) -> Unsubscribe:
        """Call back with each message that arrives."""

    def on_sent(self, callback: Callable[[Any], object], /) -> Unsubscribe:
        """Call back with each message that is sent."""

    def on_state(self, callback: Callable[[str], object], /) -> Unsubscribe:
        """Call back with "open", "reconnecting" or "closed"."""


class ChatPanel(anywidget.AnyWidget):
    """Show a client's conversation live; it observes, and takes nothing away.

    Args:
        client: The client to watch and to send from.
        walkers: Walkers to offer in the composer, as a list of dicts or a function
            that returns one; by default those that the client's server declares.
        height: The panel's height in CSS.
        later: When to write to the browser; for tests.
    """

    _esm = assets.script("chat_panel.js")
    _css = assets.style("chat_panel.css")

    me: Any = traitlets.Dict().tag(sync=True)
    peers: Any = traitlets.List().tag(sync=True)
    walkers: Any = traitlets.List().tag(sync=True)
    history: Any = traitlets.List().tag(sync=True)
    height = traitlets.Unicode("30rem").tag(sync=True)

    def __init__(
        self,
        client: ChatClient,
        walkers: WalkerSource = None,
        *,
        height: str = "30rem",
        colour: int = -1,
        later: Later = PUMP.later,
    ) -> None:
        if not hasattr(client, "on_message"):
            kind = type(client).__name__
            raise TypeError(f"a panel shows a client, as server.connect(), not {kind}")
        self.client = self.stands_for = client
        self.run = current_run()
        self._later = later
        self._source = walker_source(client, walkers)
        self._known: dict[str, Any] = {"colour": colour}
        self._known |= dict.fromkeys(("root_id", "client_id", "channel_id"), "")
        self._state = "open" if client.is_open else "closed"
        self._entries = Entries()
        self._feed = Feed(self._deliver, self._keep, later)
        self._sending = threading.RLock()
        self._cursor = 0
        self._arriving = threading.Lock()
        self._lately: deque[int] = deque(maxlen=64)
        self._load_past()
        super().__init__(
            me=self._describe(),
            history=[on_wire(each) for each in self._feed.history()],
            height=height,
        )
        lifetimes.admit(self)
        self._refresh_walkers()
        self.on_msg(self._on_browser)
        self._unsubscribe: tuple[Unsubscribe, ...] = (
            client.on_message(self._on_message),
            client.on_sent(self._on_message),
            client.on_state(self._on_state),
        )
        self._catch_up()

    def __repr__(self) -> str:
        me, count = self.me, len(self.transcript())
        messages = "1 message" if count == 1 else f"{count} messages"
        return (
            f"ChatPanel({me['name']!r}, {me['state']}, channel {me['channel_id']!r}, "
            f"{messages}; transcript() shows a table)"
        )

    def transcript(self) -> Transcript:
        """Return the conversation as a table that stays in a saved notebook."""
        return Transcript((self.me["name"], each) for each in self.entries())

    def entries(self) -> list[Entry]:
        """Return the newest lines of the panel, oldest first."""
        return self._feed.recent()

    def close(self) -> None:
        """Stop listening and remove the panel; the client stays open."""
        for unsubscribe in getattr(self, "_unsubscribe", ()):
            unsubscribe()
        self._unsubscribe = ()
        lifetimes.forget(self)
        self.layout.close()
        super().close()

    # From the client, in whatever thread it reads: note it, and nothing else.

    def _on_message(self, message: MessageLike) -> None:
        with self._arriving:
            if message.cursor in self._lately:
                return
            self._lately.append(message.cursor)
        self._feed.add(lambda seq: self._entries.of(message, seq))

    def _on_state(self, state: str) -> None:
        self._state = state
        text = _STATES.get(state, state)
        self._feed.add(lambda seq: note(text, seq))

    def _load_past(self) -> None:
        for message in self._logged():
            self._feed.load(partial(self._entries.of, message))
            self._cursor = message.cursor

    def _catch_up(self) -> None:
        """Add what came after the past was read and before callbacks were set."""
        for message in self._logged():
            if message.cursor > self._cursor:
                self._on_message(message)

    def _logged(self) -> list[MessageLike]:
        both = [*self.client.messages, *self.client.sent]
        return sorted(both, key=attrgetter("cursor"))[-KEPT:]

    # On the pump, the only writer of traits and messages.

    def _deliver(self, entries: list[Entry], answers: list[Answer]) -> None:
        me = self._describe()
        if me != self.me:
            self.me = me
        if entries or answers:
            items = [on_wire(each) for each in entries]
            self.send({"op": "append", "items": items, "answers": answers})

    def _keep(self, history: list[Entry]) -> None:
        self.history = [on_wire(each) for each in history]

    def _catch_up_view(self, known: object) -> None:
        """Send what a view lacks that starts from an old history."""
        entries = self._feed.history(known if isinstance(known, int) else 0)
        self._deliver(entries, [])

    def _refresh_walkers(self) -> None:
        try:
            self.walkers = forms_of(self._source)
        except Exception as error:  # noqa: BLE001 - shown, as no cell would show it
            self._complain("the list of walkers cannot be read", error)

    def _describe(self) -> dict[str, Any]:
        client, known = self.client, self._known
        known["name"] = str(client.name)
        known["state"] = self._state
        for key in ("root_id", "client_id", "channel_id"):
            # A client that is closed may have no ids any more.
            with suppress(AttributeError, JacnbError):
                known[key] = str(getattr(client, key) or "")
        known["public"] = known["root_id"] == PUBLIC_ROOT_ID
        return dict(known)

    # From the browser: on the main thread, or on a subshell's while a cell runs.

    def _on_browser(
        self, _widget: object, content: Mapping[str, Any], _buffers: object
    ) -> None:
        if content.get("op") == "walkers":
            self._later(0, self._refresh_walkers)
        elif content.get("op") == "knock":
            # The page asks whether the panel is still here.
            self._later(0, partial(self.send, {"op": "here"}))
        elif content.get("op") == "after":
            self._later(0, partial(self._catch_up_view, content.get("seq")))
        elif content.get("op") == "send":
            self._send_order(content)

    def _send_order(self, order: Mapping[str, Any]) -> None:
        failed = None
        try:
            with self._sending:
                carry_out(order, self.client)
        except Exception as error:  # noqa: BLE001 - shown, as no cell would show it
            failed = self._complain("not sent", error)
        self._feed.answer({"nonce": str(order.get("nonce", "")), "error": failed})

    def _complain(self, what: str, error: Exception) -> str:
        text = f"{what}: {str(error) or type(error).__name__}"
        self._feed.add(lambda seq: note(text, seq, is_error=True))
        return text
