from __future__ import annotations

import re
from pathlib import Path

import pytest

from jacnb.panels import assets


def test_a_panels_script_is_one_module_that_loads_nothing():
    script = assets.script("chat_panel.js")
    assert script.count("export default") == 1
    assert "function h(tag" in script
    assert re.findall(r"^\s*import\b|https?://(?!www\.w3\.org)", script, re.M) == []


def test_a_panels_style_comes_after_the_shared_one():
    style = assets.style("chat_panel.css")
    assert style.index("--jacnb-back:") < style.index(".jacnb-log {")


ROOTS = {
    "browser_client.css": "jacnb-browser",
    "chat_panel.css": "jacnb-chat",
    "explorer.css": "jacnb-explorer",
    "graph_view.css": "jacnb-graph",
    "inspector.css": "jacnb-inspector",
    "sequence_diagram.css": "jacnb-seq",
}
STEP = re.compile(r"from|to|\d+%|.*:has\(> \.jacnb-root\).*")


def selectors(sheet: str) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)
    heads = re.findall(r"([^{};]+)\{", text)
    return [
        each.strip() for head in heads if "@" not in head for each in head.split(",\n")
    ]


@pytest.mark.parametrize(("name", "root"), ROOTS.items())
def test_a_panels_style_touches_no_other_panel(name, root):
    sheet = (Path(assets.__file__).parent / name).read_text(encoding="utf-8")
    found = selectors(sheet)
    assert len(found) > 20
    # All sheets of a notebook hold for the whole page.
    assert [s for s in found if root not in s and not STEP.fullmatch(s)] == []
