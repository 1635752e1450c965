from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from shells import end_shell

from jacnb import MemoryServer
from jacnb.walkers.registry import REGISTRY

SAMPLES = Path(__file__).parent / "samples"

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test declare its own walkers."""
    monkeypatch.setattr(REGISTRY, "_declared", {})


@pytest.fixture
def jac(compiler: None) -> Iterator[Callable[..., ModuleType]]:
    """Run Jac source as a module of its own."""
    from jacnb.jac.modules import run_jac

    made: list[str] = []

    def run(source: str, **options: Any) -> ModuleType:
        module = ModuleType(f"jac_module_{next(_numbers)}")
        sys.modules[module.__name__] = module
        made.append(module.__name__)
        run_jac(source, f"<{module.__name__}>", vars(module), **options)
        return module

    yield run
    for name in made:
        del sys.modules[name]


@pytest.fixture
def sample(jac: Callable[..., ModuleType]) -> Callable[[str], ModuleType]:
    """Run one of the samples."""
    return lambda name: jac((SAMPLES / f"{name}.jac").read_text())


@pytest.fixture
def server() -> Iterator[MemoryServer]:
    with MemoryServer() as server:
        yield server


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a notebook's shell that has loaded jacnb."""
    from IPython.core.interactiveshell import InteractiveShell

    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    shell = InteractiveShell()
    shell.colors = "nocolor"
    shell.run_line_magic("load_ext", "jacnb")
    yield shell
    end_shell(shell)
