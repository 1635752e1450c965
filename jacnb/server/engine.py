"""What a server is, less the sockets: walkers, accounts, graph, hub, trace and runs.

`Server` puts Tornado around it, `MemoryServer` nothing at all; both hand it messages
and take its calls, so everything a client can see is decided here and below.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from jacnb.accounts import Accounts
from jacnb.errors import ValueRangeError
from jacnb.graph import NotebookSession, Session, jid
from jacnb.graph.reports import to_json
from jacnb.graph.turns import Turns
from jacnb.protocol.connections import Connection
from jacnb.protocol.hub import Deliver, Hub, Outcome, Target, WalkerCall
from jacnb.protocol.identity import PUBLIC, Identity
from jacnb.protocol.json import encode
from jacnb.protocol.trace import Kind, Trace
from jacnb.server.client_names import ClientNames
from jacnb.server.output import capture_output
from jacnb.server.settings import Settings
from jacnb.server.walker_counts import WalkerCounts
from jacnb.store import MemoryStore
from jacnb.walkers.fields import FieldInfo
from jacnb.walkers.registry import Declaration
from jacnb.walkers.run import Job, Run, perform, perform_async
from jacnb.walkers.socket import many

log = logging.getLogger("jacnb.server")
# Nothing is printed unless somebody asks: in a notebook it would land in any cell.
log.addHandler(logging.NullHandler())

MAX_RUNS = 1000
"""How many walker runs are kept for their author."""

NotifyWith = Callable[[Target, list[str], str, int | None], None]
"""Like ``Hub.notify``; the last argument is the cause."""

Post = Callable[..., object]
"""Has a function called with arguments where the hub is touched, in order."""


class Engine:
    """One server's state, touched on one thread but for the store.

    Args:
        settings: How the server is set up.
        deliver: Takes each message with its receivers.
        post: The way to that thread, the one that notifications take: so a run's
            visits and reports stand between them as they happened. By default
            walkers run on that thread themselves.
    """

    def __init__(
        self, settings: Settings, deliver: Deliver, post: Post | None = None
    ) -> None:
        self.settings = settings
        self.registry = settings.registry
        self.store = MemoryStore()
        self.accounts = Accounts(
            self.store, secret=settings.secret, lifetime=settings.token_lifetime
        )
        self.trace = Trace(time.time) if settings.trace else None
        self.hub = Hub(self.registry, deliver, trace=self.trace)
        self.runs: deque[Run] = deque(maxlen=MAX_RUNS)
        self.walker_counts = WalkerCounts()
        self.client_names = ClientNames()
        self._post = post or _at_once
        self._turns = Turns()
        self._session: Session | None = None

    # Websocket.

    def refresh(self, connection: Connection) -> None:
        """Make a connection public if its token has ended meanwhile."""
        identity = connection.identity
        if not identity.is_public and not self.accounts.is_current(identity):
            self.hub.rebind(connection, PUBLIC)

    def job(self, call: WalkerCall, notify: NotifyWith) -> Job:
        """Return the job of a walker event, and record that it begins."""
        self.hub.begin(call)
        connection = call.connection
        return self._job(
            call.entry,
            call.fields,
            connection.identity,
            call.node,
            notify,
            call.cause,
            connection.client_id,
        )

    # REST.

    def rest_job(
        self,
        declaration: Declaration,
        fields: dict[str, Any],
        identity: Identity,
        node: str | None,
        notify: NotifyWith,
    ) -> tuple[Job, Callable[[Outcome], None]]:
        """Return the job of a REST call, and what takes note of its outcome."""
        cause = self._record(Kind.RUN, declaration.name)
        job = self._job(declaration, fields, identity, node, notify, cause, None)

        def finish(outcome: Outcome) -> None:
            self._record(Kind.END, declaration.name, cause, outcome.error)

        return job, finish

    # Who is who.

    def call_connection(self, client_id: str, name: str) -> None:
        """Call a connection by this name wherever people read of it."""
        for connection in self.hub.clients.get(client_id):
            connection.name = name

    # Running.

    def perform(self, job: Job) -> Outcome:
        """Run a job on this thread."""
        try:
            outcome = perform(job, self.store, self._turns)
        finally:
            self.walker_counts.end(job.run)
        _log_failure(job.run)
        return outcome

    async def perform_async(self, job: Job) -> Outcome:
        """Run a job whose walker has coroutines, on this loop."""
        try:
            outcome = await perform_async(job, self.store, self._turns)
        finally:
            self.walker_counts.end(job.run)
        _log_failure(job.run)
        return outcome

    # For the author.

    def catalogue(self) -> list[dict[str, Any]]:
        """Return what can be called by event: names, fields and who may call."""
        return [
            {
                "name": declaration.name,
                "auth": declaration.auth,
                "fields": [_shown(field) for field in declaration.fields.table()],
            }
            for declaration in self.registry
            if declaration.is_websocket
        ]

    def session(self) -> Session:
        """Return the unit of work of plain code: the notebook's own user's."""
        if self._session is None:
            login = self.accounts.simulate("notebook")
            self._session = NotebookSession(
                self.store, login.account.root_id, self.settings.order
            )
        return self._session

    def reset(self) -> None:
        """Empty the graph and forget runs and trace; accounts and clients stay."""
        self.store.clear(accounts=False)
        self.runs.clear()
        self.walker_counts.clear()
        self._session = None
        if self.trace is not None:
            self.trace.clear()

    def _job(
        self,
        declaration: Declaration,
        fields: dict[str, Any],
        identity: Identity,
        node: str | None,
        notify: NotifyWith,
        cause: int | None,
        client_id: str | None,
    ) -> Job:
        run = Run(declaration.name, identity.email or "public", client_id, time.time())
        self.runs.append(run)
        self.walker_counts.begin(run.walker)
        # Somebody may have put another stream there since the server started.
        capture_output()

        def notify_with_cause(target: Target, ids: list[str], text: str) -> None:
            notify(target, ids, text, cause)

        def visited(walker: Any, location: Any) -> None:
            self._post(self._record, Kind.VISIT, jid(location), cause)

        def reported(location: Any, value: Any) -> None:
            where = "" if location is None else jid(location)
            # Written here, before the walker changes it.
            self._post(self._record, Kind.REPORT, where, cause, _as_text(value))

        return Job(
            declaration=declaration,
            fields=fields,
            root_id=identity.root_id,
            node=node,
            notify=notify_with_cause,
            run=run,
            order=self.settings.order,
            on_visit=visited if self.trace is not None else None,
            on_report=reported if self.trace is not None else None,
        )

    def _record(
        self,
        kind: Kind,
        what: str,
        cause: int | None = None,
        text: str | None = None,
    ) -> int | None:
        if self.trace is None:
            return None
        return self.trace.record(kind, what, text=text, cause=cause)


def _at_once(function: Callable[..., object], *args: Any) -> None:
    function(*args)


def _as_text(value: Any) -> str | None:
    """Return a report as JSON; the run itself fails at one that JSON cannot carry."""
    try:
        return to_json(value).decode()
    except ValueRangeError:
        return None


def _log_failure(run: Run) -> None:
    if run.traceback is not None:
        log.error("walker %s failed for %s\n%s", run.walker, run.user, run.traceback)


def _shown(field: FieldInfo) -> dict[str, Any]:
    """Return a field for a form; a default that JSON cannot carry is left out."""
    try:
        encode(field.default)
    except ValueRangeError:
        field = replace(field, default=None)
    return {name: getattr(field, name) for name in FieldInfo.__slots__}


def as_ids(roots: Iterable[Any]) -> list[str]:
    """Return the ids of roots that may be given as objects."""
    return [root if isinstance(root, str) else jid(root) for root in many(roots)]
