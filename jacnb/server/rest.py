"""The REST side: users and walker calls (docs/protocol.md, section 6)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar, get_origin
from urllib.parse import unquote

from tornado.concurrent import Future

from jacnb.accounts import BadCredentialsError, EmailTakenError
from jacnb.errors import ProtocolError
from jacnb.ids import new_id
from jacnb.protocol.hub import Outcome, Target
from jacnb.protocol.identity import PUBLIC, Identity
from jacnb.protocol.json import encode
from jacnb.server.bodies import checked_object, credentials, invalid, missing, parsed
from jacnb.server.handlers import Handler, RefusalError
from jacnb.server.routes import Route, find
from jacnb.walkers.fields import Fields, merged_errors
from jacnb.walkers.registry import Declaration
from jacnb.walkers.uploads import UploadFile, is_file_list

Result = TypeVar("Result")

# What is served beside walkers, so that a slash too many leads there, too.
_FIXED = frozenset({"/healthz", "/user/login", "/user/register"})


class RestHandler(Handler):
    """A request with a JSON body that is answered in JSON."""

    def json_body(self) -> Any:
        """Return the body's value; one that is empty or ``null`` is None.

        Raises:
            ProtocolError: If it is not JSON.
            RefusalError: If it is no text at all.
        """
        body = self.request.body
        if not body:
            return None
        try:
            text = body.decode()
        except UnicodeDecodeError:
            raise RefusalError(400, "There was an error parsing the body") from None
        kind = self.header("Content-Type") or "application/json"
        return parsed(text) if "json" in kind.lower() else text

    def refuse_invalid(self, exc: ProtocolError) -> None:
        """Answer 422 with the validation errors."""
        body: dict[str, Any] = {"detail": exc.errors}
        if exc.truncated:
            body["truncated"] = exc.truncated
        self.answer(422, encode(body))

    def elsewhere(
        self, function: Callable[..., Result], *args: Any
    ) -> Awaitable[Result]:
        """Call a slow function on a password thread."""
        future: Future[Result] = Future()
        mailbox = self.backend.mailbox

        def work() -> None:
            try:
                result = function(*args)
            except Exception as exc:  # noqa: BLE001 - it is raised where it is awaited
                mailbox.post(_settle, future.set_exception, future, exc)
            else:
                mailbox.post(_settle, future.set_result, future, result)

        self.backend.passwords.submit(work)
        return future


class Register(RestHandler):
    """``POST /user/register``."""

    ALLOWED = "POST"

    async def post(self) -> None:
        """Make an account."""
        try:
            email, password = credentials(self.json_body())
            await self.elsewhere(self.backend.engine.accounts.register, email, password)
        except ProtocolError as exc:
            self.refuse_invalid(exc)
        except EmailTakenError:
            self.refuse(409, "Already Exists!")
        else:
            self.answer(201, encode({"message": "Successfully Registered!"}))


class Login(RestHandler):
    """``POST /user/login``."""

    ALLOWED = "POST"

    async def post(self) -> None:
        """Return a token."""
        try:
            email, password = credentials(self.json_body())
            login = await self.elsewhere(
                self.backend.engine.accounts.login, email, password
            )
        except ProtocolError as exc:
            self.refuse_invalid(exc)
        except BadCredentialsError:
            self.answer(400, encode({"message": "Invalid Email/Password!"}))
        else:
            self.answer(200, encode(login.body()))


class WalkerCallHandler(RestHandler):
    """Every other path: a walker that is offered there, or nothing."""

    SUPPORTED_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")

    async def get(self) -> None:
        """Run the walker that this path and method mean."""
        route = self._route()
        if route is None:
            return
        identity = self._identity(route.declaration)
        if identity is None:
            return
        try:
            fields = self._fields(route)
        except ProtocolError as exc:
            self.refuse_invalid(exc)
            return
        await self._call(route, fields, identity)

    post = put = patch = delete = options = head = get

    def _route(self) -> Route | None:
        """Return what is called; None if that was answered already."""
        path = unquote(self.request.path)
        routes = find(self.backend.engine.registry, path)
        method = (self.request.method or "").lower()
        for route in routes:
            if method in route.methods:
                return route
        if routes:
            allowed = {each.upper() for route in routes for each in route.methods}
            self.set_header("Allow", ", ".join(sorted(allowed)))
            self.refuse(405, "Method Not Allowed")
        elif not self._redirect(path):
            self.refuse(404, "Not Found")
        return None

    def _redirect(self, path: str) -> bool:
        """Lead away a request whose path has a slash too many, and say so."""
        shorter = path[:-1]
        if not path.endswith("/") or not (
            shorter in _FIXED or find(self.backend.engine.registry, shorter)
        ):
            return False
        last = self.request.path.split("/")[-2]
        query = f"?{self.request.query}" if self.request.query else ""
        # Relative: a proxy may have taken a prefix off the path.
        self.set_header("Location", f"../{last}{query}")
        self.answer_empty(307)
        return True

    def _identity(self, declaration: Declaration) -> Identity | None:
        """Return who calls; None if that was refused."""
        if declaration.auth is False:
            return PUBLIC
        scheme, _, token = (self.header("Authorization") or "").partition(" ")
        identity = PUBLIC
        if scheme.lower() == "bearer" and token.strip():
            identity = self.backend.engine.accounts.identify(token.strip())
        if declaration.auth is None or not identity.is_public:
            return identity
        if not token.strip():
            self.refuse(403, "Not authenticated")
        elif scheme.lower() != "bearer":
            self.refuse(403, "Invalid authentication credentials")
        else:
            self.refuse(401, "Unauthorized")
        return None

    def _fields(self, route: Route) -> dict[str, Any]:
        """Return the walker's fields, from path, query, files and body.

        Raises:
            ProtocolError: With all that is wrong in any of them.
        """
        declaration = route.declaration
        fields = declaration.fields
        if declaration.problem:
            raise invalid("unsupported", [], declaration.problem)
        path, query, body = _split(declaration, route.variables)
        parts: list[Callable[[], dict[str, Any]]] = [
            lambda: _outside(fields, "path", path, route.variables),
            lambda: _outside(fields, "query", query, self._query(fields, query)),
            lambda: self._files(fields),
            lambda: self._body_fields(fields, body),
        ]
        return _gathered(parts)

    def _query(self, fields: Fields, names: list[str]) -> dict[str, Any]:
        return {
            name: values if _is_many(fields.hint(name)) else values[-1]
            for name in names
            if (values := self.get_query_arguments(name, strip=False))
        }

    def _body_fields(self, fields: Fields, names: list[str]) -> dict[str, Any]:
        if not names:
            return {}
        value = self._body_part() if fields.files else self.json_body()
        return fields.validate(checked_object(value), "body", only=names)

    def _body_part(self) -> Any:
        """Return what stands beside files: one part ``body`` that is JSON."""
        files = self.request.files.get("body")
        if files:
            return parsed(files[-1].body.decode("utf-8", "replace"))
        text = self.get_body_argument("body", None)
        if text is None:
            raise missing("body", "body")
        return parsed(text)

    def _files(self, fields: Fields) -> dict[str, Any]:
        return _gathered([partial(self._file, fields, name) for name in fields.files])

    def _file(self, fields: Fields, name: str) -> dict[str, Any]:
        files = [
            UploadFile(file.filename, file.content_type, file.body)
            for file in self.request.files.get(name, [])
        ]
        if files:
            return {name: files if is_file_list(fields.hint(name)) else files[-1]}
        if fields.is_required(name):
            raise missing("body", name)
        return {}

    async def _call(
        self, route: Route, fields: dict[str, Any], identity: Identity
    ) -> None:
        backend = self.backend
        hub, post = backend.engine.hub, backend.mailbox.post

        def notify(target: Target, ids: list[str], text: str, cause: Any) -> None:
            post(hub.notify, target, ids, text, cause)

        job, finish = backend.engine.rest_job(
            route.declaration, fields, identity, route.node, notify
        )
        future: Future[Outcome] = Future()
        backend.run(
            job, lambda outcome: post(_settle, future.set_result, future, outcome)
        )
        if job.is_async:
            # As in the reference: it goes on after the answer, its outcome in `runs`.
            future.add_done_callback(lambda done: finish(done.result()))
            walker_id = new_id("w", route.declaration.name)
            self.answer(200, encode({"walker_id": walker_id}))
            return
        outcome = await future
        finish(outcome)
        self._answer(outcome)

    def _answer(self, outcome: Outcome) -> None:
        if outcome.error is not None:
            self.refuse(outcome.status, {"error": outcome.error})
        elif outcome.custom is not None:
            self.answer(200, outcome.custom)
        elif outcome.status in (204, 304):
            self.answer_empty(outcome.status)
        elif not 200 <= outcome.status <= 599:
            error = f"{outcome.status} is no HTTP status"
            self.refuse(500, {"error": error})
        else:
            body = f'{{"status":{outcome.status},"reports":{outcome.reports}}}'
            self.answer(outcome.status, body)


def _split(
    declaration: Declaration, variables: dict[str, str]
) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the fields in path, query and body."""
    fields, as_query = declaration.fields, declaration.specs.as_query
    path: list[str] = []
    query: list[str] = []
    body: list[str] = []
    for name in fields.names:
        if name in variables:
            path.append(name)
        elif name in as_query or as_query == ("*",):
            query.append(name)
        elif name not in fields.files:
            body.append(name)
    return path, query, body


def _outside(
    fields: Fields, where: str, names: list[str], given: dict[str, Any]
) -> dict[str, Any]:
    """Return the fields in the path or the query."""
    if not names:
        return {}
    try:
        return fields.validate(given, where, only=names)
    except ProtocolError as exc:
        for error in exc.errors:
            if error["type"] == "missing":
                # There is no object that it is missing from.
                error["input"] = None
        raise


def _gathered(parts: list[Callable[[], dict[str, Any]]]) -> dict[str, Any]:
    """Return the fields of all parts, or raise the errors of all."""
    found: dict[str, Any] = {}
    errors: list[ProtocolError] = []
    for part in parts:
        try:
            found |= part()
        except ProtocolError as exc:
            errors.append(exc)
    if errors:
        raise merged_errors(errors)
    return found


def _is_many(hint: Any) -> bool:
    return get_origin(hint) in (list, set, frozenset, tuple)


def _settle(settle: Callable[[Any], None], future: Future[Any], value: Any) -> None:
    if not future.done():
        settle(value)
