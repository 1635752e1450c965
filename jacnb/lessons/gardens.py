"""A garden of the check's own, for the exercises of lesson 12."""

from __future__ import annotations

from typing import Any, Final

from jacnb.client import Client
from jacnb.errors import WaitTimeoutError, WalkerError
from jacnb.graph import commit
from jacnb.lessons.outcomes import NotYet
from jacnb.lessons.probe import SECONDS, Probe
from jacnb.lessons.rehearsal import in_graph, seen_when_told
from jacnb.protocol.trace import Kind

_GIVEN: Final = ("plant", "join", "dig")


class Table:
    """A garden of the check's own: two players, a phone, and somebody who listens."""

    def __init__(self, probe: Probe) -> None:
        probe.given(*_GIVEN)
        self.probe = probe
        self.channel = probe.channel("garden")
        self.owner = probe.client("mia", self.channel)
        self.nora = probe.client("nora", self.channel)
        self.phone = probe.client("nora's phone", user="nora")
        self.omar = probe.client("omar", self.channel)
        self.quinn = probe.client("quinn", self.channel)
        planted = probe.call(self.owner, "plant", treasure="B4", channel=self.channel)
        probe.require(
            planted.reports,
            "plant reported nothing: it has to return jid(garden), as in the lesson's "
            "own cell. Run that once more, and all cells below it.",
        )
        self.garden = str(planted.reports[0])
        for player in (self.nora, self.omar):
            self._join(player)
        self.call(self.nora, "dig", square="A1")
        self._forget_the_setup()

    def _forget_the_setup(self) -> None:
        """Keep what the check itself has caused out of what is said to the learner."""
        people = (self.owner, self.nora, self.phone, self.omar, self.quinn)
        self.probe.settle(*people)
        for client in people:
            client.messages.clear()
        trace = self.probe.server.trace
        self._since = trace.next_seq if trace is not None else 0

    def _join(self, player: Client) -> None:
        try:
            self.call(player, "join", name=player.name)
        except NotYet as said:
            raise NotYet(
                "Nobody can join the check's garden: run the second cell with plant, "
                "the one with grant, and all cells below it once more.",
                said.why,
            ) from None

    def call(self, client: Client, walker: str, **fields: Any) -> Any:
        """Run a walker at the garden; return its report, None if there is not one."""
        try:
            reports = client.walker(
                walker, fields, node=self.garden, timeout=SECONDS
            ).reports
        except WalkerError as error:
            raise NotYet(f"The walker answered with an error: {error}") from None
        except WaitTimeoutError:
            raise NotYet(f"{walker} did not answer within {SECONDS:g} s.") from None
        return reports[0] if len(reports) == 1 else None

    def refused(self, client: Client, walker: str, why: str, **fields: Any) -> None:
        """Require that a walker refuses to do this; ``why`` says what is wrong."""
        try:
            client.walker(walker, fields, node=self.garden, timeout=SECONDS)
        except WalkerError as error:
            self.probe.require(
                str(error.error).startswith("ValueError"),
                f"{walker} should refuse this with a ValueError: {why}",
                f"It answered: {error.error}",
            )
            return
        except WaitTimeoutError:
            raise NotYet(f"{walker} did not answer within {SECONDS:g} s.") from None
        raise NotYet(f"{walker} should have refused this: {why}")

    def told(self, by: Client, walker: str, type: str, data: dict[str, Any]) -> None:
        """Require that the garden's channel was told this, once."""
        self.probe.settle(self.quinn)
        if not self.quinn.messages.where(type):
            self._went_elsewhere({"type": type, "data": data})
        self.received(self.quinn, type, by=by, walker=walker, data=data)

    def received(
        self,
        client: Client,
        type: str,
        *,
        by: Client,
        walker: str,
        data: dict[str, Any],
    ) -> None:
        """Require that somebody was told this, once, and nothing beside it."""
        message = self.probe.received(
            client, type, by=by, walker=walker, times=1, data=data
        )
        # Of data, what is asked for is enough elsewhere; here more may be a secret.
        self._has_no_more("data", set(message.data) - set(data))
        self._has_no_more("message", set(message.value) - {"type", "data"})

    def _has_no_more(self, where: str, keys: set[str]) -> None:
        self.probe.require(
            not keys,
            f"Nobody asked for {', '.join(sorted(keys))} in the {where}.",
            "What is sent can be read by everybody whom it reaches.",
        )

    def _went_elsewhere(self, message: dict[str, Any]) -> None:
        trace = self.probe.server.trace
        since = trace.since(self._since) if trace is not None else []
        sent = (e for e in since if e.kind is Kind.NOTIFICATION and e.value == message)
        self.probe.require(
            not any(sent),
            f"quinn, who listens on this garden's channel, did not receive the "
            f"{message['type']}.",
            "It was sent, but not there: a garden's channel is its here.channel.",
        )

    def stored(self, field: str) -> Any:
        """Return a field of the garden as it is in the graph now."""
        with in_graph(self.probe.server, self.owner) as session:
            return getattr(session.entry(self.garden), field)

    def write(self, **values: Any) -> None:
        """Write into the garden, past all walkers."""
        with in_graph(self.probe.server, self.owner) as session:
            garden = session.entry(self.garden)
            for field, value in values.items():
                setattr(garden, field, value)
            commit()

    def kept_when_told(
        self, client: Client, walker: str, field: str, **fields: Any
    ) -> list[Any]:
        """Run a walker here; return a field as it was stored at each notification."""
        return seen_when_told(
            self.probe.server,
            client,
            walker,
            lambda: self.stored(field),
            node=self.garden,
            **fields,
        )
