"""The fields of a walker as callers see them: validation, schema, forms.

Validation is pydantic's in lax mode, as the reference does it: ``"7"`` is an int 7,
unknown keys are ignored (docs/protocol.md, section 4).
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable
from typing import Any, NotRequired, Required

from pydantic import ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic.errors import PydanticSchemaGenerationError, PydanticUndefinedAnnotation

# Before Python 3.12 pydantic takes no TypedDict but this one, which it brings itself.
from typing_extensions import TypedDict

from jacnb.errors import DeclarationError, ProtocolError
from jacnb.protocol.validation import protocol_error
from jacnb.walkers.specs import Specs
from jacnb.walkers.uploads import is_file_type


@dataclasses.dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field of a walker, for forms and tables."""

    name: str
    type: str
    required: bool
    default: Any = None


class Fields:
    """The fields of one walker class that callers may set.

    Args:
        cls: The walker class, a dataclass.
        specs: Its specs; ``excluded`` fields are left out.

    Raises:
        DeclarationError: If an excluded field has no default.
    """

    def __init__(self, cls: type, specs: Specs) -> None:
        self.owner = cls.__name__
        self._all = [
            field
            for field in dataclasses.fields(cls)
            if field.init and not _is_excluded(field, specs, self.owner)
        ]
        self._hints = _hints(cls)
        self.files = [f.name for f in self._all if is_file_type(self.hint(f.name))]
        self._adapters: dict[frozenset[str], TypeAdapter[Any]] = {}

    @property
    def names(self) -> list[str]:
        """The names of the fields."""
        return [field.name for field in self._all]

    def hint(self, name: str) -> Any:
        """Return the type of a field, Any if it says none."""
        return self._hints.get(name, Any)

    def validate(
        self, given: Any, *loc: str, only: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Return the fields in ``given``, coerced; absent ones keep their default.

        Args:
            given: What a caller sent.
            loc: Goes before the location in errors, such as ``body``.
            only: The names of the fields to look at; None is all but files.

        Raises:
            ProtocolError: If a field is missing or does not fit.
        """
        names = frozenset(self.names if only is None else only) - frozenset(self.files)
        adapter = self._adapters.get(names)
        if adapter is None:
            adapter = self._adapters[names] = self._adapter(names)
        try:
            fields: dict[str, Any] = adapter.validate_python(given)
        except ValidationError as exc:
            raise protocol_error(exc, *loc) from None
        return fields

    def is_required(self, name: str) -> bool:
        """Return whether a caller must give this field."""
        return any(f.name == name and _is_required(f) for f in self._all)

    def problem(self) -> str | None:
        """Return why these fields cannot be validated, None if they can."""
        try:
            self._adapter(frozenset(self.names) - frozenset(self.files))
        except DeclarationError as exc:
            return str(exc)
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the context that a walker event carries."""
        names = frozenset(self.names) - frozenset(self.files)
        return self._adapter(names).json_schema()

    def table(self) -> list[FieldInfo]:
        """Return the fields in order of declaration."""
        return [
            FieldInfo(
                f.name, _type_name(self.hint(f.name)), _is_required(f), _default(f)
            )
            for f in self._all
        ]

    def _adapter(self, names: frozenset[str]) -> TypeAdapter[Any]:
        members: dict[str, Any] = {}
        for field in self._all:
            if field.name in names:
                mark = Required if _is_required(field) else NotRequired
                members[field.name] = mark[self._checked_hint(field.name)]
        return TypeAdapter(_typed_dict(self.owner, members))

    def _checked_hint(self, name: str) -> Any:
        """Return a field's type, or raise if pydantic cannot validate it."""
        hint = self.hint(name)
        try:
            TypeAdapter(hint)
        except (
            PydanticSchemaGenerationError,
            PydanticUndefinedAnnotation,
            PydanticUserError,
            NameError,
        ):
            raise DeclarationError(
                f"walker {self.owner}: its field {name!r} has the type "
                f"{_type_name(hint)}, which no caller can send; exclude it with "
                f"excluded = [{name!r}] or give it a JSON type"
            ) from None
        return hint


def _typed_dict(owner: str, members: dict[str, Any]) -> type:
    # Called by another name: a type checker wants to read the members of a TypedDict.
    make: Any = TypedDict
    made = make(f"{owner}_context", members)
    made.__pydantic_config__ = ConfigDict(extra="ignore")
    return typing.cast("type", made)


def _hints(cls: type) -> dict[str, Any]:
    """Return the types of the fields; one that cannot be resolved stays a string."""
    try:
        return typing.get_type_hints(cls, include_extras=True)
    except (NameError, TypeError):
        return {field.name: field.type for field in dataclasses.fields(cls)}


def _is_excluded(field: dataclasses.Field[Any], specs: Specs, owner: str) -> bool:
    if specs.excluded != ("*",) and field.name not in specs.excluded:
        return False
    if _is_required(field):
        raise DeclarationError(
            f"walker {owner}: the excluded field {field.name!r} needs a default"
        )
    return True


def _is_required(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return None if field.default is dataclasses.MISSING else field.default


def _type_name(hint: Any) -> str:
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint.__name__
    return str(hint).replace("typing.", "")


def merged_errors(errors: Iterable[ProtocolError]) -> ProtocolError:
    """Return the errors of several parts of one request as one."""
    parts = list(errors)
    return ProtocolError(
        [error for part in parts for error in part.errors],
        sum(part.truncated for part in parts),
    )
