"""A lesson that is open: its server, its people, their panels, its questions."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

from jacnb.client import Client
from jacnb.lessons.namespace import declared_by
from jacnb.lessons.outcomes import Verdict
from jacnb.lessons.plans import Person, Plan
from jacnb.lessons.questions import Question
from jacnb.server import serve

if TYPE_CHECKING:
    from jacnb.lessons.prediction_panel import PredictionPanel
    from jacnb.lessons.title_page import TitlePage
    from jacnb.panels import ChatRoom


class Lab:
    """What ``jacnb.lesson()`` returns; shown by a cell, it is the lesson's title page.

    ``lab.alice`` is somebody who takes part, ``lab.q1`` an exercise, ``lab.p1`` a
    prediction.

    Args:
        plan: What the lesson is made of.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.is_open = True
        self.server = serve(**plan.settings)
        self.server.reset()
        self._forget_answers()
        self._people = {person.name: self._connect(person) for person in plan.people}
        self._questions = {
            f"q{number}": Question(f"q{number}", exercise, self)
            for number, exercise in enumerate(plan.exercises, 1)
        }
        self._guests: WeakSet[Client] = WeakSet()
        self.settled: WeakKeyDictionary[Client, int | None] = WeakKeyDictionary()
        """For checks: the last message of each client that is known to be handled."""
        self._predictions: dict[str, PredictionPanel] = {}
        self._room: ChatRoom | None = None
        self._panel: TitlePage | None = None

    @property
    def clients(self) -> tuple[Client, ...]:
        """The people of the lesson, in the order of their panels."""
        return tuple(self._people.values())

    @property
    def questions(self) -> tuple[Question, ...]:
        """The exercises of the lesson."""
        return tuple(self._questions.values())

    @property
    def predictions(self) -> tuple[PredictionPanel, ...]:
        """The questions to answer before running something."""
        return tuple(self._prediction(name) for name in self._prediction_names())

    @property
    def room(self) -> ChatRoom:
        """Live panels of the people, side by side."""
        from jacnb.panels import ChatRoom

        if self._room is None:
            self._room = ChatRoom(self.clients, height="22rem")
        return self._room

    def invite(self, *guests: Client) -> None:
        """Let checks count these clients among the lesson's, too."""
        self._guests.update(guests)

    def everybody(self) -> tuple[Client, ...]:
        """Return the people of the lesson, and who was invited."""
        return (*self.clients, *self._guests)

    def steps(self) -> list[dict[str, str]]:
        """Return what there is to do, and how far it is done."""
        predicted = [
            {
                "name": name,
                "title": "predict",
                "state": "answered" if self._is_answered(name) else "not answered",
            }
            for name in self._prediction_names()
        ]
        solved = [
            {"name": q.name, "title": q.exercise.title, "state": q.verdict.value}
            for q in self.questions
        ]
        return predicted + solved

    def changed(self) -> None:
        """Take note that a question was checked or answered."""
        if self._panel is not None:
            self._panel.refresh()

    def close(self) -> None:
        """Close the clients and panels of the lesson; the server goes on."""
        self.is_open = False
        for client in self.everybody():
            client.close()
        for panel in (self._room, self._panel, *self._predictions.values()):
            if panel is not None:
                panel.close()

    def __getattr__(self, name: str) -> Any:
        known = self.__dict__
        for group in ("_people", "_questions"):
            if name in known.get(group, ()):
                return known[group][name]
        if "plan" in known and name in self._prediction_names():
            return self._prediction(name)
        there = ", ".join(self._names()) if "plan" in known else ""
        raise AttributeError(f"this lesson has no {name!r}; it has {there}")

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._names()]

    def __repr__(self) -> str:
        done = sum(q.verdict is Verdict.CORRECT for q in self.questions)
        return (
            f"Lesson {self.plan.number}: {self.plan.title} "
            f"({', '.join(self._people)} at {self.server.url}; "
            f"{done} of {len(self.questions)} exercises done)"
        )

    def _repr_mimebundle_(self, **_options: Any) -> Any:
        from jacnb.lessons.title_page import TitlePage

        if self._panel is None:
            self._panel = TitlePage(self)
        data, about = self._panel._repr_mimebundle_() or ({}, {})
        return {**data, "text/plain": repr(self), "text/html": self._html()}, about

    def _html(self) -> str:
        """Return the title page for where widgets cannot be shown."""
        title = html.escape(f"Lesson {self.plan.number}: {self.plan.title}")
        goals = "".join(f"<li>{html.escape(goal)}</li>" for goal in self.plan.goals)
        return f"<h3>{title}</h3><p>{self.plan.minutes} minutes</p><ul>{goals}</ul>"

    def _forget_answers(self) -> None:
        """Forget the walkers of earlier answers: a check should not find those."""
        for exercise in self.plan.exercises:
            for name in declared_by(exercise.solution):
                self.server.registry.remove(name)

    def _connect(self, person: Person) -> Client:
        return self.server.connect(
            user=person.whose, channel_id=person.channel, name=person.name
        )

    def _names(self) -> list[str]:
        return [*self._people, *self._questions, *self._prediction_names()]

    def _prediction_names(self) -> list[str]:
        return [f"p{number}" for number, _ in enumerate(self.plan.predictions, 1)]

    def _prediction(self, name: str) -> PredictionPanel:
        from jacnb.lessons.prediction_panel import PredictionPanel

        if name not in self._predictions:
            prediction = self.plan.predictions[int(name[1:]) - 1]
            self._predictions[name] = PredictionPanel(name, prediction, self.changed)
        return self._predictions[name]

    def _is_answered(self, name: str) -> bool:
        panel = self._predictions.get(name)
        return panel is not None and panel.is_answered
