"""The questions of a lesson as a learner meets them: check, hint, solution."""

from __future__ import annotations

import html
import os
from typing import TYPE_CHECKING, Any, Final

from jacnb.errors import CheckFailedError
from jacnb.lessons.outcomes import NotAttempted, NotYet, Outcome, Told, Verdict
from jacnb.lessons.plans import HINTS, Exercise
from jacnb.lessons.probe import Probe
from jacnb.lessons.records import Attempts
from jacnb.lessons.slips import explain, followed

if TYPE_CHECKING:
    from jacnb.lessons.lab import Lab

STRICT: Final = "JACNB_STRICT"
"""The environment variable that makes a failed check raise."""


class Question:
    """One exercise, with ``check()``, ``hint()`` and ``solution()``.

    Args:
        name: As in ``lab.q1``.
        exercise: What it asks.
        lab: The lesson.
    """

    def __init__(self, name: str, exercise: Exercise, lab: Lab) -> None:
        self.name = name
        self.exercise = exercise
        self.verdict = Verdict.NOT_ATTEMPTED
        self._lab = lab
        self._hints = 0
        self._attempts = Attempts()

    def check(self, *given: Any) -> Outcome:
        """Judge the answer; whatever it does, this returns an outcome.

        Args:
            given: What the exercise asks to pass, in most cases nothing.

        Raises:
            CheckFailedError: If it is not correct and ``JACNB_STRICT=1`` is set.
        """
        outcome = self._judge(given)
        self.verdict = outcome.verdict
        self._lab.changed()
        if not outcome.is_correct and os.environ.get(STRICT, "") not in ("", "0"):
            raise CheckFailedError(repr(outcome))
        return outcome

    def hint(self) -> Told:
        """Return a hint; each call tells more, up to the third."""
        self._hints = min(self._hints + 1, HINTS)
        text = self.exercise.hints[self._hints - 1]
        more = f"  {self.name}.solution() shows a solution." * (self._hints == HINTS)
        return Told(f"Hint {self._hints} of {HINTS}", f"{text}{more}")

    def solution(self) -> Told:
        """Return one way to solve it."""
        title = f"One solution of {self.name}"
        code = self.exercise.solution
        if self.exercise.javascript:
            title, code = f"{title}, in JavaScript", self.exercise.javascript
        return Told(title, code.strip("\n"), is_code=True)

    def _judge(self, given: tuple[Any, ...]) -> Outcome:
        probe = Probe(self._lab, self._attempts)
        try:
            self._look_at(given)
            self.exercise.check(probe, *map(followed, given))
        except NotAttempted as said:
            return self._not_attempted(str(said))
        except NotYet as said:
            return self._not_yet(said)
        except Exception as error:  # noqa: BLE001 - a learner's code may raise anything
            return self._not_yet(explain(error))
        finally:
            probe.close()
        return Outcome(Verdict.CORRECT, self._title)

    def _look_at(self, given: tuple[Any, ...]) -> None:
        call = f"{self.name}.check({', '.join(self.exercise.takes)})"
        if not self._lab.is_open:
            raise NotAttempted("The lesson was opened again since: run its first cell.")
        if not self._lab.server.is_running:
            raise NotAttempted("The lesson's server is stopped: run its first cell.")
        if len(given) != len(self.exercise.takes):
            raise NotAttempted(f"Check your answer with {call}.")
        for name, value in zip(self.exercise.takes, given, strict=True):
            if value is Ellipsis or value is None:
                raise NotAttempted(f"{name} is not set yet.")

    def _not_attempted(self, said: str) -> Outcome:
        how = f"Write your answer above, run it, check again; {self.name}.hint() helps."
        return Outcome(Verdict.NOT_ATTEMPTED, self._title, (said, how))

    def _not_yet(self, said: NotYet) -> Outcome:
        lines = (said.why, *said.details, f"{self.name}.hint() helps.")
        return Outcome(Verdict.NOT_YET, self._title, lines)

    @property
    def _title(self) -> str:
        return f"{self.name}, {self.exercise.title}"

    def __repr__(self) -> str:
        return f"{self._title} ({self.verdict.value})\n{self.exercise.text}"

    def _repr_html_(self) -> str:
        title = html.escape(f"{self._title} ({self.verdict.value})")
        text = html.escape(self.exercise.text)
        return (
            f"<div><b>{title}</b><div style='white-space:pre-wrap'>{text}</div></div>"
        )
