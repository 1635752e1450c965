"""Say anything to a server over HTTP, byte for byte."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Rest:
    """One server, with the tokens of some users by name."""

    port: int
    tokens: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def call(
        self,
        line: str,
        body: Any = None,
        user: str | None = None,
        **headers: str,
    ) -> Reply:
        """Send a request such as "POST /healthz"; a body that is no bytes as JSON."""
        method, _, path = line.partition(" ")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if user is not None:
            headers.setdefault("Authorization", f"Bearer {self.tokens[user]}")
        if body is not None:
            headers.setdefault("Content_Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, self.filled(path), body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        got = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, got, text)

    def filled(self, value: Any) -> Any:
        """Return ``value`` with the ids of this server for names like ``<post>``."""
        text = json.dumps(value)
        for name, found in self.names.items():
            text = text.replace(f"<{name}>", found)
        return json.loads(text)


def multipart(*parts: tuple[str, str, str, str]) -> tuple[bytes, str]:
    """Return a body of (name, filename, media type, text) parts, and its type."""
    lines: list[str] = []
    for name, filename, kind, text in parts:
        lines += ["--line", f'Content-Disposition: form-data; name="{name}"']
        if filename:
            lines[-1] += f'; filename="{filename}"'
            lines.append(f"Content-Type: {kind}")
        lines += ["", text]
    body = "\r\n".join([*lines, "--line--", ""]).encode()
    return body, "multipart/form-data; boundary=line"
