from __future__ import annotations

import time

import pytest

import jacnb
from jacnb import Root, Walker, on_entry, report
from jacnb.panels.sessions_diff import diff
from jacnb.protocol.telling.view import Entries


class post_twice(Walker):
    message: str = "hello"

    @on_entry
    def enter(self, here: Root) -> None:
        for _ in range(2):
            jacnb.WEBSOCKET_MANAGER.notify_channels(["room"], {"val": self.message})
        report(here)

    class __specs__:
        methods = ["websocket"]


@pytest.fixture
def run():
    """Run a script on a server of its own; return what happened."""

    def run(*messages, extra=None, **channel):
        registry = jacnb.Registry(post_twice)
        with jacnb.MemoryServer(registry=registry) as server:
            alice = server.connect(user="alice", channel_id="room")
            bob = server.connect(channel_id=channel.get("bob", "room"))
            for message in messages:
                alice.walker("post_twice", message=message)
            if extra is not None:
                bob.send_to_clients([alice.client_id], extra)
            return server.trace.view()

    return run


def marks(found):
    return [(c.mark, c.step.kind) for c in found if c.mark != "same"]


def test_the_same_script_on_two_servers_is_the_same_run(run):
    found = diff(run("a", "b", extra={"val": 1}), run("a", "b", extra={"val": 1}))
    assert not found
    assert repr(found) == f"the same {len(found)} entries, ids and times aside"


def test_two_runs_on_one_server_are_the_same():
    with jacnb.MemoryServer(registry=jacnb.Registry(post_twice)) as server:
        starts = []
        for _ in range(2):
            starts.append(server.trace.next_seq)
            with server.connect(user="alice", channel_id="room") as alice:
                alice.walker("post_twice")
        first, second = (
            server.trace.where(until=starts[1] - 1),
            server.trace.where(since=starts[1]),
        )
        assert not diff(first, second)


def test_an_event_that_was_not_there_before_is_added(run):
    found = diff(run("a"), run("a", extra={"val": 1}))
    assert marks(found) == [("added", "event"), ("added", "notification")]
    assert [change.step.value for change in found.added] == [
        {"type": "client", "client_ids": ["<alice>"], "data": {"val": 1}},
        {"val": 1},
    ]
    assert marks(diff(run("a", extra={"val": 1}), run("a"))) == [
        ("missing", "event"),
        ("missing", "notification"),
    ]


def test_other_data_is_a_change_with_its_path(run):
    found = diff(
        run(extra={"a": [1, {"b": 2}]}), run(extra={"a": [1, {"b": 3}], "c": 0})
    )
    assert [change.paths for change in found.changed] == [
        (("data.a[1].b", "2", "3"), ("data.c", "nothing", "0")),
        (("a[1].b", "2", "3"), ("c", "nothing", "0")),
    ]


def test_other_receivers_are_a_change(run):
    [change, *_] = diff(run("a"), run("a", bob="elsewhere")).changed
    assert change.paths[0] == ("to", "alice, public 1", "alice")


def test_one_and_true_are_not_the_same(run):
    [_, change] = diff(run(extra={"v": 1}), run(extra={"v": True})).changed
    assert change.paths == (("v", "1", "true"),)


def test_times_and_ids_in_data_do_not_count(run):
    one = {"at": 1.0, "when": "2026-01-02T03:04:05Z", "who": "n:City:" + "a" * 24}
    two = {"at": 1.0, "when": "2027-01-02T03:04:05Z", "who": "n:City:" + "b" * 24}
    assert not diff(run(extra=one), run(extra=two))
    assert diff(run(extra=one), run(extra={**one, "at": 2.0}))
    assert diff(run(extra=one), run(extra={**one, "who": "n:Town:" + "a" * 24}))


def test_times_of_the_run_do_not_count(run):
    now = time.time()
    assert not diff(run(extra={"t": now}), run(extra={"t": now + 1.5}))
    assert not diff(
        run(extra={"t": int(now * 1000)}), run(extra={"t": int(now) * 1000})
    )


def test_who_came_and_went_counts_if_one_wants(run):
    with jacnb.MemoryServer(registry=jacnb.Registry()) as server:
        server.connect(user="alice")
        once = server.trace.view()
        server.connect(user="bob")
        twice = server.trace.view()
    assert not diff(once, twice)
    assert marks(diff(once, twice, connections=True)) == [
        ("added", "open"),
        ("added", "reply"),
    ]


def test_what_threads_bring_in_another_order_is_the_same(run):
    entries = run("a")
    mixed = sorted(entries, key=lambda e: (e.kind.value == "notification", e.seq))
    assert [e.seq for e in mixed] != [e.seq for e in entries]
    assert not diff(entries, Entries(mixed))


def test_the_words_show_what_differs_and_fold_the_rest(run):
    found = diff(run(*"abcdefg"), run(*"abcdefg", extra={"val": "<b>"}))
    lines = repr(found).splitlines()
    assert lines[0] == "56 same, 2 added"
    assert lines[1] == "  … 54 the same"
    assert lines[-1] == '+ notification client → alice {"val": "<b>"}'
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<b>" not in found._repr_html_()


def test_nothing_is_the_same_as_nothing():
    assert not diff(Entries([]), Entries([]))


def test_very_many_equal_events_are_compared_in_time(run):
    found = diff(run(*"a" * 300), run(*"a" * 301))
    assert {mark for mark, _ in marks(found)} == {"added"}
