"""`binder/`, and the badge that leads there, say what the project says."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
FIRST = "notebooks%2F00_start_here.ipynb"
BADGE = re.compile(
    r"\[!\[[^\]]*\]\(https://mybinder\.org/badge_logo\.svg\)\]\((?P<link>[^)]*)\)"
)


def badge_link(urls: dict[str, str]) -> str | None:
    """Return where a badge has to lead, None without a public repository."""
    for url in urls.values():
        found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w-]+)(?:\.git)?/?", url)
        if found:
            return f"https://mybinder.org/v2/gh/{found[1]}/HEAD?labpath={FIRST}"
    return None


def links(readme: str) -> list[str]:
    """Return where the badges of a page lead, and every other mention of Binder."""
    badges = [found["link"] for found in BADGE.finditer(readme)]
    return badges + re.findall(r"https://mybinder\.org/v2/\S+", BADGE.sub("", readme))


@pytest.mark.parametrize(
    ("urls", "link"),
    [
        ({}, None),
        ({"Documentation": "https://jacnb.example"}, None),
        (
            {"Repository": "https://github.com/me/jacnb"},
            "https://mybinder.org/v2/gh/me/jacnb/HEAD"
            "?labpath=notebooks%2F00_start_here.ipynb",
        ),
        (
            {"Homepage": "https://x.example", "Source": "https://github.com/me/j.git"},
            "https://mybinder.org/v2/gh/me/j/HEAD"
            "?labpath=notebooks%2F00_start_here.ipynb",
        ),
    ],
)
def test_a_badge_leads_to_the_public_repository(
    urls: dict[str, str], link: str | None
) -> None:
    assert badge_link(urls) == link


def test_the_readme_has_the_badge_of_the_public_repository_or_none() -> None:
    wanted = badge_link(PROJECT.get("urls", {}))
    readme = (REPOSITORY / "README.md").read_text()
    assert links(readme) == ([wanted] if wanted else [])


def test_a_badge_is_found_where_there_is_one() -> None:
    link = "https://mybinder.org/v2/gh/me/jacnb/HEAD?labpath=x"
    badge = f"[![Open](https://mybinder.org/badge_logo.svg)]({link})"
    assert links(f"# jacnb\n\n{badge}\n") == [link]
    assert links(f"Go to {link} now.") == [link]


def test_the_python_of_binder_is_one_of_ours() -> None:
    runtime = (REPOSITORY / "binder/runtime.txt").read_text().strip()
    assert runtime == "python-3.12"
    assert "Programming Language :: Python :: 3.12" in PROJECT["classifiers"]


def test_binder_installs_this_project_with_its_extras() -> None:
    wanted = (REPOSITORY / "binder/requirements.txt").read_text().split()
    assert wanted == [".[lab,jac]"]
    assert {"lab", "jac"} <= set(PROJECT["optional-dependencies"])


def test_the_last_step_can_be_run() -> None:
    assert os.access(REPOSITORY / "binder/postBuild", os.X_OK)


def test_the_first_notebook_is_there() -> None:
    assert (REPOSITORY / FIRST.replace("%2F", "/")).is_file()
