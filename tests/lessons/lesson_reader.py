"""Run the cells of a solved notebook in this process, one of them exchanged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from shells import end_shell

from jacnb.client import Client
from jacnb.lessons import opening
from jacnb.lessons.making import source_of, starter_source
from jacnb.lessons.outcomes import Outcome
from jacnb.swarms.crowd import Swarm

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"


def read_notebook(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def solved_notebook(number: int) -> dict[str, Any]:
    plan = opening.plan_of(number)
    return read_notebook(NOTEBOOKS / "solutions" / plan.file_name)


def needs(number: int) -> list[str]:
    """Return the modules that a lesson needs beyond those of all lessons."""
    metadata = solved_notebook(number)["metadata"]
    return list(metadata.get("jacnb", {}).get("needs", []))


def answer_cell(number: int, question: str) -> str:
    """Return the source of the cell that is tagged with a question's name."""
    found = [
        source_of(cell)
        for cell in solved_notebook(number)["cells"]
        if question in cell["metadata"].get("tags", [])
    ]
    assert len(found) == 1, f"one cell should have the tag {question}"
    return found[0]


def code_cells(number: int) -> list[str]:
    """Return the sources of a lesson's code cells, with the marks of the solutions."""
    cells = solved_notebook(number)["cells"]
    return [source_of(cell) for cell in cells if cell["cell_type"] == "code"]


class Reader:
    """Somebody who works through a lesson."""

    def __init__(self) -> None:
        self.shell: Any = InteractiveShell()  # type: ignore[no-untyped-call]
        self._met: set[Client | Swarm] = set()

    def run(self, source: str) -> Any:
        """Run a cell as a notebook does, and return the value of its last line."""
        ran = self.shell.run_cell(source, store_history=False, silent=False)
        self._met.update(
            each
            for each in self.shell.user_ns.values()
            if isinstance(each, Client | Swarm)
        )
        ran.raise_error()
        return ran.result

    def close(self) -> None:
        """Close what the cells left open, and the shell."""
        for each in self._met:
            each.close()
        end_shell(self.shell)

    def answer(self, number: int, question: str, answer: str) -> Outcome:
        """Work up to a question, answer it, check it."""
        self.work_up_to(number, question)
        return self.try_out(number, question, answer)

    def work_up_to(self, number: int, question: str) -> None:
        """Run all cells before a question, and leave the other ones as they are."""
        for cell in solved_notebook(number)["cells"]:
            tags = cell["metadata"].get("tags", [])
            if question in tags:
                return
            if cell["cell_type"] == "code":
                self._run_as_student(source_of(cell), "raises-exception" in tags)

    def try_out(self, number: int, question: str, answer: str) -> Outcome:
        """Run an answer where a question is reached, and check it.

        An answer that raises is an answer, too: its check follows all the same.
        """
        # In lesson 10 to press Run closes what the page opened before.
        for name in ("page", "first_page"):
            if name in self.shell.user_ns:
                self.shell.user_ns.pop(name).close()
        self.shell.run_cell(answer, store_history=False)
        sources = [source_of(cell) for cell in solved_notebook(number)["cells"]]
        checks = [each for each in sources if each.startswith(f"{question}.check(")]
        outcome: Outcome = self.run(checks[0])
        return outcome

    def _run_as_student(self, source: str, may_raise: bool) -> None:
        if may_raise:
            self.shell.run_cell(starter_source(source), store_history=False)
        else:
            self.run(starter_source(source))
