from __future__ import annotations

import pytest
from told import ALICE, BOB, CHAT, connection, new_trace, story

from jacnb.protocol import Kind, Trace
from jacnb.protocol.telling.mermaid import MAX_TEXT, escaped

STORY = """\
sequenceDiagram
    participant c1 as alice
    participant c2 as bob
    participant c3 as public cccc
    participant s as server
    participant w1 as shout
    c1->>s: connects
    s-->>c1: connection
    c1->>s: walker shout {"text"#58;"hello"}
    s->>+w1: runs
    Note over w1: visits n#58;#58;a
    w1-)c1: chat {"message"#58;"hello"}
    w1-)c2: chat {"message"#58;"hello"}
    w1-->>-s: ends
    s-->>c1: response ["HI"]
    c3->>s: client {"val"#58;1}
    s-)c2: client {"val"#58;1}
    c3-xs: closes
"""


def arrows(trace: Trace) -> list[str]:
    lines = [line.strip() for line in trace.to_mermaid().splitlines()[1:]]
    return [line for line in lines if not line.startswith("participant")]


def test_a_diagram_has_lanes_for_clients_server_and_walkers() -> None:
    assert story().to_mermaid() == STORY


# Each was given to Mermaid 11.17 and came back as it is on the left.
@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("end", "end"),
        ("a; b", "a#59; b"),
        ("#35;", "#35;35#59;"),
        ("wrap: x", "wrap#58; x"),
        ("style x: y#59;", "style x#58; y#35;59#59;"),
        ("%%{init: {}}%%", "#37;#37;{init#58; {}}#37;#37;"),
        ("a->>b", "a-#62;#62;b"),
        ("<b>&amp;</b>", "#60;b#62;#38;amp#59;#60;/b#62;"),
        ("$$x$$ `y` @{", "#36;#36;x#36;#36; #96;y#96; #64;{"),
        ("\"say\" 'it' \\n", "\"say\" 'it' #92;n"),
        ("ﬂ°°60¶ß", "#64258;#176;#176;60#182;#223;"),
        ("a\nb\u2028c\u202ed", "a#92;nb#92;u2028c#92;u202ed"),
        ("مرحبا 日本 🎉", "مرحبا 日本 #127881;"),
    ],
)
def test_hostile_text_is_escaped(text, written) -> None:
    assert escaped(text) == written


def test_names_and_walkers_are_escaped_too() -> None:
    trace = new_trace()
    trace.record(Kind.OPEN, "open", sender=connection("1:a", "a; #<b>\n@x.org"))
    trace.record(Kind.RUN, "end\nloop; <i>")
    assert trace.to_mermaid().splitlines()[1:4] == [
        "    participant c1 as a#59; #35;#60;b#62;#92;n",
        "    participant s as server",
        "    participant w1 as end#92;nloop#59; #60;i#62;",
    ]


def test_failures_end_in_a_cross() -> None:
    trace = new_trace()
    run = trace.record(Kind.RUN, "boom", sender=ALICE)
    trace.record(Kind.END, "boom", text="ValueError: no", cause=run)
    error = '{"type":"walker","error":"ValueError: no"}'
    trace.record(Kind.REPLY, "walker", text=error, receivers=(ALICE,), cause=run)
    trace.record(Kind.DROP, "channel", text=CHAT, sender=BOB)
    trace.record(Kind.DROP, "channel", text="{}", receivers=(BOB,))
    assert arrows(trace) == [
        "s->>+w1: runs",
        "w1--x-s: ValueError#58; no",
        "s--xc1: error ValueError#58; no",
        's-xc2: chat {"message"#58;"hello"}',
        "s-xc2: channel",
    ]


def test_a_report_is_a_note_at_its_walker() -> None:
    trace = new_trace()
    run = trace.record(Kind.RUN, "shout", sender=ALICE)
    trace.record(Kind.REPORT, "n::a", text='{"a":1}', cause=run)
    trace.record(Kind.END, "shout", cause=run)
    assert arrows(trace)[1] == 'Note over w1: reports {"a"#58;1}'


def test_a_bar_that_did_not_begin_does_not_end() -> None:
    trace = new_trace()
    run = trace.record(Kind.RUN, "shout")
    trace.record(Kind.END, "shout", cause=run)
    trace.record(Kind.END, "lonely")
    said = trace.where(kind="end").to_mermaid()
    assert "w1-->>s: ends" in said
    assert "w2-->>s: ends" in said


def test_bars_of_one_walker_may_overlap() -> None:
    trace = new_trace()
    runs = [trace.record(Kind.RUN, "shout") for _ in range(2)]
    for run in runs:
        trace.record(Kind.END, "shout", cause=run)
    assert arrows(trace) == ["s->>+w1: runs"] * 2 + ["w1-->>-s: ends"] * 2


def test_what_reaches_nobody_is_a_note() -> None:
    trace = Trace(lambda: 1.0, max_bytes=60)
    trace.record(Kind.NOTIFICATION, "channel", text=CHAT, receivers=(ALICE, BOB))
    trace.record(Kind.NOTIFICATION, "user", text=CHAT)
    trace.record(Kind.OPEN, "open")
    assert arrows(trace) == [
        "Note over s: channel (not kept any more) → 2 clients",
        'Note over s: chat {"message"#58;"hello"} → nobody',
        "s->>s: connects",
    ]


def test_the_seventeenth_client_and_later_share_a_lane() -> None:
    trace, room = new_trace(), [connection(f"1:{n:04}") for n in range(40)]
    trace.record(Kind.NOTIFICATION, "channel", text="{}", receivers=tuple(room))
    said = trace.to_mermaid().splitlines()
    assert said[16:18] == [
        "    participant c16 as public 0015",
        "    participant o as 24 more clients",
    ]
    assert said[-1] == "    s-)o: channel (to 24 clients)"


def test_a_long_trace_is_cut_to_what_mermaid_draws() -> None:
    trace = new_trace()
    said = f'{{"type":"channel","data":{{"val":"{"x" * 99}"}}}}'
    for _ in range(2000):
        trace.record(Kind.EVENT, "channel", text=said, sender=ALICE)
    said = trace.to_mermaid()
    assert MAX_TEXT / 3 < len(said) <= MAX_TEXT
    assert said.splitlines()[3] == "    Note over s: 1500 earlier entries are left out"
