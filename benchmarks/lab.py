"""A JupyterLab of its own, and a page of it in headless Chromium."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TOKEN = "benchmark"
PATIENCE = 60.0
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
IS_IDLE = """() => {
    const context = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    return context?.isReady && context.session?.kernel?.status === "idle";
}"""
# Without a cell, so that nothing is drawn but what is measured.
EXECUTE = f"""async (code) => {{
    const given = {{ code, user_expressions: {{ value: "_value" }} }};
    const {{ content }} = await {KERNEL}.requestExecute(given).done;
    if (content.status !== "ok") throw new Error(content.evalue);
    return content.user_expressions.value.data?.["text/plain"] ?? null;
}}"""
WATCH = """
window.jacnbTasks = [];
new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.jacnbTasks.push(task.duration);
}).observe({ type: "longtask", buffered: true });
"""
COMM = b'"msg_type": "comm_msg"', b'"msg_type":"comm_msg"'


class Page:
    """One notebook in a page, and what can be measured of it."""

    def __init__(self, page: Any, url: str, root: Path) -> None:
        self.page = page
        self.comm_bytes = 0
        self._url = url
        self._root = root
        self._devtools = page.context.new_cdp_session(page)
        page.add_init_script(WATCH)
        page.on("websocket", self._follow)

    def open(self, *cells: str) -> None:
        """Open a notebook of these cells; nothing is run yet."""
        made: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"cell-{number}", "source": source}
            | {"metadata": {}, "outputs": [], "execution_count": None}
            for number, source in enumerate(cells)
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook: dict[str, Any] = {"cells": made, "metadata": {"kernelspec": kernel}}
        notebook |= {"nbformat": 4, "nbformat_minor": 5}
        (self._root / "panel.ipynb").write_text(json.dumps(notebook))
        self.page.goto(f"{self._url}/doc/tree/panel.ipynb?reset&token={TOKEN}")
        self.page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
        self.page.wait_for_function(IS_IDLE, timeout=90_000)

    def run_cells(self) -> None:
        """Run all cells."""
        self.page.evaluate(
            "window.jupyterapp.commands.execute('notebook:run-all-cells')"
        )
        self.page.wait_for_function(IS_IDLE, timeout=90_000)

    def execute(self, code: str) -> Any:
        """Run code in the kernel and return what it leaves in ``_value``."""
        shown = self.page.evaluate(EXECUTE, f"_value = None\n{code}")
        return None if shown in (None, "None") else json.loads(shown)

    def pause(self, seconds: float) -> None:
        """Let the page work."""
        self.page.wait_for_timeout(seconds * 1000)

    def longest_task(self) -> float:
        """Return the milliseconds of the longest long task since the last call."""
        tasks = self.page.evaluate("window.jacnbTasks.splice(0)")
        return max(tasks, default=0.0)

    def memory(self) -> tuple[float, int]:
        """Return the megabytes of the heap after a collection, and the DOM's nodes."""
        for _ in range(2):
            self._devtools.send("HeapProfiler.collectGarbage")
        self._devtools.send("Performance.enable")
        found = self._devtools.send("Performance.getMetrics")["metrics"]
        metrics = {each["name"]: each["value"] for each in found}
        return metrics["JSHeapUsedSize"] / 2**20, int(metrics["Nodes"])

    def _follow(self, websocket: Any) -> None:
        websocket.on("framereceived", self._count)

    def _count(self, frame: str | bytes) -> None:
        data = frame.encode() if isinstance(frame, str) else frame
        if any(mark in data[:1000] for mark in COMM):
            self.comm_bytes += len(data)


@contextlib.contextmanager
def pages() -> Iterator[Any]:
    """Start JupyterLab and Chromium; give a function that opens fresh pages."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit("no Chromium on this machine (Debian: apt install chromium)")
    with (
        tempfile.TemporaryDirectory() as name,
        _running(Path(name)) as (url, root),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS])

        @contextlib.contextmanager
        def fresh() -> Iterator[Page]:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(60_000)
            try:
                yield Page(page, url, root)
            finally:
                page.close()
                _end_kernels(url)

        yield fresh
        browser.close()


@contextlib.contextmanager
def _running(home: Path) -> Iterator[tuple[str, Path]]:
    root = home / "notebooks"
    root.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--expose-app-in-browser", f"--ServerApp.port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={root}"]
    with (home / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=_environment(home), stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/api/status?token={TOKEN}", process)
        yield url, root
    finally:
        process.terminate()
        process.wait(20)


def _environment(home: Path) -> dict[str, str]:
    """Keep the settings of whoever runs this out of it."""
    names = ["HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"]
    names += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR")
    own = {name: str(home / name.lower()) for name in names}
    here = str(Path(__file__).parents[1])
    given = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        **own,
        "PYTHONPATH": f"{given}{os.pathsep}{here}" if given else here,
    }


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.2)
    raise SystemExit("JupyterLab did not start: pip install 'jacnb[lab,e2e]'")


def _end_kernels(url: str) -> None:
    headers = {"Authorization": f"token {TOKEN}"}
    listing = urllib.request.Request(f"{url}/api/kernels", headers=headers)
    with urllib.request.urlopen(listing, timeout=10) as answer:
        kernels = json.load(answer)
    for kernel in kernels:
        end = f"{url}/api/kernels/{kernel['id']}"
        request = urllib.request.Request(end, headers=headers, method="DELETE")
        urllib.request.urlopen(request, timeout=10).close()
