"""A real JupyterLab, driven by a real browser.

`lab` opens notebooks: ``lab.open("00_start_here.ipynb")``, ``lab.run_all()``,
``lab.set_theme("JupyterLab Dark")``, ``lab.screenshot("start-dark")``. `notebook7` does
the same in Jupyter Notebook 7, `either` runs a test in both.

``JACNB_SLOW_PAGE=6`` slows every page down six times once its notebook is open: a test
that asks too early what the page shows then fails each time, not once in a hundred.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PICTURES = REPOSITORY / "test-artifacts"
TOKEN = "e2e"
SIZE = {"width": 1280, "height": 900}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A page of a hub: not this machine's as far as the browser and the server can tell.
    "--host-resolver-rules=MAP hub.example 127.0.0.1",
)
# Not awaited inside the page: the wait for it then has a time-out.
EXECUTE = """([command, given]) => {
    window.jacnbEnded = false;
    const end = () => { window.jacnbEnded = true; };
    window.jupyterapp.commands.execute(command, given).then(end, end);
}"""
# The indicator in the toolbar says idle before there is a kernel.
IS_IDLE = """() => {
    const context = window.jupyterapp.shell.currentWidget?.sessionContext;
    return context?.isReady && context.session?.kernel?.status === "idle";
}"""
ADD_CELL = """source => {
    const { content, context } = window.jupyterapp.shell.currentWidget;
    const count = content.widgets.length;
    context.model.sharedModel.insertCell(count, { cell_type: "code", source });
    content.activeCellIndex = count;
}"""
KEEPS_WIDGETS = """() => window.jupyterapp.commands.isToggled(
    "@jupyter-widgets/jupyterlab-manager:saveWidgetState")"""
OFF = ("apputils-extension:announcements", "extensionmanager-extension:plugin")


class Lab:
    """One page of a running JupyterLab."""

    def __init__(self, page: Any, url: str, root: Path) -> None:
        self.page = page
        self.url = url
        self.root = root

    def write_notebook(self, name: str, *cells: str) -> None:
        """Make a notebook of code cells in the server's folder."""
        made = [
            {"cell_type": "code", "id": f"cell-{number}", "source": source.strip()}
            | {"metadata": {}, "outputs": [], "execution_count": None}
            for number, source in enumerate(cells)
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = {"cells": made, "metadata": {"kernelspec": kernel}}
        notebook |= {"nbformat": 4, "nbformat_minor": 5}
        (self.root / name).write_text(json.dumps(notebook))

    def address(self, name: str) -> str:
        """Return the page of a notebook."""
        return f"{self.url}/doc/tree/{name}?reset&token={TOKEN}"

    def open(self, name: str) -> None:
        """Open a notebook, in the light theme, and wait for its kernel."""
        self.page.goto(self.address(name))
        self.page.wait_for_function("window.jupyterapp?.commands")
        self.page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
        self.set_theme("JupyterLab Light")
        self.wait_idle()
        self._slow_down()

    def run_all(self) -> None:
        """Run every cell and wait until the last one ended."""
        self.execute("notebook:run-all-cells")
        self.wait_idle()

    def run_notebook(self, name: str) -> None:
        """Open a notebook and run it from top to bottom."""
        self.open(name)
        self.run_all()

    def run_cell(self, source: str) -> None:
        """Add a cell at the end, run it and wait until it ended."""
        self.page.evaluate(ADD_CELL, source)
        self.execute("notebook:run-cell")
        self.wait_idle()

    def wait_idle(self) -> None:
        """Wait until the kernel has nothing to do."""
        self.page.wait_for_function(IS_IDLE, timeout=90_000)

    def execute(self, command: str, **arguments: Any) -> None:
        """Execute a command of JupyterLab and wait for its end."""
        self.page.evaluate(EXECUTE, [command, arguments])
        self.page.wait_for_function("window.jacnbEnded", timeout=90_000)

    def save_with_widgets(self) -> dict[str, Any]:
        """Save the notebook with the state of its widgets, and return what it keeps."""
        # A switch that another test may have turned already.
        if not self.page.evaluate(KEEPS_WIDGETS):
            self.execute("@jupyter-widgets/jupyterlab-manager:saveWidgetState")
            self.page.wait_for_function(KEEPS_WIDGETS)
        self.execute("docmanager:save")
        name = self.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
        saved: dict[str, Any] = json.loads((self.root / name).read_text())
        return saved

    def set_theme(self, theme: str) -> None:
        """Switch to "JupyterLab Light" or "JupyterLab Dark"."""
        self.execute("apputils:change-theme", theme=theme)
        self.page.locator(f'body[data-jp-theme-name="{theme}"]').wait_for(
            state="attached"
        )

    def _slow_down(self) -> None:
        if rate := float(os.environ.get("JACNB_SLOW_PAGE", 0)):
            session = self.page.context.new_cdp_session(self.page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    def errors(self) -> list[str]:
        """Return the tracebacks that the notebook shows."""
        shown = '.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]'
        return list(
            self.page.locator(
                f"{shown}, .jp-RenderedText pre .ansi-red-fg"
            ).all_inner_texts()
        )

    def panel(self, name: str) -> Any:
        """Return the panel of the client with this name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def screenshot(self, name: str, of: Any = None) -> None:
        """Keep a picture in ``test-artifacts/``."""
        PICTURES.mkdir(exist_ok=True)
        (of or self.page).screenshot(
            path=PICTURES / f"{name}.png", animations="disabled"
        )


class Notebook7(Lab):
    """One page of Jupyter Notebook 7, which the same server serves."""

    def address(self, name: str) -> str:
        """Return the page of a notebook."""
        return f"{self.url}/notebooks/{name}?token={TOKEN}"


def _missing(what: str) -> NoReturn:
    """Skip, except where the gate wants a browser: there it is a failure."""
    if os.environ.get("JACNB_REQUIRE_BROWSER"):
        pytest.fail(what)
    pytest.skip(what)


# Not for the session: while Playwright is there, a loop seems to run on this thread.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    try:
        from playwright import sync_api
    except ImportError:
        _missing("no playwright: pip install 'jacnb[e2e]'")
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        _missing("no Chromium on this machine (Debian: apt install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    if find_spec("jupyterlab") is None:
        _missing("no JupyterLab: pip install 'jacnb[lab]'")
    home = tmp_path_factory.mktemp("lab")
    root = home / "notebooks"
    copied = REPOSITORY / "notebooks"
    shutil.copytree(copied, root) if copied.is_dir() else root.mkdir()
    shutil.copy(REPOSITORY / "tests/panels/scripted_client.py", root)
    with jupyterlab(home, root) as url:
        yield url, root


@contextmanager
def jupyterlab(
    home: Path,
    root: Path,
    *,
    python: str = sys.executable,
    base_url: str = "/",
    environment: Mapping[str, str] | None = None,
    options: tuple[str, ...] = (),
) -> Iterator[str]:
    """Run JupyterLab and return its address, without a slash at the end."""
    port = _free_port()
    command = [python, "-m", "jupyterlab", *_options(port, root), *options]
    command.append(f"--ServerApp.base_url={base_url}")
    with (home / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment or _environment(home), stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}{base_url}".rstrip("/")
    try:
        _wait_for(f"{url}/api/status?token={TOKEN}", process, home / "lab.log")
        yield url
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Skip for want of something, except where the gate wants a browser."""
    return _missing


@pytest.fixture
def free_port() -> int:
    """A port that nobody listens on."""
    return _free_port()


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Wait until a server answers: ``wait_for(url, process, log)``."""
    return _wait_for


@pytest.fixture
def start_lab(chromium: Any, tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Start a JupyterLab of one's own: ``start_lab(base_url="/user/me/")``.

    ``host`` is the name that the page's address has, instead of the address.
    """
    with ExitStack() as started:

        def start(*, host: str = "127.0.0.1", **given: Any) -> Lab:
            root = given.pop("root", tmp_path / "notebooks")
            root.mkdir(exist_ok=True)
            url = started.enter_context(jupyterlab(tmp_path, root, **given))
            page = started.enter_context(
                chromium.new_page(viewport=SIZE, device_scale_factor=1.5)
            )
            page.set_default_timeout(20_000)
            return Lab(page, url.replace("127.0.0.1", host), root)

        yield start


@pytest.fixture
def lab(chromium: Any, lab_server: tuple[str, Path]) -> Iterator[Lab]:
    with _page(Lab, chromium, *lab_server) as page:
        yield page


@pytest.fixture
def notebook7(chromium: Any, lab_server: tuple[str, Path]) -> Iterator[Lab]:
    if find_spec("notebook") is None:
        _missing("no Notebook 7: pip install 'jacnb[lab]'")
    with _page(Notebook7, chromium, *lab_server) as page:
        yield page


@pytest.fixture(params=[Lab, Notebook7], ids=["lab", "notebook7"])
def either(request: Any, chromium: Any, lab_server: tuple[str, Path]) -> Iterator[Lab]:
    """JupyterLab, and then Notebook 7."""
    with _page(request.param, chromium, *lab_server) as page:
        yield page


@contextmanager
def _page(kind: type[Lab], browser: Any, url: str, root: Path) -> Iterator[Lab]:
    size = {"width": 1280, "height": 900}
    page = browser.new_page(viewport=size, device_scale_factor=1.5)
    page.set_default_timeout(20_000)
    yield kind(page, url, root)
    page.close()
    _end_kernels(url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _options(port: int, root: Path) -> list[str]:
    return [
        "--no-browser",
        "--allow-root",
        "--expose-app-in-browser",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={TOKEN}",
        f"--ServerApp.root_dir={root}",
    ]


def _environment(home: Path) -> dict[str, str]:
    config = home / "config"
    off = {f"@jupyterlab/{name}": True for name in OFF}
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig/page_config.json").write_text(
        json.dumps({"disabledExtensions": off})
    )
    own = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "PYTHONPATH": os.pathsep.join([*_given_path(), str(REPOSITORY)]),
    }
    return {**os.environ, **{name: str(value) for name, value in own.items()}}


def _given_path() -> list[str]:
    return list(filter(None, [os.environ.get("PYTHONPATH")]))


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, OSError):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def _end_kernels(url: str) -> None:
    """Stop what the test ran, so that the next one has the machine for itself."""
    headers = {"Authorization": f"token {TOKEN}"}
    listing = urllib.request.Request(f"{url}/api/sessions", headers=headers)
    with urllib.request.urlopen(listing, timeout=10) as answer:
        sessions = json.load(answer)
    for session in sessions:
        end = f"{url}/api/sessions/{session['id']}"
        request = urllib.request.Request(end, headers=headers, method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()
