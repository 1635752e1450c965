"""Annotations that are strings: what they mean where they were written.

`typing.get_type_hints` gives up on all fields of a class when it cannot find one name,
and it never looks into the function in which a class is defined. A notebook has both:
types that come in a later cell, and classes inside of functions.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Mapping
from types import FrameType, SimpleNamespace
from typing import Any

Names = Mapping[str, Any]


def names_in_scope() -> Names:
    """Return the names that can be used where a walker is being defined just now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_machinery(frame):
        frame = frame.f_back
    return {} if frame is None else {**frame.f_globals, **frame.f_locals}


def resolve(annotation: Any, module: str, scope: Names) -> Any:
    """Return the type that an annotation means.

    Args:
        annotation: A type, or the text of one.
        module: The name of the module where it was written.
        scope: Names that go before those of the module.

    Raises:
        NameError: If it cannot be understood, or not yet.
    """
    known = vars(sys.modules[module]) if module in sys.modules else {}
    holder = SimpleNamespace(__annotations__={"it": annotation})
    try:
        return typing.get_type_hints(
            holder, globalns=dict(known), localns=dict(scope), include_extras=True
        )["it"]
    except Exception as exc:  # noqa: BLE001 - whatever the text may lead to
        raise NameError(str(exc)) from None


def _is_machinery(frame: FrameType) -> bool:
    name = str(frame.f_globals.get("__name__"))
    is_ours = name.startswith(("jacnb.graph.", "jacnb.walkers."))
    return is_ours or frame.f_code.co_name == "__init_subclass__"
