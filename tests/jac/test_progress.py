"""The first use of jaclang on a machine: it compiles itself, and that is shown."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from importlib.metadata import version

import pytest

from jacnb.jac import progress as first_use
from jacnb.jac.progress import Progress, Terminal
from jacnb.jac.silence import silence

WHAT = r"jaclang compiles itself, once on each machine \(some 15 s\)"


class Shown:
    """Keeps what is shown, and waits for it."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.ticks = threading.Semaphore(0)

    def show(self, text: str, is_last: bool = False) -> None:
        self.texts.append(f"{text}{' (last)' if is_last else ''}")
        self.ticks.release()


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nothing_is_shown_when_there_is_nothing_to_prepare() -> None:
    shown = Shown()
    with Progress(shown):
        pass
    assert shown.texts == []


def test_modules_and_seconds_are_counted(monkeypatch) -> None:
    monkeypatch.setattr(first_use, "_TICK", 0.001)
    shown = Shown()
    with Progress(shown) as progress:
        progress.step()
        progress.step()
        for _ in range(3):
            assert shown.ticks.acquire(timeout=10)
    assert re.fullmatch(f"{WHAT}: 0 s, 1 module …", shown.texts[0])
    assert re.fullmatch(f"{WHAT}: 0 s, 2 modules …", shown.texts[2])
    assert shown.texts[-1] == "jaclang is ready: 0 s, 2 modules (last)"


def test_an_interrupt_is_not_called_ready() -> None:
    shown = Shown()

    def prepare() -> None:
        with Progress(shown) as progress:
            progress.step()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare()
    said = "jaclang was stopped; the next use goes on from there: 0 s, 1 module (last)"
    assert shown.texts[-1] == said


def test_what_jaclang_says_of_a_module_is_a_step(capsys) -> None:
    shown = Shown()
    with Progress(shown) as progress, silence(progress):
        sys.stderr.write("\nSetting up Jac for first use (compiling …)...\n")
        sys.stderr.write("  Compiling jaclang/compiler/passes/x.jac...\n")
        sys.stderr.write("  Compiling jaclang/compiler/passes/y.jac...\n")
    assert shown.texts[-1] == "jaclang is ready: 0 s, 2 modules (last)"
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_it_in_one_line() -> None:
    screen = Screen()
    terminal = Terminal(screen)
    terminal.show("first text")
    terminal.show("second")
    terminal.show("ready", is_last=True)
    assert screen.getvalue() == "\rfirst text\rsecond    \rready \n"


def test_a_file_has_the_first_line_and_the_last() -> None:
    file = io.StringIO()
    terminal = Terminal(file)
    terminal.show("first text")
    terminal.show("second")
    terminal.show("ready", is_last=True)
    assert file.getvalue() == "first text\nready\n"


def test_a_cell_shows_it_in_one_place(shell, monkeypatch) -> None:
    shown: list[tuple[str, dict[str, object]]] = []

    def publish(data, transient=None, update=False, **rest) -> None:
        shown.append((data["text/plain"], {"update": update, **transient}))

    monkeypatch.setattr(type(shell), "_instance", shell)
    monkeypatch.setattr(shell.display_pub, "publish", publish)
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    with Progress() as progress:
        progress.step()
    (first, where), (last, again) = shown
    assert re.fullmatch(f"{WHAT}: 0 s, 1 module …", first)
    assert last == "jaclang is ready: 0 s, 1 module"
    assert (where["update"], again["update"]) == (False, True)
    assert where["display_id"] == again["display_id"]


@pytest.mark.timeout(400)
def test_the_very_first_use_says_so_and_nothing_else(compiler, tmp_path) -> None:
    code = (
        "from jacnb.jac.compiler import compile_jac; compile_jac('walker w { }', 'c')"
    )
    caches = ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | dict.fromkeys(caches, str(tmp_path)),
        capture_output=True,
        text=True,
        check=True,
    )
    if version("jaclang").startswith("0.10."):
        said = rf"{WHAT}: 0 s, 1 module …\njaclang is ready: \d+ s, \d+ modules\n"
    else:  # These come compiled.
        said = ""
    assert found.stdout == ""
    assert re.fullmatch(said, found.stderr)
