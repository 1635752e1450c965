"""How a walker is offered: its ``__specs__`` (docs/protocol.md, section 6)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields as dataclass_fields, replace
from typing import Any, Final, Literal, TypeVar, cast, overload

from jacnb.errors import DeclarationError

METHODS: Final = ("get", "post", "put", "patch", "delete", "websocket")
ENTRY_TYPES: Final = ("ROOT", "NODE", "BOTH")

EntryType = Literal["ROOT", "NODE", "BOTH"]
Walker = TypeVar("Walker", bound=type)

# Specs of the reference that only describe a document, or that nothing here can
# honour: the first are taken and left alone, the others are refused by name.
_IGNORED: Final = frozenset(
    {
        "response_model",
        "response_description",
        "responses",
        "include_in_schema",
        "response_class",
        "openapi_extra",
    }
)
_UNSUPPORTED: Final = frozenset({"webhook", "schedule"})

_PATH_FIELD: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Specs:
    """How a walker is offered to clients.

    Attributes:
        methods: REST methods and ``websocket``.
        auth: True: users only; False: the public only; None: both.
        path: A path of its own below ``/walker/NAME/``, or from ``/`` on.
        as_query: Fields taken from the query instead of the body; ``("*",)`` is all.
        excluded: Fields that callers may not set; ``("*",)`` is all.
        private: Not offered at all.
        entry_type: Whether it starts on the caller's root, a given node, or both.
        status_code: The REST status of a success.
    """

    methods: tuple[str, ...] = ("post",)
    auth: bool | None = True
    path: str = ""
    as_query: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    private: bool = False
    entry_type: EntryType = "BOTH"
    tags: tuple[str, ...] = ()
    summary: str | None = None
    description: str | None = None
    status_code: int | None = None
    deprecated: bool = False
    name: str | None = None

    @property
    def path_fields(self) -> tuple[str, ...]:
        """The fields that stand in ``path``, as ``{field}``."""
        return tuple(_PATH_FIELD.findall(self.path))


_NAMES: Final = frozenset(field.name for field in dataclass_fields(Specs))


@overload
def specs(cls: Walker, /) -> Walker: ...
@overload
def specs(**given: Any) -> Callable[[Walker], Walker]: ...
def specs(
    cls: Walker | None = None, /, **given: Any
) -> Walker | Callable[[Walker], Walker]:
    """Declare how a walker is offered: the decorator twin of ``class __specs__``.

    Raises:
        DeclarationError: If a spec is unknown or its value is not one.
    """
    made = make_specs(given, "@specs")

    def decorate(cls: Walker) -> Walker:
        # Imported late: the registry reads specs, so it stands above this module.
        from jacnb.walkers.registry import redeclare

        if "__specs__" in vars(cls):
            # What is not said here stays as the class, or @jacnb.walker, says it.
            changed = {n: getattr(made, n) for n in given if n in _NAMES}
            cls.__specs__ = replace(specs_of(cls), **changed)  # type: ignore[attr-defined]
        else:
            cls.__specs__ = made  # type: ignore[attr-defined]
        redeclare(cls)
        return cls

    return decorate if cls is None else decorate(cls)


def specs_of(cls: type) -> Specs:
    """Return the specs of a walker class, its own or those it inherits."""
    declared = getattr(cls, "__specs__", None)
    if declared is None:
        return Specs()
    if isinstance(declared, Specs):
        return declared
    return make_specs(_names_of(declared), cls.__name__)


def make_specs(given: dict[str, Any], owner: str) -> Specs:
    """Return specs from keywords; ``owner`` names the walker in errors."""
    known = {name: value for name, value in given.items() if name not in _IGNORED}
    for name in known:
        if name in _UNSUPPORTED:
            raise DeclarationError(f"{owner}: the spec {name!r} is not supported")
        if name not in _NAMES:
            raise DeclarationError(
                f"{owner}: unknown spec {name!r}; there are {', '.join(sorted(_NAMES))}"
            )
    made = Specs(**{name: _normal(name, value) for name, value in known.items()})
    _check(made, owner)
    return made


def _names_of(declared: Any) -> dict[str, Any]:
    """Return the specs of a nested class, or of an instance of one."""
    if isinstance(declared, type) and hasattr(declared, "__dataclass_fields__"):
        # Jac's `obj __specs__ { has … }`: the defaults live in its instances only.
        declared = declared()
    names: dict[str, Any] = {}
    classes = declared.__mro__ if isinstance(declared, type) else type(declared).__mro__
    for cls in reversed(classes[:-1]):
        names |= {k: v for k, v in vars(cls).items() if not k.startswith("_")}
    if not isinstance(declared, type):
        names |= {k: v for k, v in vars(declared).items() if not k.startswith("_")}
    return names


def _normal(name: str, value: Any) -> Any:
    match name:
        case "methods":
            return tuple(str(method).lower() for method in _many(value))
        case "as_query" | "excluded" | "tags":
            return _many(value)
        case "entry_type":
            return str(getattr(value, "value", value)).upper()
        case "path":
            return value or ""
    return value


def _many(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(cast("Iterable[Any]", value))


def _check(made: Specs, owner: str) -> None:
    for method in made.methods:
        if method not in METHODS:
            raise DeclarationError(
                f"{owner}: {method!r} is no method; there are {', '.join(METHODS)}"
            )
    if made.entry_type not in ENTRY_TYPES:
        raise DeclarationError(
            f"{owner}: entry_type is one of {', '.join(ENTRY_TYPES)}, "
            f"not {made.entry_type!r}"
        )
    if made.auth is not None and not isinstance(made.auth, bool):
        raise DeclarationError(f"{owner}: auth is True, False or None (open to both)")
    if not isinstance(made.path, str):
        raise DeclarationError(f"{owner}: path is a text, not {made.path!r}")
    if len(set(made.path_fields)) != len(made.path_fields):
        raise DeclarationError(f"{owner}: the path {made.path!r} names a field twice")
