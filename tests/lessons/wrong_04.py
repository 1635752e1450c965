"""Answers to lesson 4 that are not right, and a word of what is said about each."""

from __future__ import annotations

_BOOKING = """
class Booking(Node):
    seats: int


"""

WRONG = {
    "q1": [
        (
            """
@jacnb.walker
def brew(here, cups: int) -> str:
    for done in range(1, cups + 1):
        progress = {"done": done, "of": cups}
        socket.notify_users([here], {"type": "progress", "data": progress})
    return "ready"
""",
            "nora's phone should not have received this",
        ),
        (
            """
@jacnb.walker
def brew(cups: int) -> str:
    for done in range(cups):
        progress = {"done": done, "of": cups}
        socket.notify_self({"type": "progress", "data": progress})
    return "ready"
""",
            "done is 2, not 3",
        ),
        (
            """
@jacnb.walker
def brew(cups: int) -> str:
    for done in range(cups, 0, -1):
        progress = {"done": done, "of": cups}
        socket.notify_self({"type": "progress", "data": progress})
    return "ready"
""",
            "[3, 2, 1], not [1, 2, 3]",
        ),
        (
            """
@jacnb.walker
def brew(cups: int):
    for done in range(1, cups + 1):
        progress = {"done": done, "of": cups}
        socket.notify_self({"type": "progress", "data": progress})
""",
            "It reported []",
        ),
        (
            """
@jacnb.walker
def brew(cups: int) -> str:
    for done in range(1, cups + 1):
        socket.notify_self({"type": "progress", "done": done, "of": cups})
        return "ready"
""",
            "received no message with type='progress', done=2",
        ),
    ],
    "q2": [
        (
            """
@jacnb.walker
def measure(channel_id: str, values: list[float]) -> float:
    for value in values:
        mean = sum(values) / len(values)
        point = {"type": "point", "data": {"value": value, "mean": mean}}
        socket.notify_channels([channel_id], point)
    return mean
""",
            "mean is 5.0, not 2",
        ),
        (
            """
@jacnb.walker
def measure(channel_id: str, values: list[float]) -> float:
    for count in range(1, len(values) + 1):
        mean = sum(values[:count]) / count
        point = {"type": "point", "data": {"value": values[count - 1], "mean": mean}}
        socket.notify_self(point)
    return mean
""",
            "omar received no",
        ),
        (
            """
@jacnb.walker
def measure(channel_id: str, values: list[float]) -> None:
    for count in range(1, len(values) + 1):
        mean = sum(values[:count]) / count
        point = {"type": "point", "data": {"value": values[count - 1], "mean": mean}}
        socket.notify_channels([channel_id], point)
""",
            "It reported []",
        ),
        (
            """
@jacnb.walker
def measure(channel_id: str, values: list[float]) -> float:
    for count in range(1, len(values) + 1):
        mean = sum(values[:count]) / count
        point = {"type": "point", "data": {"value": values[count - 1], "mean": mean}}
        socket.notify_channels(channel_id, point)
    return mean
""",
            "pass a list of ids",
        ),
    ],
    "q3": [
        (
            _BOOKING
            + """
@jacnb.walker
def reserve(here, seats: int) -> int:
    socket.notify_self({"type": "booked", "data": {"seats": seats}})
    if seats > 10:
        raise ValueError("10 seats at most")
    connect(here, Booking(seats=seats))
    commit()
    return len(refs(here, node=Booking))
""",
            "should not have received this",
        ),
        (
            _BOOKING
            + """
@jacnb.walker
def reserve(here, seats: int) -> int:
    connect(here, Booking(seats=seats))
    commit()
    if seats > 10:
        raise ValueError("10 seats at most")
    socket.notify_self({"type": "booked", "data": {"seats": seats}})
    return len(refs(here, node=Booking))
""",
            "was kept all the same",
        ),
        (
            _BOOKING
            + """
@jacnb.walker
def reserve(here, seats: int) -> int:
    if seats > 10:
        return 0
    connect(here, Booking(seats=seats))
    commit()
    socket.notify_self({"type": "booked", "data": {"seats": seats}})
    return len(refs(here, node=Booking))
""",
            "should have refused omar",
        ),
        (
            _BOOKING
            + """
@jacnb.walker
def reserve(here, seats: int) -> int:
    if seats > 10:
        raise ValueError("10 seats at most")
    bookings = [Booking(seats=seats)]
    commit()
    socket.notify_self({"type": "booked", "data": {"seats": seats}})
    return len(bookings)
""",
            "tie each Booking",
        ),
        (
            _BOOKING
            + """
@jacnb.walker
def reserve(here, seats: int):
    if seats > 10:
        raise ValueError("10 seats at most")
    connect(here, Booking(seats=seats))
    commit()
    socket.notify_self({"type": "booked", "data": {"seats": seats}})
""",
            "Report how many bookings",
        ),
    ],
}
