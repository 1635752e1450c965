"""Which files belong to what is served, and which of them changed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

SUFFIXES: Final = (".py", ".jac")
PATIENCE: Final = 8
"""For how many looks a file may be gone or empty before that counts as a change."""

_INSTALLED: Final = ("site-packages", "dist-packages")

Stamp = tuple[int, ...] | None
"""Time, size and number of a file; None if it is not there, () if it is not known."""


class Watch:
    """The given files and what they import from beside them, as they were loaded.

    Whoever loads them calls `begin` before and `end` after, and `changed` every now
    and then. A file counts once two looks in a row found it the same: while an editor
    writes, it is left alone.

    Args:
        paths: The given files.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = [path.absolute() for path in paths]
        both = (each for path in self._paths for each in (path, path.resolve()))
        self._folders = sorted({f"{each.parent}{os.sep}" for each in both})
        self._not_theirs = frozenset(sys.modules)
        self._seen: dict[Path, Stamp] = {}
        self._last: dict[Path, Stamp] = {}
        self._suspects: set[Path] | None = None
        self._patience = PATIENCE
        self._began = 0

    def modules(self) -> list[str]:
        """Return the names of the modules that were loaded from beside the files."""
        return [name for name, _ in self._loaded()]

    def begin(self) -> None:
        """Take note of the files before they are loaded."""
        self._seen = _stamps(self._files())
        self._began = time.time_ns()

    def end(self, error: BaseException | None = None) -> None:
        """Take note of what was loaded.

        Args:
            error: Why it failed: then any file beside may be what mends it.
        """
        named = {file for file in _files_of(error) if self.is_theirs(str(file))}
        self._suspects = None if error is None else named
        before, now = self._seen, _stamps(self._files())
        self._seen = {
            path: before.get(path, stamp if self._is_older(stamp) else ())
            for path, stamp in now.items()
        }

    def changed(self) -> list[Path]:
        """Return the files that changed since they were loaded, if that is over."""
        now = _stamps(self._files())
        if self._suspects is None:
            # Imported since, by a walker that ran.
            self._seen = now | self._seen
        changed = [path for path in now if now[path] != self._seen.get(path, ())]
        is_settled = now == self._last
        self._last = now
        if is_settled and self._are_there(now[path] for path in changed):
            return changed
        return []

    def is_theirs(self, file: str) -> bool:
        """Tell whether a file lies beside the given ones, and was not installed."""
        return (
            file.endswith(SUFFIXES)
            and file.startswith(tuple(self._folders))
            and not any(part in _INSTALLED for part in Path(file).parts)
        )

    def _are_there(self, stamps: Iterable[Stamp]) -> bool:
        """Tell whether no file is missing or empty, or has been for long.

        An editor may move the old file away, or empty it, before it writes the new one.
        """
        is_missing = any(stamp is None or stamp[1] == 0 for stamp in stamps)
        self._patience = self._patience - 1 if is_missing else PATIENCE
        return self._patience <= 0 or not is_missing

    def _is_older(self, stamp: Stamp) -> bool:
        # What was first imported now, and written meanwhile, may be either state.
        return stamp is None or stamp[0] < self._began

    def _files(self) -> set[Path]:
        files = {*self._paths, *(file for _, file in self._loaded() if file)}
        if self._suspects is not None:
            files |= {*self._suspects, *self._seen, *self._neighbours()}
        return files

    def _loaded(self) -> Iterator[tuple[str, Path | None]]:
        for name, module in list(sys.modules.items()):
            root = name.partition(".")[0]
            if name in self._not_theirs or root in sys.stdlib_module_names:
                continue
            if root != "jacnb":
                yield from self._of_module(name, module)

    def _of_module(self, name: str, module: Any) -> Iterator[tuple[str, Path | None]]:
        # Not by getattr: lazy modules would load themselves.
        known = getattr(module, "__dict__", {})
        file = known.get("__file__")
        if file is not None:
            if self.is_theirs(str(file)):
                yield name, Path(file)
        elif any(each.startswith(tuple(self._folders)) for each in _paths(known)):
            # A folder without __init__.py keeps its modules as attributes.
            yield name, None

    def _neighbours(self) -> Iterator[Path]:
        for folder in self._folders:
            with suppress(OSError):
                yield from (f for f in Path(folder).iterdir() if f.suffix in SUFFIXES)


def _paths(known: dict[str, Any]) -> list[str]:
    return [str(each) for each in known.get("__path__") or ()]


def _stamps(files: Iterable[Path]) -> dict[Path, Stamp]:
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _files_of(error: BaseException | None) -> Iterator[Path]:
    """Return the files that an error names, itself or in its traceback."""
    while error is not None:
        named = [getattr(error, "filename", None)]
        tb = error.__traceback__
        while tb is not None:
            named.append(tb.tb_frame.f_code.co_filename)
            tb = tb.tb_next
        yield from (Path(str(each)) for each in named)
        error = error.__cause__ or error.__context__
