"""Validate what callers send, with pydantic.

The only room of `walkers` that imports pydantic, which takes longer to load than all
the rest: it is imported when the first walker that is offered is declared.
"""

from __future__ import annotations

import typing
from typing import Any, NotRequired, Required

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation

# Before Python 3.12 pydantic takes no TypedDict but this one, which it brings itself.
from typing_extensions import TypedDict

from jacnb.errors import ProtocolError
from jacnb.protocol.validation import MAX_INPUT, protocol_error

_NO_SCHEMA = (
    PydanticSchemaGenerationError,
    PydanticUndefinedAnnotation,
    PydanticUserError,
    NameError,
)


class Context:
    """The shape of a walker's context, or of a part of it.

    Args:
        owner: The walker's name.
        hints: The types of the fields.
        required: The names of those that a caller must give.
    """

    def __init__(
        self, owner: str, hints: dict[str, Any], required: frozenset[str]
    ) -> None:
        members = {
            name: (Required if name in required else NotRequired)[hint]
            for name, hint in hints.items()
        }
        self._adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(
            _typed_dict(owner, members)
        )

    def validate(self, given: Any, *loc: str) -> dict[str, Any]:
        """Return the fields in ``given``, coerced.

        Raises:
            ProtocolError: If a field is missing or does not fit.
        """
        try:
            return self._adapter.validate_python(given)
        except ValidationError as exc:
            raise protocol_error(exc, *loc) from None
        except Exception as exc:  # noqa: BLE001 - a validator of the user's may raise any
            said = f"{type(exc).__name__}: {exc}"[:MAX_INPUT]
            error = {"type": "value_error", "loc": [*loc], "msg": said}
            raise ProtocolError([error]) from None

    def schema(self) -> dict[str, Any]:
        """Return its JSON Schema."""
        return self._adapter.json_schema()


def can_validate(hint: Any) -> bool:
    """Return whether values of this type can come as JSON."""
    try:
        TypeAdapter(hint)
    except _NO_SCHEMA:
        return False
    return True


def _typed_dict(owner: str, members: dict[str, Any]) -> type[dict[str, Any]]:
    # Called by another name: a type checker wants to read the members of a TypedDict.
    make: Any = TypedDict
    made = make(f"{owner}_context", members)
    made.__pydantic_config__ = ConfigDict(extra="ignore")
    return typing.cast("type[dict[str, Any]]", made)
