from __future__ import annotations

import ast
from typing import Any

import pytest

from jacnb.jac.asserting import TELLING, is_test, tell

TEST = "@jac_test(description='t')\ndef test_t():\n    n = 1\n    {}\n"


def failure(statement: str) -> str:
    """Return what an assert says in a test block."""
    tree = ast.parse(TEST.format(statement))
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    assert is_test(function)
    tell(function)
    namespace: dict[str, Any] = {
        "jac_test": lambda description: lambda made: made,
        **TELLING,
    }
    exec(compile(ast.fix_missing_locations(tree), "<t>", "exec"), namespace)
    with pytest.raises(AssertionError) as found:
        namespace["test_t"]()
    return str(found.value)


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("assert n == 2", "1 == 2"),
        ("assert n is not n", "1 is not 1"),
        ("assert n not in [n], 'there'", "there (1 not in [1])"),
        ("assert n - 1", "it is 0"),
        ("assert not n", ""),
        ("assert 0 < n < 1, 'between'", "between"),
        ("for each in [n]:\n        assert each > n", "1 > 1"),
    ],
)
def test_a_failed_assert_tells_its_values(statement: str, said: str) -> None:
    assert failure(statement) == said


def test_each_side_is_worked_out_once() -> None:
    assert failure("log = []; assert log.append(1) == len(log)") == "None == 1"


def test_a_function_in_a_test_is_left_alone() -> None:
    inner = "def f():\n        assert n == 2\n    f()"
    assert failure(inner) == ""


def test_other_functions_are_no_tests() -> None:
    function = ast.parse("@other\ndef f(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert not is_test(function)
