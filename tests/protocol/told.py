"""A trace to be told: alice runs a walker that tells bob."""

from __future__ import annotations

from itertools import count

from jacnb.protocol import PUBLIC, Connection, Identity, Kind, Trace


def connection(client_id: str, email: str | None = None, channel: str = "room"):
    identity = PUBLIC if email is None else Identity("n::a", email, email)
    made = Connection(identity, channel)
    made.client_id = client_id
    return made


ALICE = connection("1:aaaa", "alice@example.com")
BOB = connection("1:bbbb", "bob@example.com")
SOMEBODY = connection("1:cccc", channel="lobby")

CHAT = '{"type":"chat","data":{"message":"hello"}}'
CALL = '{"type":"walker","walker":"shout","context":{"text":"hello"}}'


def new_trace() -> Trace:
    """Return an empty trace whose clock goes a quarter of a second at a time."""
    ticks = count(400)
    return Trace(lambda: next(ticks) / 4)


def story() -> Trace:
    """Return alice's call, all that it led to, and somebody else's message."""
    trace = new_trace()
    opened = trace.record(Kind.OPEN, "open", sender=ALICE)
    trace.record(Kind.REPLY, "connection", text="{}", receivers=(ALICE,), cause=opened)
    event = trace.record(Kind.EVENT, "walker", text=CALL, sender=ALICE)
    run = trace.record(Kind.RUN, "shout", sender=ALICE, cause=event)
    trace.record(Kind.VISIT, "n::a", cause=run)
    told = (ALICE, BOB)
    trace.record(Kind.NOTIFICATION, "channel", text=CHAT, receivers=told, cause=run)
    trace.record(Kind.END, "shout", sender=ALICE, cause=run)
    answer = '{"status":200,"reports":["HI"]}'
    trace.record(Kind.REPLY, "walker", text=answer, receivers=(ALICE,), cause=run)
    sent = '{"type":"client","client_ids":["1:bbbb"],"data":{"val":1}}'
    event = trace.record(Kind.EVENT, "client", text=sent, sender=SOMEBODY)
    trace.record(
        Kind.NOTIFICATION, "client", text='{"val":1}', receivers=(BOB,), cause=event
    )
    trace.record(Kind.CLOSE, "close", sender=SOMEBODY)
    return trace
