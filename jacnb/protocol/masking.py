"""Stars in the place of tokens and passwords, in whatever is shown or kept."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic_core import from_json, to_json

_STARS: Final = "***"
_ENDINGS: Final = (
    "token",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "apikey",
    "api_key",
    "api-key",
    "authorization",
    "credentials",
)
# A long word is taken whole, whether its dots follow or were cut off: trying each
# "eyJ" in it anew would take quadratic time.
_JWT: Final = re.compile(r"eyJ[\w-]{16,}(?:\.[\w-]*)*|eyJ[\w-]+\.[\w-]+\.[\w-]*")
# The tokens of JSON, of which a text may be the beginning only.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_STRING_OR_BRACKET: Final = re.compile(rf"{_STRING.pattern}|[\[\]{{}}]", re.DOTALL)
_COLON: Final = re.compile(r"\s*:\s*")
_BARE: Final = re.compile(r'[^\s",\[\]{}]*')
# What people write outside of JSON.
_SCHEME: Final = re.compile(r"(?i)\b(bearer|basic)(\s+)[^\s\"']+")
_NAMED: Final = re.compile(
    rf"(?i)((?:auth|{'|'.join(_ENDINGS)})[\"']?\s*[=:]\s*)(?![\"']?\*\*\*)"
    r"(\"[^\"]*\"?|'[^']*'?|(?:bearer|basic)\s+\S+|[^\s,;&}]+)"
)


def is_secret(key: object) -> bool:
    """Return whether what stands under this key is shown to nobody."""
    if not isinstance(key, str):
        return False
    name = key.strip().lower()
    return name == "auth" or name.endswith(_ENDINGS)


def masked(value: Any) -> Any:
    """Return ``value`` with tokens and passwords replaced by stars."""
    match value:
        case dict():
            return {
                key: _STARS if is_secret(key) and item is not None else masked(item)
                for key, item in value.items()
            }
        case list():
            return [masked(item) for item in value]
        case str():
            return masked_text(value)
    return value


def masked_text(text: str) -> str:
    """Return ``text`` with tokens, and what JSON says under secret keys, as stars.

    What is not masked stays as it is written; the text may be cut off anywhere.
    """
    text = _JWT.sub(_STARS, text)
    lower = text.lower()
    # Most texts hold neither the name of a secret nor an escape that might hide one.
    is_suspect = _names_secret(lower) or "\\u" in lower
    return _members_masked(text) if is_suspect else text


def masked_words(text: str) -> str:
    """Like `masked_text`, for what people write: ``Bearer …``, ``password=…``."""
    shown = masked_text(text)
    lower = shown.lower()
    if _names_secret(lower):
        shown = _NAMED.sub(rf"\1{_STARS}", shown)
    if "bearer" in lower or "basic" in lower:
        shown = _SCHEME.sub(rf"\1\2{_STARS}", shown)
    return shown


def masked_frame(text: str) -> str:
    """Like `masked_text`, and like `masked_words` where the text is no JSON."""
    shown = masked_text(text)
    words = masked_words(shown)
    return shown if words == shown or _is_json(text) else words


def _names_secret(lower: str) -> bool:
    return "auth" in lower or any(ending in lower for ending in _ENDINGS)


def _members_masked(text: str) -> str:
    shown: list[str] = []
    at = 0
    for string in _STRING.finditer(text):
        start, end = string.span()
        if start < at:
            continue
        colon = _COLON.match(text, end)
        if colon is None:
            hidden = _inner_masked(string[0])
        elif is_secret(_plain(string[0])):
            start, end = colon.end(), _value_end(text, colon.end())
            hidden = _hidden(text[start:end])
        else:
            continue
        shown += (text[at:start], hidden)
        at = end
    return "".join([*shown, text[at:]])


def _hidden(value: str) -> str:
    return value if value in ("", "null") else f'"{_STARS}"'


def _inner_masked(string: str) -> str:
    """Return a string that may itself hold JSON, as what was quoted twice does."""
    inner = _unescaped(string) if "\\" in string else None
    if inner is None:
        return string
    shown = masked_text(inner)
    return string if shown == inner else to_json(shown).decode()


def _plain(string: str) -> str:
    """Return what a string of JSON says, without its escapes if it is sound."""
    inner = _unescaped(string) if "\\" in string else None
    return string.strip('"') if inner is None else inner


def _unescaped(string: str) -> str | None:
    try:
        return str(from_json(string))
    except (TypeError, ValueError):  # cut off, a lone surrogate, no escape of JSON's
        return None


def _value_end(text: str, start: int) -> int:
    """Return where the value that begins at ``start`` ends, or the text does."""
    bare = _BARE.match(text, start)
    if bare and bare.end() > start:
        return bare.end()
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(text, start):
        depth += (token[0] in ("[", "{")) - (token[0] in ("]", "}"))
        if depth <= 0:
            return token.end()
    return len(text)


def _is_json(text: str) -> bool:
    try:
        from_json(text)
    except (TypeError, ValueError):
        return False
    return True
