"""Compare two runs of a session: what is missing, what is new, what has changed."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final, Literal, overload

from jacnb.panels.sessions_masks import Numbered, Step, steps_of
from jacnb.protocol.telling.view import Entries

Mark = Literal["same", "missing", "added", "changed"]

_SIGNS: Final[dict[Mark, str]] = {
    "same": " ",
    "missing": "-",
    "added": "+",
    "changed": "~",
}
# Beyond it, lines that are there very often are not looked at for the best match.
_LONG: Final = 1_000
_CONTEXT: Final = 2
_SHOWN: Final = 160
_PATHS: Final = 20


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a comparison.

    Attributes:
        mark: "same", "missing" (only in the first run), "added" or "changed".
        step: What happened, in the second run if it is there.
        seq: Its number there.
        paths: What has changed: where, what it was, and what it is.
    """

    mark: Mark
    step: Step
    seq: int
    paths: tuple[tuple[str, str, str], ...] = ()

    def __str__(self) -> str:
        lines = [f"{_SIGNS[self.mark]} {_line(self.step)}"]
        lines += [f"    {path}: {old} → {new}" for path, old, new in self.paths]
        return "\n".join(lines)


class Diff(Sequence[Change]):
    """Two runs compared; it is true if they differ.

    Args:
        changes: Every line of both runs, in order.
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = tuple(changes)

    @property
    def missing(self) -> list[Change]:
        """What only the first run has."""
        return self._marked("missing")

    @property
    def added(self) -> list[Change]:
        """What only the second run has."""
        return self._marked("added")

    @property
    def changed(self) -> list[Change]:
        """What both have, with other data."""
        return self._marked("changed")

    def _marked(self, mark: Mark) -> list[Change]:
        return [change for change in self if change.mark == mark]

    @property
    def summary(self) -> str:
        """One line that says how much differs."""
        if not self:
            return f"the same {len(self._changes)} entries, ids and times aside"
        counts = {mark: len(self._marked(mark)) for mark in _SIGNS}
        return ", ".join(f"{count} {mark}" for mark, count in counts.items() if count)

    def __bool__(self) -> bool:
        return any(change.mark != "same" for change in self)

    def __len__(self) -> int:
        return len(self._changes)

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...
    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        return self._changes[index]

    def __repr__(self) -> str:
        shown = "\n".join(
            f"  … {each} the same" if isinstance(each, int) else str(each)
            for each in self.folded()
        )
        return f"{self.summary}\n{shown}" if self else self.summary

    def _repr_html_(self) -> str:
        shown = "".join(_html(each) for each in self.folded()) if self else ""
        return f"<p>{html.escape(self.summary)}</p><pre>{shown}</pre>"

    def folded(self) -> Iterator[Change | int]:
        """Yield what differs and a few lines around it; numbers stand for the rest."""
        near = {
            other
            for index, change in enumerate(self)
            if change.mark != "same"
            for other in range(index - _CONTEXT, index + _CONTEXT + 1)
        }
        hidden = 0
        for index, change in enumerate(self):
            if index not in near:
                hidden += 1
                continue
            if hidden:
                yield hidden
            hidden = 0
            yield change
        if hidden:
            yield hidden


def diff(first: Entries, second: Entries, *, connections: bool = False) -> Diff:
    """Compare two runs by what happened, ids and times aside.

    Args:
        first: One run.
        second: The other one.
        connections: Whether to compare who came and went, too.
    """
    before = steps_of(first, connections=connections)
    after = steps_of(second, connections=connections)
    old, new = ([_key(step) for step, _ in steps] for steps in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=max(len(old), len(new)) > _LONG)
    changes: list[Change] = []
    for word, i, i_end, j, j_end in matcher.get_opcodes():
        if word == "equal":
            changes += [Change("same", *each) for each in after[j:j_end]]
        else:
            changes += _replaced(before[i:i_end], after[j:j_end])
    return Diff(changes)


def _replaced(gone: list[Numbered], come: list[Numbered]) -> Iterator[Change]:
    """Pair what was replaced by its like; what has none is missing or added."""
    for step, seq in gone:
        twin = next(
            (n for n, (other, _) in enumerate(come) if _alike(step, other)), None
        )
        if twin is None:
            yield Change("missing", step, seq)
            continue
        yield from (Change("added", *each) for each in come[:twin])
        other, number = come[twin]
        yield Change("changed", other, number, tuple(_paths(step, other)))
        del come[: twin + 1]
    yield from (Change("added", *each) for each in come)


def _alike(one: Step, other: Step) -> bool:
    return (one.kind, one.who, one.type) == (other.kind, other.who, other.type)


def _paths(old: Step, new: Step) -> Iterator[tuple[str, str, str]]:
    if old.to != new.to:
        yield "to", ", ".join(old.to) or "nobody", ", ".join(new.to) or "nobody"
    found = list(_differences("", old.value, new.value))
    yield from found[:_PATHS]
    if len(found) > _PATHS:
        yield "…", f"{len(found) - _PATHS} more", "…"


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, str, str]]:
    """Yield where two payloads differ, as deep as both go."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            inner = f"{path}.{key}" if path else str(key)
            yield from _differences(inner, old.get(key, _NONE), new.get(key, _NONE))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{path}[{index}]", one, other)
    elif _written(old) != _written(new):
        yield path or "payload", _written(old)[:_SHOWN], _written(new)[:_SHOWN]


_NONE: Final = object()


def _written(value: Any) -> str:
    return "nothing" if value is _NONE else json.dumps(value, ensure_ascii=False)


def _key(step: Step) -> str:
    # Not the tuple: 1 and True are equal, and lists have no hash.
    return json.dumps(step, sort_keys=True)


def _line(step: Step) -> str:
    ways = f"{step.who} → {', '.join(step.to)}" if step.to else step.who
    parts = [step.kind, step.type, ways.strip()]
    payload = "" if step.value is None else _written(step.value)
    return " ".join([*filter(None, parts), payload])[:_SHOWN].rstrip()


_COLOURS: Final = {"missing": "#d93025", "added": "#1f9d55", "changed": "#b26a00"}


def _html(each: Change | int) -> str:
    if isinstance(each, int):
        return f"  … {each} the same\n"
    text = html.escape(str(each))
    colour = _COLOURS.get(each.mark)
    return f'<span style="color:{colour}">{text}</span>\n' if colour else f"{text}\n"
