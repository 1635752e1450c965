"""The command ``jacnb``: lab, serve, run, demo and doctor."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from jacnb.errors import JacnbError

FIRST_NOTEBOOK = "00_start_here.ipynb"
DEFAULT_PORT = 8000


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = _parser()
    options, rest = parser.parse_known_args(argv)
    if rest and options.run is not _lab:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    try:
        status: int = options.run(options)
    except JacnbError as exc:
        print(f"jacnb: {exc}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    from jacnb import __version__

    parser = argparse.ArgumentParser(
        prog="jacnb", description="Real-time Jac in a notebook."
    )
    parser.add_argument("--version", action="version", version=f"jacnb {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    lab = commands.add_parser(
        "lab", help="open the lessons in JupyterLab; further options go to it"
    )
    lab.set_defaults(run=_lab)

    serve = commands.add_parser("serve", help="serve the walkers of files")
    _add_files(serve)
    serve.add_argument("--host", help="address to bind (default: 127.0.0.1 and ::1)")
    serve.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port to bind, 0 for a free one"
    )
    serve.add_argument(
        "--no-trace", dest="trace", action="store_false", help="record no messages"
    )
    serve.set_defaults(run=_serve)

    run = commands.add_parser("run", help="run files as programs, without a server")
    _add_files(run)
    run.set_defaults(run=_run)

    demo = commands.add_parser("demo", help="play a conversation in the terminal")
    demo.set_defaults(run=_demo)

    doctor = commands.add_parser("doctor", help="print versions and what works here")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_files(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "files", type=Path, nargs="+", metavar="FILE", help="a .jac or .py file"
    )
    command.add_argument(
        "--order",
        choices=("queue", "dfs"),
        default="queue",
        help="how walkers go on: queue as in Jac Cloud, or depth first",
    )


def _lab(options: argparse.Namespace) -> int:
    from jacnb.notebook_files import find_notebooks, open_lab, require_lab

    require_lab()
    return open_lab(find_notebooks(Path.cwd()) / FIRST_NOTEBOOK, options.rest)


def _serve(options: argparse.Namespace) -> int:
    from jacnb.serving import serve_files

    return serve_files(
        options.files,
        host=options.host,
        port=options.port,
        order=options.order,
        trace=options.trace,
    )


def _run(options: argparse.Namespace) -> int:
    from jacnb.serving import run_files

    return run_files(options.files, order=options.order)


def _demo(options: argparse.Namespace) -> int:
    from jacnb.demo import play

    play()
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from jacnb.doctor import examine

    return examine()
