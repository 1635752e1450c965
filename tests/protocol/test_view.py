from __future__ import annotations

from types import SimpleNamespace

import pytest
from told import ALICE, BOB, SOMEBODY, connection, new_trace, story

from jacnb.protocol import Kind
from jacnb.protocol.telling.view import Entries


def seqs(entries: Entries) -> list[int]:
    return [entry.seq for entry in entries]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, list(range(11))),
        ({"type": "chat"}, [5]),
        ({"type": "walker"}, [2, 7]),
        ({"type": "channel"}, [5]),
        ({"type": "shout"}, [3, 6]),
        ({"kind": "event"}, [2, 8]),
        ({"kind": Kind.RUN}, [3]),
        ({"kind": ["run", Kind.END]}, [3, 6]),
        ({"client": "bob"}, [5, 9]),
        ({"client": "alice@example.com"}, [0, 1, 2, 3, 5, 6, 7]),
        ({"client": "1:cccc"}, [8, 10]),
        ({"client": "public cccc"}, [8, 10]),
        ({"client": SimpleNamespace(client_id="1:bbbb")}, [5, 9]),
        ({"client": "nobody"}, []),
        ({"walker": "shout"}, [2, 3, 4, 5, 6, 7]),
        ({"walker": "whisper"}, []),
        ({"channel": "lobby"}, [8, 10]),
        ({"contains": "HELLO"}, [2, 5]),
        ({"since": 9}, [9, 10]),
        ({"until": 1}, [0, 1]),
        ({"since": 1, "until": 4, "kind": "event"}, [2]),
        ({"cause": 2}, [2, 3, 4, 5, 6, 7]),
        ({"cause": 3, "kind": "notification"}, [5]),
    ],
)
def test_where_keeps_what_fits(wanted, found) -> None:
    assert seqs(story().where(**wanted)) == found


def test_an_entry_stands_for_its_number() -> None:
    trace = story()
    run = trace.get(3)
    assert seqs(trace.where(since=run, until=run)) == [3]
    assert seqs(trace.where(cause=run)) == [3, 4, 5, 6, 7]


def test_a_view_is_a_sequence_that_is_filtered_further() -> None:
    view = story().where(client="bob")
    assert (len(view), view[0].seq, view[-1].seq) == (2, 5, 9)
    assert seqs(view[1:]) == [9]
    assert seqs(view.where("chat")) == [5]


def test_a_view_knows_the_causes_in_the_whole() -> None:
    view = story().where(type="chat")
    assert [entry.seq for entry in view.causes(view[0])] == [3, 2]
    assert view.get(2) is not None
    assert view.get(99) is None


def test_names_are_those_of_the_whole() -> None:
    trace, again = new_trace(), connection("1:dddd", "alice@example.com")
    trace.record(Kind.OPEN, "open", sender=ALICE)
    trace.record(Kind.NOTIFICATION, "user", receivers=(SOMEBODY, again))
    trace.record(Kind.EVENT, "connection", sender=again)
    [entry] = trace.where(kind="event")
    assert trace.where(kind="event").names.of(entry.sender) == "alice 2"
    assert seqs(trace.where(client="alice 2")) == [1, 2]


def test_a_view_does_not_change_any_more() -> None:
    trace = story()
    view = trace.view()
    trace.record(Kind.CLOSE, "close", sender=BOB)
    assert len(view) == 11


def test_what_belongs_to_no_run_has_no_walker() -> None:
    trace = new_trace()
    trace.record(Kind.END, "lonely")
    trace.record(Kind.NOTIFICATION, "user", cause=77)
    trace.record(Kind.EVENT, "walker", text='{"type":"walker","walker":[]}')
    assert seqs(trace.where(walker="lonely")) == [0]
    assert seqs(trace.where(cause=77)) == []


def test_a_chain_of_causes_that_bites_its_tail_ends() -> None:
    trace = new_trace()
    trace.record(Kind.END, "a", cause=1)
    trace.record(Kind.END, "b", cause=0)
    assert len(trace.view().causes(trace.view()[0])) == 20


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match="'evnt' is no kind of entry; there are open,"):
        story().where(kind="evnt")


def test_entries_with_their_runs_are_in_order() -> None:
    chat = story().where(type="chat")
    assert seqs(chat.with_runs()) == [3, 5, 6]
    assert seqs(story().where(kind="open").with_runs()) == [0]


def test_who_is_still_there_is_known_of_a_part_too() -> None:
    assert story().where(client="bob").connected() == [ALICE, BOB]
    assert SOMEBODY not in story().view().connected()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"client": 7}, "client is a str, not int"),
        ({"kind": 5}, "kind is a kind of entry, or a list of them, not 5"),
        ({"type": Kind.RUN}, "type is a str, not Kind"),
        ({"contains": 1}, "contains is a str, not int"),
        ({"since": "1"}, "an entry or its number is wanted, not str"),
    ],
)
def test_arguments_of_a_wrong_type_are_refused(wanted, said) -> None:
    with pytest.raises(TypeError, match=said):
        story().where(**wanted)


def test_a_view_of_nothing_says_so() -> None:
    view = new_trace().view()
    assert repr(view) == "nothing was said"
    assert view._repr_html_() == "<p>nothing was said</p>"
    assert view.to_mermaid() == "sequenceDiagram\n    participant s as server\n"
