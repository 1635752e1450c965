"""``jacnb serve app.py``: serve the walkers that a file declares."""

from __future__ import annotations

import importlib.util
import logging
import signal
import sys
import traceback
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from jacnb.errors import JacnbError
from jacnb.walkers.registry import REGISTRY


def serve_file(path: Path, **settings: Any) -> int:
    """Serve the walkers of a file until SIGINT or SIGTERM; return the exit status.

    Raises:
        JacnbError: If the file cannot be run or declares no walker, or the server
            cannot start.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    load_walkers(path)
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
    with Server(**settings) as server:
        sys.stdout.write(f"Serving on {server.http_url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


def load_walkers(path: Path) -> None:
    """Run a Python file, which declares its walkers.

    Raises:
        JacnbError: In one line, why there is nothing to serve.
    """
    if path.suffix != ".py":
        raise JacnbError(f"{path}: jacnb serves .py files that declare walkers")
    if not path.is_file():
        raise JacnbError(f"{path}: there is no such file")
    before = {declaration.cls for declaration in REGISTRY}
    _run(path.resolve())
    if not {declaration.cls for declaration in REGISTRY} - before:
        raise JacnbError(
            f"{path} declares no walkers: derive a class from jacnb.Walker or "
            "decorate a function with @jacnb.walker"
        )


def _run(path: Path) -> None:
    # Modules beside the file can be imported, though none in the place of another.
    sys.path.append(str(path.parent))
    name = path.stem
    if name in sys.modules or name in sys.stdlib_module_names:
        # A file called socket.py must not stand in for the real one.
        name = f"app_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as exc:  # noqa: BLE001 - whatever the user's file raises
        raise JacnbError(f"{_where(path, exc)}: {type(exc).__name__}: {exc}") from None


def _where(path: Path, exc: Exception) -> str:
    if isinstance(exc, SyntaxError):
        return str(path)
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(exc.__traceback__)
        if frame.filename == str(path)
    ]
    return f"{path}, line {lines[-1]}" if lines else str(path)
