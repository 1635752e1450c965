from __future__ import annotations

import re

from jacnb.panels import assets


def test_a_panels_script_is_one_module_that_loads_nothing():
    script = assets.script("chat_panel.js")
    assert script.count("export default") == 1
    assert "function h(tag" in script
    assert re.findall(r"^\s*import\b|https?://(?!www\.w3\.org)", script, re.M) == []


def test_a_panels_style_comes_after_the_shared_one():
    style = assets.style("chat_panel.css")
    assert style.index("--jacnb-back:") < style.index(".jacnb-log {")
