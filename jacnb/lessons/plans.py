"""What a lesson is made of; each ``lesson_NN.py`` declares one `Plan`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Check = Callable[..., None]
"""Takes a `Probe` and what the learner passed; raises `NotYet` or `NotAttempted`."""

HINTS: Final = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part in a lesson, with one connection.

    Attributes:
        name: As in ``lab.alice``.
        channel: The channel to listen on; None is one of their own.
        is_user: Whether they have an account; the others are public.
        user: Whose connection it is, if it is named otherwise: a phone of alice.
    """

    name: str
    channel: str | None = None
    is_user: bool = True
    user: str | None = None

    @property
    def whose(self) -> str | None:
        """The user of the connection, None for the public."""
        return (self.user or self.name) if self.is_user else None


@dataclass(frozen=True, slots=True)
class Exercise:
    """A question that is answered by code.

    Attributes:
        title: A few words.
        text: The task; the notebook has the same words in a cell above.
        hints: Three, each telling more than the one before.
        solution: The code that the answer's cell holds when it is solved.
        check: Judges by what was recorded.
        takes: What ``check()`` is given, as the learner calls it.
        javascript: The solution in a page; ``solution`` then does the same with a
            client in Python, for where there is no page.
    """

    title: str
    text: str
    hints: tuple[str, str, str]
    solution: str
    check: Check
    takes: tuple[str, ...] = ()
    javascript: str = ""


@dataclass(frozen=True, slots=True)
class Prediction:
    """A question that is answered before something is run.

    Attributes:
        question: What will happen?
        options: The answers to choose from, by their letter.
        right: The letters of what does happen: ``"b"``; several letters let the
            learner tick several answers.
        then: What to run to see it.
        why: What happens, and why.
    """

    question: str
    options: Mapping[str, str]
    right: str
    then: str
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One lesson.

    Attributes:
        number: Its number.
        name: The name of its notebook without number and suffix: ``channels``.
        title: Its title.
        minutes: How long it takes.
        goals: What the learner can do afterwards.
        people: Who is connected, in the order of their panels.
        exercises: What ``lab.q1``, ``lab.q2``, … are.
        predictions: What ``lab.p1``, ``lab.p2``, … are.
        settings: Settings of its server.
    """

    number: int
    name: str
    title: str
    minutes: int
    goals: tuple[str, ...]
    people: tuple[Person, ...]
    exercises: tuple[Exercise, ...]
    predictions: tuple[Prediction, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """The name of its notebook."""
        return f"{self.number:02d}_{self.name}.ipynb"
