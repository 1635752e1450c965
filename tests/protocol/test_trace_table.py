from __future__ import annotations

import pytest
from told import ALICE, BOB, CHAT, connection, new_trace, story

from jacnb.protocol import Kind, Trace

# fmt: off
WHOLE = """\
 #    time  kind          who             whom        type          bytes  cause        message
 0  +0.000  open          alice        →  server      open
 1  +0.250  reply         server       →  alice       connection        2  ← #0 open
 2  +0.500  event         alice        →  server      walker shout     61               {"text":"hello"}
 3  +0.750  run           shout        ▶              shout                ← #2 shout
 4  +1.000  visit         shout        ●              n::a                 ← #3 shout
 5  +1.250  notification  server       →  alice, bob  chat             42  ← #3 shout   {"message":"hello"}
 6  +1.500  end           shout        ■              shout                ← #3 shout
 7  +1.750  reply         server       →  alice       response         31  ← #3 shout   ["HI"]
 8  +2.000  event         public cccc  →  server      client           58               {"val":1}
 9  +2.250  notification  server       →  bob         client            9  ← #8 client  {"val":1}
10  +2.500  close         public cccc  ✕  server      close"""  # noqa: E501
# fmt: on


def rows(trace: Trace) -> list[str]:
    return [" ".join(line.split()) for line in repr(trace.table()).splitlines()[1:]]


def test_a_table_tells_who_said_what_to_whom_and_why() -> None:
    assert repr(story().table()) == WHOLE


def test_a_part_keeps_numbers_times_and_causes() -> None:
    said = repr(story().where(type="chat").table()).splitlines()
    assert said[1].split() == WHOLE.splitlines()[6].split()
    assert len(said) == 2


@pytest.mark.parametrize("limit", ["x", -1, 1.5, True])
def test_a_limit_is_a_number_of_entries(limit) -> None:
    with pytest.raises(ValueError, match="limit is how many entries, .* not"):
        story().table(limit)


def test_the_newest_rows_are_shown_and_the_others_counted() -> None:
    said = repr(story().table(limit=2)).splitlines()
    assert said[0] == "… 9 earlier ones"
    assert [line.split()[0] for line in said[1:]] == ["#", "9", "10"]
    assert len(story().table(limit=None)) == 11
    assert len(story().table(limit=0)) == 0


def test_fifty_rows_are_shown_unless_asked_for_more() -> None:
    trace = new_trace()
    for _ in range(60):
        trace.record(Kind.EVENT, "connection", text="{}", sender=ALICE)
    assert len(trace.table()) == 50
    assert "<p>… 10 earlier ones</p>" in trace._repr_html_()


def test_failures_are_marked() -> None:
    trace = new_trace()
    run = trace.record(Kind.RUN, "boom", sender=ALICE)
    trace.record(Kind.END, "boom", text="ValueError: no luck", cause=run)
    error = '{"type":"walker","error":"ValueError: no luck"}'
    trace.record(Kind.REPLY, "walker", text=error, receivers=(ALICE,), cause=run)
    listed = '{"error":[{"msg":"Field required"}]}'
    trace.record(Kind.REPLY, "error", text=listed, receivers=(BOB,))
    trace.record(Kind.DROP, "channel", text=CHAT, sender=BOB, cause=44)
    assert rows(trace) == [
        "0 +0.000 run boom ▶ boom",
        "1 +0.250 error boom ✗ boom 19 ← #0 boom ValueError: no luck",
        "2 +0.500 error server ✗ alice error 47 ← #0 boom ValueError: no luck",
        "3 +0.750 error server ✗ bob error 36 Field required",
        '4 +1.000 error server ✗ bob chat 42 ← #44 not kept {"message":"hello"}',
    ]


def test_what_is_not_known_is_not_invented() -> None:
    trace = new_trace()
    trace.record(Kind.VISIT, "n::a")
    trace.record(Kind.OPEN, "open")
    trace.record(Kind.EVENT, "invalid", text="not json", sender=ALICE)
    trace.record(Kind.NOTIFICATION, "user", text="[1]")
    trace.record(Kind.REPLY, "walker", text="[2]", receivers=(ALICE,))
    trace.record(Kind.EVENT, "channel", text='{"data":{"a":NaN}}', sender=ALICE)
    assert rows(trace) == [
        "0 +0.000 visit n::a ● n::a",
        "1 +0.250 open ? → server open",
        "2 +0.500 event alice → server invalid 8 not json",
        "3 +0.750 notification server → nobody user 3 [1]",
        "4 +1.000 reply server → alice response 3",
        "5 +1.250 event alice → server channel 18",
    ]


def test_dropped_payloads_are_shown_as_such() -> None:
    trace = Trace(lambda: 1.0, max_bytes=10)
    receivers = (ALICE, BOB)
    trace.record(Kind.NOTIFICATION, "channel", text=CHAT, receivers=receivers)
    assert rows(trace) == [
        "0 +0.000 notification server → 2 clients channel 42 (not kept any more)"
    ]


def test_many_receivers_are_counted() -> None:
    trace, room = new_trace(), [connection(f"1:{n:04}") for n in range(5)]
    trace.record(Kind.NOTIFICATION, "channel", text="{}", receivers=room)
    assert "public 0000, public 0001, p…" in repr(trace.table())
    assert "public 0000, public 0001, public 0002 and 2 more" in trace._repr_html_()
