"""Send events, and wait for what answers them: the steps of each conversation."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from jacnb.client.calls import Call
from jacnb.client.events import make_event
from jacnb.client.intake import Intake
from jacnb.client.messages import Message
from jacnb.client.presence import ConnectionInfo
from jacnb.client.response import Response
from jacnb.client.steps import Steps, Wait
from jacnb.errors import JacnbError, WaitTimeoutError
from jacnb.protocol.events import ConnectionEvent, Event, PairedEvent, WalkerEvent


class Sender(Protocol):
    """What the exchange needs of a transport."""

    def send(self, text: str | bytes) -> None:
        """Send one message."""
        ...

    def wake(self) -> None:
        """Let every wait look again."""
        ...


class Exchange:
    """What a client says and waits for; `Intake` is what it hears.

    Args:
        sender: The way to the server.
        intake: Where the transport's news goes.
    """

    def __init__(self, sender: Sender, intake: Intake) -> None:
        self._sender = sender
        self._intake = intake
        # Without an echoed id, calls take turns: the first of these has it.
        self._turns: list[object] = []
        # Whether an error without an id could still answer something sent earlier.
        self._is_unsettled = False
        self.hindrance = ""
        """Why this client hears nothing, if that is so on purpose."""

    def send(self, event: Event | str | bytes) -> None:
        """Send an event that has no answer, though an error may come."""
        self._intake.notices.warn()
        self._is_unsettled = True
        self._post(event)

    def ask(
        self,
        event: PairedEvent,
        timeout: float | None,
        *,
        changes_user: bool = False,
        is_fence: bool = False,
    ) -> Steps[ConnectionInfo]:
        """Send an event that a connection message answers, and return what it says."""
        self._prepare_to_wait()
        presence = self._intake.presence
        ask = presence.ask(changes_user=changes_user, is_fence=is_fence)
        try:
            self._post(event.model_copy(update={"id": ask.id}), is_fence=is_fence)
        except JacnbError:
            presence.cancel(ask)
            raise
        try:
            is_answered = yield Wait(lambda: ask.is_done, timeout)
        finally:
            presence.abandon(ask)
        if not is_answered:
            raise self._unheard(
                "the server did not answer in time; does a walker of this client still "
                "run?"
            )
        return ask.result()

    def sync(self, timeout: float | None) -> Steps[None]:
        """Wait until all that was sent before is answered."""
        self._is_unsettled = False
        yield from self.ask(ConnectionEvent(), timeout, is_fence=True)

    def call(
        self, name: str, fields: dict[str, Any], node: str | None, timeout: float | None
    ) -> Steps[Response]:
        """Run a walker and return its response."""
        self._prepare_to_wait()
        if self._intake.calls.echoes:
            return (yield from self._call(name, fields, node, timeout))
        deadline = None if timeout is None else time.monotonic() + timeout
        turn = object()
        try:
            self._turns.append(turn)
            if not (yield Wait(lambda: self._turns[0] is turn, timeout)):
                raise self._late(name)
            yield from self._settle(_remaining(deadline))
            return (yield from self._call(name, fields, node, _remaining(deadline)))
        finally:
            # An interrupt may have come before the turn was taken.
            with suppress(ValueError):
                self._turns.remove(turn)
            self._sender.wake()

    def start(self, name: str, fields: dict[str, Any], node: str | None) -> Call:
        """Run a walker; its answer is paired with the call when it comes."""
        self._intake.notices.warn()
        calls = self._intake.calls
        call = calls.begin(name)
        parts = {"walker": name, "context": fields, "node": node, "id": call.id}
        try:
            self._post(make_event(WalkerEvent, response=True, **parts))
        except JacnbError:
            calls.cancel(call)
            raise
        return call

    def _call(
        self, name: str, fields: dict[str, Any], node: str | None, timeout: float | None
    ) -> Steps[Response]:
        call = self.start(name, fields, node)
        if not (yield Wait(lambda: call.is_done, timeout)):
            raise self._late(name)
        return Response.of(call.result())

    def _settle(self, timeout: float | None) -> Steps[None]:
        """Let all earlier errors and late answers pass, where none has an id."""
        calls = self._intake.calls
        if calls.echoes is False and (self._is_unsettled or calls.is_waiting):
            yield from self.sync(timeout)
            calls.forget_all()

    def take(
        self,
        fits: Callable[[Message], bool],
        timeout: float | None,
        otherwise: Message | None = None,
    ) -> Steps[Message | None]:
        """Wait for an unread message that fits, and take it.

        Returns:
            The message, ``otherwise`` when there is none, None if that is None too.

        Raises:
            ConnectionClosedError: If there is none and will be none.
        """
        message = (yield from self.take_until_closed(fits, timeout)) or otherwise
        if message is None and self._intake.is_closed:
            raise self._intake.closed_error()
        return message

    def take_until_closed(
        self, fits: Callable[[Message], bool], timeout: float | None = None
    ) -> Steps[Message | None]:
        """Wait for an unread message that fits, and take it; None is the end."""
        self._prepare_to_wait()
        intake = self._intake
        found: list[Message] = []

        def is_over() -> bool:
            if not found and (message := intake.inbox.take(fits)) is not None:
                found.append(message)
            return bool(found) or intake.is_closed

        yield Wait(is_over, timeout)
        # What came between the last look and the end still counts.
        return found[0] if found else intake.inbox.take(fits)

    def greeting(self, timeout: float) -> Steps[bool]:
        """Wait to be greeted; return whether that was so."""
        intake = self._intake
        yield Wait(lambda: intake.presence.is_greeted or intake.is_closed, timeout)
        return intake.presence.is_greeted

    def _prepare_to_wait(self) -> None:
        """Refuse in a callback, before anything is sent; warn of what went wrong."""
        self._intake.notices.refuse_to_wait()
        self._intake.notices.warn()

    def _post(self, event: Event | str | bytes, *, is_fence: bool = False) -> None:
        text = event.to_text() if isinstance(event, Event) else event
        if self._intake.state != "open":
            raise self._intake.closed_error()
        # First, for in memory the answer arrives before `send` returns.
        shown = text if isinstance(text, str) else repr(text)
        self._intake.record_sent(shown, is_fence=is_fence)
        self._sender.send(text)

    def _unheard(self, words: str) -> WaitTimeoutError:
        """Return the error for an answer that was not heard, or why it cannot be."""
        return WaitTimeoutError(self.hindrance or words)

    def _late(self, name: str) -> WaitTimeoutError:
        return self._unheard(
            f"walker {name} did not answer in time; if it needs longer, pass "
            "timeout=<seconds>"
        )


def _remaining(deadline: float | None) -> float | None:
    return None if deadline is None else max(0.0, deadline - time.monotonic())
