"""Which walkers a REST path means; walkers come and go while the server runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from jacnb.walkers.registry import Declaration, Registry

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


class Route(NamedTuple):
    """What a path means.

    Attributes:
        declaration: The walker.
        node: The node to start on, None for the caller's root.
        variables: The fields that stand in the path.
    """

    declaration: Declaration
    node: str | None
    variables: dict[str, str]

    @property
    def methods(self) -> frozenset[str]:
        """The REST methods by which it is offered."""
        return METHODS.intersection(self.declaration.specs.methods)


def find(registry: Registry, path: str) -> list[Route]:
    """Return what ``path``, unquoted, may mean: more than one only by method."""
    found = (_route(declaration, path) for declaration in _candidates(registry, path))
    return [route for route in found if route is not None and route.methods]


def _candidates(registry: Registry, path: str) -> Iterator[Declaration]:
    """Return the walkers that ``path`` may mean; nearly always its third part says."""
    parts = path.split("/", 3)
    is_below = parts[:2] == ["", "walker"] and len(parts) > 2
    named = registry.find(parts[2]) if is_below else None
    if named is not None:
        yield named
    for declaration in registry:
        if declaration.specs.path.startswith("/") and declaration is not named:
            yield declaration


def _route(declaration: Declaration, path: str) -> Route | None:
    specs = declaration.specs
    match = _pattern(declaration.name, specs.path).fullmatch(path)
    if specs.private or match is None:
        return None
    *values, node = match.groups()
    if specs.entry_type == ("NODE" if node is None else "ROOT"):
        return None
    variables = dict(zip(specs.path_fields, values, strict=True))
    return Route(declaration, node, variables)


@lru_cache(maxsize=1024)
def _pattern(name: str, path: str) -> re.Pattern[str]:
    """Return the pattern of a walker's path, with ``{field}`` parts and a node."""
    if not path:
        path = f"/walker/{name}"
    elif not path.startswith("/"):
        path = f"/walker/{name}/{path}"
    fixed = re.split(r"\{[^{}]*\}", path)
    return re.compile("([^/]+)".join(map(re.escape, fixed)) + "(?:/([^/]+))?")
