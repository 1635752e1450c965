"""``jacnb doctor``: versions, and what works on this machine."""

from __future__ import annotations

import importlib.metadata
import platform
import socket
import sys
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from jacnb.errors import JacnbError

PACKAGES: Final = {
    "jacnb": "",
    "tornado": "",
    "websocket-client": "",
    "pydantic": "",
    "PyJWT": "",
    "argon2-cffi": "",
    "ipywidgets": "",
    "anywidget": "",
    "jupyterlab": "lab",
    "notebook": "lab",
    "ipykernel": "lab",
    "jupyter-server-proxy": "lab",
    "jaclang": "jac",
}
"""What is looked for, and the extra that brings it; without one it is needed."""


class Finding(NamedTuple):
    """One line of the report."""

    name: str
    is_good: bool
    said: str
    is_needed: bool = True


def examine() -> int:
    """Print the report; return 1 if something that is needed does not work."""
    findings = [*_versions(), *_abilities()]
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "ok" if finding.is_good else "!!" if finding.is_needed else "--"
        sys.stdout.write(f"{mark}  {finding.name:<{width}}  {finding.said}\n")
    return int(any(f.is_needed and not f.is_good for f in findings))


def _versions() -> Iterator[Finding]:
    python = platform.python_version()
    yield Finding("Python", sys.version_info >= (3, 11), f"{python}, {sys.platform}")
    for package, extra in PACKAGES.items():
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            wanted = f"jacnb[{extra}]" if extra else package
            advice = f"missing: pip install '{wanted}'"
            yield Finding(package, False, advice, is_needed=not extra)
        else:
            yield Finding(package, True, version)


def _abilities() -> Iterator[Finding]:
    yield _tried("server and client", _round_trip)
    yield _tried("IPv6 loopback", _ipv6, is_needed=False)
    yield _tried("open files", _open_files, is_needed=False)


def _tried(name: str, check: Callable[[], str], is_needed: bool = True) -> Finding:
    try:
        return Finding(name, True, check(), is_needed)
    except (JacnbError, OSError, ImportError) as exc:
        return Finding(name, False, str(exc), is_needed)


def _round_trip() -> str:
    from jacnb.server import Server

    with Server() as server, server.connect(user="doctor") as client:
        client.sync()
        return f"a client spoke with a server at {server.url}"


def _ipv6() -> str:
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as probe:
        probe.bind(("::1", 0))
    return "localhost is served on ::1, too"


def _open_files() -> str:
    try:
        import resource
    except ImportError:
        return "no limit is known here"
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return f"{soft} (may be raised to {hard}): so many connections fit at most"
