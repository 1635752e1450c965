"""Join compiled Jac with jacnb: its library's names, access marks, and order.

The compiler imports what it needs under plain names, which would take the place of the
author's own: ``node Node { }`` is legal Jac, and a notebook has one namespace for all
cells. So the compiler's names are renamed, and the author's left alone.
"""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Container, Iterator
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from jacnb.errors import JacError, JacSyntaxError
from jacnb.graph.session import Order
from jacnb.jac.asserting import TELLING, is_test, tell
from jacnb.jac.compiler import access_of, is_compilers_import, is_users, version
from jacnb.jac.library import CLOUD, NAMES, REFUSALS, WORDS, Absent

ALIAS: Final = "_jac_"
"""What the compiler's names begin with once they are linked."""

_BARE: Final = (
    "@restspec takes what it says in parentheses: @restspec(method=HTTPMethod.GET)"
)

_KINDS: Final = ("Node", "Edge", "Walker", "Obj")

# Tests of annotations look for these very words.
_KEPT: Final = frozenset({"ClassVar"})


class Linked(NamedTuple):
    """A module that is ready to be compiled by Python.

    Attributes:
        tree: The module.
        names: What its namespace must hold beforehand.
        words: What it may use of Jac's own words, if its namespace has no better.
    """

    tree: ast.Module
    names: dict[str, Any]
    words: dict[str, Any]


def link(
    tree: ast.Module,
    filename: str,
    known: Container[str] = (),
    order: Order | None = None,
) -> Linked:
    """Link a module that the compiler made.

    Args:
        tree: The module, which is changed.
        filename: The name of its file or cell.
        known: The names that its namespace has already.
        order: The order in which its walkers walk; None leaves it to the server.

    Raises:
        JacError: If it needs something that jacnb does not have.
    """
    mine = _authors_names(tree)
    linker = _Linker(filename, known, mine, order)
    linker.find_imports(tree)
    tree = ast.fix_missing_locations(linker.visit(tree))
    wanted = _used(tree) - mine - set(vars(builtins))
    for name in sorted(wanted & set(REFUSALS)):
        if name not in known:
            raise linker.refusal(name, tree)
    words = {name: NAMES[name] for name in wanted & WORDS}
    return Linked(tree, linker.names, words)


class _Linker(ast.NodeTransformer):
    """Changes one module.

    Attributes:
        names: What the module's namespace must hold, by name.
    """

    def __init__(
        self,
        filename: str,
        known: Container[str],
        mine: set[str],
        order: Order | None,
    ) -> None:
        self.names: dict[str, Any] = {}
        self._filename = filename
        self._known = known
        self._mine = mine
        self._order = order
        self._renamed: set[str] = set()

    def find_imports(self, tree: ast.Module) -> None:
        """Take note of what the compiler imported, and take the imports away."""
        # Left in, this would bind the name `annotations`; it is said to `compile`.
        tree.body = [each for each in tree.body if not _is_future(each)]
        for statement in list(_compilers_imports(tree)):
            for alias in statement.names:
                self._provide(alias.name, statement.module or "", tree)
            if _is_library(statement.module):
                tree.body.remove(statement)
            else:
                for alias in statement.names:
                    alias.asname = ALIAS + alias.name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Rename what the compiler put there."""
        if node.id in self._renamed and not is_users(node):
            node.id = ALIAS + node.id
        return node

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        """Take what the author imports of Jac's library from jacnb's."""
        if is_compilers_import(node) or not _is_ours(node):
            return node
        is_cloud = str(node.module).startswith("jac_cloud")
        for alias in node.names:
            name = alias.name
            if name in REFUSALS:
                raise _error_at(self._filename, alias, REFUSALS[name])
            if name not in (CLOUD if is_cloud else NAMES) and not is_cloud:
                raise _error_at(self._filename, alias, _not_there(name, node.module))
            has_it = name in NAMES
            self.names[ALIAS + name] = NAMES[name] if has_it else Absent(name)
        return [
            ast.copy_location(
                ast.Assign(
                    [ast.Name(alias.asname or alias.name, ast.Store())],
                    ast.Name(ALIAS + alias.name, ast.Load()),
                ),
                node,
            )
            for alias in node.names
        ]

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Say of an archetype how it is made, offered and walks."""
        kind = _kind_of(node)
        access = access_of(node)
        self._check_decorators(node)
        _drop_twin(node, kind)
        self.generic_visit(node)
        if kind is not None:
            node.keywords.append(_keyword("positional", True))
        if kind == "Walker":
            if self._order is not None:
                node.keywords.append(_keyword("order", self._order))
            if access in ("pub", "priv"):
                _open(node, None if access == "pub" else True)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Let the asserts of a test tell the values that they compare."""
        if is_test(node):
            self.names.update(TELLING)
            tell(node)
        self.generic_visit(node)
        return node

    def refusal(self, name: str, tree: ast.Module) -> JacError:
        """Return the error about a name that jacnb does not offer, at its place."""
        names = (each for each in ast.walk(tree) if isinstance(each, ast.Name))
        at = next((each for each in names if each.id == name), None)
        return _error_at(self._filename, at, REFUSALS[name])

    def _check_decorators(self, node: ast.ClassDef) -> None:
        for each in node.decorator_list:
            is_bare = isinstance(each, ast.Name) and each.id == "restspec"
            if is_bare and "restspec" not in self._mine:
                raise _error_at(self._filename, each, _BARE)

    def _provide(self, name: str, module: str, tree: ast.Module) -> None:
        if name in _KEPT:
            self.names[name] = NAMES[name]
            return
        self._renamed.add(name)
        if not _is_library(module):
            return
        if name in NAMES:
            self.names[ALIAS + name] = NAMES[name]
        elif name in REFUSALS:
            # A word of the author's may only look like one of the library's.
            if name not in self._known and name not in self._mine:
                raise self.refusal(name, tree)
        else:
            raise self._unknown(name, module, tree)

    def _unknown(self, name: str, module: str, tree: ast.Module) -> JacError:
        for node in tree.body:
            # After `async` the compiler takes any word for a kind of archetype.
            if isinstance(node, ast.ClassDef) and name in map(_id_of, node.bases):
                why = f"{name.lower()} is no word of Jac: did you mean walker?"
                return _error_at(self._filename, node, why)
        return JacError(
            f"{self._filename}: jaclang {version()} uses {name!r} of {module}, which "
            "this version of jacnb does not know"
        )


def _compilers_imports(tree: ast.Module) -> Iterator[ast.ImportFrom]:
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom) and is_compilers_import(statement):
            yield statement


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _is_library(module: str | None) -> bool:
    home = str(module).split(".")[0]
    return home in ("jaclang", "jac_cloud")


def _is_ours(node: ast.ImportFrom) -> bool:
    """Tell whether an import of the author's is of something that jacnb has."""
    # Jac Cloud's walkers take files as FastAPI hands them over.
    is_upload = [each.name for each in node.names] == ["UploadFile"]
    return _is_library(node.module) or (node.module == "fastapi" and is_upload)


def _authors_names(tree: ast.Module) -> set[str]:
    """Return the names that the author binds anywhere in the module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case (
                ast.ClassDef(name=name)
                | ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.arg(arg=name)
            ):
                found.add(name)
            case ast.Import(names=names):
                found |= {(each.asname or each.name).split(".")[0] for each in names}
            case ast.ImportFrom(names=names) if not is_compilers_import(node):
                found |= {each.asname or each.name for each in names}
    return found


def _used(tree: ast.Module) -> set[str]:
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and not node.id.startswith(ALIAS)
    }


def _kind_of(node: ast.ClassDef) -> str | None:
    """Return which kind of archetype a class is: the compiler adds it as a base."""
    added = [_id_of(each) for each in node.bases if _is_added(each)]
    return next((name for name in added if name in _KINDS), None)


def _is_added(base: ast.expr) -> bool:
    return isinstance(base, ast.Name) and not is_users(base)


def _id_of(node: ast.expr) -> str:
    """Return the last part of a name: ``Walker`` of ``jacnb.Walker``."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _drop_twin(node: ast.ClassDef, kind: str | None) -> None:
    """Take away the base that the compiler adds where the author named it, too."""
    named = [each for each in node.bases if not _is_added(each)]
    if kind is not None and kind in map(_id_of, named):
        node.bases = named


def _open(node: ast.ClassDef, auth: bool | None) -> None:
    """Say in a walker's ``__specs__`` who may call it, if it does not say so itself."""
    said = _statement("auth = None" if auth is None else f"auth = {auth}", node)
    for inner in node.body:
        if isinstance(inner, ast.ClassDef) and inner.name == "__specs__":
            if "auth" not in _authors_names(ast.Module(inner.body, [])):
                inner.body.append(said)
            return
    made = _statement("class __specs__: pass", node)
    assert isinstance(made, ast.ClassDef)
    made.body = [said]
    node.body.append(made)


def _statement(text: str, place: ast.AST) -> ast.stmt:
    made = ast.parse(text).body[0]
    for node in ast.walk(made):
        ast.copy_location(node, place)
    return made


def _keyword(name: str, value: object) -> ast.keyword:
    return ast.keyword(name, ast.Constant(value))  # type: ignore[arg-type]


def _not_there(name: str, module: str | None) -> str:
    close = get_close_matches(name, sorted(NAMES), 1)
    cure = f"did you mean {close[0]}?" if close else "leave it out"
    return f"{module} has no {name} in jacnb: {cure}"


def _error_at(filename: str, at: Any, why: str) -> JacError:
    """Return the error about a node of the tree, at its place."""
    if at is None or not hasattr(at, "lineno"):
        return JacError(f"{filename}: {why}")
    # `prepare` put the source there; the end may lie lines below.
    text = linecache.getline(filename, at.lineno).rstrip("\n")
    start = _column(text, at.col_offset)
    is_here = at.end_lineno == at.lineno
    end = _column(text, at.end_col_offset) if is_here else len(text) + 1
    place = (filename, at.lineno, start, text, at.lineno, end)
    return JacSyntaxError(why, place)


def _column(text: str, offset: int) -> int:
    """Return a column in characters, from 1, of one in bytes, from 0."""
    return len(text.encode()[:offset].decode(errors="replace")) + 1
