"""Lesson 12: a small game, built from all that was learnt."""

from __future__ import annotations

from typing import Any

from jacnb.lessons.gardens import Table
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe


def _flag(probe: Probe) -> None:
    probe.walker("flag", "square")
    probe.no_more_fields("flag", "square")
    table = Table(probe)
    nora, omar, quinn = table.nora, table.omar, table.quinn
    table.refused(quinn, "flag", "quinn did not join.", square="C3")
    table.refused(nora, "flag", "there is no square Z9.", square="Z9")
    table.refused(omar, "flag", "A1 was dug already.", square="A1")
    probe.require(
        table.stored("flags") == {},
        "It refused, but a flag was kept all the same.",
        f"here.flags is {table.stored('flags')!r}.",
    )
    probe.received_nothing(quinn, "flag")
    reported = table.call(omar, "flag", square="C3")
    table.told(omar, "flag", "flag", {"square": "C3", "by": "omar"})
    probe.received_nothing(table.phone, "flag")
    wanted = {"C3": "omar"}
    _kept(probe, table.stored("flags") == wanted, "flags", table.stored("flags"))
    probe.require(
        reported == wanted,
        "The flag stands. Now report all flags.",
        f"It reported {reported!r}, not {wanted!r}.",
    )
    probe.require(
        table.stored("last") == nora.root_id,
        "A flag uses up no turn, and omar cannot dig now: leave here.last as it is.",
        f"It is {table.stored('last')!r}; nora, who dug last, is {nora.root_id!r}.",
    )
    _more_flags(probe, table)
    seen = table.kept_when_told(omar, "flag", "flags", square="E1")
    _committed_first(probe, seen and all("E1" in flags for flags in seen))


def _more_flags(probe: Probe, table: Table) -> None:
    # Nora dug last: her flags are out of turn. The second stands where omar's was.
    table.call(table.nora, "flag", square="D5")
    reported = table.call(table.nora, "flag", square="C3")
    wanted = {"C3": "nora", "D5": "nora"}
    _kept(probe, table.stored("flags") == wanted, "flags", table.stored("flags"))
    probe.require(
        reported == wanted,
        "Report all flags of the garden, not only the new one.",
        f"It reported {reported!r}, not {wanted!r}.",
    )


def _whisper(probe: Probe) -> None:
    probe.walker("whisper", "to", "message")
    probe.no_more_fields("whisper", "to", "message")
    table = Table(probe)
    nora, omar, quinn, phone = table.nora, table.omar, table.quinn, table.phone
    words = probe.channel("psst")
    table.refused(quinn, "whisper", "quinn did not join.", to="omar", message=words)
    table.refused(nora, "whisper", "nobody is called pia.", to="pia", message=words)
    for client in (nora, omar, quinn, phone):
        probe.received_nothing(client, "whisper")
    table.call(omar, "whisper", to="nora", message=words)
    for client in (nora, phone):
        table.received(
            client,
            "whisper",
            by=omar,
            walker="whisper",
            data={"message": words, "by": "omar"},
        )
    for client in (omar, quinn):
        probe.received_nothing(client, "whisper")


def _look(probe: Probe) -> None:
    probe.walker("look")
    table = Table(probe)
    table.write(flags={"E2": "omar"}, sign=probe.channel("Mind the roses"))
    dora = probe.client("dora", table.channel)
    wanted = {
        "players": ["nora", "omar"],
        "holes": {"A1": "nora"},
        "flags": {"E2": "omar"},
        "sign": table.stored("sign"),
    }
    found = table.call(dora, "look")
    told = repr(found)
    probe.require(isinstance(found, dict), "Report one object.", f"It was {told}.")
    probe.require(
        "treasure" not in told,
        "Dora sees where the treasure is: do not report the node itself.",
        f"It reported {told}.",
    )
    missing = [key for key in wanted if key not in found]
    probe.require(not missing, f"It has no {missing[0] if missing else ''!r}.", told)
    for key, value in wanted.items():
        probe.require(
            _in_any_order(found[key]) == value,
            f"{key} should be {value!r} in this garden.",
            f"It is {found[key]!r}.",
        )
    more = sorted(set(found) - set(wanted))
    probe.require(not more, f"Nobody asked for {', '.join(more)}.")


def _in_any_order(value: Any) -> Any:
    return sorted(value, key=str) if isinstance(value, list) else value


def _rewrite(probe: Probe) -> None:
    probe.walker("rewrite", "text", "version")
    probe.no_more_fields("rewrite", "text", "version")
    table = Table(probe)
    nora, omar, quinn = table.nora, table.omar, table.quinn
    first = table.stored("version")
    old = table.stored("sign")
    table.refused(quinn, "rewrite", "quinn did not join.", text="Q", version=first)
    reported = table.call(nora, "rewrite", text="No dogs", version=first)
    table.told(nora, "rewrite", "sign", {"text": "No dogs", "version": first + 1})
    _kept(probe, table.stored("sign") == "No dogs", "sign", table.stored("sign"))
    why = f"omar had read version {first}, and nora was first."
    table.refused(omar, "rewrite", why, text="No cats", version=first)
    why = f"there is no version {first + 98} yet."
    table.refused(omar, "rewrite", why, text="No cats", version=first + 98)
    probe.require(
        table.stored("sign") == "No dogs",
        f"It refused, but the sign changed from {old!r} to {table.stored('sign')!r}.",
    )
    probe.received_nothing(quinn, "sign", text="No cats")
    probe.require(
        reported == first + 1,
        "The sign is right. Now report the new version.",
        f"It reported {reported!r}, not {first + 1}.",
    )
    table.call(omar, "rewrite", text="No cats", version=first + 1)
    seen = table.kept_when_told(nora, "rewrite", "sign", text="Hi", version=first + 2)
    _committed_first(probe, seen and all(sign == "Hi" for sign in seen))


def _kept(probe: Probe, is_so: bool, field: str, found: object) -> None:
    probe.require(
        is_so, f"The message is right, but here.{field} is {found!r} in the graph."
    )


def _committed_first(probe: Probe, is_so: object) -> None:
    probe.require(
        is_so,
        "People are told before it is kept: commit() first, then notify.",
    )


PLAN = Plan(
    number=12,
    name="capstone",
    title="Capstone: a game for many",
    minutes=45,
    goals=(
        "keep what everybody shares in one node, and let a walker check each change",
        "say who may read and who may write what a user made",
        "commit, tell the channel, and tell one player alone",
        "bring somebody up to date who comes late",
        "let several people edit one text without losing anybody's words",
    ),
    people=(
        Person("alice", "garden"),
        Person("bob", "garden"),
        Person("carol", "garden"),
    ),
    predictions=(
        Prediction(
            question="Alice planted a garden and tells Bob its id. He runs join there. "
            "What happens?",
            options={
                "a": "He is a player now: he knows the id",
                "b": "He gets an error: the garden is Alice's",
                "c": "He gets a garden of his own",
            },
            right="b",
            then="Run the next cell.",
            why="A walker runs for its caller. What a user makes belongs to that user, "
            "and Bob's walkers may not even read it unless Alice allows it. To know "
            "an id is enough for sending to a client, not for reading a node.",
        ),
        Prediction(
            question="Bob digs. The walker sends dug to the channel and hint to its "
            "caller's user. What does Carol receive?",
            options={
                "a": "dug alone",
                "b": "hint alone",
                "c": "dug and hint",
                "d": "nothing, it was not her turn",
            },
            right="a",
            then="Run the next cell and look at the panels.",
            why="She listens on the channel, so she gets what is sent to it. The hint "
            "goes to every connection of Bob, and to nobody else.",
        ),
    ),
    exercises=(
        Exercise(
            title="flags",
            text="Write a walker `flag` with the field `square`; like `dig` it starts "
            "at a garden. A player may put a flag on any square of the garden that is "
            "not dug yet, and may do so out of turn. Everything else it refuses with a "
            "`ValueError`. It keeps the name of the player in `here.flags`, under the "
            "square, commits, and tells the garden's channel: type `flag`, with "
            "`square` and `by` as the `data`. It reports all flags.",
            hints=(
                "`dig` is the model: find the name, check, change, commit, notify. "
                "`check_turn` asks for too much, so write the three rules yourself.",
                "The name is here.players.get(jid(root())); it is None for somebody "
                "who did not join. The squares are in SQUARES, those dug in "
                "here.holes.",
                "Then here.flags[square] = name, commit(), and "
                'socket.notify_channels([here.channel], {"type": "flag", "data": …}); '
                "return here.flags.",
            ),
            solution="""
@jacnb.walker
def flag(here, square: str) -> dict:
    name = here.players.get(jid(root()))
    if name is None or square not in SQUARES or square in here.holes:
        raise ValueError("no flag there")
    here.flags[square] = name
    commit()
    news = {"square": square, "by": name}
    socket.notify_channels([here.channel], {"type": "flag", "data": news})
    return here.flags
""",
            check=_flag,
        ),
        Exercise(
            title="whisper",
            text="Write a walker `whisper` with the fields `to`, the name of a player, "
            "and `message`. It starts at a garden and sends a message of the type "
            "`whisper` to all connections of that player and to nobody else. Its "
            "`data` is the `message` and `by`, the name under which the caller plays. "
            "If the caller is no player, or nobody is called so, it raises a "
            "`ValueError`.",
            hints=(
                "`here.players` maps the root's id of each player to the name. You "
                "know the name and want the id.",
                "[one for one, name in here.players.items() if name == to] is the list "
                "of ids; it is empty if nobody is called so.",
                "socket.notify_users takes that list. `by` is "
                "here.players.get(jid(root())): not what the caller claims, but what "
                "the garden knows.",
            ),
            solution="""
@jacnb.walker
def whisper(here, to: str, message: str):
    by = here.players.get(jid(root()))
    found = [one for one, name in here.players.items() if name == to]
    if by is None or not found:
        raise ValueError("from player to player only")
    data = {"by": by, "message": message}
    socket.notify_users(found, {"type": "whisper", "data": data})
""",
            check=_whisper,
        ),
        Exercise(
            title="the late joiner",
            text="Dora should see more than the holes. Write a walker `look` that "
            "starts at a garden and reports one object with `players`, the list of "
            "their names, `holes`, `flags` and `sign`, and with nothing else: neither "
            "the treasure nor anybody's id.",
            hints=(
                "What a function returns is reported. Return a dict.",
                "To return `here` itself would be short, and would tell everything "
                "that is in the node.",
                '"players" is list(here.players.values()); the other three are fields '
                "of `here` as they are.",
            ),
            solution="""
@jacnb.walker
def look(here) -> dict:
    names = list(here.players.values())
    seen = {"holes": here.holes, "flags": here.flags, "sign": here.sign}
    return {"players": names} | seen
""",
            check=_look,
        ),
        Exercise(
            title="a text that everybody edits",
            text="At the gate is a sign that every player may rewrite. If two have "
            "read the same text and both change it, the second must not wipe out the "
            "first unseen. Write a walker `rewrite` with the fields `text` and "
            "`version`, the version that the caller has read. Only if that is still "
            "`here.version`, and the caller is a player, it keeps the text as "
            "`here.sign`, counts `here.version` up by one, commits, and tells the "
            "garden's channel: type `sign`, with the new `text` and `version` as the "
            "`data`. It reports the new version. Otherwise it raises a `ValueError`.",
            hints=(
                "Check first, then change, then commit, then notify: as in `dig`.",
                "if jid(root()) not in here.players or version != here.version: "
                'raise ValueError("read it again")',
                "here.sign, here.version = text, version + 1 is the change.",
            ),
            solution="""
@jacnb.walker
def rewrite(here, text: str, version: int) -> int:
    if jid(root()) not in here.players or version != here.version:
        raise ValueError("read the sign again")
    here.sign, here.version = text, version + 1
    commit()
    news = {"text": text, "version": here.version}
    socket.notify_channels([here.channel], {"type": "sign", "data": news})
    return here.version
""",
            check=_rewrite,
        ),
    ),
)
