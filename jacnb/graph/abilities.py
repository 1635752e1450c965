"""Abilities: methods that run when a walker comes to a place, and when it leaves.

Which of them run at a place is worked out once for each pair of classes, and kept.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from types import FrameType, FunctionType, NoneType, UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from jacnb.errors import DeclarationError

F = TypeVar("F", bound=Callable[..., Any])
Moment = Literal["entry", "exit"]
Trigger = tuple[type, ...]
"""The types an ability waits for; empty for an untyped one."""


def on_entry(function: F) -> F:
    """Mark a method as an ability that runs when a walker arrives.

    The type of the second parameter says what the ability waits for: a walker's
    ability names the nodes or edges, a node's or an edge's ability the walkers.
    """
    return _mark(function, entry=True)


def on_exit(function: F) -> F:
    """Mark a method as an ability that runs when a walker leaves."""
    return _mark(function, exit=True)


def set_trigger(thunk: Callable[[], Any]) -> Callable[[F], F]:
    """Say what an ability waits for, in place of its annotation.

    Args:
        thunk: Called without arguments when the ability is first needed; returns a
            class, a union of classes, or None for an untyped ability.
    """
    return lambda function: _mark(function, trigger=thunk)


def _mark(function: F, **marks: Any) -> F:
    vars(function).setdefault("__jac__", {}).update(marks)
    return function


class Ability:
    """One ability of a class."""

    __slots__ = ("_scope", "_trigger", "function", "is_async", "name")

    def __init__(self, owner: type, function: Any, scope: FrameType | None) -> None:
        self.name = f"{owner.__name__}.{function.__name__}"
        self.function: Callable[[Any, Any], Any] = function
        self.is_async = inspect.iscoroutinefunction(function)
        self._scope = scope
        self._trigger: Trigger | None = None
        self._check_parameters()

    @property
    def trigger(self) -> Trigger:
        """The types this ability waits for, resolved when first asked for."""
        if self._trigger is None:
            try:
                self._trigger = self._resolve()
            except DeclarationError as error:
                error.where = inspect.unwrap(self.function).__code__, 0
                raise
            self._scope = None  # The frame keeps other objects alive.
        return self._trigger

    def matches(self, cls: type) -> bool:
        """Tell whether this typed ability waits for objects of this class."""
        return any(is_a(cls, wanted) for wanted in self.trigger)

    def _check_parameters(self) -> None:
        try:
            inspect.signature(self.function).bind(None, None)
        except TypeError:
            raise DeclarationError(
                f"ability {self.name} needs two parameters, self and the place "
                "or walker it meets, and no more"
            ) from None

    def _resolve(self) -> Trigger:
        marks = vars(self.function)["__jac__"]
        if "trigger" in marks:
            return self._types_of(marks["trigger"]())
        function = inspect.unwrap(self.function)
        names = list(inspect.signature(function).parameters)
        return self._types_of(function.__annotations__.get(names[1], None))

    def _types_of(self, value: Any) -> Trigger:
        if isinstance(value, str):
            return self._types_of(self._evaluate(value))
        if value is None or value is Any or value is NoneType:
            return ()
        if get_origin(value) in (Union, UnionType):
            parts = [self._types_of(part) for part in get_args(value)]
            return tuple(each for part in parts for each in part)
        if not isinstance(value, type):
            raise DeclarationError(f"ability {self.name} waits for {value!r}: no class")
        return (value,)

    def _evaluate(self, text: str) -> Any:
        function = inspect.unwrap(self.function)
        local = dict(self._scope.f_locals) if self._scope else {}
        try:
            return eval(text, {**function.__globals__, **local})
        except (NameError, AttributeError, TypeError, SyntaxError) as error:
            raise DeclarationError(
                f"ability {self.name} waits for {text!r}, which is not found: {error}"
            ) from None


def own_abilities(
    cls: type, moment: Moment, scope: FrameType | None
) -> dict[str, Ability]:
    """Return the abilities that this very class defines, by name."""
    return {
        name: Ability(cls, value, scope)
        for name, value in vars(cls).items()
        if isinstance(value, FunctionType) and moment in vars(value).get("__jac__", ())
    }


def collect_abilities(cls: type, moment: Moment) -> Iterator[Ability]:
    """Return a class' abilities: its parents' first, redefined ones in their places."""
    found: dict[str, Ability] = {}
    for base in reversed(cls.__mro__):
        info = vars(base).get("__jac__")
        if info is not None:
            found.update(info.own[moment])
    return iter(found.values())


def is_a(cls: type, wanted: type) -> bool:
    """Tell whether ``cls`` is ``wanted`` or below it, whichever cell run made them.

    A class that was defined again is the same class here: an ability that waits for
    the former ``City`` also meets objects of the newest one.
    """
    info = getattr(wanted, "__jac__", None)
    if info is None:
        return issubclass(cls, wanted)
    return info.key in cls.__jac__.lineage  # type: ignore[attr-defined]


class Step(NamedTuple):
    """One ability of a plan: the walker's own, or the place's."""

    function: Callable[[Any, Any], Any]
    is_walkers: bool


class Plan(NamedTuple):
    """The abilities that run at one place, in order.

    Args:
        awaits: The name of one that is ``async def``, or None.
    """

    entries: tuple[Step, ...]
    exits: tuple[Step, ...]
    awaits: str | None


_plans: dict[tuple[type, type | None], Plan] = {}


def plan_of(walker: type, place: type) -> Plan:
    """Return what runs when a walker of this class visits a place of that class."""
    plan = _plans.get((walker, place))
    if plan is None:
        plan = _plans[walker, place] = _plan(walker, place)
    return plan


def _plan(walker: type, place: type) -> Plan:
    walks = typed(walker, place, "entry")
    meets = untyped(place, "entry") + typed(place, walker, "entry")
    leaves = typed(place, walker, "exit") + untyped(place, "exit")
    departs = typed(walker, place, "exit")
    return Plan(
        (*_steps(walks, True), *_steps(meets, False)),
        (*_steps(leaves, False), *_steps(departs, True)),
        _first_async(walks + meets + leaves + departs),
    )


def frame_of(walker: type) -> Plan:
    """Return what a walker of this class runs once at its start and at its end."""
    plan = _plans.get((walker, None))
    if plan is None:
        plan = _plans[walker, None] = _frame(walker)
    return plan


def _frame(walker: type) -> Plan:
    entries, exits = untyped(walker, "entry"), untyped(walker, "exit")
    first_async = _first_async(entries + exits)
    return Plan(_steps(entries, True), _steps(exits, True), first_async)


def untyped(cls: type, moment: Moment) -> list[Ability]:
    """Return the abilities of this class that wait for no type."""
    return [each for each in collect_abilities(cls, moment) if not each.trigger]


def typed(owner: type, other: type, moment: Moment) -> list[Ability]:
    """Return the abilities of ``owner`` that wait for objects of class ``other``."""
    abilities = collect_abilities(owner, moment)
    return [each for each in abilities if each.matches(other)]


def forget_plans() -> None:
    """Drop all plans, because a class was defined."""
    _plans.clear()


def _steps(abilities: list[Ability], is_walkers: bool) -> tuple[Step, ...]:
    return tuple(Step(each.function, is_walkers) for each in abilities)


def _first_async(abilities: list[Ability]) -> str | None:
    return next((each.name for each in abilities if each.is_async), None)
