"""One line of advice for the mistakes that beginners make most often in Jac."""

from __future__ import annotations

import re
from typing import Final, NamedTuple


class _Rule(NamedTuple):
    """When to say what: patterns for what the compiler said, and for the line."""

    said: str
    line: str
    advice: str


_BODY: Final = "a body stands in braces: walker visitor { … }"

# The first that fits is said; `«»` in the line's pattern marks the place of the error.
_RULES: Final = [
    _Rule("'-->'", "", _BODY),
    _Rule(
        "follows default", "", "fields without a default stand before those with one"
    ),
    _Rule(
        "Unexpected character|means nothing",
        r"«»[^\x00-\x7f]",
        "names are made of the letters a to z, digits and _",
    ),
    _Rule("", r"^\s*/[/*]", "comments begin with # in Jac"),
    _Rule(
        "",
        r"^\s*from\s",
        "Jac writes this import as: import from math { sqrt }",
    ),
    _Rule("", r"\belse\s+if\b", "Jac writes elif"),
    _Rule("", r"^\s*test\s+\w", 'a test has its name in quotes: test "adds"'),
    _Rule(
        "",
        r"\bwith\s+(entry|exit)\s+\w",
        "the type comes first: can start with Root entry { … }",
    ),
    _Rule(
        "'with' after 'can'",
        "",
        "an ability says when it runs, can start with Root entry { … }; "
        "a plain method begins with def",
    ),
    _Rule(
        "",
        r"\bdef\b.*\(\s*self\b",
        "a method of Jac has self without naming it: def name() { … }",
    ),
    _Rule("type annotation", "", "every parameter has a type: def add(a: int, b: int)"),
    _Rule(
        "",
        r"\bdef\b[^{]*:|\bdef\s+\w+\s*\(\s*\w+«»\s*[,)]",
        "every parameter has a type and a body stands in braces: "
        "def add(a: int, b: int) -> int { … }",
    ),
    _Rule("", r"\bhas\b[^:]*$", "a field has a type: has name: str;"),
    _Rule("", r"\bhas\b[^:]*«»", "a field has a type: has name: str;"),
    _Rule(
        "",
        r"^\s*(if|elif|else|for|while|try|except|walker|node|edge|obj|class|can)\b"
        r".*«»:",
        "a block stands in braces: if x > 1 { … }",
    ),
    _Rule(
        r"got ':'|token ':'", "", "a block stands in braces, not after a colon: { … }"
    ),
    _Rule("", r"^\s*(walker|node|edge|obj|class)\b[^{]*:\s*$", _BODY),
    _Rule("Unterminated|means nothing", r"[\"'\0]", "close the quotes of this text"),
    _Rule(r"[Mm]issing '}'", "", "a { is not closed: count the braces above"),
    _Rule("token '}'", "", "there is one } too many"),
    _Rule(r"[Mm]issing ';'", "", "the statement before this place ends with ;"),
    _Rule(r"[Mm]issing '[,)\]]'", "", "close what is open, or put a comma between"),
]

_AT_TOP: Final = "statements stand in a block: with entry { … }"


def advice_for(said: str, code: str, line: int, column: int) -> str | None:
    """Return what to do about a syntax error, or None.

    Args:
        said: What the compiler said.
        code: The source with its strings and comments covered.
        line: Where the error is, from 1.
        column: Where in the line, from 1.
    """
    lines = code.splitlines() or [""]
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    marked = f"{text[: column - 1]}«»{text[column - 1 :]}"
    for rule in _RULES:
        at = marked if "«»" in rule.line else text
        if re.search(rule.said, said) and re.search(rule.line, at):
            return rule.advice
    is_outside = _depth("\n".join([*lines[: line - 1], text[: column - 1]])) == 0
    return _AT_TOP if is_outside and said.startswith("Unexpected token") else None


def _depth(code: str) -> int:
    return code.count("{") - code.count("}")
