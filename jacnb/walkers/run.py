"""Run one walker call: a unit of work, repeated by itself on a conflict.

Nothing here starts a thread or waits on a socket; a shell calls ``perform`` where it
wants the walker to run (docs/protocol.md, sections 3 to 5).
"""

from __future__ import annotations

import copy
import html
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from operator import index
from threading import current_thread, main_thread
from types import TracebackType
from typing import Any, Final, Self

from jacnb.errors import (
    AccessError,
    ConflictError,
    InvalidIdError,
    NotFoundError,
)
from jacnb.graph import Node, Session, Walker, is_async_walker
from jacnb.graph.session import Order
from jacnb.graph.storage import Store
from jacnb.graph.turns import Turns
from jacnb.protocol.hub import Outcome
from jacnb.protocol.masking import masked_text
from jacnb.walkers.registry import Declaration
from jacnb.walkers.socket import Notify, Outlet, current_outlet
from jacnb.walkers.tracebacks import traceback_of

MAX_REPEATS: Final = 5
"""How often a run of which nothing was heard is repeated after a conflict."""

MAX_OUTPUT: Final = 64 * 1024
"""Characters of printed output that are kept with a run."""

_MAX_ERROR: Final = 500

# Values that no walker can change in place.
_FLAT: Final = frozenset({str, int, float, bool, type(None)})

OnVisit = Callable[[Walker, Any], None]
OnReport = Callable[[Any, Any], None]


@dataclass(slots=True, repr=False)
class Run:
    """One run of a walker, as its author may look at it: ``server.runs[-1]``.

    Attributes:
        walker: The walker's name.
        user: Who called it: an email address, or ``public``.
        client_id: The client whose event it was; None over REST.
        started: When, unix seconds.
        duration: Seconds it took; None while it runs.
        attempts: How often it was tried: more than one after a conflict.
        status: The status of the response; None if the run failed.
        reports: The reports as JSON text.
        error: Why it failed, in one line.
        traceback: The Python traceback of the failure; it never goes to a client.
    """

    walker: str
    user: str
    client_id: str | None
    started: float
    duration: float | None = None
    attempts: int = 0
    status: int | None = None
    reports: str = "[]"
    error: str | None = None
    traceback: str | None = field(default=None, repr=False)
    _output: list[str] = field(default_factory=list, repr=False)
    _written: int = field(default=0, repr=False)

    @property
    def output(self) -> str:
        """What the walker printed."""
        return "".join(self._output)

    def write(self, text: str) -> None:
        """Keep what the walker prints, up to a limit."""
        room = MAX_OUTPUT - self._written
        if room > 0:
            self._output.append(text[:room])
            self._written += len(text)

    def end(self, outcome: Outcome) -> None:
        """Take note of how the run ended."""
        self.duration = time.time() - self.started
        self.error = outcome.error
        if outcome.error is None:
            self.status = outcome.status
            self.reports = outcome.reports

    def __repr__(self) -> str:
        return f"<Run of {self.walker} by {self.user}: {self._summary}>"

    def _repr_html_(self) -> str:
        parts = {
            "reports": self.reports if self.error is None else "",
            "printed": self.output,
            "traceback": self.traceback or self.error or "",
        }
        rows = "".join(
            f"<tr><th style='text-align:left;vertical-align:top'>{name}</th>"
            "<td style='text-align:left'><pre style='background:none'>"
            f"{html.escape(text)}</pre></td></tr>"
            for name, text in parts.items()
            if text
        )
        head = html.escape(f"{self.walker} by {self.user}: {self._summary}")
        return f"<div><b>{head}</b><table>{rows}</table></div>"

    @property
    def _summary(self) -> str:
        if self.duration is None:
            return "running"
        again = f", {self.attempts} attempts" if self.attempts > 1 else ""
        result = self.error if self.error is not None else f"status {self.status}"
        return f"{result} ({self.duration * 1000:.1f} ms{again})"

    @property
    def is_done(self) -> bool:
        """Whether the run has ended."""
        return self.duration is not None


@dataclass(slots=True)
class Job:
    """All that is needed to run one walker call.

    Args:
        declaration: The walker, as it was declared when the call came in.
        fields: Its validated fields.
        root_id: The caller's root.
        node: The id of the node to start on; None or empty is the caller's root.
        notify: Takes each notification, on whatever thread the walker runs.
        run: Where the author sees what happened.
        order: ``queue`` as in Jac Cloud, or ``dfs``.
        on_visit: Told of each location that a walker comes to.
        on_report: Told of each value that a walker reports, after the location.
    """

    declaration: Declaration
    fields: dict[str, Any]
    root_id: str
    node: str | None
    notify: Notify
    run: Run
    order: Order = "queue"
    on_visit: OnVisit | None = None
    on_report: OnReport | None = None

    @property
    def is_async(self) -> bool:
        """Whether the walker's abilities are coroutines."""
        return is_async_walker(self.declaration.cls)


current_run: ContextVar[Run | None] = ContextVar("jacnb_run", default=None)


def perform(job: Job, store: Store, turns: Turns) -> Outcome:
    """Run a walker whose abilities are plain functions, and return how it ended."""
    with _Attempts(job, store, turns) as attempts:
        while not attempts.is_over:
            with attempts.next() as session:
                session.run(attempts.walker(), attempts.entry())
                attempts.commit()
            if attempts.conflict is not None:
                attempts.turn.wait(attempts.conflict)
    return attempts.outcome


async def perform_async(job: Job, store: Store, turns: Turns) -> Outcome:
    """Run a walker whose abilities may be coroutines, and return how it ended."""
    with _Attempts(job, store, turns) as attempts:
        while not attempts.is_over:
            with attempts.next() as session:
                await session.run_async(attempts.walker(), attempts.entry())
                attempts.commit()
            if attempts.conflict is not None:
                await attempts.turn.wait_async(attempts.conflict)
    return attempts.outcome


class _Refused(Exception):  # noqa: N818
    """The run cannot start: its outcome says why."""

    def __init__(self, status: int, reason: Exception) -> None:
        super().__init__(str(reason))
        self.outcome = Outcome(status=status, error=masked_text(str(reason)))


class _Attempts:
    """The attempts at one job, one after the other, until one is not in conflict."""

    def __init__(self, job: Job, store: Store, turns: Turns) -> None:
        self._job = job
        self._store = store
        self.turn = turns.turn()
        self.is_over = False
        self.conflict: str | None = None
        self.outcome = Outcome()
        self._session: Session | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.turn.release()
        if exc is not None:
            self.outcome = Outcome(status=500, error=_one_line(exc))
        self._job.run.end(self.outcome)

    @contextmanager
    def next(self) -> Iterator[Session]:
        """Make a fresh unit of work current, and take what comes out of it."""
        self.conflict = None
        self._job.run.attempts += 1
        job = self._job
        session = self._session = Session(
            self._store,
            job.root_id,
            job.order,
            job.on_visit,
            self.turn,
            job.on_report,
        )
        outlet = Outlet(job.notify, job.run.client_id, session)
        tokens = current_outlet.set(outlet), current_run.set(job.run)
        try:
            with session:
                yield session
        except BaseException as exc:
            # A walker that calls exit() ends its run, not the server's thread.
            if _is_for_others(exc):
                raise
            self._failed(exc, session)
        finally:
            current_outlet.reset(tokens[0])
            current_run.reset(tokens[1])

    def walker(self) -> Walker:
        """Return a walker with the fields of the call."""
        # Each attempt has its own values: the one before may have changed them.
        return self._job.declaration.cls(**_copied(self._job.fields))

    def entry(self) -> Node:
        """Return the node where the walker starts."""
        assert self._session is not None
        try:
            return self._session.entry(self._job.node or None)
        except AccessError as exc:
            raise _Refused(403, exc) from None
        except (InvalidIdError, NotFoundError) as exc:
            raise _Refused(404, exc) from None

    def commit(self) -> None:
        """Serialise the reports, then write what the run changed."""
        session = self._session
        assert session is not None
        custom = session.custom
        outcome = Outcome(
            reports=session.serialized_reports().decode(),
            status=_status(session),
            custom=None if custom is None else custom.decode(),
        )
        session.commit()
        self._end(outcome)

    def _failed(self, exc: BaseException, session: Session) -> None:
        if isinstance(exc, _Refused):
            self._end(exc.outcome)
            return
        is_conflict = isinstance(exc, ConflictError)
        repeats = self._job.run.attempts - 1
        if is_conflict and session.is_repeatable and repeats < MAX_REPEATS:
            self.conflict = exc.object_id  # type: ignore[attr-defined]
            return
        self._job.run.traceback = traceback_of(exc)
        error = _one_line(exc)
        if is_conflict and not session.is_repeatable:
            error += " (not repeated by itself: something of it was heard or kept)"
        self._end(Outcome(status=409 if is_conflict else 500, error=error))

    def _end(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.is_over = True


def _is_for_others(exc: BaseException) -> bool:
    """Return whether an exception is about more than this run, and not its doing."""
    if isinstance(exc, Exception):
        return False
    if isinstance(exc, KeyboardInterrupt):
        # Only the main thread is ever interrupted; elsewhere a walker raised it.
        return current_thread() is main_thread()
    return isinstance(exc, GeneratorExit) or _is_cancelled(exc)


def _is_cancelled(exc: BaseException) -> bool:
    """Return whether ``exc`` says that the task of this run is to end."""
    import asyncio  # Not before it is needed: it is a large import.

    if not isinstance(exc, asyncio.CancelledError):
        return False
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return False
    return task is not None and task.cancelling() > 0


def _status(session: Session) -> int:
    try:
        return int(index(session.status))
    except TypeError:
        raise TypeError(
            f"the status of a response is a whole number, not {session.status!r}"
        ) from None


def _copied(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value if type(value) in _FLAT else copy.deepcopy(value)
        for name, value in fields.items()
    }


def _one_line(exc: BaseException) -> str:
    """Return an exception as a client may see it."""
    name = type(exc).__name__
    try:
        said = " ".join(masked_text(str(exc)).split())
    except Exception:  # noqa: BLE001 - its own __str__ may fail, too
        return name
    line = f"{name}: {said}"[:_MAX_ERROR] if said else name
    # Half of a surrogate pair is text for Python, but not for JSON.
    return line.encode("utf-8", "replace").decode()
