"""The options that the programs share."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from contenders import NAMES, Contender, contenders
from opening import LoadError

OTHERS = "tornado,websockets,picows,jac-cloud"


def parser(description: str | None, against: str = OTHERS) -> argparse.ArgumentParser:
    """Make the parser of a program that compares servers."""
    made = argparse.ArgumentParser(description=description)
    known = ", ".join(NAMES)
    made.add_argument("--against", default=against, help=f"servers, of: {known}")
    made.add_argument("--base", default="jacnb", help="the server the ratios are of")
    made.add_argument("--jac-cloud", type=Path, help="a virtual environment with it")
    made.add_argument("--rounds", type=int, default=5)
    return made


def chosen(options: argparse.Namespace) -> list[Contender]:
    """Return the servers to compare, the base first."""
    names = [options.base, *options.against.split(",")]
    found = contenders([name for name in names if name], options.jac_cloud)
    if not found or found[0].name != options.base:
        raise SystemExit(f"nothing to measure without {options.base}")
    return found


def short_time(text: str) -> float:
    """Parse seconds; the publisher answers pings only between runs."""
    seconds = float(text)
    if not 0 < seconds <= 8:
        raise argparse.ArgumentTypeError("choose 8 seconds at most")
    return seconds


def print_table(
    compare: Callable[[argparse.Namespace], str], options: argparse.Namespace
) -> None:
    """Measure and print the table, or one line that says what went wrong."""
    try:
        print(compare(options))
    except LoadError as error:
        raise SystemExit(f"stopped: {error}") from None
