"""Which walker a REST path means; walkers come and go while the server runs."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from jacnb.walkers.registry import Declaration, Registry


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


def find(registry: Registry, path: str) -> Route | None:
    """Return what ``path`` means, None if no walker is offered there."""
    for declaration in _candidates(registry, path):
        specs = declaration.specs
        if specs.private or not set(specs.methods) - {"websocket"}:
            continue
        match = _pattern(declaration.name, specs.path).fullmatch(path)
        if match is None:
            continue
        variables = {k: unquote(v) for k, v in match.groupdict().items() if v}
        node = variables.pop("_node", None)
        if specs.entry_type != ("NODE" if node is None else "ROOT"):
            return Route(declaration, node, variables)
    return None


def _candidates(registry: Registry, path: str) -> list[Declaration]:
    """Return the walkers that ``path`` may mean; nearly always its third part says."""
    parts = path.split("/", 3)
    if len(parts) > 2 and parts[1] == "walker":
        named = registry.find(unquote(parts[2]))
        if named is not None:
            return [named]
    return [found for found in registry if found.specs.path.startswith("/")]


@lru_cache(maxsize=1024)
def _pattern(name: str, path: str) -> re.Pattern[str]:
    """Return the pattern of a walker's path, with ``{field}`` parts and a node."""
    if not path:
        path = f"/walker/{name}"
    elif not path.startswith("/"):
        path = f"/walker/{name}/{path}"
    parts = re.split(r"\{(\w+)\}", path)
    pattern = "".join(
        f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part)
        for index, part in enumerate(parts)
    )
    return re.compile(f"{pattern}(?:/(?P<_node>[^/]+))?")
