"""What holds for notebooks as tests.

The solved ones are held to their checks: there a failed one raises. One that needs more
than others says so in its metadata, ``"jacnb": {"needs": ["jaclang"]}``: where such a
module is missing its cells are skipped, except in the gate (``JACNB_REQUIRE_JAC``).
"""

from __future__ import annotations

import json
import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

# IPython warns of a virtual environment that is active while another one is used.
os.environ.pop("VIRTUAL_ENV", None)

SOLUTIONS = Path(__file__).parent / "notebooks" / "solutions"


# First: nbval starts a notebook's kernel when its first cell is set up.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Set or unset what makes a check strict."""
    if SOLUTIONS in item.path.parents:
        os.environ["JACNB_STRICT"] = "1"
    else:
        os.environ.pop("JACNB_STRICT", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the cells of notebooks that need what is not installed."""
    if os.environ.get("JACNB_REQUIRE_JAC"):
        return
    for item in items:
        missing = _missing(item.path) if item.path.suffix == ".ipynb" else ""
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"{missing} is not installed"))


@cache
def _missing(notebook: Path) -> str:
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    needs = metadata.get("jacnb", {}).get("needs", [])
    return ", ".join(name for name in needs if find_spec(name) is None)
