"""Walkers by name: what a server offers.

Every walker class declares itself in the global registry when it is defined. A cell
that is run again declares the class again; calls in flight finish on the old class.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from jacnb.errors import DeclarationError
from jacnb.graph import Walker
from jacnb.graph.archetypes import walker_hooks
from jacnb.walkers.annotations import names_in_scope
from jacnb.walkers.fields import Fields
from jacnb.walkers.specs import Specs, specs_of


@dataclass(frozen=True)
class Declaration:
    """A walker as it was declared last.

    Attributes:
        cls: The walker class.
        specs: How it is offered.
        version: How often this name was declared, from 1.
    """

    cls: type[Walker]
    specs: Specs
    version: int = 1
    fields: Fields = field(repr=False, compare=False, default=None)  # type: ignore[assignment]

    @property
    def name(self) -> str:
        """The name by which it is called."""
        return self.cls.__name__

    @property
    def auth(self) -> bool | None:
        """Who may call it: True users, False the public, None both."""
        return self.specs.auth

    @property
    def is_websocket(self) -> bool:
        """Whether events may call it."""
        return "websocket" in self.specs.methods and not self.specs.private

    @property
    def problem(self) -> str | None:
        """Why nobody can call it from outside, None if one can."""
        return self.fields.problem()

    def refusal(self) -> str | None:
        """Return why a websocket event may not call it, None if it may."""
        if self.fields.files:
            return (
                f"{self.name} takes a file ({', '.join(self.fields.files)}): "
                "call it over REST only"
            )
        return self.problem

    def validate(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields made of a walker event's context.

        Raises:
            ProtocolError: If a field is missing or does not fit.
        """
        return self.fields.validate(context)

    def __repr__(self) -> str:
        methods = ", ".join(self.specs.methods)
        again = f" v{self.version}" if self.version > 1 else ""
        return f"<walker {self.name}{again}: {methods}>"


class Registry:
    """Declared walkers by name; the last declaration of a name wins."""

    def __init__(self, *classes: type[Walker]) -> None:
        self._declared: dict[str, Declaration] = {}
        self._staged: dict[str, Declaration] | None = None
        self._lock = Lock()
        for cls in classes:
            self.declare(cls)

    def declare(self, cls: type[Walker]) -> Declaration:
        """Add a walker class, or replace the one of its name.

        Raises:
            DeclarationError: If its specs or the fields that it offers make no sense.
        """
        made = specs_of(cls)
        fields = Fields(cls, made, names_in_scope())
        if _is_offered(cls, made) and (problem := fields.problem()):
            raise DeclarationError(problem)
        with self._lock:
            target = self._declared if self._staged is None else self._staged
            old = target.get(cls.__name__) or self._declared.get(cls.__name__)
            declaration = Declaration(cls, made, _version(old, cls), fields)
            target[cls.__name__] = declaration
        if old is not None and _is_elsewhere(old.cls, cls):
            warnings.warn(
                f"walker {cls.__name__} of {old.cls.__module__} is replaced by that "
                f"of {cls.__module__}",
                stacklevel=4,
            )
        return declaration

    def get(self, name: str) -> Declaration | None:
        """Return the walker of this name that events may call."""
        found = self._declared.get(name)
        return found if found is not None and found.is_websocket else None

    def find(self, name: str) -> Declaration | None:
        """Return the walker of this name, however it is offered."""
        return self._declared.get(name)

    def remove(self, name: str) -> None:
        """Forget a walker; an unknown name is no error."""
        self._declared.pop(name, None)

    @contextmanager
    def replacing(
        self, modules: Collection[str]
    ) -> Iterator[Mapping[str, Declaration]]:
        """Put what is declared meanwhile in the place of what these modules declared.

        All at once, at the end: callers meet the old walkers or the new ones. After an
        exception they go on meeting the old ones.
        """
        self._staged = {}
        try:
            yield self._staged
            with self._lock:
                stay = {
                    name: each
                    for name, each in self._declared.items()
                    if each.cls.__module__ not in modules
                }
                self._declared = stay | self._staged
        finally:
            self._staged = None

    def __iter__(self) -> Iterator[Declaration]:
        return iter(list(self._declared.values()))

    def __len__(self) -> int:
        return len(self._declared)

    def __contains__(self, name: object) -> bool:
        return name in self._declared

    def __repr__(self) -> str:
        return f"<Registry of {len(self)} walkers>"


def _is_offered(cls: type[Walker], made: Specs) -> bool:
    """Return whether its author offers a walker: others may have any fields."""
    return getattr(cls, "__specs__", None) is not None and not made.private


def _is_elsewhere(old: type[Walker], new: type[Walker]) -> bool:
    """Return whether ``old`` is still to be found in another module than ``new``."""
    if old.__module__ == new.__module__:
        return False
    module = sys.modules.get(old.__module__)
    return getattr(module, old.__qualname__, None) is old


def _version(old: Declaration | None, cls: type[Walker]) -> int:
    """Return a declaration's number; a class that gets specs later keeps its own."""
    if old is None:
        return 1
    return old.version + (old.cls is not cls)


REGISTRY = Registry()
"""Where every walker class declares itself."""


def _declared(cls: type[Walker]) -> None:
    REGISTRY.declare(cls)


walker_hooks.append(_declared)


def redeclare(cls: type) -> None:
    """Take note that a walker's specs changed after it was declared."""
    if issubclass(cls, Walker):
        REGISTRY.declare(cls)
