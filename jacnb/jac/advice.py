"""One line of advice for the mistakes that beginners make most often in Jac."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from jacnb.jac.characters import about_character
from jacnb.jac.spelling import meant_at


class _Rule(NamedTuple):
    """When to say what: patterns for what the compiler said, and for the line."""

    said: str
    line: str
    advice: str


_KIND: Final = r"\b(?:walker|node|edge|obj|class)\b"
_MARK: Final = r"(?:pub|priv|protect|prot)\b"
_ARROW: Final = r"(?:<-->|-->|<--|->:|<-:)"

_BODY: Final = "a body stands in braces: walker visitor { … }"
_BLOCK: Final = "a block stands in braces: if x > 1 { … }"
_FIELD: Final = "a field has a type: has name: str;"
_FUNCTION: Final = (
    "every parameter has a type and a body stands in braces: "
    "def add(a: int, b: int) -> int { … }"
)
_PATH: Final = "a path stands in brackets: [-->] from here, [root -->] from a place"

# Before everything else: `«»` in the line's pattern marks the place of the error.
_SURE: Final = [
    _Rule(
        "follows default", "", "fields without a default stand before those with one"
    ),
    _Rule(
        "",
        rf"{_KIND}\s+\w+\s*(?:«»\s*:\s*{_MARK}|:\s*{_MARK}\s*«»)",
        "the mark stands before the name: walker:pub visitor { … }",
    ),
    _Rule(
        "",
        rf"{_KIND}\s+\w+\s*"
        r"(?:«»:\s*\w+\s*\{|:\s*\w+\s*«»\{|\s«»(?:extends|inherits)\b)",
        "what it builds on stands in parentheses: walker visitor(base) { … }",
    ),
    _Rule("'-->', got", "", _BODY),
    _Rule("", r"^\s*/[/*]", "comments begin with # in Jac"),
    _Rule(
        "",
        r"^\s*from\s|\bimport\s+form\b",
        "Jac writes this import as: import from math { sqrt }",
    ),
    _Rule("", r"\belse\s+if\b", "Jac writes elif"),
    _Rule("", r"^\s*test\s+\w", 'a test has its name in quotes: test "adds"'),
    _Rule(
        "",
        r"\bwith\s+(entry|exit)\s+\w",
        "the type comes first: can start with Root entry { … }",
    ),
]

# After misspelt words were looked for.
_RULES: Final = [
    _Rule("", r"(?:\bvisit\s*|\[\s*)«»(?:<?->?|=+>)(?![->:])", _PATH),
    _Rule("", rf"«»{_ARROW}", _PATH),
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
        r"\bdef\b[^{]*\)[^{()]*«»:|\bdef\s+\w+\s*«»:"
        r"|\bdef\s+\w+\s*\(\s*\w+«»\s*[,)]",
        _FUNCTION,
    ),
    _Rule("", r"\bhas\b[^:;{]*«»", _FIELD),
    _Rule("", r"\bhas\s+«»", _FIELD),
    _Rule("", r"\b(if|elif|while)\b[^{;]*«»=(?!=)", "two values are compared with =="),
    _Rule(
        "",
        r"^\s*(if|elif|else|for|while|try|except|can)\b.*«»:",
        _BLOCK,
    ),
    _Rule("", rf"^\s*{_KIND}[^{{]*«»:|^\s*{_KIND}[^{{]*:\s*$", _BODY),
    _Rule("'{', got", r"\b(if|elif|else|for|while)\b[^{;]*«»", _BLOCK),
    _Rule(
        r"got ':'|token ':'", "", "a block stands in braces, not after a colon: { … }"
    ),
    _Rule("Unterminated block|nothing of this", "", "a comment ends with *#"),
    _Rule("Unterminated|means nothing", r"[\"'\0]", "close the quotes of this text"),
    _Rule(r"[Mm]issing '}'", "", "a { is not closed: count the braces above"),
    _Rule("token '}'", "", "there is one } too many"),
    _Rule(
        "",
        r"\b(?:let|var|const)\s+«»",
        "a variable needs no word before it: x = 1;",
    ),
    _Rule(r"[Mm]issing ';'", "", "the statement before this place ends with ;"),
    _Rule("in expression: '[;}]'", "", "a value is missing before this place"),
    _Rule(r"[Mm]issing '[,)\]]'", "", "close what is open, or put a comma between"),
]

_AT_TOP: Final = "statements stand in a block: with entry { … }"


def explained(said: str, code: str, line: int, column: int) -> str:
    """Return what the compiler said, with what to do about it if that is known.

    Args:
        said: What the compiler said.
        code: The source with its strings and comments covered.
        line: Where the error is, from 1.
        column: Where in the line, from 1.
    """
    lines = code.split("\n")
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    about = about_character(text[column - 1 : column])
    if about is not None:
        return about
    above = "\n".join([*lines[: line - 1], text[: column - 1]])
    marked = f"{text[: column - 1]}«»{text[column - 1 :]}"
    advice = _advice(said, marked, is_outside=_depth(above) == 0)
    return f"{said}: {advice}" if advice else said


def _advice(said: str, marked: str, is_outside: bool) -> str | None:
    advice = _first(_SURE, said, marked)
    if advice is not None:
        return advice
    meant = meant_at(marked, is_outside)
    if meant is not None:
        return f"did you mean {meant}?"
    advice = _first(_RULES, said, marked)
    if advice is not None:
        return advice
    return _AT_TOP if is_outside and said.startswith("Unexpected token '") else None


def _first(rules: list[_Rule], said: str, marked: str) -> str | None:
    text = marked.replace("«»", "")
    for rule in rules:
        at = marked if "«»" in rule.line else text
        if re.search(rule.said, said) and re.search(rule.line, at):
            return rule.advice
    return None


def _depth(code: str) -> int:
    return code.count("{") - code.count("}")
