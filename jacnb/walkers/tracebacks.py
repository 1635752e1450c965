"""Show where an error came from to the author of a walker, and not jacnb's insides."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, TracebackType
from typing import Final

from jacnb.errors import JacnbError
from jacnb.protocol.masking import masked_text

_PACKAGE: Final = str(Path(__file__).parent.parent)

# And what stands between the author's code and the author's code.
_OURS: Final = ("jacnb.", "contextlib.", "importlib._bootstrap")

# Parts of jacnb that are written as an author would write them.
_AUTHORED: Final = ("jacnb.demo.", "jacnb.lessons.")


def traceback_of(exc: BaseException) -> str:
    """Return an exception as its author may see it: with the author's own code."""
    tb = authors_frames(exc.__traceback__)
    where = exc.where if isinstance(exc, JacnbError) else None
    if tb is None and where is not None and not _is_in_package(where[0]):
        lines = [
            "Traceback (most recent call last):\n",
            *traceback.StackSummary.from_list([_summary(*where)]).format(),
            *traceback.format_exception_only(exc),
        ]
    else:
        # What only jacnb's own code can tell of is told by it.
        lines = traceback.format_exception(type(exc), exc, tb or exc.__traceback__)
    return masked_text("".join(lines))


def authors_frames(tb: TracebackType | None) -> TracebackType | None:
    """Return a traceback without jacnb's frames, None if it has no others."""
    kept = None
    for each in reversed(list(_frames(tb))):
        if not _is_ours(each):
            kept = TracebackType(kept, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return kept


def _frames(tb: TracebackType | None) -> Iterator[TracebackType]:
    while tb is not None:
        yield tb
        tb = tb.tb_next


def _is_ours(tb: TracebackType) -> bool:
    name = f"{tb.tb_frame.f_globals.get('__name__')}."
    return name.startswith(_OURS) and not name.startswith(_AUTHORED)


def _is_in_package(code: CodeType) -> bool:
    return code.co_filename.startswith(_PACKAGE)


def _summary(code: CodeType, at: int) -> traceback.FrameSummary:
    line, end_line, column, end_column = list(code.co_positions())[at // 2]
    if (line, column) == (end_line, end_column):
        column = end_column = None  # Nothing to point at but the line.
    return traceback.FrameSummary(
        code.co_filename,
        line,
        code.co_name,
        end_lineno=end_line,
        colno=column,
        end_colno=end_column,
    )
