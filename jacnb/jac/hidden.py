"""Modules of Python that an author's files hide from jaclang: ``queue.jac``, say.

jaclang puts its finder of ``.jac`` files before all others while it still loads
itself, so it would take such a file for what it needs of Python.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

# They do something when they are imported, and nobody needs them.
_JOKES: Final = frozenset({"antigravity", "this"})


@cache
def load_hidden() -> None:
    """Import the modules of Python that have the name of an author's Jac file."""
    folders = {Path(each or os.curdir).absolute() for each in ("", *sys.path)}
    for name in {each for folder in folders for each in _hidden_by(folder)}:
        # What cannot be imported here, jaclang can do without.
        with suppress(ImportError):
            import_module(name)


def _hidden_by(folder: Path) -> Iterator[str]:
    for name in _names_in(folder):
        module, _, suffix = name.partition(".")
        if module not in sys.stdlib_module_names - _JOKES:
            continue
        if suffix.endswith("jac") or _is_package(folder / name):
            yield module


def _is_package(folder: Path) -> bool:
    return any(name.endswith(".jac") for name in _names_in(folder))


def _names_in(folder: Path) -> list[str]:
    with suppress(OSError):
        return os.listdir(folder)
    return []
