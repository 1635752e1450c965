"""Every error that jacnb raises.

    JacnbError
    ├── DeclarationError        a class or function that cannot become a walker
    ├── InvalidIdError          a string that is no Jac id (also a ValueError)
    ├── ProtocolError           an event that breaks the protocol: its list of errors
    ├── ValueRangeError         a value that JSON cannot carry (also a ValueError)
    ├── RecordingError          text that is no recording (also a ValueError)
    ├── GraphError              the graph cannot do what was asked
    │   ├── NotFoundError       no object has this id
    │   ├── AccessError         this user may not do that with this object
    │   └── ConflictError       another run changed the same object first
    ├── NoRunError              called outside a walker run, or with no server
    ├── AuthError               registering or logging in failed
    │   ├── EmailTakenError     this address has an account already
    │   └── BadCredentialsError     no account has this address and password
    ├── ServerError             a server cannot start, or is not running
    ├── LessonError             a lesson, or a part of one, that there is not
    ├── CheckFailedError        a check of a lesson failed, where JACNB_STRICT is set
    │                           (also an AssertionError)
    ├── JacError                Jac source that jacnb cannot run
    │   └── JacSyntaxError      … and where in it (also a SyntaxError)
    └── ClientError             what a client meets
        ├── ConnectError        the server refused, or is not there
        ├── ConnectionClosedError   the connection ended: code and reason
        ├── WaitTimeoutError    nothing arrived in time (also a TimeoutError)
        ├── WalkerError         the server answered a walker event with an error
        └── UnexpectedMessageError  a message came that should not have
                                    (also an AssertionError)

Errors keep their fields; the sentence they print says what to do about it.
"""

from __future__ import annotations

from types import CodeType
from typing import Any, ClassVar


class JacnbError(Exception):
    """The root of all errors of jacnb."""

    # The attributes that the constructor takes, in order; without them pickle would
    # make an error out of the sentence of another.
    _made_of: ClassVar[tuple[str, ...]] = ()

    # What is not shown by the traceback: the author's code that it is about, and the
    # place in its byte code.
    where: tuple[CodeType, int] | None = None

    def __reduce__(self) -> Any:
        if not self._made_of:
            return super().__reduce__()
        return type(self), tuple(getattr(self, name) for name in self._made_of)


class DeclarationError(JacnbError):
    """A class or function cannot become a walker, node or edge."""


class InvalidIdError(JacnbError, ValueError):
    """A string is not the id of a Jac object."""

    _made_of = ("text",)

    def __init__(self, text: object) -> None:
        self.text = str(text)[:80]
        super().__init__(f"{self.text!r} is not an id: expected n::<24 hex digits>")


class ProtocolError(JacnbError):
    """An event breaks the protocol.

    Args:
        errors: Validation errors as pydantic's ``errors()`` gives them, bounded.
        truncated: How many errors were left out of ``errors``.
    """

    _made_of = ("errors", "truncated")

    def __init__(self, errors: list[dict[str, Any]], truncated: int = 0) -> None:
        self.errors = errors
        self.truncated = truncated
        first = errors[0] if errors else {}
        where = ".".join(str(part) for part in first.get("loc", ()))
        super().__init__(f"{where}: {first.get('msg', 'invalid event')}")


class ValueRangeError(JacnbError, ValueError):
    """A value cannot be written as JSON: NaN, Infinity or an unknown type."""


class RecordingError(JacnbError, ValueError):
    """A text is no recording of a trace.

    Args:
        line: The number of the line that is wrong, from 1.
        problem: What is wrong with it.
    """

    _made_of = ("line", "problem")

    def __init__(self, line: int, problem: str) -> None:
        self.line = line
        self.problem = problem
        super().__init__(f"line {line} of the recording: {problem}")


class GraphError(JacnbError):
    """The graph cannot do what was asked."""


class NotFoundError(GraphError, ValueError):
    """No object has this id (a ValueError, as in Jac)."""


class AccessError(GraphError):
    """The user of this run may not do that with this object."""


class ConflictError(GraphError):
    """Another run changed the same object first, and nothing was kept.

    Args:
        object_id: The object in question.
        happened: What the other run did with it.
    """

    _made_of = ("object_id", "happened")

    def __init__(self, object_id: str, happened: str = "changed") -> None:
        self.object_id = object_id
        self.happened = happened
        super().__init__(
            f"another run {happened} {object_id} first: nothing of this run was kept; "
            "run it again"
        )


class NoRunError(JacnbError):
    """Something that needs a walker run or a server was called without one."""


class AuthError(JacnbError):
    """Registering or logging in failed."""


class EmailTakenError(AuthError):
    """This address has an account already."""


class BadCredentialsError(AuthError):
    """No account has this address and password."""


class ServerError(JacnbError):
    """A server cannot start, or is not running."""


class LessonError(JacnbError):
    """There is no such lesson, or no such part of it."""


class CheckFailedError(JacnbError, AssertionError):
    """A check of a lesson was not correct, and ``JACNB_STRICT=1`` wants it to be."""


class JacError(JacnbError):
    """Jac source cannot be run here; the sentence says why."""


class JacSyntaxError(JacError, SyntaxError):
    """Jac source is not as the compiler wants it, or uses what jacnb does not offer.

    Args:
        message: What is wrong, and what to do about it.
        place: File, line, column, the line's text, last line, last column; lines and
            columns count from 1.
    """

    def __init__(
        self, message: str, place: tuple[str, int, int, str, int, int]
    ) -> None:
        SyntaxError.__init__(self, message, place)


class ClientError(JacnbError):
    """What a client meets."""


class ConnectError(ClientError, ConnectionError):
    """The server refused the connection, or is not there.

    Args:
        url: Where it was looked for.
        reason: Why there is no connection, in words.
        status: The HTTP status of a refused handshake.
    """

    _made_of = ("url", "reason", "status")

    def __init__(self, url: str, reason: str, status: int | None = None) -> None:
        self.url = url
        self.reason = reason
        self.status = status
        super().__init__(f"cannot connect to {url}: {reason}")


class ConnectionClosedError(ClientError, ConnectionError):
    """The connection ended.

    Args:
        code: The close code (RFC 6455 section 7.4), 1006 if there was none.
        reason: What the peer gave as its reason, perhaps empty.
    """

    _made_of = ("code", "reason")

    def __init__(self, code: int, reason: str = "") -> None:
        self.code = code
        self.reason = reason
        said = f"{code}: {reason}" if reason else f"{code}"
        super().__init__(f"the connection is closed ({said}); open a new one")


class WaitTimeoutError(ClientError, TimeoutError):
    """Nothing that was waited for arrived in time."""


class WalkerError(ClientError):
    """The server answered a walker event with an error.

    Args:
        walker: The walker's name.
        error: The error as it came: a string, or a list of validation errors.
    """

    _made_of = ("walker", "error")

    def __init__(self, walker: str, error: str | list[dict[str, Any]]) -> None:
        self.walker = walker
        self.error = error
        super().__init__(f"walker {walker}: {_in_words(error)}")


class UnexpectedMessageError(ClientError, AssertionError):
    """A message came that should not have."""


# What the words of the protocol leave to the reader's wit.
_ADVICE = {
    "Please use valid walker event!": "declare the walker, and list 'websocket' in "
    "the methods of its __specs__",
    "requires to be authenticated!": "it is for users: connect with user=… or a token",
    "requires to be unauthenticated!": "it is for the public: connect without a user",
}


def _in_words(error: str | list[dict[str, Any]]) -> str:
    if isinstance(error, str):
        advice = [said for ending, said in _ADVICE.items() if error.endswith(ending)]
        return f"{error} ({advice[0]})" if advice else error
    if not all(isinstance(one, dict) for one in error):
        # jac-cloud sends the lines of a traceback; the last one says what happened.
        return str(error[-1]).strip()
    parts = (
        f"{'.'.join(str(part) for part in e.get('loc', ()))}: {e.get('msg', '')}"
        for e in error
    )
    return "; ".join(parts)
