"""Files that a walker takes over REST; a websocket event cannot carry them."""

from __future__ import annotations

import types
from dataclasses import dataclass, field
from typing import Any, Union, get_args, get_origin


@dataclass(frozen=True, slots=True)
class UploadFile:
    """One uploaded file.

    Attributes:
        filename: The name that the client gave it; do not use it as a path.
        content_type: The media type that the client claims.
        body: Its bytes.
    """

    filename: str
    content_type: str
    body: bytes = field(repr=False)


def is_file_type(hint: Any) -> bool:
    """Return whether a field of this type takes files."""
    if get_origin(hint) in (Union, types.UnionType, list):
        return any(is_file_type(part) for part in get_args(hint))
    return hint is UploadFile


def is_file_list(hint: Any) -> bool:
    """Return whether a field of this type takes several files."""
    if get_origin(hint) in (Union, types.UnionType):
        return any(is_file_list(part) for part in get_args(hint))
    return get_origin(hint) is list and is_file_type(hint)
