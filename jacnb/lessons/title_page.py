"""The title page of a lesson, with its progress, live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets

from jacnb.panels import assets
from jacnb.panels.pump import PUMP, Later

if TYPE_CHECKING:
    from jacnb.lessons.lab import Lab

_HERE: Final = Path(__file__).parent


def script(name: str) -> str:
    """Return what all panels share and a script of this folder as one module."""
    return f"{assets.script()}\n{(_HERE / name).read_text(encoding='utf-8')}"


def style() -> str:
    """Return the sheet of the lessons' panels."""
    return f"{assets.style()}\n{(_HERE / 'lessons.css').read_text(encoding='utf-8')}"


class TitlePage(anywidget.AnyWidget):
    """Show what a lesson is about, who takes part, and which questions are done.

    Args:
        lab: The lesson.
        later: When to write to the browser; for tests.
    """

    _esm = script("title_page.js")
    _css = style()

    number = traitlets.Int().tag(sync=True)
    heading = traitlets.Unicode().tag(sync=True)
    minutes = traitlets.Int().tag(sync=True)
    goals: Any = traitlets.List().tag(sync=True)
    people: Any = traitlets.List().tag(sync=True)
    steps: Any = traitlets.List().tag(sync=True)

    def __init__(self, lab: Lab, *, later: Later = PUMP.later) -> None:
        self._lab = lab
        self._later = later
        self._is_closed = False
        plan = lab.plan
        people = [
            {"name": each.name, "channel": each.channel or "", "user": each.whose}
            for each in plan.people
        ]
        super().__init__(
            number=plan.number,
            heading=plan.title,
            minutes=plan.minutes,
            goals=list(plan.goals),
            people=people,
            steps=lab.steps(),
        )

    def refresh(self) -> None:
        """Show the progress anew; safe to call from any thread."""
        self._later(0, self._write)

    def close(self) -> None:
        """Remove the panel."""
        if not self._is_closed:
            self._is_closed = True
            self.layout.close()
            super().close()

    def __repr__(self) -> str:
        return repr(self._lab)

    def _write(self) -> None:
        if not self._is_closed:
            self.steps = self._lab.steps()
