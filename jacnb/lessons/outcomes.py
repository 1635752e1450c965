"""What a check can end with, and how that is told."""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Verdict(Enum):
    """How an answer was judged."""

    CORRECT = "correct"
    NOT_YET = "not yet"
    NOT_ATTEMPTED = "not attempted"


class NotYet(Exception):  # noqa: N818 - no error, but one way for a check to end
    """An answer is not correct yet.

    Args:
        why: In one line, what is missing.
        details: Further lines, such as the nearest message and what differs.
    """

    def __init__(self, why: str, *details: str) -> None:
        super().__init__(why)
        self.why = why
        self.details = details


class NotAttempted(Exception):  # noqa: N818 - as above
    """There is no answer yet; the text says where one is looked for."""


_MARKS: Final = {
    Verdict.CORRECT: ("✓", "Correct", "--jp-success-color1, #2e8b57"),
    Verdict.NOT_YET: ("✗", "Not yet", "--jp-error-color1, #d93025"),
    Verdict.NOT_ATTEMPTED: ("○", "Not attempted yet", "--jp-border-color0, #888"),
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What ``check()`` returns, shown by the cell.

    Attributes:
        verdict: Correct, not yet, or not attempted.
        question: The question's name and title.
        lines: What there is to say about it, the first line first.
    """

    verdict: Verdict
    question: str
    lines: tuple[str, ...] = ()

    @property
    def is_correct(self) -> bool:
        """Whether the answer is correct."""
        return self.verdict is Verdict.CORRECT

    def __repr__(self) -> str:
        mark, words, _ = _MARKS[self.verdict]
        first, *rest = self.lines or ("",)
        said = f"{mark} {words}: {self.question}"
        said = f"{said}. {first}" if first else said
        return "\n".join([said, *(f"  {line}" for line in rest)])

    def _repr_html_(self) -> str:
        mark, words, colour = _MARKS[self.verdict]
        title = html.escape(f"{words}: {self.question}")
        lines = "".join(
            f"<div style='overflow-wrap:anywhere;white-space:pre-wrap'>"
            f"{html.escape(line)}</div>"
            for line in self.lines
        )
        # The mark is for the eye; the words beside it say the same.
        return (
            f"<div role='status' style='border-left:4px solid var({colour});"
            "padding:4px 12px'>"
            f"<b><span aria-hidden='true' style='color:var({colour})'>{mark}</span> "
            f"{title}</b>{lines}</div>"
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A text for the learner: a hint, a solution, an explanation.

    Attributes:
        title: One line.
        text: The text.
        is_code: Whether the text is code, to be shown as it is.
    """

    title: str
    text: str
    is_code: bool = False

    def __repr__(self) -> str:
        return f"{self.title}\n{self.text}"

    def _repr_html_(self) -> str:
        text = html.escape(self.text)
        body = (
            f"<pre style='margin:4px 0 0;overflow:auto'>{text}</pre>"
            if self.is_code
            else f"<div style='white-space:pre-wrap'>{text}</div>"
        )
        line = "border-left:4px solid var(--jp-brand-color1, #1976d2);padding:4px 12px"
        return f"<div style='{line}'><b>{html.escape(self.title)}</b>{body}</div>"
