from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from jacnb.swarms.latencies import Latencies, Timeline
from jacnb.swarms.plot import Plot, histogram_plot, time_plot

SVG = "{http://www.w3.org/2000/svg}"


def timeline(*pairs: tuple[float, float]) -> Timeline:
    made = Timeline()
    for at, seconds in pairs:
        made.add(at, seconds)
    return made


def parsed(plot: Plot) -> ET.Element:
    return ET.fromstring(plot._repr_svg_())


def words(plot: Plot) -> list[str]:
    return [node.text or "" for node in parsed(plot).iter(f"{SVG}text")]


def test_a_histogram_tells_its_story_in_words_too() -> None:
    latencies = Latencies()
    for seconds in (0.01, 0.01, 0.02):
        latencies.add(seconds)
    root = parsed(histogram_plot(latencies))
    assert root.get("role") == "img"
    assert root[0].text == "Latency, by how often it occurred"
    said = root[1].text or ""
    assert said.startswith("3 deliveries. Half took 10")
    assert said.endswith("the longest 20 ms.")
    assert len(list(root.iter(f"{SVG}rect"))) == 2


def test_a_bar_tells_its_numbers() -> None:
    latencies = Latencies()
    latencies.add(0.001)
    (bar,) = parsed(histogram_plot(latencies)).iter(f"{SVG}rect")
    assert (bar[0].text or "").endswith(": 1")


@pytest.mark.parametrize("spread", [(1e-6, 100.0), (0.01, 0.0100001), (0.0, 0.0)])
def test_every_bar_is_inside_the_picture(spread: tuple[float, float]) -> None:
    latencies = Latencies()
    for seconds in spread:
        latencies.add(seconds)
    for bar in parsed(histogram_plot(latencies)).iter(f"{SVG}rect"):
        left, width = float(bar.get("x", 0)), float(bar.get("width", 0))
        assert left >= 60
        assert left + width <= 545
        assert float(bar.get("height", 0)) > 0


def test_over_time_there_are_two_lines() -> None:
    plot = time_plot(timeline((0.0, 0.01), (0.5, 0.1), (1.0, 0.02)))
    assert len(list(parsed(plot).iter(f"{SVG}polyline"))) == 2
    assert {"p50", "p99", "10 ms", "100 ms", "0.5 s"} <= set(words(plot))


def test_a_single_moment_is_drawn_as_points() -> None:
    assert len(list(parsed(time_plot(timeline((0, 0.01)))).iter(f"{SVG}circle"))) == 2


@pytest.mark.parametrize("plot", [histogram_plot(Latencies()), time_plot(Timeline())])
def test_of_nothing_the_picture_says_so(plot: Plot) -> None:
    assert plot.title.endswith("Nothing was measured.")
    parsed(plot)


def test_a_notebook_has_words_for_those_who_do_not_see_it() -> None:
    image = time_plot(timeline())._repr_html_()
    assert 'alt="Latency over time. Nothing was measured."' in image


def test_it_can_be_saved(tmp_path: Path) -> None:
    plot = time_plot(timeline((0, 0.01)))
    plot.save(tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == plot.svg
