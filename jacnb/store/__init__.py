"""Where graph and accounts are kept: in memory, and later in a database.

What an implementation must offer is `jacnb.graph.storage.Store` for the graph and
`jacnb.store.accounts.AccountStore` for the accounts; `Store` here is both.
"""

from __future__ import annotations

from typing import Protocol

from jacnb.graph.storage import Store as GraphStore
from jacnb.store.accounts import AccountRecord, AccountStore
from jacnb.store.memory import MemoryStore


class Store(GraphStore, AccountStore, Protocol):
    """A store of both graph and accounts."""

    def clear(self, *, accounts: bool = True) -> None:
        """Drop the graph; ``accounts=False`` keeps accounts, with empty roots."""
        ...


__all__ = ["AccountRecord", "AccountStore", "GraphStore", "MemoryStore", "Store"]
