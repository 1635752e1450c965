"""The one place that knows jaclang: where its compiler is, and what comes out of it.

Only the compiler is used, never its runtime. The module moved between versions; the
way to call it did not.
"""

from __future__ import annotations

import ast
import atexit
import io
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from functools import cache
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any, Final

from jacnb.errors import JacError, JacSyntaxError
from jacnb.jac.advice import advice_for
from jacnb.jac.hidden import load_hidden
from jacnb.jac.progress import Progress
from jacnb.jac.rewriting import code_of, rewrite

HOMES: Final = (
    "jaclang.jac0core.program",
    "jaclang.pycore.program",
    "jaclang.compiler.program",
)
"""Where the compiler lives, the newest version's place first."""

_SETUP: Final = "jaclang.jac0core.compiler"

_MISSING: Final = (
    "Jac code needs Jac's compiler: pip install 'jacnb[jac]' "
    "(walkers written in Python work without it)"
)

# What each version calls its tokens, where it says more than the token itself.
_TOKENS: Final = {
    "SEMI": "';'",
    "COLON": "':'",
    "COMMA": "','",
    "EQ": "'='",
    "LBRACE": "'{'",
    "RBRACE": "'}'",
    "LPAREN": "'('",
    "RPAREN": "')'",
    "LSQUARE": "'['",
    "RSQUARE": "']'",
    "NAME": "a name",
    "TYP_STRING": "'str'",
    "EOF": "the end",
    "ERROR": "a character that means nothing here",
}
_TOKEN: Final = re.compile(r"'?(?:TokenKind\.)?\b([A-Z]{2,}(?:_[A-Z]+)*)\b'?")

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
    with _lock, Progress() as progress, _silence(progress):
        program = _program_class()()
        try:
            module = program.compile(filename, use_str=rewrite(source))
        except SyntaxError as exc:
            said, line, column = exc.msg, exc.lineno or 1, exc.offset or 1
            raise _error(said, (line, column, line, column), source, filename) from None
        except Exception as exc:  # noqa: BLE001 - it raises this and that on odd input
            raise JacError(
                f"{filename}: jaclang {version()} cannot compile this "
                f"({type(exc).__name__}: {exc})"
            ) from None
    if program.errors_had:
        alert = program.errors_had[0]
        raise _error(str(alert.msg), _place(alert), source, filename)
    return _placed(_tree_of(module), source)


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


def _tree_of(module: Any) -> ast.Module:
    tree = module.gen.py_ast[0] if module.gen.py_ast else None
    if not isinstance(tree, ast.Module):
        raise JacError(f"jaclang {version()} made nothing of this source")
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


def _place(alert: Any) -> tuple[int, int, int, int]:
    at = alert.loc
    return at.first_line, at.col_start, at.last_line, at.col_end


def _error(
    said: str, place: tuple[int, int, int, int], source: str, filename: str
) -> JacSyntaxError:
    lines = source.splitlines()
    line, column, last_line, last_column = place
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    said = _TOKEN.sub(lambda m: _TOKENS.get(m[1], _plain(m[1])), said).strip()
    advice = advice_for(said, code_of(source), line, column)
    message = f"{said}: {advice}" if advice else said
    return JacSyntaxError(
        message, (filename, line, column, text, last_line, last_column)
    )


def _plain(token: str) -> str:
    return f"'{token.removeprefix('KW_').removeprefix('TYP_').lower()}'"


@contextmanager
def _silence(progress: Progress) -> Iterator[None]:
    """Swallow what jaclang says on this thread, its warnings and its log."""
    out, err = _Swallower(sys.stdout, progress), _Swallower(sys.stderr, progress)
    level = logging.root.level
    with (
        warnings.catch_warnings(),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logging.root.setLevel(level)
            _hush()


def _hush() -> None:
    """Undo what jaclang does to the process when it is loaded and used first."""
    for handler in list(logging.root.handlers):
        if isinstance(getattr(handler, "stream", None), _Swallower):
            logging.root.removeHandler(handler)
    # It would say at the end of the process that it is set up.
    setup = getattr(sys.modules.get(_SETUP), "setup_progress", None)
    atexit.unregister(getattr(setup, "_atexit_handler", _hush))


class _Swallower(io.TextIOBase):
    """Takes what one thread prints, and passes on what the others do."""

    def __init__(self, through: Any, progress: Progress) -> None:
        self._through = through
        self._progress = progress
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() != self._thread:
            return int(self._through.write(text) or 0)
        if text.lstrip().startswith("Compiling "):
            self._progress.step()
        return len(text)

    def flush(self) -> None:
        if self._through is not None:
            self._through.flush()
