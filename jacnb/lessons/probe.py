"""What a check can do: try the learner's walkers, and judge by what was recorded.

Every method ends the check, with `NotYet` or `NotAttempted`, if things are not as it
says; so a check reads from top to bottom like the list of what an answer must do.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NoReturn

from jacnb.client import Client, Message, Response
from jacnb.client.inbox import Wanted
from jacnb.errors import ClientError, WaitTimeoutError, WalkerError
from jacnb.lessons.arrivals import wait_for
from jacnb.lessons.namespace import is_walker, nearly_called
from jacnb.lessons.nearness import differences, nearest
from jacnb.lessons.outcomes import NotAttempted, NotYet
from jacnb.lessons.records import (
    Asked,
    Attempts,
    Cause,
    causes_of,
    errors_of,
    events_of,
    ids_of,
    in_words,
    sent_by,
    sent_to,
)
from jacnb.protocol.trace import Entry

if TYPE_CHECKING:
    from jacnb.lessons.lab import Lab

SECONDS: Final = 3.0
"""How long an answer may take."""


class Probe:
    """One try of a check.

    Args:
        lab: The lesson that the question belongs to.
        attempts: Which attempt at the question is the newest.
    """

    def __init__(self, lab: Lab, attempts: Attempts | None = None) -> None:
        self.lab = lab
        self.server = lab.server
        self._attempts = attempts or Attempts()
        self._own: list[Client] = []

    def close(self) -> None:
        """Close the clients that this try made; what is sent from now on is new."""
        for client in self._own:
            client.close()
        if self.server.trace is not None:
            self._attempts.checked = self.server.trace.next_seq

    # What there is to look at.

    def channel(self, name: str) -> str:
        """Return a channel that nobody can have written into an answer."""
        return f"{name}-{secrets.token_hex(3)}"

    def client(
        self,
        name: str,
        channel: str | None = None,
        *,
        is_user: bool = True,
        user: str | None = None,
    ) -> Client:
        """Connect somebody of the check's own, until its end.

        Args:
            name: How the client is called in what the check says.
            channel: The channel to listen on; None is one of its own.
            is_user: Whether it has an account.
            user: Whose connection it is, if that is not its name.
        """
        user = (user or name) if is_user else None
        client = self.server.connect(user=user, channel_id=channel, name=name)
        self._own.append(client)
        return client

    def walker(self, name: str, *fields: str) -> None:
        """Require a walker that clients can call, with these fields."""
        self.require(*is_walker(name))
        declared = self.server.registry.find(name)
        if declared is None:
            self._is_called_otherwise(name)
            raise NotAttempted(f"There is no walker {name!r} yet.")
        self.require(
            declared.is_websocket,
            f"{name} is a walker, but cannot be called over a WebSocket: list "
            '"websocket" in the methods of its __specs__.',
        )
        for field in fields:
            self.require(
                field in declared.fields.names,
                f"{name} has no field {field!r}; it has "
                f"{', '.join(declared.fields.names) or 'none'}.",
            )

    def given(self, *names: str) -> None:
        """Require the walkers of the lesson's own cells that an answer builds on."""
        for name in names:
            self.require(
                self.server.registry.find(name),
                f"There is no walker {name!r}: run the cells above once more.",
            )

    def _is_called_otherwise(self, name: str) -> None:
        """Require that no walker has nearly this name: that may be the answer."""
        near = nearly_called(name, [each.name for each in self.server.registry])
        self.require(
            near is None,
            f"There is no walker {name!r}, but one that is called {near!r}.",
            "Names are compared letter by letter.",
        )

    def function(self, given: object, name: str) -> None:
        """Require a function that a check can call, and no walker."""
        self.require(
            callable(given) and not isinstance(given, type),
            f"{name} should be a function: def {name}(…), without a decorator.",
        )

    def no_more_fields(self, name: str, *fields: str) -> None:
        """Require that a walker has no fields but these: no claim can be passed."""
        declared = self.server.registry.find(name)
        more = [f for f in declared.fields.names if f not in fields] if declared else []
        self.require(
            not more,
            f"Nobody asked {name} for the field {', '.join(map(repr, more))}.",
            "Its callers could write there what they like.",
        )

    def attempted(self, *by: Client, words: tuple[str, ...] = ()) -> list[Entry]:
        """Require that one of these clients sent something, or anybody these words.

        Connection events do not count. Let somebody act in an exercise who is silent in
        the lesson until then.

        Returns:
            What was sent, oldest first.
        """
        self.settle()
        trace = self.server.trace
        everything = events_of(trace) if trace is not None else []
        ids: set[str | None] = set().union(*(ids_of(client) for client in by))
        found = [
            entry
            for entry in everything
            if entry.client_id in ids or any(w in (entry.text or "") for w in words)
        ]
        if not found:
            names = " or ".join(client.name for client in by)
            raise NotAttempted(f"{names} has sent nothing so far.")
        self._attempts.look_at(found)
        return found

    def errors(self, event: Entry) -> list[Any]:
        """Return the errors that the server has answered to an event."""
        trace = self.server.trace
        return errors_of(trace, event) if trace is not None else []

    def told(self, name: str, event: Entry) -> list[str]:
        """Return lines about somebody's last event: what it was, and its error."""
        return [
            f"What {name} sent last: {event.text}",
            *(
                f"The server answered with an error: {in_words(error)}"
                for error in self.errors(event)[-1:]
            ),
        ]

    def _sent(self, *clients: Client) -> list[Entry]:
        trace = self.server.trace
        return sent_by(trace, clients) if trace is not None else []

    # Judging.

    def require(self, is_so: object, why: str, *details: str) -> None:
        """Require anything; ``why`` is one line about what is missing."""
        if not is_so:
            raise NotYet(why, *details)

    def call(self, client: Client, walker: str, /, **fields: Any) -> Response:
        """Run a walker, and require that it answers in time and without an error."""
        try:
            return client.walker(walker, fields, timeout=SECONDS)
        except WalkerError as error:
            raise NotYet(f"The walker answered with an error: {error}") from None
        except WaitTimeoutError:
            raise NotYet(f"{walker} did not answer within {SECONDS:g} s.") from None

    def refused(self, client: Client, walker: str, /, **fields: Any) -> str:
        """Run a walker, require that it answers with an error, and return that."""
        try:
            response = client.walker(walker, fields, timeout=SECONDS)
        except WalkerError as error:
            return str(error)
        except WaitTimeoutError:
            raise NotYet(f"{walker} did not answer within {SECONDS:g} s.") from None
        raise NotYet(
            f"{walker} should have refused {client.name}, but it answered "
            f"{response.reports!r}."
        )

    def received(
        self,
        client: Client,
        type: str | None = None,
        *,
        by: Client | None = None,
        event: str | None = None,
        walker: str | None = None,
        but_not: Sequence[Client] = (),
        times: int | None = None,
        **fields: Any,
    ) -> Message:
        """Require that a message arrived, within three seconds of being sent.

        What was tried before does no harm: it is enough that one message is right. If
        none is, what is said is about the newest attempt.

        Args:
            client: Who received it.
            type: Its ``type``.
            by: Whose event caused it.
            event: The type of that event, ``channel`` or ``walker`` for instance.
            walker: The walker that sent it.
            but_not: Whom it did not go to.
            times: How often, exactly; for clients of the check's own.
            fields: What it holds, as for `Client.expect`.
        """
        wanted, asked = Wanted(type, fields), Asked(by, event, walker)
        self._wait_for(client, wanted)
        begins = self._attempts.begins
        for since in (0, begins) if begins else (0,):
            try:
                return self._found(client, wanted, asked, but_not, times, since)
            except NotYet as said:
                found = said
        refusal = [line for line in self._refusal(by) if line not in found.details]
        raise NotYet(found.why, *found.details, *refusal)

    def received_nothing(
        self, client: Client, type: str | None = None, **fields: Any
    ) -> None:
        """Require that no such message arrived; for clients of the check's own."""
        self.settle(client)
        found = client.messages.where(type, **fields)
        others = [message for message in found if message.type != "connection"]
        if others:
            raise NotYet(
                f"{client.name} should not have received this:", others[-1].excerpt()
            )

    def settle(self, *receivers: Client) -> None:
        """Wait until all that was sent so far was handled, and has reached these."""
        for client in (*self.lab.everybody(), *self._own):
            if _last(client) != self.lab.settled.get(client):
                self._sync(client)
        # Only now: what arrives at them may have been sent by any of those.
        for client in receivers:
            self._sync(client)

    def _sync(self, client: Client) -> None:
        # A client that is closed, or whose walker still runs, has what it has.
        with suppress(ClientError):
            client.sync(timeout=SECONDS)
        self.lab.settled[client] = _last(client)

    # How a message is looked for, and what is said if there is none.

    def _wait_for(self, client: Client, wanted: Wanted) -> None:
        self.settle(client)
        is_over = all(run.is_done for run in self.server.runs)
        # Nothing can follow, but for a walker that still runs.
        wait_for(client, wanted.fits, 0 if is_over else SECONDS)

    def _found(
        self,
        client: Client,
        wanted: Wanted,
        asked: Asked,
        but_not: Sequence[Client],
        times: int | None,
        since: int,
    ) -> Message:
        """Return a message that is as it should be, of those since a point in time."""
        arrived = self._arrived(client, since)
        found = [message for message in arrived if wanted.fits(message)]
        if not found:
            self._missing(client, wanted, asked.by, arrived, is_again=since > 0)
        causes = [cause for one in found for cause in self._causes(client, one, since)]
        fitting = [cause for cause in causes if asked.fits(cause)]
        if not fitting:
            self._caused_otherwise(client, causes, asked)
        self._went_no_further(client, fitting, but_not)
        if times is not None and len(found) != times:
            raise NotYet(
                f"{client.name} received that message {len(found)} times, not {times}."
            )
        return found[-1]

    def _arrived(self, client: Client, since: int) -> list[Message]:
        trace = self.server.trace
        if not since or trace is None:
            return list(client.messages)
        sent = sent_to(trace, client, since)
        return [message for message in client.messages if message.value in sent]

    def _causes(self, client: Client, message: Message, since: int = 0) -> list[Cause]:
        trace = self.server.trace
        return causes_of(trace, client, message, since) if trace is not None else []

    def _went_no_further(
        self, client: Client, causes: list[Cause], but_not: Sequence[Client]
    ) -> None:
        others = set().union(*(ids_of(other) for other in but_not))
        if all(others & cause.reached for cause in causes):
            reached = causes[-1].reached
            names = [each.name for each in but_not if ids_of(each) & reached]
            raise NotYet(f"{client.name} received it, but so did {', '.join(names)}.")

    def _missing(
        self,
        client: Client,
        wanted: Wanted,
        by: Client | None,
        arrived: Sequence[Message],
        *,
        is_again: bool,
    ) -> NoReturn:
        message = nearest(wanted, arrived)
        if message is not None:
            raise NotYet(
                f"{client.name} received no {wanted}.",
                f"The nearest that arrived: {message.excerpt()}",
                f"What differs: {'; '.join(differences(wanted, message))}.",
                *self._sent_after(client, message, by),
            )
        this_time = " this time" * is_again
        raise NotYet(
            f"{client.name} received no {wanted}{this_time}, nor anything like it.",
            *self._last_of(by),
        )

    def _sent_after(
        self, client: Client, message: Message, by: Client | None
    ) -> list[str]:
        """Return lines about a learner's last event if it was not what caused this."""
        last = self._sent(by)[-1:] if by is not None and by not in self._own else []
        causes = {cause.seq for cause in self._causes(client, message)}
        return [] if not last or last[0].seq in causes else self._last_of(by)

    def _last_of(self, by: Client | None) -> list[str]:
        sent = self._sent(by) if by is not None else []
        return self.told(by.name, sent[-1]) if by is not None and sent else []

    def _refusal(self, by: Client | None) -> list[str]:
        """Return lines about the last event if the server has refused it."""
        lines = self._last_of(by)
        return lines if len(lines) > 1 else []

    def _caused_otherwise(
        self, client: Client, causes: list[Cause], asked: Asked
    ) -> NoReturn:
        raise NotYet(
            f"{client.name} received it, but it was not sent {asked}.",
            *(f"It was sent {self._described(cause)}." for cause in causes[-1:]),
        )

    def _described(self, cause: Cause) -> str:
        people = (*self.lab.everybody(), *self._own)
        names = [each.name for each in people if cause.client_id in ids_of(each)]
        who = f"by {names[0]}" if names else "by another connection"
        if cause.walker:
            return f"{who} through the walker {cause.walker}"
        return f"{who} with a {cause.event} event" if cause.event else "by the server"


def _last(client: Client) -> int | None:
    sent = client.sent[-1:]
    return sent[0].cursor if sent else None
