"""Make and read the identifiers of the protocol (docs/protocol.md, section 1)."""

from __future__ import annotations

import itertools
import os
import re
import time
from typing import Final, Literal, NamedTuple
from uuid import uuid4

from jacnb.errors import InvalidIdError

PUBLIC_ROOT_ID: Final = "n::000000000000000000000001"
"""The root of every connection without a valid token."""

SYSTEM_ROOT_ID: Final = "n::000000000000000000000000"
"""The root that owns what nobody else does."""

Kind = Literal["n", "e", "w", "o"]
"""Node, edge, walker or plain object."""

_ID = re.compile(r"([newo]):([^\W\d]\w*)?:([0-9a-f]{24})")

# An ObjectId is 4 bytes of time, 5 that are random per process, 3 of a counter.
_process = os.urandom(5).hex()
_counter = itertools.count(int.from_bytes(os.urandom(3), "big"))


class ObjectId(NamedTuple):
    """The parts of an id such as ``n:City:672b35cec309e5ef8469c372``."""

    kind: Kind
    name: str
    hex: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}:{self.hex}"


def new_session_id() -> str:
    """Return a fresh client or channel id: ``<unix seconds>:<32 hex>``."""
    return f"{int(time.time())}:{uuid4().hex}"


def new_hex() -> str:
    """Return the 24 hex digits of a fresh object id."""
    return f"{int(time.time()):08x}{_process}{next(_counter) & 0xFFFFFF:06x}"


def new_id(kind: Kind, name: str = "") -> str:
    """Return a fresh id of an object of this kind and class name."""
    return f"{kind}:{name}:{new_hex()}"


def parse_id(text: object) -> ObjectId:
    """Return the parts of an object's id.

    Raises:
        InvalidIdError: If ``text`` is not the id of a Jac object.
    """
    match = _ID.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidIdError(text)
    return ObjectId(match[1], match[2] or "", match[3])  # type: ignore[arg-type]
