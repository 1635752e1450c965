"""How a connection ended, as the trace keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from jacnb.protocol.json import encode
from jacnb.protocol.masking import masked_words

LOST: Final = 1006
"""The close code of a connection that was lost without a word; nobody closed it."""

# What a close frame has room for.
_MAX_REASON: Final = 123


@dataclass(frozen=True, slots=True)
class Ending:
    """The close code and reason of a connection, and who closed it.

    Args:
        code: The close code; 1005 if the client gave none, 1006 if it was lost.
        reason: What was said with it.
        by: Who closed first; None if that is not known.
    """

    code: int
    reason: str = ""
    by: Literal["client", "server"] | None = None

    def to_text(self) -> str:
        """Return it as JSON, with stars for what looks like a secret in the reason."""
        if self.code == LOST:
            return encode({"code": LOST, "reason": ""})
        told = masked_words(self.reason).encode("utf-8", "replace")[:_MAX_REASON]
        ending = {"code": self.code, "reason": told.decode("utf-8", "ignore")}
        return encode(ending | ({"by": self.by} if self.by else {}))
