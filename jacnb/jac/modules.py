"""Run Jac source: in a namespace such as a notebook's, or as a module of its own.

Tracebacks show Jac's lines: the source is put where Python looks lines up.
"""

from __future__ import annotations
import __future__

import importlib.abc
import importlib.util
import linecache
import sys
import traceback
from collections.abc import Sequence
from importlib.machinery import (
    BuiltinImporter,
    FrozenImporter,
    ModuleSpec,
    PathFinder,
)
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Final

from jacnb.errors import JacSyntaxError
from jacnb.graph.session import Order
from jacnb.jac.compiler import compile_jac, load_compiler
from jacnb.jac.linking import Linked, link
from jacnb.jac.refusals import refuse

_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
"""Folders of what was installed, which may have ``.jac`` files of other makers."""


def run_jac(
    source: str,
    filename: str,
    namespace: dict[str, Any],
    order: Order | None = None,
) -> Linked:
    """Run Jac source in a namespace, and return what was run.

    Args:
        source: The Jac source.
        filename: The name of its file or cell, for errors.
        namespace: Where its names live; ``__name__`` in it is that of its module.
        order: The order in which its walkers walk; None leaves it to the server.

    Raises:
        JacError: If it cannot be compiled.
    """
    __tracebackhide__ = True
    linked, code = prepare(source, filename, namespace, order)
    namespace.update(linked.names)
    for name, value in linked.words.items():
        namespace.setdefault(name, value)
    exec(code, namespace)
    return linked


def prepare(
    source: str,
    filename: str,
    namespace: dict[str, Any],
    order: Order | None = None,
) -> tuple[Linked, CodeType]:
    """Compile Jac source for a namespace."""
    remember_lines(source, filename)
    refuse(source, filename)
    try:
        tree = compile_jac(source, filename)
    finally:
        # It was loaded just now, perhaps, and put its own finder in front.
        _go_first()
    linked = link(tree, filename, namespace, order)
    flags = __future__.annotations.compiler_flag
    return linked, compile(linked.tree, filename, "exec", flags, dont_inherit=True)


def remember_lines(source: str, filename: str) -> None:
    """Let tracebacks show this source."""
    # Python's lines end at more characters, which Jac's do not.
    lines = [f"{line}\n" for line in source.removesuffix("\n").split("\n")]
    # Without a time of change nobody looks for the file and drops the lines.
    linecache.cache[filename] = (len(source), None, lines, filename)


def run_file(path: Path, name: str | None = None, order: Order | None = None) -> Any:
    """Run a ``.jac`` file as a module, and return the module.

    Args:
        path: The file; modules beside it can be imported, ``.jac`` and ``.py``.
        name: The module's name; by default the file's.
        order: The order in which its walkers walk; None leaves it to the server.

    Raises:
        JacError: If it cannot be compiled.
        OSError: If it cannot be read.
    """
    path = path.resolve()
    # Before this module, whose name may be that of a module which jaclang needs.
    load_compiler()
    look_in(path.parent)
    name = name or path.stem
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    run_jac(_source_of(path), str(path), vars(module), order)
    return module


def said_of(error: JacSyntaxError) -> str:
    """Return a syntax error as Python shows it: place, line, caret, sentence."""
    said = "".join(traceback.format_exception_only(error)).rstrip()
    return said.replace(f"{type(error).__module__}.JacSyntaxError", "JacSyntaxError")


def look_in(folder: Path) -> None:
    """Let Jac and Python code import the ``.jac`` files of a folder."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    _FINDER.folders.add(str(folder))
    _go_first()


def _go_first() -> None:
    """Be asked before jaclang's own finder, which uses its own runtime."""
    if not _FINDER.folders or sys.meta_path[:1] == [_FINDER]:
        return
    if _FINDER in sys.meta_path:
        sys.meta_path.remove(_FINDER)
    sys.meta_path.insert(0, _FINDER)


def _source_of(file: Path) -> str:
    # Some editors begin a file with a byte order mark.
    return file.read_text(encoding="utf-8-sig")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds ``.jac`` modules in folders that were named, and in packages there."""

    def __init__(self) -> None:
        self.folders: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return how to load a module, None if it is none of these."""
        if fullname in sys.stdlib_module_names:
            return _pythons(fullname)
        if fullname == "jaclang":
            return None
        name = fullname.rpartition(".")[2]
        for folder in sorted(self.folders) if path is None else path:
            if self._is_ours(Path(folder)):
                found = _spec_in(Path(folder), name, fullname)
                if found is not None:
                    return found
        return None

    def _is_ours(self, folder: Path) -> bool:
        # An environment may stand beside an author's files, with jaclang in it.
        if _INSTALLED & set(folder.parts):
            return False
        return any(folder.is_relative_to(each) for each in self.folders)


def _spec_in(folder: Path, name: str, fullname: str) -> ModuleSpec | None:
    """Return how to load a module or a package of a folder, None if it is not there."""
    package = folder / name
    for file, places in (
        (package / "__init__.jac", [str(package)]),
        (folder / f"{name}.jac", None),
    ):
        if file.is_file():
            return importlib.util.spec_from_file_location(
                fullname, file, loader=_Loader(file), submodule_search_locations=places
            )
    return None


def _pythons(name: str) -> ModuleSpec | None:
    """Return how Python loads a module of its own.

    A file called socket.jac must not stand in for it, and jaclang's finder, which
    would be asked next, would let it.
    """
    for finder in (BuiltinImporter, FrozenImporter, PathFinder):
        found = finder.find_spec(name)
        if found is not None:
            return found
    return None


class _Loader(importlib.abc.Loader):
    """Runs a ``.jac`` file as the module that is being imported."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def exec_module(self, module: ModuleType) -> None:
        """Run the file."""
        __tracebackhide__ = True
        run_jac(_source_of(self._file), str(self._file), vars(module))


_FINDER: Final = _Finder()
