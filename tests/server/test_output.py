from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO

import pytest

from jacnb.server.output import Router, capture_output, release_output
from jacnb.walkers.run import Run, current_run


@contextmanager
def captured() -> Iterator[StringIO]:
    """Give a stream that stands for the notebook's, with capture on top of it."""
    # In the test itself: pytest changes sys.stdout between its fixtures and it.
    with redirect_stdout(StringIO()) as screen:
        capture_output()
        yield screen


@pytest.fixture
def run() -> Iterator[Run]:
    run = Run("w", "public", None, 0.0)
    token = current_run.set(run)
    yield run
    current_run.reset(token)


def test_a_walkers_print_is_kept_with_its_run(run: Run) -> None:
    with captured() as screen:
        print("hello", 1)
        sys.stdout.writelines(["a", "b"])

    assert run.output == "hello 1\nab"
    assert screen.getvalue() == ""


def test_any_other_print_goes_where_it_always_went() -> None:
    with captured() as screen:
        written = sys.stdout.write("hello")
        sys.stdout.flush()

    assert (written, screen.getvalue()) == (5, "hello")


def test_a_write_returns_how_much_it_wrote(run: Run) -> None:
    with captured():
        assert sys.stdout.write("hello") == 5


def test_a_second_capture_changes_nothing() -> None:
    with captured():
        before = sys.stdout
        capture_output()

        assert sys.stdout is before
        assert isinstance(before, Router)


def test_a_release_puts_the_stream_back() -> None:
    with captured() as screen:
        release_output()
        assert sys.stdout is screen
        release_output()
        assert sys.stdout is screen
