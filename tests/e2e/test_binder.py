"""What Binder makes of `binder/`, and what a visitor then has in the browser.

The environment is built by the files of `binder/` alone, from a copy of the repository,
and JupyterLab runs below a path under a name that is not this machine's, as on a hub.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
import websocket

REPOSITORY = Path(__file__).resolve().parents[2]
COPIED = ("binder", "docs", "jacnb", "notebooks", "LICENSE", "README.md")
REMOTE = "--ServerApp.allow_remote_access=True"
NO_NETWORK = re.compile(
    "NewConnectionError|NameResolutionError|ConnectTimeout|No matching distribution"
)
EVIL = "https://evil.example"

# Installing JupyterLab and a compiler takes a minute, on a slow day several.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the repository as Binder clones it."""
    clone = tmp_path_factory.mktemp("binder") / "repository"
    clone.mkdir()
    for name in (*COPIED, "pyproject.toml", "CHANGELOG.md"):
        source = REPOSITORY / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, clone / name)
    return clone


@pytest.fixture(scope="module")
def environment(
    clone: Path, chromium: object, missing: Callable[[str], NoReturn]
) -> dict[str, str]:
    """Build what Binder builds; return the variables of its shell."""
    venv = clone.parent / "venv"
    log = clone.parent / "build.log"
    variables = clean_variables(clone.parent, venv)
    with log.open("wb") as written:
        for command in (
            [sys.executable, "-m", "venv", str(venv)],
            [venv / "bin/python", "-m", "pip", "install", "-r", requirements(clone)],
            [clone / "binder/postBuild"],
        ):
            done = subprocess.run(
                command, cwd=clone, env=variables, stdout=written, stderr=written
            )
            if done.returncode and NO_NETWORK.search(log.read_text()):
                missing("no package index to build binder/ from")
            assert done.returncode == 0, log.read_text()[-3000:]
    return variables


def requirements(clone: Path) -> Path:
    return clone / "binder/requirements.txt"


def clean_variables(home: Path, venv: Path) -> dict[str, str]:
    """Return the environment without what belongs to the Python of the tests."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "JUPYTER", "VIRTUAL", "IPYTHON", "COV_"))
    }
    path = os.pathsep.join([str(venv / "bin"), os.environ["PATH"]])
    return {**kept, "PATH": path, "HOME": str(home)}


@pytest.fixture
def binder(start_lab, clone, environment) -> object:
    """Open JupyterLab as a visitor of a hub does."""
    return start_lab(
        host="hub.example",
        base_url="/user/me/",
        root=clone,
        python=str(clone.parent / "venv/bin/python"),
        environment=environment,
        options=(REMOTE,),
    )


def status_of(address: str, **options: str) -> int:
    """Return how a WebSocket handshake is answered."""
    try:
        websocket.create_connection(address, timeout=10, **options).shutdown()
    except websocket.WebSocketBadStatusException as refused:
        return refused.status_code
    return 101


def test_a_visitor_talks_to_the_server_from_the_page(binder) -> None:
    opened: list[str] = []
    binder.page.on("websocket", lambda socket: opened.append(socket.url))
    binder.run_notebook("notebooks/10_browser_client.ipynb")
    assert binder.errors() == []
    panel = binder.panel("alice in the browser").first
    panel.get_by_text("through Jupyter's proxy").wait_for()

    panel.get_by_label("Samples").select_option(label="Write to a channel")
    panel.get_by_role("button", name="Run").click()
    console = panel.get_by_role("log")
    console.get_by_text("hello from the browser").wait_for()
    binder.panel("bob").get_by_text("hello from the browser").wait_for()

    public = urlsplit(binder.url)
    pattern = rf"ws://{re.escape(public.netloc)}/user/me/proxy/(\d+)/websocket\?.*"
    (port,) = {found[1] for each in opened if (found := re.fullmatch(pattern, each))}
    binder.screenshot("binder")
    check_strangers(binder.url, int(port))


def check_strangers(url: str, port: int) -> None:
    """Knock as other pages do, at the server and at the proxy."""
    public = urlsplit(url)
    mine = {"origin": f"http://{public.netloc}", "host": public.netloc}
    address = f"ws://127.0.0.1:{port}/websocket"
    assert status_of(address, **mine) == 101
    assert status_of(address, **mine | {"origin": EVIL}) == 403
    assert status_of(address, **mine | {"host": "evil.example"}) == 403
    # A name of the stranger's own that was rebound to this machine.
    rebound = {"origin": "http://evil.example", "host": "evil.example"}
    assert status_of(address, **rebound) == 403
    through = f"http://127.0.0.1:{public.port}/user/me/proxy/{port}/healthz?token=e2e"
    request = urllib.request.Request(
        through, headers={"Origin": EVIL, "Host": public.netloc}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    refused.value.close()
    assert refused.value.code == 403


def test_the_link_opens_the_first_notebook_without_questions(binder) -> None:
    binder.page.goto(f"{binder.url}/lab/tree/notebooks/00_start_here.ipynb?token=e2e")
    nothing_is_asked(binder.page)


def test_jac_is_there(clone, environment) -> None:
    code = "import jacnb, jaclang, jupyter_server_proxy; print(jacnb.__file__)"
    python = clone.parent / "venv/bin/python"
    found = subprocess.run(
        [python, "-c", code], env=environment, cwd=clone.parent, capture_output=True
    )
    assert str(clone.parent / "venv").encode() in found.stdout, found.stderr


def test_the_image_has_announcements_off(clone, environment) -> None:
    (page,) = (clone.parent / "venv/etc/jupyter/labconfig").glob("page_config.json")
    off = json.loads(page.read_text())["disabledExtensions"]
    assert off == {"@jupyterlab/apputils-extension:announcements": True}


def test_jacnb_lab_opens_the_first_notebook_without_questions_too(
    chromium, clone, environment, free_port, wait_for
) -> None:
    home = clone.parent / "jacnb-lab"
    home.mkdir()
    config = clone.parent / "venv/etc/jupyter/labconfig"
    config.rename(home / "labconfig")  # without what postBuild has set up
    url = f"http://127.0.0.1:{free_port}/user/me"
    command = [
        clone.parent / "venv/bin/jacnb",
        *("lab", "--no-browser", "--ServerApp.base_url=/user/me/"),
        *(f"--ServerApp.port={free_port}", "--IdentityProvider.token=e2e"),
    ]
    log = home / "lab.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, cwd=home, env=environment, stdout=written, stderr=written
        )
    try:
        wait_for(f"{url}/api/status?token=e2e", process, log)
        with chromium.new_page() as page:
            page.goto(f"{url}/?token=e2e")
            nothing_is_asked(page)
    finally:
        process.terminate()
        process.wait(20)
        (home / "labconfig").rename(config)
    assert (home / "jacnb-notebooks/10_browser_client.ipynb").is_file()


def nothing_is_asked(page) -> None:
    """Wait for the first notebook and its kernel; by then questions would be there."""
    page.get_by_role("heading", name="Start here").first.wait_for(timeout=60_000)
    page.get_by_text("Python 3 (ipykernel) | Idle").first.wait_for(timeout=60_000)
    assert page.locator(".Toastify__toast").all_inner_texts() == []
    assert page.get_by_role("dialog").count() == 0
