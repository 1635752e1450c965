"""Lesson 2: declaring walkers, in Python and in Jac."""

from __future__ import annotations

from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe


def _bill(probe: Probe) -> None:
    probe.walker("bill", "price", "tip")
    caller = probe.client("nora")
    _reports(probe, probe.call(caller, "bill", price=10, tip=2).reports, [12])
    _reports(probe, probe.call(caller, "bill", price=10).reports, [10])
    probe.refused(caller, "bill", tip=2)
    probe.refused(probe.client("quinn", is_user=False), "bill", price=10)


def _reports(probe: Probe, found: list[object], wanted: list[object]) -> None:
    probe.require(
        found != [],
        "It reports nothing.",
        "Does its ability have @on_entry, and does it call report(…)?",
    )
    probe.require(
        found == wanted, f"It should report {wanted!r}.", f"It reported {found!r}."
    )


def _collect(probe: Probe) -> None:
    probe.walker("collect", "name")
    # New users for each check: what earlier ones collected is still in the graph.
    nora, omar = (probe.client(probe.channel(name)) for name in ("nora", "omar"))
    for who, name, wanted in (
        (nora, "pen", ["pen"]),
        (nora, "cup", ["pen", "cup"]),
        (omar, "hat", ["hat"]),
    ):
        found = probe.call(who, "collect", name=name).reports
        probe.require(
            found == [wanted],
            f"When {who.name} has called with name={name!r}, it should report "
            f"{wanted!r}.",
            f"The reports are {found!r}.",
        )


def _farewell(probe: Probe) -> None:
    probe.walker("farewell", "name")
    probe.require(
        _is_jac(probe, "farewell"),
        "farewell is written in Python: begin its cell with %%jac.",
    )
    caller = probe.client("nora")
    given = probe.call(caller, "farewell", name="Ada").reports
    _reports(probe, given, ["Goodbye, Ada!"])
    left_out = probe.call(caller, "farewell").reports
    _reports(probe, left_out, ["Goodbye, friend!"])


def _is_jac(probe: Probe, name: str) -> bool:
    declared = probe.server.registry.find(name)
    codes = (getattr(v, "__code__", None) for v in vars(declared.cls).values())  # type: ignore[union-attr]
    return any(code and code.co_filename.startswith("<jac cell") for code in codes)


PLAN = Plan(
    number=2,
    name="declaring_walkers",
    title="Declaring walkers, in Python and in Jac",
    minutes=45,
    goals=(
        "declare a walker as a class, with fields, an ability and __specs__",
        "declare one as a function, and say when that is enough",
        "say how a walker is offered, and to whom",
        "keep something in the graph, and let a walker visit it",
        "write the same walkers in Jac",
    ),
    people=(
        Person("alice"),
        Person("carol", is_user=False),
    ),
    predictions=(
        Prediction(
            question="Alice calls greet and gives only greeting=“Hi”. What comes back?",
            options={
                "a": "“Hi, !”",
                "b": "“Hi, None!”",
                "c": "an error: name is missing",
            },
            right="c",
            then="Run the next cell.",
            why="name has no default, so the caller must give it. The walker does not "
            "run; the server looks at the fields first.",
        ),
    ),
    exercises=(
        Exercise(
            title="a bill",
            text="Write a walker `bill` as a class. Its fields are `price`, a number, "
            "and `tip`, a number that is 0 if it is left out. It reports their sum. "
            "Users can call it over a WebSocket, the public cannot.",
            hints=(
                "Start from `greet`: the fields, an ability, `__specs__`.",
                "A field with a default is written tip: float = 0. In the ability "
                "the fields are self.price and self.tip.",
                'methods = ["websocket"] stands in class __specs__. That it is for '
                "users only need not be said.",
            ),
            solution="""
class bill(Walker):
    price: float
    tip: float = 0

    @on_entry
    def add(self, here: Root):
        report(self.price + self.tip)

    class __specs__:
        methods = ["websocket"]
""",
            check=_bill,
        ),
        Exercise(
            title="a collection",
            text="Write a walker `collect` with the field `name`. Each call keeps a "
            "node with that name at the root of the caller, and makes one report: the "
            "list of all names that this caller has collected so far, in order.",
            hints=(
                "You need a node with a field, and then the two steps of `add_note` "
                "and `read_notes`. A function whose first parameter is `here` can do "
                "both.",
                "connect(here, Item(name=name)) keeps it, refs(here) are the nodes "
                "that are tied to here.",
                "What is returned is reported: [item.name for item in refs(here)]",
            ),
            solution="""
class Item(Node):
    name: str


@jacnb.walker
def collect(here, name: str) -> list[str]:
    connect(here, Item(name=name))
    return [item.name for item in refs(here, node=Item)]
""",
            check=_collect,
        ),
        Exercise(
            title="farewell, in Jac",
            text="Write a walker `farewell` in Jac. It has the field `name`, which is "
            "`friend` if it is left out, reports `Goodbye, Ada!` for the name `Ada`, "
            "and can be called over a WebSocket.",
            hints=(
                "Start from `greet_in_jac`. The cell's first line is %%jac.",
                'A field with a default: has name: str = "friend"; with a semicolon.',
                'report f"Goodbye, {self.name}!"; stands in the ability.',
            ),
            solution="""
%%jac
walker farewell {
    has name: str = "friend";

    can leave with `root entry {
        report f"Goodbye, {self.name}!";
    }

    class __specs__ { has methods: list = ["websocket"]; }
}
""",
            check=_farewell,
        ),
    ),
)
