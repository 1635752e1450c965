"""Keep the graph and the accounts in memory, for as long as the process lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from jacnb.errors import ConflictError, NotFoundError
from jacnb.graph.storage import (
    PRIVATE,
    ROOT_CLASS,
    WRITE,
    Access,
    ChangeSet,
    Record,
)
from jacnb.ids import PUBLIC_ROOT_ID, new_id
from jacnb.store.accounts import AccountRecord


class MemoryStore:
    """A store in memory. Commits are atomic over threads; reading takes no lock.

    Reading is safe without the lock because records never change and an id is looked
    up in one step; a run that reads while another commits may see some of its objects
    in the old version, which its own commit then notices.

    Args:
        clock: Unix seconds; only for forgetting revoked tokens that have expired.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        self._records: dict[str, Record] = {}
        # Per node the ids of its edges; a dict, as a set that keeps the order.
        self._edges: dict[str, dict[str, None]] = {}
        self._roots: list[str] = []
        self._accounts: dict[str, AccountRecord] = {}
        self._id_by_email: dict[str, str] = {}
        self._revoked: dict[str, float] = {}
        self._plant()

    def __repr__(self) -> str:
        return f"MemoryStore({len(self._records)} objects, {len(self._accounts)} users)"

    # The graph.

    def get(self, object_id: str) -> Record | None:
        """Return the newest record of this id, or None."""
        return self._records.get(object_id)

    def get_many(self, ids: Iterable[str]) -> Sequence[Record | None]:
        """Return the newest records of these ids, None where there is none."""
        get = self._records.get
        return [get(object_id) for object_id in ids]

    def edges_of(self, node_id: str) -> Sequence[Record]:
        """Return the edges at this node, both directions, in order of creation."""
        ids = self._edges.get(node_id)
        if not ids:
            return ()
        # `tuple(dict)` is one step for other threads; an edge may vanish after it.
        return [record for record in self.get_many(tuple(ids)) if record is not None]

    def owned_by(self, root_id: str) -> Sequence[str]:
        """Return the ids of all that a user owns, the root itself not among them."""
        with self._lock:
            records = list(self._records.values())
        return [record.id for record in records if record.root_id == root_id]

    def roots(self) -> Sequence[str]:
        """Return the ids of all roots, the public one first."""
        return tuple(self._roots)

    def new_root(self) -> str:
        """Make a root for a new user, and return its id."""
        root_id = new_id("n")
        with self._lock:
            self._add_root(root_id, PRIVATE)
        return root_id

    def commit(self, changes: ChangeSet) -> Sequence[str]:
        """Write all of it or nothing, and return the ids of removed orphans.

        Raises:
            ConflictError: If an object to change or delete, or a new edge's end, was
                changed or deleted by another run meanwhile.
        """
        with self._lock:
            self._check(changes)
            for record in changes.inserts:
                self._insert(record)
            for record in changes.updates:
                self._records[record.id] = record
            for object_id in changes.deletes:
                self._delete(object_id)
            return [node_id for node_id in changes.orphans if self._prune(node_id)]

    def clear(self, *, accounts: bool = True) -> None:
        """Drop the graph; ``accounts=False`` keeps accounts, with empty roots."""
        with self._lock:
            self._records, self._edges, self._roots = {}, {}, []
            if accounts:
                self._accounts, self._id_by_email, self._revoked = {}, {}, {}
            self._plant()

    def _plant(self) -> None:
        self._add_root(PUBLIC_ROOT_ID, Access(WRITE, {}))
        for account in self._accounts.values():
            self._add_root(account.root_id, PRIVATE)

    def _add_root(self, root_id: str, access: Access) -> None:
        self._records[root_id] = Record(root_id, ROOT_CLASS, {}, access=access)
        self._roots.append(root_id)

    def _check(self, changes: ChangeSet) -> None:
        for record in changes.updates:
            self._check_version(record.id, record.version - 1)
        for object_id, version in changes.deletes.items():
            self._check_version(object_id, version)
        fresh = {record.id for record in changes.inserts}
        for record in changes.inserts:
            for node_id in record.ends[:2] if record.ends else ():
                if node_id not in fresh and node_id not in self._records:
                    raise ConflictError(str(node_id), "deleted")

    def _check_version(self, object_id: str, version: int) -> None:
        record = self._records.get(object_id)
        if record is None:
            raise ConflictError(object_id, "deleted")
        if record.version != version:
            raise ConflictError(object_id)

    def _insert(self, record: Record) -> None:
        self._records[record.id] = record
        if record.ends is not None:
            for node_id in {record.ends.source, record.ends.target}:
                self._edges.setdefault(node_id, {})[record.id] = None

    def _delete(self, object_id: str) -> None:
        record = self._records.pop(object_id, None)
        if record is None:  # An edge that went with its node.
            return
        if record.ends is not None:
            for node_id in {record.ends.source, record.ends.target}:
                self._edges.get(node_id, {}).pop(object_id, None)
        for edge_id in self._edges.pop(object_id, ()):
            self._delete(edge_id)

    def _prune(self, node_id: str) -> bool:
        """Remove a node that has no edge left; tell whether it was removed."""
        if self._edges.get(node_id) or node_id not in self._records:
            return False
        self._delete(node_id)
        return True

    # The accounts.

    def add_account(self, record: AccountRecord) -> bool:
        """Keep a new account; return False if its email is taken."""
        email = record.email.casefold()
        with self._lock:
            if email in self._id_by_email:
                return False
            self._id_by_email[email] = record.id
            self._accounts[record.id] = record
        return True

    def account_by_email(self, email: str) -> AccountRecord | None:
        """Return the account with this email, upper or lower case, or None."""
        account_id = self._id_by_email.get(email.casefold())
        return None if account_id is None else self._accounts.get(account_id)

    def account_by_id(self, account_id: str) -> AccountRecord | None:
        """Return the account with this id, or None."""
        return self._accounts.get(account_id)

    def update_account(self, record: AccountRecord) -> None:
        """Replace the account with this id; its email stays.

        Raises:
            NotFoundError: If there is no such account.
        """
        with self._lock:
            if record.id not in self._accounts:
                raise NotFoundError(f"there is no account {record.id}")
            self._accounts[record.id] = record

    def revoke_token(self, token_id: str, expires: float) -> None:
        """Remember until ``expires`` (unix seconds) that this token is revoked."""
        now = self._clock()
        with self._lock:
            known = self._revoked.items()
            self._revoked = {key: end for key, end in known if end > now}
            self._revoked[token_id] = expires

    def is_revoked(self, token_id: str) -> bool:
        """Tell whether this token was revoked."""
        return token_id in self._revoked
