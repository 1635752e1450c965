from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("rows_in_node.mjs")


def in_node(*arguments):
    node = shutil.which("node")
    if node is None:
        missing = (
            pytest.fail if os.environ.get("JACNB_REQUIRE_BROWSER") else pytest.skip
        )
        missing("no Node on this machine (Debian: apt install nodejs)")
    command = [node, str(SCRIPT), *arguments]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.parametrize("gaps", [[], ["gaps"]], ids=["whole", "numbers with gaps"])
def test_no_row_is_missing_in_between_whatever_comes_late(gaps):
    assert in_node("orders", "3000", *gaps) == []


def test_an_earlier_page_comes_while_much_is_new():
    assert in_node("page") == {"asked": 1, "first": 5_800}
