"""A pytest plugin: test your walkers in five lines.

    def test_chat(jac_server, jac_client):
        bob = jac_client("bob", channel_id="room")
        jac_client("alice").walker("send_chat_to_group", channel_id="room")
        assert bob.expect(type="chat")["data"] == {"message": "hello"}

Each test has a server of its own, with an empty graph and every walker that was
declared: by modules that the test imports, by the test itself, by ``jac_server.load``
or by the files of the ini option ``jac_app``. It lives in memory unless
``--jac-network`` or ``@pytest.mark.jac_server(network=True)`` asks for Tornado; other
keywords of that mark are settings, as of `jacnb.serve`. When a test fails, its report
shows what was said, and the tracebacks of walkers.

pytest imports this module whether it is used or not, so it imports the rest of jacnb
only in fixtures.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from jacnb.client import Client
    from jacnb.graph import Walker

_SERVER: Final = "jac_server"
# The walkers of files that were loaded: a file is run once, as a module is.
_LOADED: Final = pytest.StashKey[dict[Path, list[type["Walker"]]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--jac-network`` and the ini option ``jac_app``."""
    parser.getgroup("jacnb").addoption(
        "--jac-network",
        action="store_true",
        help="start servers with Tornado and real sockets instead of in memory",
    )
    parser.addini(
        "jac_app", "files whose walkers each jac_server offers", "paths", default=[]
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark; let two test modules have walkers of one name."""
    config.stash[_LOADED] = {}
    config.addinivalue_line(
        "markers", "jac_server(network=False, **settings): how to start jac_server"
    )
    # Each test meets those of its own module.
    config.addinivalue_line(
        "filterwarnings", r"ignore:walker \S+ of \S+ is replaced:UserWarning"
    )


@pytest.fixture
def jac_server(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A fresh server, in memory by default, with all walkers that are declared."""
    from jacnb.walkers.registry import REGISTRY

    mark = request.node.get_closest_marker(_SERVER)
    settings = {"registry": REGISTRY} | (dict(mark.kwargs) if mark else {})
    module = getattr(request, "module", None)
    with _own_walkers(module), _start(request, settings) as server:
        for path in request.config.getini("jac_app"):
            server.load(path)
        yield server


@pytest.fixture
def jac_client(jac_server: Any) -> Iterator[Callable[..., Client]]:
    """Connect to jac_server: ``jac_client("alice", channel_id="room")``."""
    # A client that nobody refers to is closed, and a test may not keep it.
    clients: list[Client] = []

    def connect(user: str | None = None, **options: Any) -> Client:
        clients.append(jac_server.connect(user=user, **options))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what was said, and what walkers printed, beside a failure."""
    report = yield
    server = getattr(item, "funcargs", {}).get(_SERVER)
    if report.failed and server is not None:
        report.sections += [(f"jacnb: {name}", text) for name, text in _told(server)]
    return report


def _told(server: Any) -> Iterator[tuple[str, str]]:
    if server.trace is not None:
        yield "what was said", repr(server.trace.table())
    for run in server.runs:
        if said := run.output + (run.traceback or ""):
            yield f"walker {run.walker} of {run.user}", said.rstrip()


@contextmanager
def _start(request: pytest.FixtureRequest, settings: dict[str, Any]) -> Iterator[Any]:
    from jacnb.server import MemoryServer

    kind: Any = MemoryServer
    if settings.pop("network", request.config.getoption("--jac-network")):
        from jacnb.server import Server as kind  # noqa: N813

    def load(server: Any, *paths: str | Path) -> None:
        """Run files that declare walkers, each once; paths begin beside the test."""
        for path in paths:
            _load(request.path.parent / path, request.config.stash[_LOADED])

    with type(kind.__name__, (kind,), {"load": load})(**settings) as server:
        yield server


def _load(path: Path, loaded: dict[Path, list[type[Walker]]]) -> None:
    from jacnb.errors import JacnbError
    from jacnb.reloading import no_walkers
    from jacnb.serving import run_all
    from jacnb.walkers.registry import REGISTRY

    path = path.resolve()
    if not path.is_file():
        raise JacnbError(f"{path}: there is no such file")
    if path not in loaded:
        before = {declaration.cls for declaration in REGISTRY}
        run_all([path])
        found = {declaration.cls for declaration in REGISTRY} - before
        # A test may have imported it already.
        loaded[path] = [*found, *_walkers_of(sys.modules.get(path.stem), path)]
    if not loaded[path]:
        del loaded[path]
        raise no_walkers([path])
    _declare(loaded[path])


@contextmanager
def _own_walkers(module: ModuleType | None) -> Iterator[None]:
    """Let a test meet the walkers of its module, and others none that it declares."""
    from jacnb.walkers.registry import REGISTRY

    before = {declaration.name: declaration.cls for declaration in REGISTRY}
    _declare(_walkers_of(module))
    try:
        yield
    finally:
        for declaration in REGISTRY:
            if declaration.name not in before:
                REGISTRY.remove(declaration.name)
        _declare(before.values())


def _walkers_of(
    module: ModuleType | None, path: Path | None = None
) -> list[type[Walker]]:
    """Return the walkers that a module knows, if it is that of this path."""
    from jacnb.graph import Walker

    known = vars(module) if module is not None else {}
    if path is not None and known.get("__file__") != str(path):
        return []
    classes = [value for value in known.values() if isinstance(value, type)]
    return [cls for cls in classes if issubclass(cls, Walker) and cls is not Walker]


def _declare(walkers: Iterable[type[Walker]]) -> None:
    from jacnb.walkers.registry import REGISTRY

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for cls in walkers:
            declared = REGISTRY.find(cls.__name__)
            if declared is None or declared.cls is not cls:
                REGISTRY.declare(cls)
