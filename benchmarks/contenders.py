"""The servers that can be compared and how each is started."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SERVERS = Path(__file__).parent / "servers"
NAMES = (
    "jacnb",
    "jacnb-untraced",
    "tornado",
    "websockets",
    "picows",
    "jac-cloud",
    "bare",
)


@dataclass(frozen=True, slots=True)
class Contender:
    """A server: its name, the words for a table, the command that starts it.

    `command` gets an empty folder to work in and the port to listen on.
    """

    name: str
    words: str
    command: Callable[[Path, int], list[str]]
    runs_walkers: bool = False


def contenders(names: Sequence[str], jac_cloud: Path | None) -> list[Contender]:
    """Look up servers by name; say on the terminal which ones must be left out."""
    found = []
    for name in dict.fromkeys(names):
        if missing := _missing(name, jac_cloud):
            print(f"{name} is left out: {missing}", file=sys.stderr)
        else:
            found.append(_contender(name, jac_cloud))
    return found


def _missing(name: str, jac_cloud: Path | None) -> str | None:
    if name == "jac-cloud":
        return None if jac_cloud else "give the path of its environment: --jac-cloud"
    package = name.removesuffix("-untraced")
    if name != "bare" and importlib.util.find_spec(package) is None:
        return f"install it: pip install {package} (or the extra: jacnb[bench])"
    return None


def _contender(name: str, jac_cloud: Path | None) -> Contender:
    if name == "jacnb":
        return Contender(name, "**jacnb**", _jacnb(), runs_walkers=True)
    if name == "jacnb-untraced":
        words = "jacnb without its trace"
        return Contender(name, words, _jacnb("--no-trace"), runs_walkers=True)
    if name == "jac-cloud" and jac_cloud:
        return Contender(name, "jac-cloud", _jac_cloud(jac_cloud), runs_walkers=True)
    words = {
        "tornado": "plain Tornado",
        "websockets": "`websockets.broadcast`",
        "picows": "picows on uvloop",
        "bare": "bare sockets (the ceiling)",
    }[name]
    return Contender(name, words, _script(SERVERS / f"{name}_chat.py"))


def _script(path: Path) -> Callable[[Path, int], list[str]]:
    return lambda _folder, port: [sys.executable, str(path), str(port)]


def _jacnb(*options: str) -> Callable[[Path, int], list[str]]:
    def command(_folder: Path, port: int) -> list[str]:
        app = str(SERVERS / "jacnb_app.py")
        start = [sys.executable, "-m", "jacnb", "serve", app]
        return [*start, "--host", "127.0.0.1", "--port", str(port), *options]

    return command


def _jac_cloud(environment: Path) -> Callable[[Path, int], list[str]]:
    def command(folder: Path, port: int) -> list[str]:
        # Beside its source jac leaves compiled files, so it gets a copy.
        app = str(shutil.copy(SERVERS / "app.jac", folder))
        jac = str(environment / "bin" / "jac")
        return [jac, "serve", app, "--host", "127.0.0.1", "--port", str(port)]

    return command
