"""``jacnb serve`` and ``jacnb run``: what the files of an author declare and do."""

from __future__ import annotations

import gc
import importlib.util
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import FrameType, ModuleType
from typing import Any, Self

from jacnb.errors import JacError, JacnbError, JacSyntaxError
from jacnb.reloading import INTERVAL, Reloader, no_walkers
from jacnb.walkers.registry import REGISTRY
from jacnb.watching import SUFFIXES, Watch

_OURS = f"{Path(__file__).parent}{os.sep}"


def serve_files(paths: Sequence[Path], *, reload: bool = False, **settings: Any) -> int:
    """Serve the walkers of files until SIGINT or SIGTERM; return the exit status.

    Args:
        paths: The files.
        reload: Whether to load them again when they change.
        settings: Settings of the server.

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
    # Signals before the line below is printed: who waits for it may send one at once.
    # The server comes first: what a file does at once, it does on the server's graph.
    # Clients wait meanwhile, else they would hear that there is no such walker.
    with _Stop() as stop, Server(is_open=False, **settings) as server:
        with stop.loading():
            look = _load(paths, reload)
        if not reload:
            _set_aside()
        server.open()
        _say(f"Serving on {server.http_url}")
        while not stop.wait(INTERVAL if reload else None):
            with stop.loading():
                look()
    return 0


def _load(paths: Sequence[Path], reload: bool) -> Callable[[], None]:
    """Load the files; return what is to be called every now and then."""
    if not reload:
        load_walkers(paths)
        return lambda: None
    reloader = Reloader(paths, run_all, tell=_say)
    reloader.start()
    return reloader.look


def _set_aside() -> None:
    """Keep what is loaded by now out of garbage collections: all clients wait for them.

    What is loaded again would never be freed, so this is not for ``reload``.
    """
    gc.collect()
    gc.freeze()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class _Stop:
    """What SIGINT and SIGTERM do: end the wait, and the loading of a file, too."""

    def __init__(self) -> None:
        self._event = Event()
        self._is_loading = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, seconds: float | None) -> bool:
        """Wait for a signal, and tell whether there was one."""
        return self._event.wait(seconds)

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Let a signal break off what a file does, which may never end by itself."""
        self._is_loading = True
        try:
            with suppress(KeyboardInterrupt):
                yield
        finally:
            self._is_loading = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._event.set()
        if self._is_loading:
            raise KeyboardInterrupt


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
    run_all(paths)
    if not {declaration.cls for declaration in REGISTRY} - before:
        raise no_walkers(paths)


def run_all(paths: Sequence[Path]) -> None:
    """Run files as modules.

    Raises:
        JacnbError: In few words, why one of them cannot be run.
    """
    for path in paths:
        path = path.resolve()
        # One file may have imported another before its turn came.
        if getattr(sys.modules.get(path.stem), "__file__", None) != str(path):
            _run(path, _name_of(path))


def _check(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.suffix not in SUFFIXES:
            raise JacnbError(f"{path}: jacnb serves .py files and .jac files")
        if not path.is_file():
            raise JacnbError(f"{path}: there is no such file")


def _run(path: Path, name: str) -> None:
    from jacnb.jac.modules import look_in, run_file, said_of

    # Modules beside the file can be imported, though none in the place of another.
    look_in(path.parent)
    try:
        if path.suffix == ".jac":
            run_file(path, name)
        else:
            _run_python(path, name)
    except JacSyntaxError as exc:
        file = exc.filename or path
        raise JacnbError(
            f"{file} is not Jac as jacnb reads it:\n{said_of(exc)}"
        ) from None
    except JacError as exc:
        where = _where(path, exc)
        is_told = str(exc).startswith(str(path)) or where == str(path)
        raise JacnbError(str(exc) if is_told else f"{where}: {exc}") from None
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
    """Return the place of an error: in the file, or in one beside that it imports."""
    if isinstance(exc, SyntaxError):
        return str(path)
    is_theirs = Watch([path]).is_theirs
    places = [
        f"{frame.filename}, line {frame.lineno}"
        for frame in traceback.extract_tb(exc.__traceback__)
        if is_theirs(frame.filename) and not frame.filename.startswith(_OURS)
    ]
    return places[-1] if places else str(path)
