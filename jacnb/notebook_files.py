"""Find the notebooks, in a checkout or in the installed wheel, and open them."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from jacnb.errors import JacnbError

COPIES: Final = "jacnb-notebooks"
"""The folder that installed notebooks are copied to, below the current one."""

_PACKAGE: Final = Path(__file__).parent


def find_notebooks(here: Path) -> Path:
    """Return a folder of notebooks that may be changed.

    That is the checkout's own, or a copy of the installed ones below ``here``; files
    that are already in the copy stay as they are.

    Raises:
        JacnbError: If this installation has no notebooks.
    """
    checkout = _PACKAGE.parent / "notebooks"
    if checkout.is_dir() and (_PACKAGE.parent / "pyproject.toml").is_file():
        return checkout
    installed = _PACKAGE / "notebooks"
    if not installed.is_dir():
        raise JacnbError("this installation has no notebooks; install jacnb again")
    copies = here / COPIES
    for source in sorted(installed.rglob("*")):
        target = copies / source.relative_to(installed)
        if source.is_file() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return copies


def require_lab() -> None:
    """Raise a JacnbError if JupyterLab is not installed."""
    if find_spec("jupyterlab") is None:
        raise JacnbError("JupyterLab is missing: pip install 'jacnb[lab]'")


def open_lab(notebook: Path, options: Sequence[str]) -> int:
    """Open a notebook in JupyterLab and return its exit status when it ends."""
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={notebook.parent}",
        # Not as an argument: then only a browser that is started here would open it.
        f"--LabApp.default_url=/lab/tree/{notebook.name}",
        *options,
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        # In a container root is often the only user there is.
        command.append("--allow-root")
    with TemporaryDirectory(prefix="jacnb-") as config:
        return _run(command, _quiet(Path(config)))


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a program that ends when this one is told to."""
    with subprocess.Popen(command, env=environment) as process:
        signal.signal(signal.SIGTERM, lambda number, frame: process.terminate())
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return 0


def _quiet(config: Path) -> dict[str, str]:
    """Return an environment in which JupyterLab asks nobody about its news.

    As on Binder (``binder/postBuild``), but only here: `config` comes after what the
    user has set up, and goes with this JupyterLab.
    """
    page = {
        "disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}
    }
    (config / "labconfig").mkdir()
    (config / "labconfig/page_config.json").write_text(json.dumps(page))
    given = os.environ.get("JUPYTER_CONFIG_PATH")
    paths = [given, str(config)] if given else [str(config)]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(paths)}
