"""Find rows that a view looks for, among all that are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jacnb.panels.rows import RECEIVERS_NAMED, Lane, Row


def fitting(
    rows: Iterable[Row],
    lanes: Iterable[Lane],
    wanted: Mapping[str, Any],
    whole: Callable[[int], str | None],
) -> list[Row]:
    """Return the rows that a timeline's search and filters leave, and maybe some more.

    Args:
        rows: To look through.
        lanes: The clients that rows name.
        wanted: ``text`` in lower case, which a row's words or payload contain;
            ``kinds``, one of which it is; ``lane``, who sent or got it; ``type``,
            a word that it has somewhere.
        whole: Returns the whole payload of a row whose text is cut.
    """
    names = {lane["lane"]: lane["name"].lower() for lane in lanes}
    kinds, lane = wanted.get("kinds"), wanted.get("lane")
    words = [str(wanted.get(key) or "").lower() for key in ("text", "type")]
    # A message may have too many receivers to read all their names.
    named = [{n for n, name in names.items() if word in name} for word in words]

    def fits(row: Row) -> bool:
        if kinds is not None and row["kind"] not in kinds:
            return False
        if lane is not None and lane != row["who"] and lane not in row["to"]:
            return False
        if not any(words):
            return True
        said = _said(row, names, whole)
        return all(
            word in said or not mine.isdisjoint(row["to"])
            for word, mine in zip(words, named, strict=True)
        )

    return [row for row in rows if fits(row)]


def _said(
    row: Row, names: Mapping[int, str], whole: Callable[[int], str | None]
) -> str:
    """Return all that a view shows of a row, in lower case."""
    parties = [row["who"], *row["to"][:RECEIVERS_NAMED]]
    known = [names.get(each, "") for each in parties if each is not None]
    text = whole(row["seq"]) if row["cut"] else row["text"]
    kind = "error response" if row["kind"] == "reply" else row["kind"]
    return f"{row['type']} {kind} {' '.join(known)} {text or ''}".lower()
