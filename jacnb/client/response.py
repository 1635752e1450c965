"""What a walker call returns."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import to_json


@dataclass(frozen=True, slots=True, repr=False)
class Response:
    """The answer of a walker (docs/protocol.md, section 4).

    Args:
        status: As in HTTP, 200 when all went well.
        reports: What the walker reported, in order.
        id: The id by which it was paired; None if the server does not echo it.
        body: The whole answer; differs for walkers that write their own.
    """

    status: int
    reports: list[Any]
    id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Response:
        """Return the response in a message."""
        status, reports = body.get("status", 200), body.get("reports", [])
        return cls(status, reports, body.get("id"), body)

    def __repr__(self) -> str:
        if "reports" not in self.body and self.body:
            return f"Response(status={self.status}, body={dict(self.body)!r})"
        return f"Response(status={self.status}, reports={self.reports!r})"

    def _repr_html_(self) -> str:
        shown = self.reports if "reports" in self.body or not self.body else self.body
        text = to_json(shown, indent=2).decode()
        text = text if len(text) <= 4000 else f"{text[:4000]}…"
        return (
            f"<div><b>Response</b> status {self.status}"
            f'<pre style="margin:0">{html.escape(text)}</pre></div>'
        )
