"""What panels cost the page and the kernel, in JupyterLab in Chromium.

For each panel, in a fresh page with a fresh kernel:

- it is opened on a trace of 10,000 messages, and then messages flow, 200 a second;
- the bytes of Jupyter's comm messages are counted meanwhile: what is beyond the
  payloads is divided by the messages shown;
- 180,000 messages come as fast as the server takes them; the JavaScript heap (after a
  collection), the nodes of the DOM and the kernel's memory are compared with what they
  were after the first 20,000 of them.

A long task is what keeps the page from answering for 50 ms or more, JupyterLab's own
included: the row "no panel" has only those.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from lab import Page, pages
from report import number, table

HEADERS = (
    "panel",
    "longest task: opening",
    "flowing",
    "full speed",
    "bytes a message",
    "heap MB, after 20,000 / all",
    "DOM nodes",
    "kernel MB",
)
SERVER = """
import jacnb
server = jacnb.serve()
alice = server.connect(user="alice", channel_id="room")
bob = server.connect(user="bob", channel_id="room")

@jacnb.walker
def stroll(here):
    from jacnb.graph import refs
    for place in refs(here):
        jacnb.report(place.name)

@jacnb.walker
def plant(here):
    from jacnb.graph import connect
    for number in range(30):
        connect(here, Place(name=f"place {number}"))

class Place(jacnb.Node):
    name: str

alice.walker("plant")

def walk(count, rate=None):
    import time
    began, first = time.monotonic(), server.trace.next_seq
    while (number := server.trace.next_seq - first) < count:
        alice.walker("stroll")
        if rate:
            time.sleep(max(0, began + number / rate - time.monotonic()))

def talk(count, rate=None):
    import time
    began = time.monotonic()
    for number in range(count):
        data = {"type": "chat", "data": {"message": f"hello {number}", "from": "alice"}}
        alice.send_to_channels(["room"], data)
        if rate:
            time.sleep(max(0, began + number / rate - time.monotonic()))
        elif number % 500 == 499:
            alice.sync()
    alice.sync()
    bob.sync()
"""
# Rows of a trace: each event and each notification is one.
ROWS = """
server.trace.clear()
talk({count}, {rate})
rows = [entry for entry in server.trace if entry.text is not None]
_value = [len(rows), sum(entry.size for entry in rows)]
"""
# A chat panel shows what its own client receives and sends.
LINES = """
known = bob.messages[-1].cursor
talk({count}, {rate})
lines = [each for each in bob.messages if each.cursor > known]
_value = [len(lines), sum(each.size for each in lines)]
"""
KERNEL_MEMORY = """
import gc, os
gc.collect()
with open("/proc/self/statm") as _statm:
    _value = int(_statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
"""
SETTLING = 3.0
RATE = 200
FLOW_SECONDS = 10
TRACED = 10_000


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel to measure.

    Args:
        cell: The cell that shows it.
        flow: What lets messages flow and counts those shown, with their bytes; None
            if the panel does not show messages one by one.
        happens: What happens meanwhile: "talk", or "walk" for what shows walkers.
    """

    cell: str
    flow: str | None = ROWS
    happens: str = "talk"


PANELS = {
    "none": Panel("None", None),
    "ChatPanel": Panel("jacnb.panels.ChatPanel(bob)", LINES),
    "Inspector": Panel("jacnb.panels.Inspector(server)", None),
    "Explorer": Panel("jacnb.panels.Explorer(server)"),
    "SequenceDiagram": Panel("jacnb.panels.SequenceDiagram(server)"),
    "GraphView": Panel("jacnb.panels.GraphView(server)", None, "walk"),
}


@dataclass(slots=True)
class Figures:
    """What was measured of one panel."""

    opening: float
    flowing: float
    full: float
    overhead: str
    heap: tuple[float, float]
    nodes: tuple[float, float]
    kernel: tuple[float, float]

    def row(self, name: str) -> list[str]:
        """Write the table's row."""
        return [
            "no panel" if name == "none" else name,
            *(f"{number(each)} ms" for each in (self.opening, self.flowing, self.full)),
            self.overhead,
            *(f"{number(a)} / {number(b)}" for a, b in (self.heap, self.nodes)),
            f"{number(self.kernel[0])} / {number(self.kernel[1])}",
        ]


def measure(panel: Panel, page: Page, messages: int, warm: int) -> Figures:
    """Open a panel on a full trace, let messages flow, then come at full speed."""
    page.open(panel.cell)
    page.execute(SERVER)
    page.execute(f"{panel.happens}({TRACED})")
    page.pause(SETTLING)
    page.longest_task()
    page.run_cells()
    page.pause(SETTLING)
    opening = page.longest_task()
    overhead = flow(panel, page)
    flowing = page.longest_task()
    page.execute(f"{panel.happens}({warm})")
    before = settled(page)
    page.longest_task()
    page.execute(f"{panel.happens}({messages - warm})")
    page.pause(SETTLING)
    full = page.longest_task()  # before the collection, which is one, too
    after = settled(page)
    pairs = list(zip(before, after, strict=True))
    return Figures(opening, flowing, full, overhead, pairs[0], pairs[1], pairs[2])


def flow(panel: Panel, page: Page) -> str:
    """Let messages flow; return what each cost beyond its payload."""
    count = RATE * FLOW_SECONDS
    before = page.comm_bytes
    if panel.flow is None:
        page.execute(f"{panel.happens}({count}, {RATE})")
        page.pause(SETTLING)
        return f"{(page.comm_bytes - before) / FLOW_SECONDS / 1024:.1f} KB/s"
    shown, payload = page.execute(panel.flow.format(count=count, rate=RATE))
    page.pause(SETTLING)
    beyond = page.comm_bytes - before - payload
    return f"{beyond / shown:.0f} beyond {payload / shown:.0f}"


def settled(page: Page) -> tuple[float, int, float]:
    """Return heap, nodes and the kernel's memory when nothing moves any more."""
    page.pause(2 * SETTLING)
    heap, nodes = page.memory()
    return heap, nodes, page.execute(KERNEL_MEMORY)


def rows(names: list[str], messages: int, warm: int) -> list[list[str]]:
    """Measure panels one after the other."""
    lines = []
    with pages() as fresh:
        for name in names:
            print(f"{name} …", file=sys.stderr)
            with fresh() as page:
                figures = measure(PANELS[name], page, messages, warm)
            lines.append(figures.row(name))
            print(lines[-1], file=sys.stderr)
    return lines


def main() -> None:
    """Read the options, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    known: Callable[[str], list[str]] = lambda text: text.split(",")  # noqa: E731
    parser.add_argument("--panels", type=known, default=list(PANELS))
    parser.add_argument("--messages", type=int, default=180_000)
    parser.add_argument("--warm", type=int, default=20_000)
    options = parser.parse_args()
    unknown = set(options.panels) - set(PANELS)
    if unknown:
        raise SystemExit(f"no such panel: {', '.join(unknown)}")
    print(table(HEADERS, rows(options.panels, options.messages, options.warm)))


if __name__ == "__main__":
    main()
