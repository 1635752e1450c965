"""What a cell of Jac declared, as a table for the author."""

from __future__ import annotations

import ast
import html
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from jacnb.graph import Walker, field_specs
from jacnb.jac.library import JacTest
from jacnb.walkers.registry import REGISTRY, Declaration

KINDS: Final = {"n": "node", "e": "edge", "w": "walker", "o": "obj"}

_AUTH: Final = {True: "users", False: "the public", None: "everybody"}


@dataclass(frozen=True)
class Row:
    """One declaration: ``walker greet``, how it is offered, its fields."""

    kind: str
    name: str
    state: str
    fields: str = ""
    offered: str = ""


@dataclass(frozen=True)
class TestResult:
    """How one ``test`` block went; ``error`` is None if it passed."""

    name: str
    error: str | None = None


class Declared:
    """The table that a cell shows."""

    def __init__(self, rows: Iterable[Row], tests: Iterable[TestResult] = ()) -> None:
        self.rows = list(rows)
        self.tests = list(tests)

    def __bool__(self) -> bool:
        return bool(self.rows or self.tests)

    def __repr__(self) -> str:
        table = [(r.kind, r.name, r.state, r.fields, r.offered) for r in self.rows]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        lines = [
            "  ".join(
                f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)
            )
            for row in table
        ]
        return "\n".join(line.rstrip() for line in [*lines, *map(_said, self.tests)])

    def _repr_html_(self) -> str:
        rows = [(r.kind, r.name, r.state, r.fields, r.offered) for r in self.rows]
        rows += [("test", _said(each), "", "", "") for each in self.tests]
        cells = "".join(
            "<tr>"
            + "".join(
                f"<td style='text-align:left'>{html.escape(cell)}</td>" for cell in row
            )
            + "</tr>"
            for row in rows
        )
        return f"<table>{cells}</table>"


def table_of(
    tree: ast.Module, namespace: Mapping[str, Any], before: Mapping[str, Any]
) -> list[Row]:
    """Return a row for each archetype that a module declared.

    Args:
        tree: The module.
        namespace: Its namespace after it ran.
        before: The same before it ran.
    """
    names = [each.name for each in tree.body if isinstance(each, ast.ClassDef)]
    found = [(name, namespace.get(name)) for name in dict.fromkeys(names)]
    return [
        _row(name, cls, "replaced" if isinstance(before.get(name), type) else "new")
        for name, cls in found
        if isinstance(cls, type)
    ]


def result_of(test: JacTest) -> TestResult:
    """Run a test and return how it went."""
    try:
        test.run()
    except Exception as exc:  # noqa: BLE001 - a test may fail in any way
        return TestResult(test.name, _failure(exc, test))
    return TestResult(test.name)


def _row(name: str, cls: type, state: str) -> Row:
    info = vars(cls).get("__jac__")
    if info is None:
        return Row("class", name, state)
    fields = ", ".join(_field(each) for each in field_specs(cls))
    kind = KINDS[info.kind]
    if not issubclass(cls, Walker):
        return Row(kind, name, state, fields)
    declaration = REGISTRY.find(name)
    if declaration is None or declaration.cls is not cls:
        return Row(kind, name, state, fields)
    return Row(kind, name, state, fields, _offered(declaration))


def _field(field: Any) -> str:
    return f"{field.name}: {getattr(field.type, '__name__', field.type)}"


def _offered(declaration: Declaration) -> str:
    specs = declaration.specs
    if specs.private:
        return "private"
    said = f"{', '.join(specs.methods)} for {_AUTH[specs.auth]}"
    if not declaration.is_websocket:
        said += ", not over the WebSocket"
    # A server that nobody started was not loaded either.
    frontdoor = sys.modules.get("jacnb.server.frontdoor")
    server = None if frontdoor is None else frontdoor.newest_server()
    if server is None:
        return f"{said}; jacnb.serve() offers it"
    offers = server.registry.find(declaration.name)
    if offers is None or offers.cls is not declaration.cls:
        return f"{said}; not offered by {server!r}"
    return f"{said}; offered by the running server"


def _failure(exc: BaseException, test: JacTest) -> str:
    tb, line = exc.__traceback__, None
    while tb is not None:
        if tb.tb_frame.f_code.co_filename == test.function.__code__.co_filename:
            line = tb.tb_lineno
        tb = tb.tb_next
    where = "" if line is None else f"line {line}: "
    said = f": {exc}" if str(exc) else ""
    return f"{where}{type(exc).__name__}{said}"


def _said(test: TestResult) -> str:
    return f"{'failed' if test.error else 'passed'}  {test.name}" + (
        f"  ({test.error})" if test.error else ""
    )
