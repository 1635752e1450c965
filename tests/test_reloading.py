"""``jacnb serve --reload``: changed files, while clients stay connected."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import jacnb
from jacnb.errors import WalkerError
from jacnb.graph import archetypes
from jacnb.reloading import Reloader
from jacnb.serving import run_all
from jacnb.walkers.registry import REGISTRY
from jacnb.watching import PATIENCE, Watch

HELLO = """\
import jacnb

@jacnb.walker(auth=None)
def hello() -> str:
    return "hi"
"""
OLD_ONE = """
@jacnb.walker(auth=None)
def old_one() -> str:
    return "still here"
"""


class Served:
    """Files that are served from a folder, looked at when a test says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told: list[str] = []
        self.app = folder / "reloaded_app.py"

    def write(self, source: str, name: str = "reloaded_app.py") -> None:
        (self.folder / name).write_text(source)

    def start(self, *names: str) -> None:
        paths = [self.folder / name for name in names] or [self.app]
        self.reloader = Reloader(paths, run_all, tell=self.told.append)
        self.reloader.start()

    def look(self) -> list[str]:
        """Look until what was written counts; return what was told."""
        self.told.clear()
        for _ in range(3):
            self.reloader.look()
        return self.told


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(REGISTRY, "_declared", {})
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(sys, "dont_write_bytecode", sys.dont_write_bytecode)
    before = set(sys.modules)
    yield Served(tmp_path)
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


@pytest.fixture
def call() -> Iterator[Callable[[str], object]]:
    """Call walkers from one client, which stays connected."""
    with jacnb.MemoryServer() as server:
        client = server.connect()
        yield lambda name: client.walker(name).reports[0]


def names() -> list[str]:
    return sorted(each.name for each in REGISTRY)


def test_a_changed_file_replaces_its_walkers(served, call) -> None:
    served.write(HELLO + OLD_ONE)
    served.start()
    assert (call("hello"), call("old_one")) == ("hi", "still here")
    served.write(HELLO.replace("hi", "hello again"))
    assert served.look() == [
        "Reloaded reloaded_app.py: 1 walker (hello replaced, old_one gone)"
    ]
    assert call("hello") == "hello again"
    with pytest.raises(WalkerError, match="Please use valid walker event!"):
        call("old_one")


def test_nothing_is_told_of_files_that_stay(served) -> None:
    served.write(HELLO)
    served.start()
    assert served.look() == []
    assert REGISTRY.find("hello").version == 1


def test_only_walkers_that_differ_are_named(served) -> None:
    served.write(HELLO + OLD_ONE)
    served.start()
    new = "\n\n@jacnb.walker\ndef new_one(): pass\n"
    served.write(f"# moved by a line\n{HELLO}{OLD_ONE}{new}")
    assert served.look() == ["Reloaded reloaded_app.py: 3 walkers (new_one new)"]


CLASS = """\
from jacnb import Walker, Root, on_entry, report
class visitor(Walker):
    name: str = "me"
    tags: list = []
    @on_entry
    def enter(self, here: Root):
        report(self.name)
    class __specs__:
        methods = ["websocket"]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"me"', '"you"'),
        ("name: str", "name: object"),
        ("list = []", "list = [1]"),
        ("here: Root", "here: Walker"),
        ("report(self.name)", "report(self.tags)"),
        ('["websocket"]', '["post"]'),
        ("@on_entry", "@staticmethod\n    def more(): pass\n    @on_entry"),
    ],
)
def test_every_part_of_a_walker_counts(served, old, new) -> None:
    served.write(CLASS)
    served.start()
    served.write(CLASS.replace(old, new))
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (visitor replaced)"]


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (f"{HELLO}x = \n", "reloaded_app.py: SyntaxError: invalid syntax"),
        (f"{HELLO}boom\n", "reloaded_app.py, line 6: NameError: name 'boom'"),
        ("import jacnb\n", "reloaded_app.py declares no walkers"),
        (f"{HELLO}raise SystemExit(3)\n", "a file raised SystemExit(3)"),
        (HELLO.replace("auth", "aut"), "hello: unknown spec 'aut'"),
    ],
)
def test_a_broken_file_leaves_the_walkers_as_they_were(
    served, call, caplog, broken, said
) -> None:
    served.write(HELLO)
    served.start()
    module = sys.modules["reloaded_app"]
    served.write(broken.replace("hi", "never"))
    assert served.look() == []
    (logged,) = caplog.messages
    assert logged.startswith("not loaded again, the walkers stay as they were: ")
    assert said in logged
    assert sys.modules["reloaded_app"] is module
    assert call("hello") == "hi"
    served.write(HELLO.replace("hi", "mended"))
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (hello replaced)"]
    assert call("hello") == "mended"


def test_an_error_is_told_once(served, caplog) -> None:
    served.write(HELLO)
    served.start()
    served.write("x = ")
    assert (served.look(), served.look()) == ([], [])
    assert len(caplog.messages) == 1


def test_a_file_that_is_broken_at_first_waits_to_be_mended(
    served, call, caplog
) -> None:
    served.write("x = ")
    served.start()
    assert caplog.messages[0].startswith("not loaded: ")
    assert names() == []
    served.write(HELLO)
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (hello new)"]
    assert call("hello") == "hi"


GREETING = HELLO.replace('"hi"', "GREETING").replace(
    "import jacnb", "import jacnb\nfrom reloaded_names import GREETING"
)


def test_a_module_beside_it_is_watched_too(served, call) -> None:
    served.write("GREETING = 'hi'", "reloaded_names.py")
    served.write(GREETING)
    served.start()
    # As many characters, in the same second: compiled code would be taken for it.
    served.write("GREETING = 'ho'", "reloaded_names.py")
    assert served.look() == ["Reloaded reloaded_names.py: 1 walker"]
    assert call("hello") == "ho"


def test_a_module_imported_later_is_watched_too(served, call) -> None:
    served.write(HELLO)
    served.start()
    served.write("GREETING = 'one'", "reloaded_names.py")
    served.write(GREETING)
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (hello replaced)"]
    served.write("GREETING = 'two'", "reloaded_names.py")
    assert served.look() == ["Reloaded reloaded_names.py: 1 walker"]
    assert call("hello") == "two"


def test_a_missing_module_mends_it_when_it_comes(served, call, caplog) -> None:
    served.write(HELLO)
    served.start()
    served.write(GREETING)
    served.look()
    assert "No module named 'reloaded_names'" in caplog.text
    served.write("GREETING = 'there'", "reloaded_names.py")
    assert served.look() == ["Reloaded reloaded_names.py: 1 walker (hello replaced)"]
    assert call("hello") == "there"


def test_an_error_in_a_module_names_its_place(served, caplog) -> None:
    served.write("GREETING = 'hi'", "reloaded_names.py")
    served.write(GREETING)
    served.start()
    served.write("\nboom", "reloaded_names.py")
    served.look()
    place = served.folder / "reloaded_names.py"
    assert f"{place}, line 2: NameError: name 'boom' is not defined" in caplog.text
    served.write("GREETING = 'hi'", "reloaded_names.py")
    assert served.look() == ["Reloaded reloaded_names.py: 1 walker"]


def test_packages_and_plain_folders_are_watched(served, call) -> None:
    (served.folder / "reloaded_land").mkdir()
    served.write("GREETING = 'a'", "reloaded_land/names.py")
    source = GREETING.replace("from reloaded_names", "from reloaded_land.names")
    served.write(f"{source}\nfrom reloaded_land import names\n")
    served.start()
    served.write("GREETING = 'b'", "reloaded_land/names.py")
    assert served.look() == ["Reloaded names.py: 1 walker"]
    assert sys.modules["reloaded_app"].names.GREETING == "b"
    assert call("hello") == "b"


def test_a_save_by_renaming_counts_once_the_file_is_there(served, caplog) -> None:
    served.write(HELLO)
    served.start()
    served.app.rename(served.folder / "backup~")
    served.reloader.look()
    served.reloader.look()
    served.write(HELLO.replace("hi", "new"), "written.tmp")
    (served.folder / "written.tmp").rename(served.app)
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (hello replaced)"]
    assert caplog.messages == []


def test_a_file_that_is_gone_for_good_is_an_error(served, call, caplog) -> None:
    served.write(HELLO)
    served.start()
    served.app.unlink()
    for _ in range(PATIENCE + 2):
        served.reloader.look()
    (logged,) = caplog.messages
    assert "No such file or directory" in logged
    assert call("hello") == "hi"


def test_an_empty_file_is_about_to_be_written(served, call) -> None:
    served.write(HELLO)
    served.write(f"import jacnb\n{OLD_ONE}", "reloaded_more.py")
    served.start("reloaded_app.py", "reloaded_more.py")
    served.write("", "reloaded_more.py")
    assert served.look() == []
    assert call("old_one") == "still here"
    for _ in range(PATIENCE):
        served.reloader.look()
    assert served.told == ["Reloaded reloaded_more.py: 1 walker (old_one gone)"]


def test_a_file_is_left_alone_while_it_is_written(served, caplog) -> None:
    served.write(HELLO)
    served.start()
    with served.app.open("w") as file:
        for line in HELLO.replace("hi", "slowly").splitlines(keepends=True):
            file.write(line)
            file.flush()
            served.reloader.look()
    assert served.told == []
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (hello replaced)"]
    assert caplog.messages == []


def test_what_is_written_while_it_loads_is_loaded_next(served) -> None:
    served.write("GREETING = 'first'", "reloaded_names.py")
    change = "import pathlib\npathlib.Path(reloaded_names.__file__).write_text('x=1')\n"
    served.write(f"{HELLO}import os, reloaded_names\n" + change)
    watch = Watch([served.app])
    watch.begin()
    run_all([served.app])
    os.utime(served.folder / "reloaded_names.py")
    watch.end()
    watch.changed()
    assert [path.name for path in watch.changed()] == ["reloaded_names.py"]


def test_two_files_of_one_folder_are_told_in_one_line(served, call) -> None:
    served.write(HELLO)
    served.write(f"import jacnb\n{OLD_ONE}", "reloaded_more.py")
    served.start("reloaded_app.py", "reloaded_more.py")
    served.write(HELLO.replace("hi", "ho"))
    served.write(f"import jacnb\n{OLD_ONE}\n", "reloaded_more.py")
    assert served.look() == [
        "Reloaded reloaded_app.py, reloaded_more.py: 2 walkers (hello replaced)"
    ]
    assert (call("hello"), call("old_one")) == ("ho", "still here")


def test_a_walker_may_move_to_another_file(served, call) -> None:
    served.write(HELLO + OLD_ONE)
    served.write("", "reloaded_more.py")
    served.start("reloaded_app.py", "reloaded_more.py")
    served.write(HELLO)
    served.write(f"import jacnb\n{OLD_ONE}", "reloaded_more.py")
    assert served.look() == ["Reloaded reloaded_app.py, reloaded_more.py: 2 walkers"]
    assert call("old_one") == "still here"


def test_a_link_and_its_file_are_told_as_one(served) -> None:
    (served.folder / "real").mkdir()
    served.write(HELLO, "real/reloaded_app.py")
    served.app.symlink_to(served.folder / "real" / "reloaded_app.py")
    served.start()
    served.write(HELLO.replace("hi", "ho"), "real/reloaded_app.py")
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (hello replaced)"]


def test_a_default_that_cannot_be_shown_is_no_matter(served) -> None:
    odd = (
        "class Odd:\n    def __repr__(self): raise ValueError\n"
        "class odd(jacnb.Walker):\n    field: object = Odd()\n"
    )
    served.write(HELLO + odd)
    served.start()
    served.write(HELLO.replace("hi", "ho") + odd)
    assert served.look() == ["Reloaded reloaded_app.py: 2 walkers (hello replaced)"]


def test_walkers_of_others_stay(served) -> None:
    @jacnb.walker
    def of_a_library() -> None: ...

    served.write(HELLO)
    served.start()
    served.write(HELLO.replace("hello", "bye"))
    assert served.look() == ["Reloaded reloaded_app.py: 1 walker (bye new, hello gone)"]
    assert names() == ["bye", "of_a_library"]


def test_a_failed_load_takes_its_nodes_back(served) -> None:
    node = "from jacnb import Node\nclass Note(Node):\n    text: str\n"
    served.write(HELLO + node)
    served.start()
    before = archetypes.newest(("reloaded_app", "Note"))
    served.write(f"{HELLO}{node}boom\n")
    served.look()
    assert archetypes.newest(("reloaded_app", "Note")) is before


def test_a_hundred_saves_leave_one_module(served, call) -> None:
    served.write(HELLO)
    served.start()
    count = len(sys.modules)
    for number in range(100):
        served.write(HELLO.replace("hi", f"version {number}"))
        served.reloader.look()
        served.reloader.look()
    assert call("hello") == "version 99"
    assert len(sys.modules) == count


def test_jac_files_are_watched(compiler, served, call) -> None:
    source = (
        "import from reloaded_words { WORD }\n"
        "walker:pub speak {\n    can start with Root entry { report WORD; }\n"
        "    class __specs__ { has methods: list = ['websocket']; }\n}\n"
    )
    served.write("glob WORD: str = 'one';", "reloaded_words.jac")
    served.write(source, "spoken.jac")
    served.start("spoken.jac")
    served.write("glob WORD: str = 'two';", "reloaded_words.jac")
    assert served.look() == ["Reloaded reloaded_words.jac: 1 walker"]
    served.write(f"# a comment\n{source}", "spoken.jac")
    assert served.look() == ["Reloaded spoken.jac: 1 walker"]
    served.write(source.replace("report WORD", "report WORD * 2"), "spoken.jac")
    assert served.look() == ["Reloaded spoken.jac: 1 walker (speak replaced)"]
    assert call("speak") == "twotwo"


def test_a_mistake_in_jac_shows_its_caret(compiler, served, caplog) -> None:
    served.write(f"from reloaded_node import Note\n{HELLO}")
    served.write("node Note { has text: str; }", "reloaded_node.jac")
    served.start()
    served.write("node Note { has text str; }", "reloaded_node.jac")
    served.look()
    assert f'File "{served.folder}/reloaded_node.jac", line 1\n' in caplog.text
    assert "^" in caplog.text
    assert "a field has a type: has name: str;" in caplog.text


WAIT = """
import threading
BEGUN, FREE = threading.Event(), threading.Event()

@jacnb.walker(auth=None)
def wait() -> str:
    BEGUN.set()
    FREE.wait(10)
    return "old"
"""


def test_a_call_in_flight_ends_on_the_old_walker(served) -> None:
    served.write(HELLO + WAIT)
    served.start()
    old = sys.modules["reloaded_app"]
    with jacnb.Server() as server, ThreadPoolExecutor() as pool:
        client = server.connect()
        answer = pool.submit(client.walker, "wait")
        assert old.BEGUN.wait(10)
        served.write(HELLO + WAIT.replace("old", "new").replace("    FREE", "    #"))
        assert served.look() == ["Reloaded reloaded_app.py: 2 walkers (wait replaced)"]
        old.FREE.set()
        assert answer.result(10).reports == ["old"]
        assert client.walker("wait").reports == ["new"]


def test_serve_reloads_under_a_client(tmp_path) -> None:
    app = tmp_path / "served_app.py"
    app.write_text(HELLO + OLD_ONE)
    command = [sys.executable, "-m", "jacnb", "serve", str(app), "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen([*command, "--reload"], **pipes) as process:
        with jacnb.connect(process.stdout.readline().split()[-1]) as client:
            app.write_text(HELLO.replace("hi", "reloaded"))
            line = process.stdout.readline()
            assert client.walker("hello").reports == ["reloaded"]
            app.write_text("x = ")
            assert "not loaded again" in process.stderr.readline()
            assert client.walker("hello").reports == ["reloaded"]
        process.terminate()
        assert process.wait(10) == 0
    assert line == ("Reloaded served_app.py: 1 walker (hello replaced, old_one gone)\n")


def test_a_file_that_never_ends_does_not_keep_serve_from_ending(tmp_path) -> None:
    app = tmp_path / "endless_app.py"
    app.write_text('print("begun", flush=True)\nwhile True: pass\n')
    command = [sys.executable, "-m", "jacnb", "serve", str(app), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        process.terminate()
        assert process.wait(20) == 0
