"""Runs every benchmark and, with `--write`, keeps the tables in RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
PACKAGES = ("jacnb", "tornado", "websockets", "picows", "uvloop", "websocket-client")
INTRODUCTION = """\
# Results

Produced by `python benchmarks/run_all.py --jac-cloud PATH --write`. Every server runs
in a process of its own on one core, the load generator on another, in interleaved
rounds; the figures are medians, the ratios medians of each round's ratio. Absolute
figures belong to this machine, the ratios are what to look at. "base is" says how many
times faster jacnb is than the server of that row.
"""
PROGRAMS = {
    "fanout.py": "Fan-out to the subscribers of one channel",
    "round_trip.py": "Walker round trips",
    "idle.py": "Idle connections",
    "notebook.py": "Inside one kernel",
    "jac_cells.py": "Jac",
    "panels.py": "Panels in JupyterLab",
}


def machine() -> str:
    """Describe the machine in words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    cores = f"{os.cpu_count()} cores ({processor()}), {memory:.0f} GB of memory"
    return f"{cores}, {system}, Python {platform.python_version()}"


def processor() -> str:
    """Name the processor as the system does."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def versions(jac_cloud: Path | None) -> str:
    """List what was compared."""
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return ", ".join([*found, *jac_cloud_versions(jac_cloud)])


def jac_cloud_versions(environment: Path | None) -> list[str]:
    """Name the versions in the environment of jac-cloud."""
    if environment is None:
        return []
    program = (
        "import importlib.metadata as m, platform as p;"
        "print('jac-cloud', m.version('jac-cloud'), 'on Python', p.python_version())"
    )
    python = str(environment / "bin" / "python")
    return [subprocess.check_output([python, "-c", program], text=True).strip()]


def run(program: str, jac_cloud: Path | None) -> str:
    """Run one program; return the table it prints."""
    command = [sys.executable, str(HERE / program)]
    if jac_cloud and program not in ("notebook.py", "jac_cells.py", "panels.py"):
        command += ["--jac-cloud", str(jac_cloud)]
    print(f"== {program}", file=sys.stderr)
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{program} failed")
    return done.stdout.strip()


def main() -> None:
    """Read the options, run the programs, print or write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jac-cloud", type=Path, help="a virtual environment with it")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    today = datetime.datetime.now(datetime.UTC).date()
    facts = f"{today:%d %B %Y}: {machine()}; {versions(options.jac_cloud)}."
    parts = [INTRODUCTION, facts]
    for program, title in PROGRAMS.items():
        parts += [f"## {title} (`{program}`)", run(program, options.jac_cloud)]
    text = "\n\n".join(part.strip() for part in parts) + "\n"
    if options.write:
        RESULTS.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
