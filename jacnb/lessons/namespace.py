"""What the learner's notebook calls by a name, and which names an answer declares."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from jacnb.graph import Walker

_MISSING: Final = object()
_DECLARED: Final = re.compile(
    r"^(?:@jacnb\.walker.*\n(?:async )?def|class|walker) +(\w+)", re.MULTILINE
)


def is_walker(name: str) -> tuple[bool, str]:
    """Tell whether the notebook has nothing else of this name than a walker.

    A walker that was declared stays so when its name is given to something else; then
    it is not what stands in the learner's cell.

    Returns:
        Whether that is so, and one line about what is there instead.
    """
    found = vars(sys.modules["__main__"]).get(name, _MISSING)
    if inspect.isfunction(found):
        return False, (
            f"{name} is a plain function: put @jacnb.walker above it and run the cell."
        )
    if inspect.isclass(found) and not issubclass(found, Walker):
        return False, (
            f"{name} is a plain class: derive it from jacnb.Walker and run the cell."
        )
    return True, ""


def nearly_called(name: str, names: Iterable[str]) -> str | None:
    """Return the one of these names that may be meant for another, None if none is."""
    others = {each.lower(): each for each in names}
    near = get_close_matches(name.lower(), others, n=1, cutoff=0.8)
    return others[near[0]] if near else None


def declared_by(solution: str) -> list[str]:
    """Return the walkers, and other classes, that a solution declares."""
    return _DECLARED.findall(solution)
