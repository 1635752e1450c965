"""``jacnb serve`` and ``jacnb run``: what the files of an author declare and do."""

from __future__ import annotations

import importlib.util
import logging
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from types import FrameType, ModuleType
from typing import Any

from jacnb.errors import JacError, JacnbError, JacSyntaxError
from jacnb.walkers.registry import REGISTRY

SUFFIXES = (".py", ".jac")


def serve_files(paths: Sequence[Path], **settings: Any) -> int:
    """Serve the walkers of files until SIGINT or SIGTERM; return the exit status.

    Raises:
        JacnbError: If a file cannot be run or declares no walker, or the server
            cannot start.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    _check(paths)
    from jacnb.server import Server
    from jacnb.server.output import capture_output

    # In a shell the author of a walker looks for its prints where it was started.
    capture_output(echoes=True)
    stop = Event()

    def stopping(number: int, frame: FrameType | None) -> None:
        stop.set()

    # Before the line below is printed: who waits for it may send a signal at once.
    signal.signal(signal.SIGINT, stopping)
    signal.signal(signal.SIGTERM, stopping)
    # The server comes first: what a file does at once, it does on the server's graph.
    with Server(**settings) as server:
        load_walkers(paths)
        sys.stdout.write(f"Serving on {server.http_url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def run_files(paths: Sequence[Path], **settings: Any) -> int:
    """Run files as programs, on a graph of their own; return the exit status.

    Raises:
        JacnbError: If a file cannot be run.
    """
    _check(paths)
    from jacnb.server import MemoryServer

    before = sys.modules["__main__"]
    try:
        with MemoryServer(**settings):
            for path in paths:
                _run(path.resolve(), "__main__")
    finally:
        sys.modules["__main__"] = before
    return 0


def load_walkers(paths: Sequence[Path]) -> None:
    """Run files, which declare walkers.

    Raises:
        JacnbError: In few words, why there is nothing to serve.
    """
    before = {declaration.cls for declaration in REGISTRY}
    for path in paths:
        path = path.resolve()
        # One file may have imported another before its turn came.
        if getattr(sys.modules.get(path.stem), "__file__", None) != str(path):
            _run(path, _name_of(path))
    if not {declaration.cls for declaration in REGISTRY} - before:
        names = ", ".join(str(path) for path in paths)
        raise JacnbError(
            f"{names} declares no walkers: derive a class from jacnb.Walker or "
            "decorate a function with @jacnb.walker"
        )


def _check(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.suffix not in SUFFIXES:
            raise JacnbError(f"{path}: jacnb serves .py files and .jac files")
        if not path.is_file():
            raise JacnbError(f"{path}: there is no such file")


def _run(path: Path, name: str) -> None:
    # Modules beside the file can be imported, though none in the place of another.
    sys.path.append(str(path.parent))
    try:
        if path.suffix == ".jac":
            from jacnb.jac.modules import run_file

            run_file(path, name)
        else:
            _run_python(path, name)
    except JacSyntaxError as exc:
        from jacnb.jac.modules import said_of

        said = said_of(exc)
        raise JacnbError(f"{path} is not Jac as jacnb reads it:\n{said}") from None
    except JacError as exc:
        raise JacnbError(str(exc)) from None
    except Exception as exc:  # noqa: BLE001 - whatever the user's file raises
        raise JacnbError(f"{_where(path, exc)}: {type(exc).__name__}: {exc}") from None


def _name_of(path: Path) -> str:
    name = path.stem
    if name in sys.modules or name in sys.stdlib_module_names:
        # A file called socket.py must not stand in for the real one.
        return f"app_{name}"
    return name


def _run_python(path: Path, name: str) -> ModuleType:
    # jaclang's own finder is not asked: the file and its loader are known.
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _where(path: Path, exc: Exception) -> str:
    if isinstance(exc, SyntaxError):
        return str(path)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(exc.__traceback__)
        if frame.filename == str(path)
    ]
    return f"{path}, line {lines[-1]}" if lines else str(path)
