"""Validation of what callers send."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import AfterValidator

from jacnb.errors import ProtocolError
from jacnb.walkers.contexts import Context


def divides(value: int) -> int:
    return 1 // value


def test_a_validator_that_raises_gives_an_error_of_the_field_kind() -> None:
    context = Context("x", {"a": Annotated[int, AfterValidator(divides)]}, frozenset())
    assert context.validate({"a": 1}) == {"a": 1}
    with pytest.raises(ProtocolError) as found:
        context.validate({"a": 0}, "body")
    assert found.value.errors == [
        {
            "type": "value_error",
            "loc": ["body"],
            "msg": "ZeroDivisionError: integer division or modulo by zero",
        }
    ]
