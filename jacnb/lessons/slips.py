"""Say of an error in a learner's function where it was, and how it was called."""

from __future__ import annotations

import functools
import inspect
import linecache
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final

from jacnb.errors import JacnbError
from jacnb.lessons.outcomes import NotYet
from jacnb.protocol.masking import is_secret, masked

_PLAIN: Final = (str, int, float, bool, list, tuple, dict, type(None))
_SHOWN: Final = 200


class _Call(str):
    """A note on an error: the call that raised it."""

    __slots__ = ()


def followed(given: Any) -> Any:
    """Return a learner's function so that its errors tell how it was called.

    What is no function is returned as it is.
    """
    return _following(given) if inspect.isfunction(given) else given


def _following(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        # Before the call, which may change what it is given.
        said = _Call(_said(function, args))
        try:
            return function(*args, **named)
        except Exception as error:
            error.add_note(said)
            raise

    return call


def explain(error: Exception) -> NotYet:
    """Return what a check says about an error that it met."""
    lines = str(error).strip().splitlines() or [""]
    name = "" if isinstance(error, JacnbError) else f"{type(error).__name__}: "
    calls = [n for n in getattr(error, "__notes__", ()) if isinstance(n, _Call)]
    return NotYet(
        f"Something went wrong: {name}{lines[0]}",
        *(f"It was called so: {call}" for call in calls[:1]),
        *_place(error.__traceback__),
    )


def _said(function: Callable[..., Any], args: tuple[Any, ...]) -> str:
    code = function.__code__
    names = (*code.co_varnames[: code.co_argcount], *("…" for _ in args))
    values = [_shown(n, value) for n, value in zip(names, args, strict=False)]
    return f"{function.__name__}({', '.join(values)})"


def _shown(name: str, value: Any) -> str:
    """Return a value as text; the parameter's name where that would tell nothing."""
    if not isinstance(value, _PLAIN) or is_secret(name):
        return name
    text = repr(masked(value))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _place(traceback: TracebackType | None) -> list[str]:
    """Return the innermost line that stands in the learner's notebook, if one does."""
    found = None
    while traceback is not None:
        if traceback.tb_frame.f_globals.get("__name__") == "__main__":
            found = traceback
        traceback = traceback.tb_next
    if found is None:
        return []
    file, number = found.tb_frame.f_code.co_filename, found.tb_lineno
    line = linecache.getline(file, number).strip()
    return [f"It happened in {_cell(file)}line {number}: {line}"] if line else []


def _cell(file: str) -> str:
    """Return the number of the cell that a file name stands for, if there is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    numbers = getattr(getattr(shell, "compile", None), "_filename_map", {})
    return f"cell [{numbers[file]}], " if file in numbers else ""
