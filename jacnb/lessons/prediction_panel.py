"""A question to answer before something is run; no code, and never a mark."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anywidget
import traitlets

from jacnb.errors import LessonError
from jacnb.lessons.outcomes import Told
from jacnb.lessons.plans import Prediction
from jacnb.lessons.title_page import script, style
from jacnb.panels.pump import PUMP, Later


class PredictionPanel(anywidget.AnyWidget):
    """Ask what will happen; once answered, say what to run, and on demand why.

    Args:
        name: As in ``lab.p1``.
        prediction: What is asked.
        changed: Called when it was answered.
        later: When to write to the browser; for tests.
    """

    _esm = script("prediction_panel.js")
    _css = style()

    name = traitlets.Unicode().tag(sync=True)
    question = traitlets.Unicode().tag(sync=True)
    options: Any = traitlets.List().tag(sync=True)
    is_many = traitlets.Bool().tag(sync=True)
    chosen: Any = traitlets.List().tag(sync=True)
    # What is told once there is an answer; until then it stays here.
    told: Any = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        name: str,
        prediction: Prediction,
        changed: Callable[[], None],
        *,
        later: Later = PUMP.later,
    ) -> None:
        self._prediction = prediction
        self._changed = changed
        self._later = later
        self._is_closed = False
        self.is_answered = False
        super().__init__(
            name=name,
            question=prediction.question,
            options=[list(option) for option in prediction.options.items()],
            is_many=len(prediction.right) > 1,
        )
        self.on_msg(self._on_browser)

    def answer(self, letters: str) -> Told:
        """Answer in code: ``lab.p1.answer("b")``; of several, ``"ac"``.

        Raises:
            LessonError: If there is no such option.
        """
        options = self._prediction.options
        chosen = [letter for letter in options if letter in letters.lower()]
        known = "".join(options)
        if not chosen or set(letters.lower()) - set(known):
            raise LessonError(f"{self.name} has the answers {', '.join(known)}")
        self._note(chosen)
        said = "\n".join(f"  {key}: {options[key]}" for key in chosen)
        told = self._told()
        return Told(f"You predict\n{said}\n{told['then']}", f"And why: {told['why']}")

    def close(self) -> None:
        """Remove the panel."""
        if not self._is_closed:
            self._is_closed = True
            self.layout.close()
            super().close()

    def __repr__(self) -> str:
        options = self._prediction.options.items()
        lines = [f"{self.name}: {self.question}", *(f"  {k}: {v}" for k, v in options)]
        first = next(iter(self._prediction.options))
        return "\n".join([*lines, f'lab.{self.name}.answer("{first}") answers it.'])

    def _note(self, chosen: list[str]) -> None:
        self.is_answered = True

        def write() -> None:
            if not self._is_closed:
                self.told = self._told()
                self.chosen = chosen
                self._changed()

        self._later(0, write)

    def _told(self) -> dict[str, str]:
        return {"then": self._prediction.then, "why": self._prediction.why}

    def _on_browser(
        self, _widget: object, content: Mapping[str, Any], _buffers: object
    ) -> None:
        if content.get("op") == "answer":
            given = content.get("chosen")
            letters = given if isinstance(given, list) else []
            chosen = [key for key in self._prediction.options if key in letters]
            if chosen:
                self._note(chosen)
