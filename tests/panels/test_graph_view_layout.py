from __future__ import annotations

from jacnb.panels.graph_view_layout import HEIGHT, PER_ROW, WIDTH, placed
from jacnb.panels.graph_view_reading import Link, Snapshot, Spot


def graph(*layers: str, links: str = "") -> Snapshot:
    spots = [
        Spot(name, name, "", level, level == 0)
        for level, names in enumerate(layers)
        for name in names
    ]
    pairs = [
        Link(f"{n}{a}{b}", a, b, "", False) for n, (a, b) in enumerate(links.split())
    ]
    return Snapshot(tuple(spots), tuple(pairs))


TREE = graph("r", "ab", "cdef", links="ra rb ac ad be bf")


def test_a_layer_stands_below_the_one_it_hangs_on() -> None:
    places = placed(TREE).places
    assert places["r"][1] < places["a"][1] == places["b"][1] < places["c"][1]


def test_parents_stand_over_the_middle_of_their_children() -> None:
    places = placed(TREE).places
    assert places["a"][0] == (places["c"][0] + places["d"][0]) / 2
    assert places["r"][0] == (places["a"][0] + places["b"][0]) / 2


def test_no_two_nodes_touch_and_all_are_inside() -> None:
    wide = graph("r", "abcdefghijklmnopqstuvwxyz", links="ra rb rz")
    result = placed(wide)
    boxes = list(result.places.values())
    for n, (x, y) in enumerate(boxes):
        assert WIDTH / 2 <= x <= result.size[0] - WIDTH / 2
        assert HEIGHT / 2 <= y <= result.size[1] - HEIGHT / 2
        for x2, y2 in boxes[:n]:
            assert abs(x - x2) > WIDTH or abs(y - y2) > HEIGHT


def test_a_wide_layer_has_several_rows() -> None:
    wide = placed(graph("r", "abcdefghijklmnopqstuvwxyz"))
    rows = [y for name, (_, y) in wide.places.items() if name != "r"]
    assert [rows.count(y) for y in sorted(set(rows))] == [PER_ROW, PER_ROW, 1]


def test_the_same_graph_looks_the_same() -> None:
    assert placed(TREE) == placed(TREE)


def test_a_new_leaf_leaves_the_layers_in_their_order() -> None:
    before = placed(TREE).places
    after = placed(graph("r", "ab", "cdefg", links="ra rb ac ad be bf bg")).places
    order = sorted("cdef", key=lambda name: before[name][0])
    assert sorted("cdef", key=lambda name: after[name][0]) == order


def test_edges_end_at_the_border_of_their_nodes() -> None:
    result = placed(graph("r", "a", links="ra"))
    [line] = result.lines
    (x, y), (_, below) = result.places["r"], result.places["a"]
    assert line.path.startswith(f"M{x:.1f} {y + HEIGHT / 2:.1f}Q")
    assert line.path.endswith(f"{x:.1f} {below - HEIGHT / 2 - 5:.1f}")


def test_edges_between_the_same_nodes_are_bent_apart() -> None:
    paths = [line.path for line in placed(graph("r", "a", links="ra ra ar")).lines]
    assert len(set(paths)) == 3


def test_an_edge_to_itself_is_a_loop() -> None:
    [line] = placed(graph("r", links="rr")).lines
    assert "c34 -26 34 42 0 16" in line.path


def test_nothing_at_all_has_a_size() -> None:
    assert placed(Snapshot()).size == (WIDTH / 2 + 30, HEIGHT / 2 + 52)
