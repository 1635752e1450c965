"""The REST side: users and walker calls (docs/protocol.md, section 6)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from tornado.concurrent import Future
from tornado.httputil import HTTPFile

from jacnb.accounts import BadCredentialsError, EmailTakenError
from jacnb.errors import ProtocolError
from jacnb.ids import new_id
from jacnb.protocol.hub import Outcome, Target
from jacnb.protocol.identity import PUBLIC, Identity
from jacnb.protocol.json import encode, masked
from jacnb.protocol.validation import MAX_INPUT
from jacnb.server.handlers import Handler
from jacnb.server.routes import Route, find
from jacnb.walkers.fields import Fields, merged_errors
from jacnb.walkers.registry import Declaration
from jacnb.walkers.uploads import UploadFile, is_file_list

Result = TypeVar("Result")

METHODS = frozenset({"get", "post", "put", "patch", "delete"})


class RestHandler(Handler):
    """A request with a JSON body that is answered in JSON."""

    def json_body(self) -> Any:
        """Return the body's value; one that is empty or ``null`` is None.

        Raises:
            ProtocolError: If it is not JSON.
        """
        body = self.request.body
        if not body.strip():
            return None
        kind = self.header("Content-Type") or "application/json"
        text = body.decode("utf-8", "replace")
        if "json" not in kind.lower():
            return text
        return _parsed(text)

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
        route = find(self.backend.engine.registry, self.request.path)
        if route is None:
            self.refuse(404, "Not Found")
            return
        methods = METHODS & set(route.declaration.specs.methods)
        if (self.request.method or "").lower() not in methods:
            self.set_header("Allow", ", ".join(sorted(m.upper() for m in methods)))
            self.refuse(405, "Method Not Allowed")
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
        """Return the walker's fields, from path, query, files and body."""
        declaration = route.declaration
        fields = declaration.fields
        if declaration.problem:
            raise ProtocolError([_error("unsupported", [], declaration.problem)])
        query, body = _split(declaration, route.variables)
        errors: list[ProtocolError] = []
        found: dict[str, Any] = {}
        parts: list[Callable[[], dict[str, Any]]] = [
            lambda: self._query_fields(fields, query, route.variables),
            lambda: self._files(fields),
            lambda: self._body_fields(fields, body),
        ]
        for part in parts:
            try:
                found |= part()
            except ProtocolError as exc:
                errors.append(exc)
        if errors:
            raise merged_errors(errors)
        return found

    def _query_fields(
        self, fields: Fields, names: list[str], variables: dict[str, str]
    ) -> dict[str, Any]:
        given = {
            name: value
            for name in names
            if (value := variables.get(name, self.last_query(name))) is not None
        }
        return fields.validate(given, "query", only=names) if names else {}

    def _body_fields(self, fields: Fields, names: list[str]) -> dict[str, Any]:
        if not names:
            return {}
        if fields.files:
            # Beside files the other fields come as one part of JSON named "body".
            part = self.get_body_argument("body", None) or _text_of(
                self.request.files.get("body", [])
            )
            value = _parsed(part) if part else None
        else:
            value = self.json_body()
        if value is None:
            raise ProtocolError([_error("missing", ["body"], "Field required", None)])
        if not isinstance(value, dict):
            raise ProtocolError(
                [_error("model_attributes_type", ["body"], _NO_OBJECT, value)]
            )
        return fields.validate(value, "body", only=names)

    def _files(self, fields: Fields) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in fields.files:
            files = [
                UploadFile(file.filename, file.content_type, file.body)
                for file in self.request.files.get(name, [])
            ]
            if files:
                found[name] = files if is_file_list(fields.hint(name)) else files[-1]
            elif fields.is_required(name):
                error = _error("missing", ["body", name], "Field required", None)
                raise ProtocolError([error])
        return found

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
        elif not 200 <= outcome.status <= 599:
            error = f"{outcome.status} is no HTTP status"
            self.refuse(500, {"error": error})
        else:
            body = f'{{"status":{outcome.status},"reports":{outcome.reports}}}'
            self.answer(outcome.status, body)


_NO_OBJECT = "Input should be a valid dictionary or object to extract fields from"


def credentials(body: Any) -> tuple[str, str]:
    """Return email and password of a request's body.

    Raises:
        ProtocolError: If they are not there.
    """
    if body is None:
        raise ProtocolError([_error("missing", ["body"], "Field required", None)])
    if not isinstance(body, dict):
        raise ProtocolError(
            [_error("model_attributes_type", ["body"], _NO_OBJECT, body)]
        )
    errors = [
        error
        for name in ("email", "password")
        if (error := _string_error(body, name)) is not None
    ]
    if errors:
        raise ProtocolError(errors)
    return body["email"], body["password"]


def _string_error(body: dict[str, Any], name: str) -> dict[str, Any] | None:
    if name not in body:
        return _error("missing", ["body", name], "Field required", body)
    if isinstance(body[name], str):
        return None
    value = None if name == "password" else body[name]
    return _error(
        "string_type", ["body", name], "Input should be a valid string", value
    )


def _error(kind: str, loc: list[Any], message: str, *given: Any) -> dict[str, Any]:
    error: dict[str, Any] = {"type": kind, "loc": loc, "msg": message}
    if given:
        value = masked(given[0])
        text = encode(value)
        error["input"] = value if len(text) <= MAX_INPUT else text[:MAX_INPUT]
    return error


def _parsed(text: str) -> Any:
    """Return the value of a JSON text, or raise what the reference answers."""
    from jacnb.protocol.json import decode

    try:
        return decode(text)
    except ProtocolError as exc:
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            position = [error.pos] if isinstance(error, json.JSONDecodeError) else []
            reason = error.msg if isinstance(error, json.JSONDecodeError) else "invalid"
            raise ProtocolError(
                [
                    {
                        **_error(
                            "json_invalid", ["body", *position], "JSON decode error", {}
                        ),
                        "ctx": {"error": reason},
                    }
                ]
            ) from None
        # What Python reads but JSON does not allow: NaN, 1e400, endless nesting.
        raise ProtocolError([{**exc.errors[0], "loc": ["body"]}]) from None


def _split(
    declaration: Declaration, variables: dict[str, str]
) -> tuple[list[str], list[str]]:
    """Return the names of the fields in path and query, and of those in the body."""
    names = [n for n in declaration.fields.names if n not in declaration.fields.files]
    as_query = declaration.specs.as_query
    if as_query == ("*",):
        return names, []
    query = [n for n in names if n in as_query or n in variables]
    return query, [n for n in names if n not in query]


def _text_of(files: list[HTTPFile]) -> str | None:
    return files[-1].body.decode("utf-8", "replace") if files else None


def _settle(settle: Callable[[Any], None], future: Future[Any], value: Any) -> None:
    if not future.done():
        settle(value)
