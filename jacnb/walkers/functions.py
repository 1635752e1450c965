"""Plain functions as walkers: parameters are fields, the result is reported."""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable
from typing import Any, overload

from jacnb.errors import DeclarationError
from jacnb.graph import Walker, on_entry, report
from jacnb.walkers.annotations import names_in_scope, resolve
from jacnb.walkers.specs import make_specs

Function = Callable[..., Any]

# Parameters that are the walker itself and where it stands, not fields.
_CONTEXT = ("self", "here")


@overload
def walker(function: Function, /) -> type[Walker]: ...
@overload
def walker(**specs: Any) -> Callable[[Function], type[Walker]]: ...
def walker(
    function: Function | None = None, /, **specs: Any
) -> type[Walker] | Callable[[Function], type[Walker]]:
    """Turn a function into a walker that is offered over websocket and POST.

    ``def shout(here, text: str) -> str`` becomes a walker ``shout`` with the field
    ``text``; what it returns is reported, unless it is None. The parameters ``self``
    and ``here`` may stand first: the walker, and the node it was spawned on.

    Args:
        function: The function, ``def`` or ``async def``.
        specs: Keywords of ``__specs__``, such as ``auth=False``.

    Raises:
        DeclarationError: If a parameter cannot be a field.
    """
    if function is None:
        return lambda decorated: _make(decorated, specs)
    return _make(function, specs)


def _make(function: Function, given: dict[str, Any]) -> type[Walker]:
    if not inspect.isfunction(function):
        raise DeclarationError(
            "@jacnb.walker decorates a function; a class derives from jacnb.Walker"
        )
    name = function.__name__
    specs = make_specs({"methods": ("websocket", "post")} | given, name)
    parameters = list(inspect.signature(function).parameters.values())
    leading = _leading(parameters)
    fields = parameters[len(leading) :]
    namespace: dict[str, Any] = {
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "__qualname__": function.__qualname__,
        "__specs__": specs,
        # No parameter can have this name.
        "<ability>": on_entry(_ability(function, leading, fields)),
        **_fields(function, fields),
    }
    made: type[Walker] = types.new_class(
        name, (Walker,), exec_body=lambda body: body.update(namespace)
    )
    return made


def _leading(parameters: list[inspect.Parameter]) -> tuple[str, ...]:
    leading: list[str] = []
    for parameter in parameters:
        if parameter.name not in _CONTEXT:
            break
        leading.append(parameter.name)
    return tuple(leading)


def _fields(function: Function, parameters: list[inspect.Parameter]) -> dict[str, Any]:
    """Return the annotations and defaults that make the parameters fields."""
    scope = {**function.__globals__, **names_in_scope()}
    annotations: dict[str, Any] = {}
    fields: dict[str, Any] = {"__annotations__": annotations}
    for parameter in parameters:
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise DeclarationError(
                f"walker {function.__name__}: a parameter is a field with a name, "
                f"{parameter} has none"
            )
        annotations[parameter.name] = _type_of(parameter, function.__module__, scope)
        if parameter.default is not parameter.empty:
            fields[parameter.name] = parameter.default
    return fields


def _type_of(parameter: inspect.Parameter, module: str, scope: dict[str, Any]) -> Any:
    if parameter.annotation is parameter.empty:
        return Any
    try:
        return resolve(parameter.annotation, module, scope)
    except NameError:
        return parameter.annotation


def _ability(
    function: Function, leading: tuple[str, ...], fields: list[inspect.Parameter]
) -> Function:
    """Return the ability that calls the function with the walker's fields."""
    by_place = [field.name for field in fields if field.kind is field.POSITIONAL_ONLY]
    by_name = [field.name for field in fields if field.name not in by_place]

    def arguments(self: Any, here: Any) -> tuple[list[Any], dict[str, Any]]:
        context = {"self": self, "here": here}
        placed = [*(context[n] for n in leading), *(getattr(self, n) for n in by_place)]
        return placed, {n: getattr(self, n) for n in by_name}

    if inspect.iscoroutinefunction(function):

        async def enter_async(self: Any, here) -> None:  # type: ignore[no-untyped-def]
            positional, keywords = arguments(self, here)
            _report(await function(*positional, **keywords))

        return enter_async

    def enter(self: Any, here) -> None:  # type: ignore[no-untyped-def]
        positional, keywords = arguments(self, here)
        _report(function(*positional, **keywords))

    return enter


def _report(result: Any) -> None:
    if result is not None:
        report(result)
