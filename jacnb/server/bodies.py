"""Read the bodies of requests, and say what is wrong with them as the reference does.

The locations and words of the errors are in docs/protocol.md, section 6.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from jacnb.errors import ProtocolError
from jacnb.protocol.json import decode, encode
from jacnb.protocol.masking import masked
from jacnb.protocol.validation import MAX_INPUT, protocol_error

_NO_OBJECT = "Input should be a valid dictionary or object to extract fields from"


def invalid(kind: str, loc: list[Any], message: str, *given: Any) -> ProtocolError:
    """Return one validation error; ``given`` is the input it is about, if any."""
    error: dict[str, Any] = {"type": kind, "loc": loc, "msg": message}
    if given:
        error["input"] = _excerpt(given[0])
    return ProtocolError([error])


def _excerpt(given: Any) -> Any:
    value = masked(given)
    text = value if isinstance(value, str) else encode(value)
    return value if len(text) <= MAX_INPUT else text[:MAX_INPUT]


def missing(*loc: str) -> ProtocolError:
    """Return the error about something that is not there at all."""
    return invalid("missing", list(loc), "Field required", None)


def parsed(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ProtocolError: If it is not JSON, or not as this protocol allows it.
    """
    try:
        return decode(text)
    except ProtocolError as exc:
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            loc = ["body", error.pos]
            problem = invalid("json_invalid", loc, "JSON decode error", {})
            problem.errors[0]["ctx"] = {"error": error.msg}
            raise problem from None
        except (ValueError, RecursionError):
            pass  # A number of thousands of digits, or endless nesting.
        # What Python may read but this protocol does not allow, such as NaN.
        raise ProtocolError([{**exc.errors[0], "loc": ["body"]}]) from None


def checked_object(value: Any) -> dict[str, Any]:
    """Return a body that is an object.

    Raises:
        ProtocolError: If it is missing or something else.
    """
    if value is None:
        raise missing("body")
    if not isinstance(value, dict):
        raise invalid("model_attributes_type", ["body"], _NO_OBJECT, value)
    return value


def credentials(value: Any) -> tuple[str, str]:
    """Return email and password of a body.

    Raises:
        ProtocolError: If they are not there; it does not repeat a password.
    """
    try:
        found = _credentials().validate_python(checked_object(value))
    except ValidationError as exc:
        problem = protocol_error(exc, "body")
        for error in problem.errors:
            if error["type"] == "missing":
                # What it is missing from is no secret, but for a password in it.
                error["input"] = _excerpt(value)
        raise problem from None
    return found["email"], found["password"]


@cache
def _credentials() -> TypeAdapter[dict[str, str]]:
    """Return the model of email and password; its import is heavy."""
    from pydantic import EmailStr

    # Called by another name: a type checker wants to read the members of a TypedDict.
    make: Any = TypedDict
    return TypeAdapter(make("Credentials", {"email": EmailStr, "password": str}))
