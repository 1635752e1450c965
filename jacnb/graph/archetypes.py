"""Node, Edge, Root, Walker and Obj: subclassing one makes a keyword-only dataclass."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import re
import reprlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType, FunctionType
from typing import Any, ClassVar, Final, TypeVar, dataclass_transform

from jacnb.errors import DeclarationError, GraphError
from jacnb.graph.abilities import collect_abilities, forget_plans, own_abilities
from jacnb.graph.anchors import ANCHORS, Anchor
from jacnb.graph.storage import MARK
from jacnb.ids import Kind

A = TypeVar("A", bound="Archetype")
Key = tuple[str, str]

_NAMELESS: Final = {(__name__, "Root"), (__name__, "GenericEdge")}
_CLASS_VAR = re.compile(r"\s*(\w+\s*\.\s*)?ClassVar\b")
_newest: dict[Key, ClassInfo] = {}

walker_hooks: list[Callable[[type[Walker]], None]] = []
"""Each is called for each new subclass of Walker, once it is complete."""


def field(
    factory: Callable[[], Any] | None = None, init: bool = True, **more: Any
) -> Any:
    """Declare a field: with a factory for its default, or left to ``postinit``.

    Args:
        factory: Called without arguments for each new object.
        init: False keeps the field out of the constructor.
        more: Anything else that `dataclasses.field` takes.
    """
    if factory is not None:
        more["default_factory"] = factory
    return dataclasses.field(init=init, **more)


class ClassInfo:
    """What jacnb knows of an archetype class; makes the anchors of its objects.

    It is the class' attribute ``__jac__``. An object has none of its own until it is
    first asked for: then this descriptor puts an anchor there.
    """

    def __init__(self, cls: type[Archetype], kind: Kind, scope: FrameType | None):
        self.cls = cls
        self.kind = kind
        self.key: Key = (cls.__module__, cls.__qualname__)
        self.name = "" if self.key in _NAMELESS else cls.__name__
        self.anchor = ANCHORS[kind]
        self.fields: tuple[str, ...] = ()
        self.is_async = False
        parents = [vars(base)["__jac__"] for base in cls.__mro__ if _is_known(base)]
        self.lineage = frozenset({self.key, *(parent.key for parent in parents)})
        self.own = {
            "entry": own_abilities(cls, "entry", scope),
            "exit": own_abilities(cls, "exit", scope),
        }

    def __get__(self, obj: Any, owner: type | None = None) -> Any:
        if obj is None:
            return self
        anchor: Anchor = self.anchor()
        anchor.archetype = obj
        obj.__dict__["__jac__"] = anchor
        return anchor


def _is_known(base: type) -> bool:
    return isinstance(vars(base).get("__jac__"), ClassInfo)


def _loose(obj: A, values: dict[str, Any]) -> A:
    values.pop("__jac__", None)
    twin = object.__new__(type(obj))
    vars(twin).update(values)
    return twin


def _enclosing_scope() -> FrameType | None:
    """Return the frame of the function in which a class is being defined, if any.

    Annotations that are strings may name what is local there.
    """
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and frame.f_code.co_name == "__init_subclass__":
        frame = frame.f_back
    return None if frame is None or frame.f_locals is frame.f_globals else frame


def _make_dataclass(cls: type[Archetype], positional: bool) -> None:
    own = vars(cls)
    for name, annotation in inspect.get_annotations(cls).items():
        if not _is_class_var(annotation):
            _prepare_field(cls, name)
    if "postinit" in own and "__post_init__" not in own:
        cls.__post_init__ = own["postinit"]  # type: ignore[attr-defined]
    if positional:
        _order_fields(cls)
    try:
        dataclasses.dataclass(kw_only=not positional, eq=False, repr=False)(cls)
    except (TypeError, ValueError) as error:
        raise DeclarationError(f"{cls.__name__}: {error}") from None


def _prepare_field(cls: type[Archetype], name: str) -> None:
    own = vars(cls)
    if name in own:
        default = own[name]
        if type(default).__hash__ is None:  # A list or the like: a fresh one for each.
            fresh = partial(copy.deepcopy, default)
            setattr(cls, name, dataclasses.field(default_factory=fresh))
    elif hasattr(cls, name):  # dataclasses would take the parent's for the default.
        if isinstance(getattr(cls, name), FunctionType | property):
            raise DeclarationError(
                f"field {name!r} of {cls.__name__} hides a method of its parent: "
                "give it another name"
            )
        setattr(cls, name, dataclasses.field())


def _order_fields(cls: type[Archetype]) -> None:
    """Keep a field that needs a value after one that does not to its keyword."""
    inherited = getattr(cls, "__dataclass_fields__", {}).values()
    has_default = any(_has_default(each) and not each.kw_only for each in inherited)
    for name, annotation in inspect.get_annotations(cls).items():
        if _is_class_var(annotation):
            continue
        value = vars(cls).get(name, dataclasses.MISSING)
        declared = value if isinstance(value, dataclasses.Field) else None
        if value is not dataclasses.MISSING and declared is None:
            has_default = True
        elif declared is not None and (_has_default(declared) or not declared.init):
            has_default = has_default or declared.init
        elif has_default:
            setattr(cls, name, declared or dataclasses.field())
            vars(cls)[name].kw_only = True


def _has_default(declared: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return declared.default is not missing or declared.default_factory is not missing


def _has_async(cls: type[Archetype]) -> bool:
    """Tell whether any ability is async, or the class was compiled as such."""
    both = (*collect_abilities(cls, "entry"), *collect_abilities(cls, "exit"))
    marked = getattr(cls, "__jac_async__", False)
    return bool(marked) or any(ability.is_async for ability in both)


def _is_class_var(annotation: Any) -> bool:
    text = annotation if isinstance(annotation, str) else repr(annotation)
    return _CLASS_VAR.match(text) is not None


def _brief(value: Any) -> str:
    if isinstance(value, Archetype):
        return f"{type(value).__name__}(...)"
    if isinstance(value, list | tuple | dict | set):
        return f"<{type(value).__name__} of {len(value)}>"
    return reprlib.repr(value)


class Reported:
    """A walker's attribute `reports`: a field of that name takes its place."""

    def __get__(self, walker: Any, owner: type | None = None) -> list[Any]:
        return [] if walker is None else walker.__jac__.reports


@dataclass_transform(
    kw_only_default=True,
    eq_default=False,
    field_specifiers=(field, dataclasses.field),
)
class Archetype:
    """What all classes of the graph have in common; subclass one of those below."""

    __jac__: ClassVar[Any]
    __jac_order__: ClassVar[str | None] = None

    def __init_subclass__(cls, **options: Any) -> None:
        """Complete a new class: its fields, its abilities, its place in the registry.

        Args:
            options: ``positional=True`` lets its fields be given without their names
                where their defaults allow it, as in Jac; ``order`` is that in which
                a walker walks, whatever the session's is.

        Raises:
            DeclarationError: If the class is declared wrongly.
        """
        kind = options.pop("kind", None)
        positional = options.pop("positional", False)
        if "order" in options:
            cls.__jac_order__ = options.pop("order")
        super().__init_subclass__(**options)
        info = ClassInfo(cls, kind or cls.__jac__.kind, _enclosing_scope())
        _make_dataclass(cls, positional)
        info.fields = tuple(each.name for each in dataclasses.fields(cls))  # type: ignore[arg-type]
        cls.__jac__ = info
        info.is_async = _has_async(cls)
        _newest[info.key] = info
        forget_plans()
        if kind is None and info.kind == "w":
            for hook in walker_hooks:
                hook(cls)  # type: ignore[arg-type]

    def __repr__(self) -> str:
        values = vars(self)
        shown = [
            f"{name}={_brief(values[name])}"
            for name in type(self).__jac__.fields
            if name in values
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    def __copy__(self: A) -> A:
        return _loose(self, dict(vars(self)))

    def __deepcopy__(self: A, memo: dict[Any, Any]) -> Any:
        """Return a loose copy; a session that copies may put something in its place."""
        copier = memo.get(MARK)
        if copier is not None:
            return copier.archetype(self, memo)
        twin = _loose(self, {})
        memo[id(self)] = twin
        values = {name: each for name, each in vars(self).items() if name != "__jac__"}
        vars(twin).update(copy.deepcopy(values, memo))
        return twin


class Node(Archetype, kind="n"):
    """A place in the graph."""


class Edge(Archetype, kind="e"):
    """A connection from one node to another."""


class Walker(Archetype, kind="w"):
    """What walks the graph, running its own and the places' abilities.

    A walker has `reports`, the list of what it reported, unless it declares a field
    of that name.
    """

    reports = Reported()


class Obj(Archetype, kind="o"):
    """A plain object of Jac (``obj``)."""


class Root(Node, kind="n"):
    """The node where each user's graph begins."""


class GenericEdge(Edge, kind="e"):
    """The edge of a connection that names none."""


def field_specs(cls: type[Archetype]) -> Sequence[dataclasses.Field[Any]]:
    """Return the fields of an archetype class, in order."""
    return dataclasses.fields(cls)  # type: ignore[arg-type]


def is_async_walker(cls: type[Walker]) -> bool:
    """Tell whether walkers of this class must be awaited."""
    return cls.__jac__.is_async  # type: ignore[no-any-return]


def info_of(obj: Archetype) -> ClassInfo:
    """Return what is known of an object's class."""
    info: ClassInfo = vars(type(obj))["__jac__"]  # Quicker than the descriptor.
    return info


@contextmanager
def undone_on_error() -> Iterator[None]:
    """Let the classes that an exception leaves behind be the newest no longer."""
    before = dict(_newest)
    try:
        yield
    except BaseException:
        _newest.update(before)
        forget_plans()
        raise


def newest(key: Key) -> ClassInfo:
    """Return what is known of the class defined last under this module and name.

    Raises:
        GraphError: If there is none.
    """
    try:
        return _newest[key]
    except KeyError:
        raise GraphError(
            f"the class {key[1]} of module {key[0]} is not defined here: "
            "run the cell or import the module that defines it"
        ) from None
