"""The part of a server that lives behind its loop: where calls run, who may call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.web import Application

from jacnb.protocol.hub import Outcome
from jacnb.server.engine import Engine
from jacnb.server.handlers import Health
from jacnb.server.mailbox import Mailbox
from jacnb.server.policy import Policy
from jacnb.server.rest import Login, Register, WalkerCallHandler
from jacnb.server.settings import Settings
from jacnb.server.sockets import Sockets, WebSocketHandler
from jacnb.server.threads import DaemonThreads, LoopThread
from jacnb.walkers.run import Job

HANDSHAKE_TIMEOUT = 10.0
"""Seconds until a connection that sends no complete request is closed."""

GRACE = 5.0
"""Seconds that clients have to close when the server stops."""

MAX_BODY = 4 * 1024 * 1024


class Backend:
    """Everything of one server that needs its loop; made on the loop's thread."""

    def __init__(self, settings: Settings, loop: asyncio.AbstractEventLoop) -> None:
        self.mailbox = Mailbox(loop)
        self.policy = Policy(
            settings.host, settings.trusted_hosts, settings.trusted_origins
        )
        self.engine = Engine(settings, self._deliver, self.mailbox.post_note)
        self.sockets = Sockets(self)
        self._walkers = DaemonThreads("jacnb-walker", settings.walker_threads)
        # argon2 takes a tenth of a second and 64 MiB: two at a time are enough.
        self.passwords = DaemonThreads("jacnb-password", 2)
        self._coroutines: LoopThread | None = None
        self._http: HTTPServer | None = None

    def listen(self, sockets: list[Any]) -> None:
        """Serve on bound sockets from now on."""
        self._http = HTTPServer(
            # Tornado's own log would hold queries, and with them tokens.
            Application(self._routes(), log_function=lambda handler: None),
            idle_connection_timeout=HANDSHAKE_TIMEOUT,
            max_body_size=MAX_BODY,
            max_header_size=65536,
        )
        self._http.add_sockets(sockets)

    async def close(self) -> None:
        """Refuse new clients, say good-bye to the others with 1001, free the port."""
        self.policy.forget_pages()
        if self._http is not None:
            self._http.stop()
        await self.sockets.wire.close_all(1001, "server is stopping", GRACE)
        if self._http is not None:
            await self._http.close_all_connections()
        self.mailbox.close()
        self._walkers.close()
        self.passwords.close()
        if self._coroutines is not None:
            # A coroutine that blocks its loop is not worth waiting for.
            self._coroutines.stop(timeout=1.0)

    def run(self, job: Job, done: Callable[[Outcome], None]) -> None:
        """Run a walker off the loop; ``done`` is called on whatever thread it ran."""
        if not job.is_async:
            self._walkers.submit(lambda: done(self.engine.perform(job)))
            return
        if self._coroutines is None:
            self._coroutines = LoopThread("jacnb-coroutines")

        async def run() -> None:
            done(await self.engine.perform_async(job))

        self._coroutines.start(run())

    def _deliver(self, text: str, receivers: Any) -> None:
        self.sockets.deliver(text, receivers)

    def _routes(self) -> list[Any]:
        keywords = {"backend": self}
        return [
            (r"/websocket", WebSocketHandler, keywords),
            (r"/user/register", Register, keywords),
            (r"/user/login", Login, keywords),
            (r"/healthz", Health, keywords),
            (r"/.*", WalkerCallHandler, keywords),
        ]
