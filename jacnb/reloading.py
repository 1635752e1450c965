"""``jacnb serve --reload``: the walkers of changed files take the place of the old.

All the files of an author are loaded again, since one may use what another declares.
The server, its graph and its clients stay as they are.
"""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, Final

from jacnb.errors import JacnbError
from jacnb.graph import field_specs
from jacnb.graph.archetypes import undone_on_error
from jacnb.walkers.registry import REGISTRY, Declaration
from jacnb.watching import Watch

INTERVAL: Final = 0.25
"""Seconds between two looks at the files."""

_SHOWN: Final = 3

log = logging.getLogger("jacnb.server")


class Reloader:
    """Loads files, and loads them again when they change.

    Args:
        paths: The files.
        load: Loads them; a JacnbError says why it cannot.
        tell: Takes a line about each reload.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        load: Callable[[Sequence[Path]], None],
        tell: Callable[[str], object],
    ) -> None:
        self._paths = list(paths)
        self._load = load
        self._tell = tell
        self._watch = Watch(paths)
        self._contents: dict[str, Any] = {}
        # A file saved twice in a second would be taken for the compiled one.
        sys.dont_write_bytecode = True

    def start(self) -> None:
        """Load the files; an error is logged, and waits to be mended."""
        self._reload()
        self._contents = self._now()

    def look(self) -> None:
        """Load the files again if they changed, and tell what came of it."""
        changed = self._watch.changed()
        if changed and self._reload():
            before, self._contents = self._contents, self._now()
            summary = _summary(before, self._contents)
            self._tell(f"Reloaded {_names(changed)}: {summary}")

    def _reload(self) -> bool:
        self._watch.begin()
        try:
            self._replace()
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - whatever a file raises
            self._watch.end(exc)
            said = exc if isinstance(exc, JacnbError) else f"a file raised {exc!r}"
            stay = " again, the walkers stay as they were" if self._contents else ""
            log.error("not loaded%s: %s", stay, said)
            return False
        self._watch.end()
        return True

    def _replace(self) -> None:
        """Load everything into the place of what is there; all of it or nothing."""
        old = {name: sys.modules.pop(name) for name in self._watch.modules()}
        importlib.invalidate_caches()
        try:
            with undone_on_error(), REGISTRY.replacing(old) as declared:
                self._load(self._paths)
                if not declared:
                    raise no_walkers(self._paths)
        except BaseException:
            for name in self._watch.modules():
                del sys.modules[name]
            sys.modules.update(old)
            raise

    def _now(self) -> dict[str, Any]:
        """Return the content of each walker of the files, to be compared."""
        modules = set(self._watch.modules())
        return {
            each.name: _content(each)
            for each in REGISTRY
            if each.cls.__module__ in modules
        }


def no_walkers(paths: Sequence[Path]) -> JacnbError:
    """Return the error about files that declare nothing to serve."""
    names = ", ".join(str(path) for path in paths)
    return JacnbError(
        f"{names} declares no walkers: derive a class from jacnb.Walker or "
        "decorate a function with @jacnb.walker"
    )


def _names(paths: Sequence[Path]) -> str:
    names = sorted({path.name for path in paths})
    more = len(names) - _SHOWN
    said = ", ".join(names[:_SHOWN])
    return f"{said} and {more} more" if more > 0 else said


def _summary(before: dict[str, Any], now: dict[str, Any]) -> str:
    """Return ``3 walkers (hello replaced, old_one gone)``."""
    news = [f"{name} new" for name in now if name not in before]
    replaced = [
        f"{name} replaced" for name in now if before.get(name, now[name]) != now[name]
    ]
    gone = [f"{name} gone" for name in before if name not in now]
    count = f"{len(now)} walker{'' if len(now) == 1 else 's'}"
    said = ", ".join([*replaced, *news, *gone])
    return f"{count} ({said})" if said else count


def _content(declaration: Declaration) -> Any:
    """Return what makes a walker itself: how it is offered, its fields, its code."""
    fields = [
        (each.name, str(each.type), _part(each.default), _part(each.default_factory))
        for each in field_specs(declaration.cls)
    ]
    theirs = (c for c in declaration.cls.__mro__ if not _is_ours(c.__module__))
    code = [
        (name, _part(value))
        for cls in theirs
        for name, value in vars(cls).items()
        if isinstance(value, FunctionType | classmethod | staticmethod)
    ]
    return repr((declaration.specs, fields, code))


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] in ("jacnb", "builtins")


def _part(value: Any, depth: int = 4) -> Any:
    """Return something that is equal for equal code, wherever it stands in a file."""
    value = getattr(value, "__func__", value)
    match value:
        case CodeType():
            return (
                value.co_code,
                value.co_names,
                value.co_varnames,
                [_part(each, depth) for each in value.co_consts],
            )
        case FunctionType() if depth:
            marks = vars(value).get("__jac__", {}).values()
            parts = (*_closed_over(value), *marks, *(value.__defaults__ or ()))
            return (
                _part(value.__code__, depth),
                sorted(map(str, value.__annotations__.items())),
                [_part(each, depth - 1) for each in parts],
            )
        case partial():
            return [_part(each, depth) for each in value.args]
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - whatever an author's object does
        return type(value).__name__


def _closed_over(function: FunctionType) -> list[Any]:
    found = []
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # It is empty yet.
            found.append(cell.cell_contents)
    return found
