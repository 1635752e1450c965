"""The one place that knows jaclang: where its compiler is, and what comes out of it.

Only the compiler is used, never its runtime. The module moved between versions; the
way to call it did not.
"""

from __future__ import annotations

import ast
import threading
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any, Final

from jacnb.errors import JacError
from jacnb.jac.complaints import Place, check_names, complaint, never_ending
from jacnb.jac.hidden import load_hidden
from jacnb.jac.inline import check_python
from jacnb.jac.progress import Progress
from jacnb.jac.rewriting import rewrite
from jacnb.jac.silence import silence

HOMES: Final = (
    "jaclang.jac0core.program",
    "jaclang.pycore.program",
    "jaclang.compiler.program",
)
"""Where the compiler lives, the newest version's place first."""

_MISSING: Final = (
    "Jac code needs Jac's compiler: pip install 'jacnb[jac]' "
    "(walkers written in Python work without it)"
)

_lock = threading.RLock()


def version() -> str:
    """Return the version of jaclang.

    Raises:
        JacError: If it is not installed.
    """
    try:
        return metadata.version("jaclang")
    except metadata.PackageNotFoundError:
        raise JacError(_MISSING) from None


def compile_jac(source: str, filename: str) -> ast.Module:
    """Return the Python syntax tree that jaclang makes of Jac source.

    Args:
        source: The Jac source.
        filename: The name of its file or cell.

    Raises:
        JacError: If jaclang is missing, or fails.
        JacSyntaxError: If the source is wrong.
    """
    check_python(source, filename)
    module = _compiled(source, filename)
    tree = _placed(_asserting(_tree_of(module, source, filename)), source)
    check_names(tree, source, filename)
    return tree


def _compiled(source: str, filename: str) -> Any:
    """Return the module that jaclang makes, still with jaclang's own places."""
    if version().startswith("0.10.") and (error := never_ending(source, filename)):
        raise error
    with _lock, Progress() as progress, silence(progress):
        program = _program_class()()
        try:
            module = program.compile(filename, use_str=rewrite(source))
        except SyntaxError as exc:
            # Of Python, which takes for bytes from 0 what are characters from 1.
            line, column = exc.lineno or 1, max(1, (exc.offset or 1) - 1)
            place = Place(line, column, line, column + 1)
            raise complaint(exc.msg, place, source, filename) from None
        except Exception as exc:  # noqa: BLE001 - it raises this and that on odd input
            raise JacError(
                f"{filename}: jaclang {version()} cannot compile this "
                f"({type(exc).__name__}: {exc})"
            ) from None
    if program.errors_had:
        alert = program.errors_had[0]
        raise complaint(str(alert.msg), _place_of(alert), source, filename)
    return module


@cache
def load_compiler() -> None:
    """Load jaclang now, before modules of the author's, if it is installed."""
    if find_spec("jaclang") is not None:
        # Some of its parts are loaded when they are used.
        compile_jac("with entry { }", "<nothing>")


def is_users(name: ast.AST) -> bool:
    """Tell whether the author wrote this name, or the compiler put it there."""
    # In a filter, `(?:City)`, the whole of it is named, not the name in it.
    return _link_of(name) in ("Name", "FilterCompr", "BuiltinType")


def is_compilers_import(statement: ast.ImportFrom) -> bool:
    """Tell whether the compiler added this import to what the author wrote."""
    return _link_of(statement) == "Module"


def _link_of(node: ast.AST) -> str:
    """Return what kind of Jac a node was made of."""
    links = getattr(node, "jac_link", None) or [None]
    return type(links[0]).__name__


def access_of(declaration: ast.ClassDef) -> str | None:
    """Return the access mark of a declaration, ``pub`` or ``priv``, or None."""
    links = getattr(declaration, "jac_link", None) or [None]
    tag = getattr(getattr(links[0], "access", None), "tag", None)
    return None if tag is None else str(tag.value)


def _program_class() -> Any:
    version()
    load_hidden()
    for home in HOMES:
        try:
            return import_module(home).JacProgram
        except ModuleNotFoundError as exc:
            if not home.startswith(exc.name or "?"):
                raise JacError(f"jaclang cannot be loaded: {exc}") from None
    raise JacError(
        f"jaclang {version()} keeps its compiler where jacnb does not look: "
        "pip install 'jacnb[jac]' brings a version that works"
    )


def _tree_of(module: Any, source: str, filename: str) -> ast.Module:
    tree = module.gen.py_ast[0] if module.gen.py_ast else None
    if not isinstance(tree, ast.Module):
        end = source.count("\n") + 1
        said = f"jaclang {version()} made nothing of this source"
        raise complaint(said, Place(end, 1, end, 2), source, filename)
    return tree


def _placed(tree: ast.Module, source: str) -> ast.Module:
    """Say columns as Python's compiler does: in bytes, from 0.

    jaclang counts characters, from 1.
    """
    lines = source.split("\n")
    # One node may stand in several places of the tree.
    for node in {id(each): each for each in ast.walk(tree)}.values():
        if _link_of(node) == "PyInlineCode":
            _place_python(node)
        elif hasattr(node, "col_offset"):
            _place_jac(node, lines)
    return tree


def _place_jac(node: Any, lines: list[str]) -> None:
    node.col_offset = _bytes_before(lines, node.lineno, node.col_offset)
    if node.end_col_offset is not None:
        end = node.end_lineno or node.lineno
        node.end_col_offset = _bytes_before(lines, end, node.end_col_offset)


def _place_python(node: Any) -> None:
    """Mend a place in ``::py::``: the line is the one below, the end is nowhere."""
    if hasattr(node, "lineno"):
        node.lineno = node.end_lineno = node.lineno - 1
        node.end_col_offset = node.col_offset


def _bytes_before(lines: list[str], line: int | None, column: int) -> int:
    text = lines[line - 1] if line and line <= len(lines) else ""
    return len(text[: max(column - 1, 0)].encode("utf-8", "replace"))


def _asserting(tree: ast.Module) -> ast.Module:
    """Have a test assert: one compiler asks a checker, and drops the message."""
    return _Asserting().visit(tree)  # type: ignore[no-any-return]


class _Asserting(ast.NodeTransformer):
    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        if _link_of(node) != "AssertStmt":
            return node
        said: Any = node.jac_link[0]  # type: ignore[attr-defined]
        message = said.error_msg and said.error_msg.gen.py_ast[0]
        made = ast.Assert(said.condition.gen.py_ast[0], message or None)
        made.jac_link = node.jac_link  # type: ignore[attr-defined]
        return ast.copy_location(made, node)


def _place_of(alert: Any) -> Place:
    at = alert.loc
    return Place(at.first_line, at.col_start, at.last_line, at.col_end)
