"""What pages did: whoever is connected and is not one of the lesson's people."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from jacnb.errors import JacnbError
from jacnb.lessons.outcomes import NotYet
from jacnb.lessons.probe import SECONDS, Probe
from jacnb.protocol.trace import Entry, Kind

_NO_TEXT: Final = "[object Object]"


def _people(probe: Probe) -> set[str]:
    return {client.client_id for client in probe.lab.everybody() if client.is_open}


def connected(probe: Probe, channel: str | None = None) -> list[str]:
    """Return who is connected besides the lesson's people."""
    return [
        each.client_id
        for each in probe.server.connections
        if each.client_id not in _people(probe) and channel in (None, each.channel_id)
    ]


def settle(probe: Probe) -> None:
    """Wait until what the pages have sent so far has been handled."""
    for page in connected(probe):
        # What it sent before its answer to a ping has arrived by then.
        with suppress(JacnbError):
            probe.server.ping(page, SECONDS)


def _strangers(probe: Probe, kind: Kind) -> list[Entry]:
    """Return what the server recorded of others than the lesson's people."""
    probe.settle()
    settle(probe)
    known = _people(probe)
    return [
        entry
        for entry in probe.server.trace or ()
        if entry.kind is kind and entry.client_id not in known
    ]


def events_with(probe: Probe, *words: str) -> list[Entry]:
    """Return the events of pages that hold one of these words, oldest first."""
    events = [e for e in _strangers(probe, Kind.EVENT) if e.type != "connection"]
    found = [e for e in events if any(word in (e.text or "") for word in words)]
    if not found and events and events[-1].text == _NO_TEXT:
        raise NotYet(
            f"The server got the text {_NO_TEXT}: that is what an object becomes.",
            "Send its JSON: client.send(JSON.stringify(event)).",
        )
    return found


def led_to(probe: Probe, event: Entry, kind: Kind = Kind.REPLY) -> list[Entry]:
    """Return what an event led to."""
    trace = probe.server.trace
    return list(trace.where(kind=kind.value, cause=event)) if trace else []


def roots_told(probe: Probe, event: Entry) -> list[str]:
    """Return the root ids that a page was told before an event of it, oldest first.

    The last one is who sent the event.
    """
    return [
        entry.value["data"]["root_id"]
        for entry in probe.server.trace or ()
        if entry.kind is Kind.REPLY
        and entry.type == "connection"
        and event.client_id in entry.receiver_ids
        # Answers may be written down after the next event: what they answer is not.
        and (entry.cause is None or entry.cause < event.seq)
    ]


def away(probe: Probe, before: str | None, after: str | None) -> float:
    """Return the seconds from the end of one connection to the start of another."""
    trace = probe.server.trace or ()
    closed = [e for e in trace if e.kind is Kind.CLOSE and e.client_id == before]
    opened = [e for e in trace if e.kind is Kind.OPEN and e.client_id == after]
    # Of what the record has forgotten, nothing can be said.
    return opened[0].time - closed[0].time if closed and opened else 0.0
