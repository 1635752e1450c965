"""Annotations that are strings: what they mean where they were written.

A notebook defines classes inside functions and names types that come in a later cell;
`typing.get_type_hints` gives up on all fields when it finds one such name.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

Names = Mapping[str, Any]


def local_names(frame: FrameType | None) -> Names:
    """Return the names that are local where a class or function is being defined.

    Args:
        frame: The innermost frame; those of jacnb's own machinery are skipped.
    """
    while frame is not None and _is_machinery(frame):
        frame = frame.f_back
    if frame is None or frame.f_locals is frame.f_globals:
        return {}
    return dict(frame.f_locals)


def resolve(annotation: Any, module: str, local: Names) -> Any:
    """Return the type that an annotation means; a string if that is not known yet.

    Args:
        annotation: A type, or the text of one.
        module: The name of the module where it was written.
        local: Names that go before those of the module.
    """
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, _Names(module, local))
    except Exception:  # noqa: BLE001 - whatever an unfinished name may lead to
        return annotation


class _Names(dict[str, Any]):
    """The names an annotation may use: local ones, the module's, the built-in ones."""

    def __init__(self, module: str, local: Names) -> None:
        found = sys.modules.get(module)
        super().__init__({**vars(builtins), **(vars(found) if found else {}), **local})


def _is_machinery(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__", ""))
    return (
        name.startswith(("jacnb.graph.", "jacnb.walkers."))
        or frame.f_code.co_name == "__init_subclass__"
    )
