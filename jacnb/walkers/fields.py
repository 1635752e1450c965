"""The fields of a walker as callers see them: validation, schema, forms.

Validation is pydantic's in lax mode, as the reference does it: ``"7"`` is an int 7,
unknown keys are ignored (docs/protocol.md, section 4).
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from jacnb.errors import DeclarationError, ProtocolError
from jacnb.walkers.annotations import Names, resolve
from jacnb.walkers.specs import Specs
from jacnb.walkers.uploads import is_file_type

if TYPE_CHECKING:
    from jacnb.walkers.contexts import Context


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
        scope: The names that can be used where the class is defined.

    Raises:
        DeclarationError: If the specs name a field that there is not, or exclude one
            that has no default.
    """

    def __init__(self, cls: type, specs: Specs, scope: Names | None = None) -> None:
        self.owner = cls.__name__
        _check_names(cls, specs)
        self._all = {
            field.name: field
            for field in dataclasses.fields(cls)
            if field.init and not _is_excluded(field, specs, self.owner)
        }
        self._home = cls.__module__
        self._modules = {name: _module_of(cls, name) for name in self._all}
        self._unresolved = set(self._all)
        self._resolve(scope or {})
        self._kinds: tuple[tuple[str, ...], frozenset[str]] | None = None
        self._contexts: dict[frozenset[str], Context] = {}

    @property
    def names(self) -> list[str]:
        """The names of the fields."""
        return list(self._all)

    @property
    def files(self) -> tuple[str, ...]:
        """The names of the fields that take files."""
        return self._sorted_out()[0]

    def hint(self, name: str) -> Any:
        """Return the type of a field; its text if that is not known yet."""
        return self._all[name].type

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
        context = self._context(None if only is None else frozenset(only))
        return context.validate(given, *loc)

    def is_required(self, name: str) -> bool:
        """Return whether a caller must give this field."""
        return _is_required(self._all[name])

    def problem(self) -> str | None:
        """Return why these fields cannot be validated, None if they can."""
        try:
            self._context()
        except DeclarationError as exc:
            return str(exc)
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the context that a walker event carries."""
        return self._context().schema()

    def table(self) -> list[FieldInfo]:
        """Return the fields in order of declaration."""
        return [
            FieldInfo(f.name, _type_name(f.type), _is_required(f), _default(f))
            for f in self._all.values()
        ]

    def _resolve(self, scope: Names) -> None:
        for name in list(self._unresolved):
            field, module = self._all[name], self._modules[name]
            try:
                # In its place, so that the classes below and other registries have it.
                field.type = resolve(
                    field.type, module, scope if module == self._home else {}
                )
            except NameError:
                continue
            self._unresolved.remove(name)

    def _sorted_out(self) -> tuple[tuple[str, ...], frozenset[str]]:
        """Return the names of the fields that take files, and of those that do not."""
        if self._kinds is not None:
            return self._kinds
        # What was not known when the class was defined may have been defined since.
        self._resolve({})
        files = tuple(name for name in self._all if is_file_type(self.hint(name)))
        kinds = files, frozenset(self._all) - frozenset(files)
        if not self._unresolved:
            self._kinds = kinds
        return kinds

    def _context(self, names: frozenset[str] | None = None) -> Context:
        """Return what validates these fields, by default all but files."""
        from jacnb.walkers.contexts import Context

        data = self._sorted_out()[1]
        names = data if names is None else names & data
        context = self._contexts.get(names)
        if context is None:
            hints = {n: self._checked_hint(n) for n in self._all if n in names}
            required = frozenset(n for n in hints if self.is_required(n))
            context = self._contexts[names] = Context(self.owner, hints, required)
        return context

    def _checked_hint(self, name: str) -> Any:
        """Return a field's type, or raise if it cannot come as JSON."""
        from jacnb.walkers.contexts import can_validate

        hint = self.hint(name)
        field = f"walker {self.owner}: its field {name!r} has the type"
        if name in self._unresolved:
            raise DeclarationError(
                f"{field} {_type_name(hint)}, which is not defined: "
                "define it before the walker"
            )
        if not can_validate(hint):
            raise DeclarationError(
                f"{field} {_type_name(hint)}, which no caller can send; exclude it "
                f"with excluded = [{name!r}] or give it a JSON type"
            )
        return hint


def merged_errors(errors: Iterable[ProtocolError]) -> ProtocolError:
    """Return the errors of several parts of one request as one."""
    parts = list(errors)
    return ProtocolError(
        [error for part in parts for error in part.errors],
        sum(part.truncated for part in parts),
    )


def _module_of(cls: type, name: str) -> str:
    """Return the module of the class that declares a field: its own, or a parent."""
    return next(
        base.__module__
        for base in cls.__mro__
        if name in vars(base).get("__annotations__", ())
    )


def _check_names(cls: type, specs: Specs) -> None:
    known = {field.name for field in dataclasses.fields(cls)}
    for spec, names in (
        ("excluded", specs.excluded),
        ("as_query", specs.as_query),
        ("path", specs.path_fields),
    ):
        for name in names:
            if name != "*" and name not in known:
                raise DeclarationError(
                    f"walker {cls.__name__}: {spec} names {name!r}, "
                    "which is no field of it"
                )


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
