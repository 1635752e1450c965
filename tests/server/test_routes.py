from __future__ import annotations

import pytest

from jacnb import Registry, Walker, specs
from jacnb.server.routes import find
from jacnb.walkers.registry import REGISTRY

NODE = "n:Post:aaaaaaaaaaaaaaaaaaaaaaaa"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setattr(REGISTRY, "_declared", {})

    class plain(Walker): ...

    @specs(path="{a}/by/{_node}")
    class variable(Walker):
        a: str
        _node: str

    @specs(path="x.y+z")
    class fixed(Walker): ...

    @specs(path="/posts")
    class list_posts(Walker): ...

    @specs(path="/posts", methods=["put"])
    class put_post(Walker): ...

    @specs(path="/walker/plain/more")
    class more(Walker): ...

    @specs(entry_type="NODE")
    class at_node(Walker): ...

    @specs(entry_type="ROOT")
    class at_root(Walker): ...

    @specs(methods=["websocket"])
    class events_only(Walker): ...

    @specs(private=True)
    class private(Walker): ...

    return Registry(*(found.cls for found in REGISTRY))


def found(
    registry: Registry, path: str
) -> list[tuple[str, str | None, dict[str, str]]]:
    return [
        (route.declaration.name, route.node, route.variables)
        for route in find(registry, path)
    ]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/walker/plain", [("plain", None, {})]),
        (f"/walker/plain/{NODE}", [("plain", NODE, {})]),
        ("/walker/plain/more", [("plain", "more", {}), ("more", None, {})]),
        ("/walker/variable/1/by/2", [("variable", None, {"a": "1", "_node": "2"})]),
        (
            f"/walker/variable/1/by/2/{NODE}",
            [("variable", NODE, {"a": "1", "_node": "2"})],
        ),
        ("/walker/fixed/x.y+z", [("fixed", None, {})]),
        ("/posts", [("list_posts", None, {}), ("put_post", None, {})]),
        (f"/walker/at_node/{NODE}", [("at_node", NODE, {})]),
        ("/walker/at_root", [("at_root", None, {})]),
    ],
)
def test_a_path_means_a_walker(registry: Registry, path: str, expected: object) -> None:
    assert found(registry, path) == expected


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/walker",
        "/walker/",
        "/walker/nobody",
        "/walker/plain/",
        "/walker/plain/a/b",
        "/walker/variable",
        "/walker/variable/1",
        "/walker/fixed/xxyyz",
        "/walker/list_posts",
        "/walker/at_node",
        f"/walker/at_root/{NODE}",
        "/walker/events_only",
        "/walker/private",
        "walker/plain",
    ],
)
def test_other_paths_mean_nothing(registry: Registry, path: str) -> None:
    assert found(registry, path) == []


def test_a_route_knows_its_methods(registry: Registry) -> None:
    first, second = find(registry, "/posts")

    assert (first.methods, second.methods) == ({"post"}, {"put"})


def test_a_walker_that_comes_later_is_found(registry: Registry) -> None:
    class later(Walker): ...

    assert found(registry, "/walker/later") == []
    registry.declare(later)
    assert found(registry, "/walker/later") == [("later", None, {})]
