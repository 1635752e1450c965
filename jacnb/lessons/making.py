"""Make the students' notebooks from the solved ones.

``python -m jacnb.lessons.making`` does it.

A solved notebook marks what a student is to write:

    ### BEGIN SOLUTION
    answer = 42
    ### STARTER
    # answer = ...
    ### END SOLUTION

The student gets what stands behind ``### STARTER``, without its ``# ``; where there is
no starter, ``pass  # your code goes here``. Outputs are not handed on. With
``--execute`` the solved ones are run first, and what they show is kept with ids, ports
and times that are always the same. A cell with the tag ``not-kept`` shows figures that
are of that run alone: they are not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

SOLUTIONS: Final = "solutions"
PLACEHOLDER: Final = "pass  # your code goes here"

_BEGIN, _STARTER, _END = "### BEGIN SOLUTION", "### STARTER", "### END SOLUTION"
_CHECKED, _NOT_KEPT = "nbval-check-output", "not-kept"
_WIDGET: Final = "application/vnd.jupyter.widget-view+json"

Notebook = dict[str, Any]


def student_version(solved: Notebook) -> Notebook:
    """Return a solved notebook as a student gets it."""
    cells = [_for_students(cell) for cell in solved["cells"]]
    return {**solved, "cells": cells}


def solved_source(source: str) -> str:
    """Return a cell with its solution, without the marks."""
    lines = (line for part, line in _parts(source) if part != "starter")
    # A formatter wants blank lines between a function and the mark behind it.
    return "\n".join(lines).strip("\n")


def starter_source(source: str) -> str:
    """Return a cell as a student gets it."""
    return "\n".join(line for part, line in _parts(source) if part != "solution")


def text_of(notebook: Notebook) -> str:
    """Return a notebook's file as Jupyter writes it."""
    text = json.dumps(notebook, indent=1, sort_keys=True, ensure_ascii=False)
    return f"{text}\n"


def source_of(cell: dict[str, Any]) -> str:
    """Return the source of a cell as one text."""
    return "".join(cell["source"])


def _parts(source: str) -> Iterator[tuple[str, str]]:
    """Yield each line with the part it belongs to: both, solution or starter."""
    part, has_starter, indent = "both", False, ""
    for line in source.split("\n"):
        word = line.strip()
        if word == _BEGIN:
            part, has_starter = "solution", False
            indent = line[: len(line) - len(line.lstrip())]
        elif word == _STARTER:
            part, has_starter = "starter", True
        elif word == _END:
            if not has_starter:
                yield "starter", indent + PLACEHOLDER
            part = "both"
        elif part == "starter":
            yield part, re.sub(r"^(\s*)# ?", r"\1", line)
        else:
            yield part, line


def _for_students(cell: dict[str, Any]) -> dict[str, Any]:
    source = source_of(cell)
    if cell["cell_type"] != "code":
        # Their notebook is one folder further up.
        return {**cell, "source": _lines(source.replace("](../../", "](../"))}
    # Without outputs there is nothing to compare with.
    tags = [t for t in _tags(cell) if t not in (_CHECKED, _NOT_KEPT)]
    metadata = {k: v for k, v in cell["metadata"].items() if k != "tags"}
    return {
        **cell,
        "source": _lines(starter_source(source)),
        "metadata": metadata | ({"tags": tags} if tags else {}),
        "outputs": [],
        "execution_count": None,
    }


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


# Executing.


def execute(path: Path) -> Notebook:
    """Run a solved notebook and return it with what it shows; a failure raises."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    environment = {**os.environ, "JACNB_STRICT": "1"}
    client = NotebookClient(notebook, timeout=60, record_timing=False)
    client.execute(cwd=str(path.parent), env=environment)
    plain: Notebook = json.loads(nbformat.writes(notebook))  # type: ignore[no-untyped-call]
    return settled(plain)


def settled(notebook: Notebook) -> Notebook:
    """Return an executed notebook with all that changes from run to run replaced."""
    replace = _Replacing()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            kept = [] if _NOT_KEPT in _tags(cell) else cell["outputs"]
            shown = (_shown(output) for output in kept)
            cell["outputs"] = [replace(output) for output in shown]
    kept = ("kernelspec", "jacnb")  # The second says what a notebook needs.
    metadata = {k: v for k, v in notebook["metadata"].items() if k in kept}
    metadata["language_info"] = {"name": "python"}
    return {**notebook, "metadata": metadata}


def _shown(output: dict[str, Any]) -> dict[str, Any]:
    # A live widget is not in the file; its text is.
    if _WIDGET not in output.get("data", {}):
        return output
    data = {kind: text for kind, text in output["data"].items() if kind != _WIDGET}
    return {**output, "data": data}


_Name = Callable[[int], str]
_CHANGING: Final[tuple[tuple[re.Pattern[str], _Name], ...]] = (
    (re.compile(r"\b\d{10}:[0-9a-f]{32}\b"), lambda n: f"1795411167:{n:032x}"),
    (
        re.compile(r"(?<=:)(?!0{23}1)[0-9a-f]{24}\b"),
        lambda n: f"6b03ccc8aa1079061cc3{n:04x}",
    ),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+"), lambda n: f"eyJ{n}.eyJ{n}.{n}"),
    (re.compile(r"(?<=127\.0\.0\.1:)\d+"), lambda n: f"{8000 + n - 1}"),
    (re.compile(r"\b0x[0-9a-f]+\b"), lambda n: f"0x{n:012x}"),
    (re.compile(r"(?<=jacnb-still-)[0-9a-f]{12}\b"), lambda n: f"{n:012x}"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), lambda n: "12:00:00"),
    (re.compile(r"\b\d+(?:\.\d+)? ms\b"), lambda n: "1.0 ms"),
)


class _Replacing:
    """Gives each thing that changes from run to run a name by its turn."""

    def __init__(self) -> None:
        self._names: list[dict[str, str]] = [{} for _ in _CHANGING]

    def __call__(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._in_text(value)
        if isinstance(value, list):
            return [self(each) for each in value]
        if isinstance(value, dict):
            return {key: self(each) for key, each in value.items()}
        return value

    def _in_text(self, text: str) -> str:
        for names, (pattern, name) in zip(self._names, _CHANGING, strict=True):
            text = pattern.sub(
                lambda found, names=names, name=name: names.setdefault(  # type: ignore[misc]
                    found[0], name(len(names) + 1)
                ),
                text,
            )
        return text


# The command.


def main(argv: Sequence[str] | None = None) -> int:
    """Make the students' notebooks; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m jacnb.lessons.making")
    parser.add_argument("lessons", nargs="*", help="numbers such as 05; all by default")
    parser.add_argument("--folder", type=Path, default=Path("notebooks"))
    parser.add_argument("--execute", action="store_true", help="run the solved ones")
    options = parser.parse_args(argv)
    for path in _chosen(options.folder / SOLUTIONS, options.lessons):
        solved = execute(path) if options.execute else json.loads(_read(path))
        path.write_text(text_of(solved), encoding="utf-8")
        made = options.folder / path.name
        made.write_text(text_of(student_version(solved)), encoding="utf-8")
        sys.stdout.write(f"{made}\n")
    return 0


def _chosen(folder: Path, numbers: Sequence[str]) -> list[Path]:
    wanted = tuple(f"{int(number):02d}_" for number in numbers)
    return [
        path
        for path in sorted(folder.glob("[0-9]*.ipynb"))
        if not wanted or path.name.startswith(wanted)
    ]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
