"""``%%jac``: a cell of Jac, in the notebook's own namespace."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from jacnb.errors import JacError, JacSyntaxError
from jacnb.graph.session import Order
from jacnb.jac.declared import Declared, result_of, table_of
from jacnb.jac.library import JacTest, collected_tests
from jacnb.jac.modules import look_in, run_jac, said_of
from jacnb.walkers.registry import REGISTRY
from jacnb.walkers.tracebacks import authors_frames

_USAGE: Final = "use %%jac, or %%jac --order dfs to walk depth first"

# What is typed before the name of a walker.
_WALKER_CALL: Final = r""".*\.walker\(\s*["']\w*$"""

_numbers = itertools.count(1)


class JacCellError(JacError):
    """A cell of Jac cannot be run, or a test in it failed.

    Args:
        lines: What the notebook shows, without the frames that led here.
    """

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self._lines = lines

    def _render_traceback_(self) -> list[str]:
        return list(self._lines)


def register(shell: Any) -> None:
    """Add the magic to a shell, and let cells import ``.jac`` files beside them."""
    look_in(Path.cwd())

    def jac(line: str, cell: str) -> None:
        """Run a cell of Jac; ``--order dfs`` has its walkers walk depth first."""
        __tracebackhide__ = True
        run_cell(shell.user_ns, cell, order_of(line), _show)

    shell.register_magic_function(jac, "cell", "jac")
    shell.set_hook("complete_command", _walkers, re_key=_WALKER_CALL)


def _walkers(shell: Any, event: Any) -> list[str]:
    """Complete the name in ``client.walker("…``."""
    return [each.name for each in REGISTRY if each.is_websocket]


def run_cell(
    namespace: dict[str, Any], cell: str, order: Order | None, show: Any
) -> None:
    """Run a cell of Jac in a namespace, and show what it declared.

    Args:
        namespace: The notebook's.
        cell: The source.
        order: The order in which its walkers walk; None leaves it to the server.
        show: Shows an object.

    Raises:
        JacCellError: If the cell cannot be compiled, or a test in it fails.
    """
    __tracebackhide__ = True
    before = dict(namespace)
    filename = f"<jac cell {next(_numbers)}>"
    tests: list[JacTest] = []
    token = collected_tests.set(tests)
    try:
        linked = run_jac(cell, filename, namespace, order)
    except JacSyntaxError as exc:
        raise JacCellError(*said_of(exc).splitlines()) from None
    except Exception as exc:  # noqa: BLE001 - whatever the author's code raises
        tb = _authors(exc.__traceback__, filename)
        if tb is None and isinstance(exc, JacError):
            raise JacCellError(f"JacError: {exc}") from None
        raise exc.with_traceback(tb) from None
    finally:
        collected_tests.reset(token)
    results = [result_of(test) for test in tests]
    declared = Declared(table_of(linked.tree, namespace, before), results)
    if declared:
        show(declared)
    failed = [result.name for result in results if result.error]
    if failed:
        names = ", ".join(failed)
        raise JacCellError(f"{len(failed)} of {len(tests)} tests failed: {names}")


def order_of(line: str) -> Order | None:
    """Return the order that the magic's line asks for.

    Raises:
        UsageError: If it asks for anything else.
    """
    match line.replace("=", " ").split():
        case []:
            return None
        case ["--order", "dfs"]:
            return "dfs"
        case ["--order", "queue"]:
            return "queue"
    from IPython.core.error import UsageError

    raise UsageError(_USAGE)


def _authors(tb: TracebackType | None, filename: str) -> TracebackType | None:
    """Return a traceback from the cell on, without the frames of jacnb."""
    while tb is not None and tb.tb_frame.f_code.co_filename != filename:
        tb = tb.tb_next
    return authors_frames(tb)


def _show(value: object) -> None:
    from IPython.display import display

    display(value)  # type: ignore[no-untyped-call]
