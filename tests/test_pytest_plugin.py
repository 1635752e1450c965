"""The pytest plugin, as the tests of somebody's walkers use it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from jacnb.walkers.registry import REGISTRY

pytest_plugins = ["pytester"]

# jaclang's import hook loads a pytest plugin before pytest can rewrite it.
INI = """
[pytest]
filterwarnings =
    error
    ignore:Module already imported:pytest.PytestAssertRewriteWarning
addopts = -p no:nbval
"""
TELL = """
import jacnb, pytest
from jacnb import WEBSOCKET_MANAGER as socket

@jacnb.walker(auth=None)
def tell(channel_id: str, message: str = "hello") -> str:
    print("telling", message)
    data = {"type": "chat", "data": {"message": message}}
    socket.notify_channels([channel_id], data)
    return "sent"
"""

CHAT = """
def test_chat(jac_server, jac_client):
    bob = jac_client("bob", channel_id="room")
    jac_client("alice").walker("tell", channel_id="room")
    assert bob.expect(type="chat")["data"] == {"message": "hello"}
"""


@pytest.fixture(autouse=True)
def forget_walkers(pytester: pytest.Pytester) -> Iterator[None]:
    pytester.makeini(INI)
    before = set(REGISTRY._declared)
    yield
    for name in set(REGISTRY._declared) - before:
        REGISTRY.remove(name)


def run(pytester: pytest.Pytester, *options: str, **counts: int) -> pytest.RunResult:
    result = pytester.runpytest_inprocess(*options)
    result.assert_outcomes(**counts)
    return result


@pytest.mark.parametrize("options", [[], ["--jac-network"]])
def test_five_lines_test_a_walker(pytester, options) -> None:
    kind = "Server" if options else "MemoryServer"
    pytester.makepyfile(
        TELL + CHAT + "\n"
        "def test_kind(jac_server):\n"
        f"    assert type(jac_server).__name__ == {kind!r}\n"
    )
    run(pytester, *options, passed=2)


def test_the_report_of_a_failure_shows_what_was_said(pytester) -> None:
    pytester.makepyfile(TELL + CHAT.replace('"hello"', '"hi"'))
    shown = run(pytester, failed=1).stdout
    shown.fnmatch_lines(
        [
            "*- jacnb: what was said -*",
            " #    time  kind * who * whom * message",
            '*event * alice * → * server * walker tell * {"channel_id":"room"}',
            '*notification * server * → * bob * chat * ← #* tell * {"message":"hello"}',
            "*- jacnb: walker tell of alice@example.com -*",
            "telling hello",
        ]
    )


def test_the_traceback_of_a_walker_is_shown_to_its_author(pytester) -> None:
    pytester.makepyfile(
        """
        import jacnb

        def test_boom(jac_client):
            @jacnb.walker(auth=None)
            def boom():
                raise ValueError("no luck")

            jac_client().walker("boom")
        """
    )
    shown = run(pytester, failed=1).stdout
    shown.fnmatch_lines(["*jacnb: walker boom of public*", "ValueError: no luck"])


def test_nothing_is_added_to_tests_that_pass_or_use_no_server(pytester) -> None:
    pytester.makepyfile(TELL + CHAT + "\ndef test_other():\n    assert not 1\n")
    shown = run(pytester, passed=1, failed=1).stdout
    shown.no_fnmatch_line("*jacnb:*")


def test_each_test_has_a_graph_and_walkers_of_its_own(pytester) -> None:
    pytester.makepyfile(
        """
        import jacnb
        from jacnb.graph import Node, connect, refs

        @jacnb.walker
        def add(here) -> int:
            connect(here, Node())
            return len(refs(here))

        def test_one(jac_server, jac_client):
            @jacnb.walker
            def mine(): pass
            assert "mine" in jac_server.registry
            assert jac_client("alice").walker("add").reports == [1]

        def test_two(jac_server, jac_client):
            assert "mine" not in jac_server.registry
            assert jac_client("alice").walker("add").reports == [1]
        """
    )
    run(pytester, passed=2)


def test_two_modules_may_have_walkers_of_one_name(pytester) -> None:
    for number in (1, 2):
        pytester.makepyfile(
            **{
                f"test_{number}": f"""
                import jacnb

                @jacnb.walker
                def who() -> int:
                    return {number}

                def test_who(jac_client):
                    assert jac_client("a").walker("who").reports == [{number}]
                """
            }
        )
    run(pytester, passed=2)


def test_a_mark_sets_the_server_up(pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.jac_server(network=True, trace=False)
        def test_marked(jac_server, jac_client):
            assert jac_server.url.startswith("ws://")
            assert jac_server.trace is None
            assert 0
        """
    )
    shown = run(pytester, "--strict-markers", failed=1).stdout
    shown.no_fnmatch_line("*jacnb: what was said*")


def test_files_are_loaded_from_beside_the_test(pytester) -> None:
    pytester.makepyfile(chat_app=TELL)
    pytester.makepyfile(
        """
        import pytest
        from jacnb import JacnbError

        @pytest.fixture(autouse=True)
        def app(jac_server):
            jac_server.load("chat_app.py")

        @pytest.mark.parametrize("again", [1, 2])
        def test_tell(jac_client, again):
            assert jac_client().walker("tell", channel_id="x").reports == ["sent"]

        def test_none(jac_server, tmp_path):
            with pytest.raises(JacnbError, match="nowhere.jac: there is no such file"):
                jac_server.load("nowhere.jac")
            (tmp_path / "empty_app.py").write_text("")
            with pytest.raises(JacnbError, match="declares no walkers"):
                jac_server.load(tmp_path / "empty_app.py")
        """
    )
    run(pytester, passed=3)


def test_the_ini_names_the_files_of_an_app(pytester) -> None:
    pytester.makepyfile(chat_app=TELL)
    pytester.makeini("[pytest]\njac_app = chat_app.py\naddopts = -p no:nbval\n")
    (pytester.mkdir("sub") / "test_sub.py").write_text(
        "import chat_app\n" + CHAT.replace("test_chat", "test_one") + CHAT
    )
    pytester.syspathinsert()
    run(pytester, passed=2)


def test_a_file_of_jac_is_loaded(pytester, compiler) -> None:
    source = (
        "walker greet {\n"
        "    has name: str;\n"
        "    can start with `root entry { report f'hello {self.name}'; }\n"
        '    class __specs__ { has methods: list = ["websocket"]; }\n'
        "}\n"
    )
    (pytester.path / "greet_app.jac").write_text(source)
    pytester.makepyfile(
        """
        def test_greet(jac_server, jac_client):
            jac_server.load("greet_app.jac")
            bob = jac_client("bob")
            assert bob.walker("greet", name="bob").reports == ["hello bob"]
        """
    )
    run(pytester, "-W", "default", passed=1)


def test_the_plugin_imports_nothing_that_a_test_does_not_use() -> None:
    code = (
        "import sys, jacnb.pytest_plugin; names = ['tornado', 'pydantic', 'websocket',"
        "'jacnb.client', 'jacnb.server']; print([n for n in names if n in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"
