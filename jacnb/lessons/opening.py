"""Open a lesson: ``lab = jacnb.lesson("05")``."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import jacnb.lessons
from jacnb.errors import LessonError
from jacnb.lessons.lab import Lab
from jacnb.lessons.plans import Plan

_current: Lab | None = None


def lesson(number: int | str) -> Lab:
    """Start a lesson: its server, its people, its questions.

    Run again, it starts anew on the same server: people connect anew, and graph,
    recorded messages and progress are empty. Walkers stay declared, except for those
    that its exercises ask for.

    Args:
        number: The lesson's number, as in ``5``, ``"05"`` or ``"05_channels"``.

    Raises:
        LessonError: If there is no such lesson.
    """
    global _current
    plan = plan_of(number)
    if _current is not None:
        _current.close()
    _current = Lab(plan)
    return _current


def plan_of(number: int | str) -> Plan:
    """Return what a lesson is made of.

    Raises:
        LessonError: If there is no such lesson.
    """
    parts = re.fullmatch(r"(\d{1,4})(_\w*)?", str(number).strip())
    wanted = int(parts[1]) if parts else None
    known = numbers()
    if wanted not in known:
        there = ", ".join(f'"{each:02d}"' for each in known)
        raise LessonError(f"there is no lesson {number!r}; there are {there}")
    plan: Plan = import_module(f"jacnb.lessons.lesson_{wanted:02d}").PLAN
    return plan


def numbers() -> list[int]:
    """Return the numbers of all lessons."""
    names = [module.name for module in pkgutil.iter_modules(jacnb.lessons.__path__)]
    return sorted(int(name[7:]) for name in names if name.startswith("lesson_"))
