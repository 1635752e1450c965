"""Whether a name looks made of words, of rows of keys, or of names that are known.

Nobody can know that a name is random. Of random ones with 16 characters or more, fewer
than one in 10,000 looks made so; of those that are made of words, some do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

# After the first letter of each group: which letters often follow it in English words,
# and which now and then. All others are rare.
_OFTEN: Final = (
    "abcdgilmnprsty belou caehilotu deios eacdeflmnprstvx feio gaer haeio "
    "iabcdefglmnorstv ke laeiloy maeiop nacdeginost ocdlmnoprstuvw paeloprtu qu "
    "radeimorsty saehiopstu taehiorsy ubmnrst vei waehi "
)
_NOW_AND_THEN: Final = (
    "aafkuv bairsy cckr dadruy ebgioqwy fafrtuy ghinou hrt ip ju kins ldfkstu "
    "mbmsu nfkuvy obefgik phisy rcgknpuv sckl tltuw uacdegilp va wnors xcept "
    "yeios "
)
# What a pair of neighbours says for words, and from which mean on it is said.
_RARE: Final = -2
_WORDY: Final = 0.6
# How many different characters there must be beside known names and rows of keys.
_DIFFERENT: Final = 4
_ROWS: Final = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
)
_IN_A_ROW: Final = 4
# SecretChannel2026: words of which each may have a capital, and a year at the end.
_CAPITALISED: Final = re.compile(
    "(?=[A-Za-z])((?:[a-z]{2,})?(?:[AI]|[A-Z][a-z]{2,})*)[0-9]{0,4}"
)
_CAPITALS: Final = re.compile("(?=[A-Z])")


def looks_made_up(name: str, known: Sequence[str]) -> bool:
    """Tell whether a name looks thought up: of words, rows of keys or known names.

    Args:
        name: The name.
        known: What others know, the longest first.
    """
    for each in known:
        name = re.sub(re.escape(each), " ", name, flags=re.IGNORECASE)
    parts = list(_parts(_RUNS.sub(" ", name)))
    if len(set("".join(parts))) < _DIFFERENT:
        return True
    said = [_weight(a, b) for part in parts for a, b in pairwise(part)]
    return not said or sum(said) > _WORDY * len(said)


def _weight(first: str, second: str) -> int:
    # Within a word capitals do not come and go.
    if first.isupper() != second.isupper():
        return _RARE
    return _WEIGHTS.get((first + second).lower(), _RARE)


def _parts(name: str) -> Iterable[str]:
    for part in re.split(r"[\W_]+", name):
        if words := _CAPITALISED.fullmatch(part):
            part = _CAPITALS.sub(" ", words[1]).lower()
        yield from (part.lower() if part.isupper() else part).split()


def _runs() -> Iterable[str]:
    """Yield what may be typed along a row, either way, the longest first."""
    for length in range(26, _IN_A_ROW - 1, -1):
        for row in (each for one in _ROWS for each in (one, one[::-1])):
            yield from (
                row[start : start + length] for start in range(len(row) - length + 1)
            )


def _pairs(groups: str) -> Iterable[str]:
    return (group[0] + second for group in groups.split() for second in group[1:])


_WEIGHTS: Final = dict.fromkeys(_pairs(_OFTEN), 1) | dict.fromkeys(
    _pairs(_NOW_AND_THEN), 0
)
_RUNS: Final = re.compile("|".join(_runs()), re.IGNORECASE)
