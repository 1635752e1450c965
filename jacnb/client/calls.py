"""Pair the answers of a server with the walker calls that asked for them.

Anybody may send a message that looks like a response: the data of a `client` event
arrives as it was written, and ``{"status":200,"reports":["ok"]}`` is such data. So
the look of a message proves nothing, and what counts depends on the server:

- It echoes the `id` of a call (docs/protocol.md, section 7). Each call has a random
  one that nobody else knows: a message with it is the answer, all else is not.
- It does not (jac-cloud). It still handles the events of one connection in order, so
  the next message that looks like an answer belongs to the oldest open call. There is
  one call at a time; one that timed out keeps its place, so that its late answer is
  not given to the next. A forgery cannot be told there; nothing on the wire differs.

Which of the two a server is cannot be asked outright, and must not be believed from a
message without an `id`: that is what a forger would send first. But whoever sends an
event with an unknown type gets an error that repeats that type, on both servers.
A random type makes it a *challenge*: its answer cannot be forged, and by then every
earlier call was answered. So the first lookalike is held back and a challenge sent.
If an `id` of ours comes back, the server echoes and the lookalike was somebody's data;
if the challenge's answer comes first, it does not, and the lookalikes just before it
are the answers. Where nobody forges, a server that echoes never sees a challenge.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any, Final

from jacnb.client.closing import closed_error
from jacnb.client.messages import Message
from jacnb.errors import ConnectionClosedError, WalkerError

_MAX_ABANDONED: Final = 1000


@dataclass(slots=True, eq=False)
class Call:
    """A walker event that awaits its answer."""

    walker: str
    id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    answer: Message | None = None
    failure: ConnectionClosedError | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was answered, or never will be."""
        return self.answer is not None or self.failure is not None

    def result(self) -> Mapping[str, Any]:
        """Return the answer.

        Raises:
            WalkerError: If the server answered with an error.
            ConnectionClosedError: If the connection ended first.
        """
        if self.failure is not None:
            raise ConnectionClosedError(self.failure.code, self.failure.reason)
        value: dict[str, Any] = self.answer.value if self.answer else {}
        if "error" in value and "reports" not in value:
            raise WalkerError(self.walker, value["error"])
        return value


class Calls:
    """The open calls of one client.

    Args:
        give_back: Called with a message that was held back and is no answer.
        challenge: Called with a random event type to send.
    """

    def __init__(
        self, give_back: Callable[[Message], None], challenge: Callable[[str], None]
    ) -> None:
        self.echoes: bool | None = None
        self._give_back = give_back
        self._challenge = challenge
        self._open: dict[str, Call] = {}
        self._held: list[Message] = []
        self._secret = ""
        self._challenged: list[Call] = []
        # A challenge may be answered while it is being sent (in memory).
        self._lock = RLock()

    def begin(self, walker: str) -> Call:
        """Return a new call; to be sent only after this."""
        call = Call(walker)
        with self._lock:
            self._open[call.id] = call
            if len(self._open) > _MAX_ABANDONED:
                del self._open[next(iter(self._open))]
        return call

    def cancel(self, call: Call) -> None:
        """Forget a call that was never sent."""
        with self._lock:
            self._open.pop(call.id, None)

    @property
    def is_waiting(self) -> bool:
        """Whether some call was not answered yet, though its caller may be gone."""
        return bool(self._open)

    def forget_all(self) -> None:
        """Forget calls that will not be answered, for a later event was."""
        with self._lock:
            self._open.clear()

    def fail_all(self, code: int, reason: str) -> None:
        """End every call, because the connection did."""
        with self._lock:
            for call in self._open.values():
                call.failure = closed_error(code, reason)
            self._open.clear()
            self._challenged.clear()
            self._secret = ""
            self._release()

    def take(self, message: Message) -> bool:
        """Tell whether the message is an answer or held back, and pair it."""
        value = message.value
        if not isinstance(value, dict) or not (self._open or self._secret):
            return False
        with self._lock:
            return (
                self._by_id(message, value.get("id"))
                or self._answers_challenge(message)
                or self._by_order(message, value)
            )

    def _by_id(self, message: Message, id: object) -> bool:
        call = self._open.pop(id, None) if isinstance(id, str) else None
        if call is None:
            return False
        call.answer = message
        self.echoes = True
        self._release()
        return True

    def _answers_challenge(self, message: Message) -> bool:
        if not self._secret or self._secret not in message.text:
            return False
        self._secret = ""
        if self.echoes is None:
            self.echoes = False
            self._pair_backwards()
        self._release()
        return True

    def _pair_backwards(self) -> None:
        """Give the last messages before the challenge's answer to what they answer."""
        for call in reversed(self._challenged):
            self._open.pop(call.id, None)
            if self._held:
                call.answer = self._held.pop()
        self._challenged.clear()

    def _by_order(self, message: Message, value: dict[str, Any]) -> bool:
        if self.echoes or not self._open or not _looks_like_answer(value):
            return False
        if self.echoes is None:
            self._hold(message)
        else:
            self._open.pop(next(iter(self._open))).answer = message
        return True

    def _hold(self, message: Message) -> None:
        self._held.append(message)
        if not self._secret:
            self._secret = f"pairing-{secrets.token_hex(16)}"
            self._challenged = list(self._open.values())
            self._challenge(self._secret)

    def _release(self) -> None:
        held, self._held = self._held, []
        for message in held:
            self._give_back(message)


def _looks_like_answer(value: dict[str, Any]) -> bool:
    """Tell whether a server that echoes no id could answer a walker event so."""
    if value.keys() == {"status", "reports"}:
        return isinstance(value["status"], int) and isinstance(value["reports"], list)
    if value.keys() == {"type", "error"}:
        return bool(value["type"] == "walker")
    return value.keys() == {"error"}
