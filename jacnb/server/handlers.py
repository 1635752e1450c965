"""What all request handlers share: who may call, and how they answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from tornado.web import HTTPError, RequestHandler

from jacnb.protocol.json import encode
from jacnb.server.engine import log

if TYPE_CHECKING:
    from jacnb.server.backend import Backend


class RefusalError(HTTPError):
    """A request cannot be served; ``detail`` says why.

    Args:
        status: The HTTP status.
        detail: What the client is told.
    """

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status)
        self.detail = detail


class Handler(RequestHandler):
    """A request that is checked by Host and Origin, and answered in JSON.

    Attributes:
        ALLOWED: The methods that a 405 names.
    """

    ALLOWED: ClassVar[str] = ""

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
            log.warning(
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

    def answer_empty(self, status: int) -> None:
        """Send nothing but a status and headers, and end the request."""
        self.set_status(status)
        self.clear_header("Content-Type")
        self.finish()

    def compute_etag(self) -> None:
        """Let answers go without an ETag: what a walker says is not to be cached."""

    def refuse(self, status: int, detail: Any) -> None:
        """Send why a request is not served, and end it."""
        self.answer(status, encode({"detail": detail}))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer what Tornado itself refuses, without a traceback."""
        exc = kwargs.get("exc_info", (None, None))[1]
        if status_code == 405 and self.ALLOWED:
            self.set_header("Allow", self.ALLOWED)
        phrase = _PHRASES.get(status_code, self._reason)
        self.refuse(status_code, exc.detail if hasattr(exc, "detail") else phrase)

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        """Log an error of ours with its traceback, never the request's headers."""
        if not getattr(value, "status_code", None):
            log.error(
                "%s %s",
                self.request.method,
                self.request.path,
                exc_info=(typ, value, tb),
            )


_PHRASES = {404: "Not Found", 405: "Method Not Allowed"}


class Health(Handler):
    """``GET /healthz``."""

    ALLOWED = "GET"

    def get(self) -> None:
        """Say that the server is there; over a WebSocket, if one is asked for."""
        if self.header("Upgrade") is None:
            self.answer_empty(200)
        else:
            self.backend.sockets.report_health(self)
