"""The rooms import downwards only, and ``import jacnb`` stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "jacnb"

# What each room may import of ours beside itself; docs/architecture.md says why.
ALLOWED = {
    "errors": set(),
    "ids": {"errors"},
    "cells": set(),
    "protocol": {"errors", "ids"},
    "graph": {"errors", "ids"},
    "walkers": {"errors", "ids", "graph", "protocol"},
    "store": {"errors", "ids", "graph"},
    "accounts": {"errors", "ids", "store", "protocol"},
    "client": {"errors", "ids", "protocol"},
    "server": {
        "errors",
        "ids",
        "protocol",
        "graph",
        "walkers",
        "store",
        "accounts",
        "client",
        "cells",
    },
    "swarms": {"errors", "client", "server", "cells"},
    "panels": {"graph", "errors", "ids", "client", "server", "protocol", "cells"},
    "jac": {"errors", "ids", "graph", "walkers", "server"},
    "lessons": {
        "cells",
        "errors",
        "ids",
        "protocol",
        "graph",
        "walkers",
        "client",
        "server",
        "swarms",
        "panels",
    },
}

HEAVY = ["tornado", "ipywidgets", "anywidget", "websocket", "jwt", "argon2", "jaclang"]


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found |= {n.split(".")[1] for n in names if n.startswith("jacnb.")}
    return found


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_from_rooms_below_it(room: str) -> None:
    folder = PACKAGE / room
    files = folder.rglob("*.py") if folder.is_dir() else [PACKAGE / f"{room}.py"]
    for path in files:
        assert imports_of(path) - {room} <= ALLOWED[room], path


def test_every_room_is_in_the_table() -> None:
    doors = {"__init__", "__main__", "cli", "demo", "doctor", "serving"}
    doors |= {"reloading", "watching"}
    doors |= {"terminal", "terminal_commands", "terminal_screen", "pytest_plugin"}
    doors |= {"notebook_files", "__pycache__", "notebooks"}
    rooms = {path.stem for path in PACKAGE.iterdir() if path.name != "py.typed"}
    assert rooms - doors == set(ALLOWED)


def test_import_jacnb_loads_no_shell() -> None:
    code = f"import sys, jacnb; print([m for m in {HEAVY!r} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"


def test_all_public_names_exist() -> None:
    import jacnb

    missing = [name for name in jacnb.__all__ if not hasattr(jacnb, name)]
    assert missing == []
