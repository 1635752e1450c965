"""What all request handlers share: who may call, and how they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.web import RequestHandler

from jacnb.protocol.json import encode

if TYPE_CHECKING:
    from jacnb.server.backend import Backend


class Handler(RequestHandler):
    """A request that is checked by Host and Origin, and answered in JSON."""

    backend: Backend

    def initialize(self, backend: Backend) -> None:
        """Take what the routes were made with."""
        self.backend = backend

    def set_default_headers(self) -> None:
        """Say as little as possible of the server."""
        self.clear_header("Server")

    def prepare(self) -> None:
        """Refuse requests of foreign pages and under foreign names."""
        refusal = self.backend.policy.refusal(
            self.header("Host"), self.header("Origin"), self.request.protocol
        )
        if refusal:
            self.backend.log.warning(
                "refused %s %s: %s", self.request.method, self.request.path, refusal
            )
            self.refuse(403, refusal)

    def header(self, name: str) -> str | None:
        """Return a request header, None if absent."""
        return self.request.headers.get(name)

    def last_query(self, name: str) -> str | None:
        """Return a query argument; given twice, the last counts."""
        return self.get_query_argument(name, None, strip=False)

    def answer(self, status: int, body: str) -> None:
        """Send a JSON text and end the request."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(body)

    def refuse(self, status: int, detail: Any) -> None:
        """Send why a request is not served, and end it."""
        self.answer(status, encode({"detail": detail}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what Tornado itself refuses, without a traceback."""
        self.refuse(status_code, _PHRASES.get(status_code, self._reason))

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log an error of ours with its traceback, never the request's headers."""
        if not getattr(value, "status_code", None):
            self.backend.log.error(
                "%s %s",
                self.request.method,
                self.request.path,
                exc_info=(typ, value, tb),
            )


_PHRASES = {404: "Not Found", 405: "Method Not Allowed"}


class Health(Handler):
    """``GET /healthz``."""

    def get(self) -> None:
        """Say that the server is there."""
        self.set_status(200)
        self.clear_header("Content-Type")
        self.finish()
