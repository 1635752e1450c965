"""Let an assert in a ``test`` block tell the values that it compared."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any, Final

_LEFT: Final = "_jac_left"
_RIGHT: Final = "_jac_right"
_TOLD: Final = "_jac_told"

_LONGEST: Final = 200

_SIGNS: Final = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


def is_test(function: ast.FunctionDef) -> bool:
    """Tell whether the compiler made a function of a ``test`` block."""
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Name)
        and each.func.id == "jac_test"
        for each in function.decorator_list
    )


def tell(function: ast.FunctionDef) -> None:
    """Change the asserts of a test so that they say what they compared."""
    for statement in _asserts_of(function):
        match statement.test:
            case ast.Compare(left=left, ops=[sign], comparators=[right]):
                statement.test = ast.Compare(
                    _kept(left, _LEFT), [sign], [_kept(right, _RIGHT)]
                )
                values = [_name(_LEFT), ast.Constant(_SIGNS[type(sign)]), _name(_RIGHT)]
            case ast.expr() as value:
                statement.test = _kept(value, _LEFT)
                values = [_name(_LEFT)]
        message = [] if statement.msg is None else [statement.msg]
        statement.msg = ast.Call(
            _name(_TOLD), [ast.Tuple(values, ast.Load()), *message], []
        )
        for node in ast.walk(statement):
            if isinstance(node, ast.expr) and not hasattr(node, "lineno"):
                ast.copy_location(node, statement)


def _asserts_of(node: ast.AST) -> Iterator[ast.Assert]:
    """Yield the asserts of a function, not of what is defined in it."""
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.Assert):
            yield inner
        elif not isinstance(
            inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            yield from _asserts_of(inner)


def _kept(value: ast.expr, name: str) -> ast.expr:
    return ast.NamedExpr(ast.Name(name, ast.Store()), value)


def _name(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def told(values: tuple[Any, ...], message: object = None) -> str:
    """Return what a failed assert says: its message, and what it compared."""
    said = _compared(values)
    if message is None:
        return said
    return f"{message} ({said})" if said else str(message)


def _compared(values: tuple[Any, ...]) -> str:
    if len(values) == 1:
        # Of what is just False, the line says all.
        return "" if isinstance(values[0], bool) else f"it is {_shown(values[0])}"
    left, sign, right = values
    return f"{_shown(left)} {sign} {_shown(right)}"


def _shown(value: object) -> str:
    try:
        text = repr(value)
    except Exception as exc:  # noqa: BLE001 - a repr may fail in any way
        return f"<{type(value).__name__} whose repr raised {type(exc).__name__}>"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


TELLING: Final = {_TOLD: told}
"""What a module that has tests must hold."""
