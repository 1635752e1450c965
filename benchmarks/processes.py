"""Runs a server in a process of its own, on a core of its own."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contenders import Contender
from opening import LoadError

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A server that accepts connections."""

    contender: Contender
    port: int
    pid: int

    def resident_kb(self) -> int:
        """Return the memory the process holds (RSS)."""
        command = ["ps", "-o", "rss=", "-p", str(self.pid)]
        return int(subprocess.check_output(command, text=True))


@contextlib.contextmanager
def running(contender: Contender) -> Iterator[Running]:
    """Start a server, wait until it accepts connections, stop it at the end."""
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        log = folder / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                contender.command(folder, port),
                env=os.environ | {"DATABASE_PATH": str(folder / "database")},
                stdout=output,
                stderr=output,
            )
        try:
            pin(process.pid, last=True)
            _wait(process, port, log)
            yield Running(contender, port, process.pid)
        finally:
            _stop(process)


def pin(pid: int, *, last: bool) -> None:
    """Keep a process on the last core or, the load generator (pid 0), on the first."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(_ALL_CORES)
        os.sched_setaffinity(pid, {cores[-1 if last else 0]})


_ALL_CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise LoadError(f"the server did not start:\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines[-8:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
