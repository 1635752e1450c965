"""Lesson 4: the progress of a walker that takes long."""

from __future__ import annotations

from jacnb.client import Client, Response
from jacnb.lessons.plans import Exercise, Person, Plan, Prediction
from jacnb.lessons.probe import Probe


def _brew(probe: Probe) -> None:
    probe.walker("brew", "cups")
    nora = probe.client("nora", probe.channel("kitchen"))
    phone = probe.client("nora's phone", nora.channel_id, user="nora")
    answer = probe.call(nora, "brew", cups=3)
    for done in (1, 2, 3):
        probe.received(
            nora, "progress", done=done, of=3, by=nora, walker="brew", times=1
        )
    _in_order(probe, nora, "progress", "done", [1, 2, 3])
    probe.received_nothing(phone, "progress")
    _reported(probe, answer, "ready")


def _measure(probe: Probe) -> None:
    probe.walker("measure", "channel_id", "values")
    wall = probe.channel("wall")
    caller = probe.client("nora", probe.channel("office"))
    omar, quinn = probe.client("omar", wall), probe.client("quinn", wall, is_user=False)
    answer = probe.call(caller, "measure", channel_id=wall, values=[2, 4, 9])
    for watcher in (omar, quinn):
        for value, mean in ((2, 2), (4, 3), (9, 5)):
            probe.received(
                watcher,
                "point",
                value=value,
                mean=mean,
                by=caller,
                walker="measure",
                times=1,
            )
        _in_order(probe, watcher, "point", "value", [2, 4, 9])
    probe.received_nothing(caller, "point")
    _reported(probe, answer, 5)


def _reserve(probe: Probe) -> None:
    probe.walker("reserve", "seats")
    nora, omar = probe.client("nora"), probe.client("omar")
    before = _count(probe, probe.call(nora, "reserve", seats=3))
    probe.received(nora, "booked", seats=3, by=nora, walker="reserve", times=1)
    again = _count(probe, probe.call(nora, "reserve", seats=2))
    probe.require(
        again == before + 1,
        "The second booking of a user was reported as if there were no first one: "
        "tie each Booking to `here`, and count those.",
        f"It reported {before!r}, then {again!r}.",
    )
    before = _count(probe, probe.call(omar, "reserve", seats=10))
    probe.refused(omar, "reserve", seats=11)
    probe.received_nothing(omar, "booked", seats=11)
    again = _count(probe, probe.call(omar, "reserve", seats=1))
    probe.require(
        again == before + 1,
        "A booking that was refused was kept all the same.",
    )


def _count(probe: Probe, answer: Response) -> int:
    found = answer.reports[0] if len(answer.reports) == 1 else None
    probe.require(
        isinstance(found, int),
        "Report how many bookings the caller has now.",
        f"It reported {answer.reports!r}.",
    )
    return int(found or 0)


def _reported(probe: Probe, answer: Response, wanted: object) -> None:
    probe.require(
        answer.reports == [wanted],
        f"The messages are right. Now report {wanted!r} at the end.",
        f"It reported {answer.reports!r}.",
    )


def _in_order(
    probe: Probe, client: Client, type: str, field: str, wanted: list[int]
) -> None:
    found = [message.data[field] for message in client.messages.where(type)]
    probe.require(
        found == wanted,
        f"The messages arrived with {field} {found}, not {wanted}.",
    )


PLAN = Plan(
    number=4,
    name="progress",
    title="Progress: news of a long walk",
    minutes=40,
    goals=(
        "let a walker tell how far it is while it runs, and show that as a bar",
        "say who waits for a walker that takes long, and who does not",
        "do several things at once, with connections and with async walkers",
        "say what becomes of a walker whose client goes away",
        "commit, then notify",
    ),
    people=(
        Person("alice"),
        Person("phone", user="alice"),
        Person("bob", "wall"),
    ),
    predictions=(
        Prediction(
            question="Alice calls count_aloud. In which order does it arrive, and "
            "where?",
            options={
                "a": "The response first, then ten progress messages, all at Alice",
                "b": "Ten progress messages, then the response, all at Alice",
                "c": "Ten progress messages at Alice and at her phone, then the "
                "response at Alice",
            },
            right="b",
            then="Run the next cell and look at the panels.",
            why="Each notification leaves when the walker calls notify_self, so all "
            "are there before the response. They go to the one connection whose event "
            "started the walker; the phone is another connection.",
        ),
        Prediction(
            question="Alice's cake is in the oven: her walker runs. Now Bob, her phone "
            "and Alice herself each call count_primes. Who gets an answer before the "
            "cake is done?",
            options={
                "a": "Bob",
                "b": "the phone",
                "c": "Alice",
            },
            right="ab",
            then="Run the next cell; its last line takes half a second.",
            why="Events of one connection are handled one after the other, so Alice's "
            "second call waits for her first. Other connections do not wait, not even "
            "another one of the same user.",
        ),
        Prediction(
            question="store_cake ties a cake to Alice's root, tells her phone, and "
            "still runs. The phone asks for the cakes at once. What does it get?",
            options={
                "a": "the cake",
                "b": "an empty list",
                "c": "no answer before store_cake has ended",
            },
            right="b",
            then="Run the next cell.",
            why="A notification leaves at once. What a walker changes in the graph is "
            "written when it ends, all or nothing; until then nobody else sees it.",
        ),
    ),
    exercises=(
        Exercise(
            title="brew",
            text="Write a walker `brew` with the field `cups`, a number. After each "
            "cup it tells its caller, and nobody else, how far it is: a message of the "
            "type `progress` whose `data` is `done`, the cups so far, and `of`, all "
            'cups. In the end it reports `"ready"`.',
            hints=(
                "Which of the four ways to notify reaches the caller alone? Call it in "
                "a loop.",
                "for done in range(1, cups + 1): … counts from 1 to cups.",
                'socket.notify_self({"type": "progress", "data": {"done": done, '
                '"of": cups}}), and behind the loop return "ready".',
            ),
            solution="""
@jacnb.walker
def brew(cups: int) -> str:
    for done in range(1, cups + 1):
        progress = {"done": done, "of": cups}
        socket.notify_self({"type": "progress", "data": progress})
    return "ready"
""",
            check=_brew,
        ),
        Exercise(
            title="a live dashboard",
            text="Write a walker `measure` with the fields `channel_id` and `values`, "
            "a list of numbers. For each value it sends a message of the type `point` "
            "to that channel; its `data` is the `value`, and `mean`, the mean of the "
            "values so far. In the end it reports the last mean.",
            hints=(
                "Start from `brew`, but send to a channel: everybody who listens there "
                "watches.",
                "for count, value in enumerate(values, 1): … counts along. Keep a "
                "total; the mean is total / count.",
                'socket.notify_channels([channel_id], {"type": "point", "data": '
                '{"value": value, "mean": total / count}})',
            ),
            solution="""
@jacnb.walker
def measure(channel_id: str, values: list[float]) -> float:
    total = mean = 0.0
    for count, value in enumerate(values, 1):
        total += value
        mean = total / count
        point = {"type": "point", "data": {"value": value, "mean": mean}}
        socket.notify_channels([channel_id], point)
    return mean
""",
            check=_measure,
        ),
        Exercise(
            title="reserve",
            text="Write a walker `reserve` with the field `seats`. More than 10 seats "
            "it refuses, with a `ValueError`. Otherwise it ties a `Booking` to the "
            "caller's root, commits, tells the caller with a message of the type "
            "`booked` whose `data` is the `seats`, and reports how many bookings the "
            "caller has now. Of what is refused nothing is kept, and nobody is told.",
            hints=(
                "Four steps in this order: refuse, keep, commit, tell. What comes "
                "before an error and was sent is not taken back.",
                'raise ValueError("10 seats at most") refuses; connect(here, '
                "Booking(seats=seats)) and commit() keep, as in store_cake.",
                "The bookings are refs(here, node=Booking); report how many with "
                "return len(…).",
            ),
            solution="""
class Booking(Node):
    seats: int


@jacnb.walker
def reserve(here, seats: int) -> int:
    if seats > 10:
        raise ValueError("10 seats at most")
    connect(here, Booking(seats=seats))
    commit()
    socket.notify_self({"type": "booked", "data": {"seats": seats}})
    return len(refs(here, node=Booking))
""",
            check=_reserve,
        ),
    ),
)
