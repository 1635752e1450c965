"""Say what is wrong with Jac source, in words and at the place of its author."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from jacnb.errors import JacSyntaxError
from jacnb.jac.advice import explained
from jacnb.jac.rewriting import code_of, unclosed_format

# What each version calls its tokens, where it says more than the token itself.
_TOKENS: Final = {
    "SEMI": "';'",
    "COLON": "':'",
    "COMMA": "','",
    "EQ": "'='",
    "LBRACE": "'{'",
    "RBRACE": "'}'",
    "LPAREN": "'('",
    "RPAREN": "')'",
    "LSQUARE": "'['",
    "RSQUARE": "']'",
    "NAME": "a name",
    "TYP_STRING": "'str'",
    "EOF": "the end",
    "ERROR": "a character that means nothing here",
    "PYNLINE": "inline Python",
    "JSX": "JSX",
}
_TOKEN: Final = re.compile(r"'?(?:TokenKind\.)?\b([A-Z]{2,}(?:_[A-Z0-9]+)*)\b'?")

_BY_PYTHON: Final = re.compile(
    r"Bytecode compilation failed: (.*?)(?: \(.*, line (\d+)\))?"
)

_TAG: Final = re.compile(r"<[A-Za-z_]\w*")
_TAG_OR_END: Final = re.compile(r"</|/>|<")


class Place(NamedTuple):
    """Where in a source: lines and columns count from 1."""

    line: int
    column: int
    last_line: int
    last_column: int


def complaint(said: str, place: Place, source: str, filename: str) -> JacSyntaxError:
    """Return the error about what the compiler said, with advice if there is any."""
    code = code_of(source)
    # Of inline Python the compiler says the line below.
    place = place._replace(line=min(place.line, source.count("\n") + 1))
    if "JSX" in said or "Unterminated" in said:
        # Of these the compiler tells where it gave up.
        unclosed = never_ending(source, filename)
        if unclosed is not None:
            return unclosed
    by_python = _BY_PYTHON.fullmatch(said)
    if by_python is not None:
        said = by_python[1]
        place = _start_of(source, int(by_python[2] or place.line))
    there = _text_at(source, place)
    if "keyword and cannot be used" in said and keyword.iskeyword(there):
        return _error(_no_name(there), place, source, filename)
    said = _TOKEN.sub(lambda found: _readable(found, there), said).strip()
    said = explained(said, code, place.line, place.column)
    return _error(said, place, source, filename)


def never_ending(source: str, filename: str) -> JacSyntaxError | None:
    """Return the error about what jaclang 0.10 would look for the end of forever."""
    return _open_format(source, filename) or _open_tag(source, filename)


def _open_format(source: str, filename: str) -> JacSyntaxError | None:
    """Return the error about an f-string without an end."""
    start = unclosed_format(source)
    if start is None:
        return None
    said = "Unterminated f-string: close the quotes of this text"
    length = len(source[start:].split("\n", 1)[0])
    return _error(said, _place_at(source, start, length), source, filename)


def _open_tag(source: str, filename: str) -> JacSyntaxError | None:
    """Return the error about what jaclang takes for a tag of JSX without an end."""
    opened: list[re.Match[str]] = []
    for found in _TAG_OR_END.finditer(code_of(source)):
        # Of `a<b"c"` the prefix of the string would be the tag.
        tag = _TAG.match(source, found.start())
        if tag is not None:
            opened.append(tag)
        elif found[0] != "<" and opened:
            opened.pop()
    if not opened:
        return None
    said = (
        f"the compiler takes {opened[0][0]} for a tag: to compare, put a space after "
        "<; the parts of a type stand in brackets, dict[str, int]"
    )
    place = _place_at(source, opened[0].start(), len(opened[0][0]))
    return _error(said, place, source, filename)


def check_names(tree: ast.Module, source: str, filename: str) -> None:
    """See that no field or parameter has a name that Python cannot have.

    Raises:
        JacSyntaxError: At the first such name.
    """
    for name, node in _names_in(tree):
        if not keyword.iskeyword(name):
            continue
        text = source.split("\n")[node.lineno - 1]
        at = text.find(name, len(text.encode()[: node.col_offset].decode()))
        place = Place(node.lineno, at + 1, node.lineno, at + 1 + len(name))
        raise _error(_no_name(name), place, source, filename)


def _no_name(word: str) -> str:
    return f"{word} is a word of Python and cannot be a name: call it {word}_, say"


def _names_in(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        match node:
            case ast.arg(arg=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name, node


def _place_at(source: str, start: int, length: int) -> Place:
    line = source.count("\n", 0, start) + 1
    column = start - source.rfind("\n", 0, start)
    return Place(line, column, line, column + length)


def _start_of(source: str, line: int) -> Place:
    """Return the place of a line, without its indentation."""
    lines = source.split("\n")
    line = min(line, len(lines))
    text = lines[line - 1]
    return Place(line, len(text) - len(text.lstrip()) + 1, line, len(text) + 1)


def _text_at(source: str, place: Place) -> str:
    text = source.split("\n")[place.line - 1]
    return text[place.column - 1 : place.last_column - 1]


def _readable(token: re.Match[str], there: str) -> str:
    """Return a token as it is written; the compiler may give its own name of it."""
    name = token[1]
    if name == there:
        return token[0]
    if name in _TOKENS:
        return _TOKENS[name]
    if name.startswith(("KW_", "TYP_")) or not there:
        return f"'{name.removeprefix('KW_').removeprefix('TYP_').lower()}'"
    return f"'{there}'"


def _error(said: str, place: Place, source: str, filename: str) -> JacSyntaxError:
    text = source.split("\n")[place.line - 1]
    return JacSyntaxError(
        said,
        (filename, place.line, place.column, text, place.last_line, place.last_column),
    )
