"""Answers to lesson 2 that are not right, and a word of what is said about each."""

from __future__ import annotations

WRONG = {
    "q1": [
        (
            """
class bill(Walker):
    price: float
    tip: float = 0

    @on_entry
    def add(self, here: Root):
        report(self.price + self.tip)
""",
            "__specs__",
        ),
        (
            """
class bill(Walker):
    price: float
    tip: float = 0

    def add(self, here: Root):
        report(self.price + self.tip)

    class __specs__:
        methods = ["websocket"]
""",
            "It reports nothing",
        ),
        (
            """
class bill(Walker):
    price: float
    tip: float

    @on_entry
    def add(self, here: Root):
        report(self.price + self.tip)

    class __specs__:
        methods = ["websocket"]
""",
            "tip: Field required",
        ),
        (
            """
class bill(Walker):
    price: str
    tip: str = "0"

    @on_entry
    def add(self, here: Root):
        report(self.price + self.tip)

    class __specs__:
        methods = ["websocket"]
""",
            "valid string",
        ),
        (
            """
class bill(Walker):
    price: float = 0
    tip: float = 0

    @on_entry
    def add(self, here: Root):
        report(self.price + self.tip)

    class __specs__:
        methods = ["websocket"]
""",
            "should have refused nora",
        ),
        (
            """
class bill(Walker):
    price: float
    tip: float = 0

    @on_entry
    def add(self, here: Root):
        report(self.price + self.tip)

    class __specs__:
        methods = ["websocket"]
        auth = None
""",
            "should have refused quinn",
        ),
    ],
    "q2": [
        (
            """
names = []


@jacnb.walker
def collect(name: str) -> list[str]:
    names.append(name)
    return names
""",
            "it should report ['hat']",
        ),
        (
            """
class Item(Node):
    name: str


@jacnb.walker
def collect(here, name: str) -> list[str]:
    Item(name=name)
    return [item.name for item in refs(here, node=Item)]
""",
            "The reports are [[]]",
        ),
        (
            """
class Item(Node):
    name: str


@jacnb.walker
def collect(here, name: str):
    connect(here, Item(name=name))
    for item in refs(here, node=Item):
        report(item.name)
""",
            "The reports are ['pen']",
        ),
        (
            """
class Item(Node):
    name: str


@jacnb.walker
def collect(here, name: str):
    connect(here, Item(name=name))
    return refs(here, node=Item)
""",
            "'context': {'name': 'pen'}",
        ),
    ],
    "q3": [
        (
            """
@jacnb.walker
def farewell(name: str = "friend") -> str:
    return f"Goodbye, {name}!"
""",
            "written in Python",
        ),
        (
            """
%%jac
walker farewell {
    has name: str = "friend";

    can leave with `root entry {
        report f"Goodbye, {self.name}!";
    }
}
""",
            "__specs__",
        ),
        (
            """
%%jac
walker farewell {
    has name: str;

    can leave with `root entry {
        report f"Goodbye, {self.name}!";
    }

    class __specs__ { has methods: list = ["websocket"]; }
}
""",
            "name: Field required",
        ),
        (
            """
%%jac
walker farewell {
    has name: str = "friend";

    can leave with `root entry {
        report "Goodbye, {self.name}!";
    }

    class __specs__ { has methods: list = ["websocket"]; }
}
""",
            "It should report ['Goodbye, Ada!']",
        ),
        (
            """
%%jac
walker farewell {
    has name: str = "friend";

    can leave with `root entry {
        print(f"Goodbye, {self.name}!");
    }

    class __specs__ { has methods: list = ["websocket"]; }
}
""",
            "It reports nothing",
        ),
    ],
}
