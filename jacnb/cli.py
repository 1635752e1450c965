"""The command ``jacnb``: lab, serve, run, connect, demo and doctor."""

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
    serve.add_argument(
        "--trusted-origin",
        dest="trusted_origins",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin connect, too, such as https://lab.example; "
        "may be given again",
    )
    serve.add_argument(
        "--trusted-host",
        dest="trusted_hosts",
        action="append",
        default=[],
        metavar="NAME",
        help="answer to this name, too; may be given again",
    )
    serve.add_argument(
        "--reload",
        action="store_true",
        help="load the files again when they, or what they import from beside them, "
        "change; clients stay connected",
    )
    serve.set_defaults(run=_serve)

    run = commands.add_parser("run", help="run files as programs, without a server")
    _add_files(run)
    run.set_defaults(run=_run)

    _add_connect(commands.add_parser("connect", help="talk to a server"))

    demo = commands.add_parser("demo", help="play a conversation in the terminal")
    demo.set_defaults(run=_demo)

    doctor = commands.add_parser("doctor", help="print versions and what works here")
    doctor.set_defaults(run=_doctor)
    return parser


def _add_connect(connect: argparse.ArgumentParser) -> None:
    connect.description = (
        "Talk to a Jac Cloud server: messages are printed as they come, and lines "
        "such as `walker shout text=hi` are sent. The command `help` lists them."
    )
    add = connect.add_argument
    add("url", metavar="URL", help="localhost:8000, ws://…, or http://…")
    add("--channel", metavar="ID", help="the channel to listen on")
    add("--token", help="who to be (better: the environment variable JACNB_TOKEN)")
    add("--email", help="who to log in as; the password is asked for")
    add("--password-file", type=Path, metavar="FILE", help="where the password stands")
    add("--register", action="store_true", help="register the email first")
    add("--json", action="store_true", help="print messages as JSON, one a line")
    add(
        "-x",
        "--execute",
        action="append",
        metavar="COMMAND",
        help="do this instead of what stdin says; may be given again",
    )
    add("--wait", default="0", metavar="SECONDS", help="listen so long then; or inf")
    connect.set_defaults(run=_connect)


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
        reload=options.reload,
        host=options.host,
        port=options.port,
        order=options.order,
        trace=options.trace,
        trusted_origins=tuple(options.trusted_origins),
        trusted_hosts=tuple(options.trusted_hosts),
    )


def _run(options: argparse.Namespace) -> int:
    from jacnb.serving import run_files

    return run_files(options.files, order=options.order)


def _connect(options: argparse.Namespace) -> int:
    from jacnb.terminal import talk
    from jacnb.terminal_commands import seconds_of

    return talk(
        options.url,
        channel_id=options.channel,
        token=options.token,
        email=options.email,
        password_file=options.password_file,
        register=options.register,
        as_json=options.json,
        execute=options.execute,
        wait=seconds_of(options.wait),
    )


def _demo(options: argparse.Namespace) -> int:
    from jacnb.demo import play

    play()
    return 0


def _doctor(options: argparse.Namespace) -> int:
    from jacnb.doctor import examine

    return examine()
