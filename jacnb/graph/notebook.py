"""The session of notebook cells: it lives on, and each operation commits at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from jacnb.errors import ConflictError
from jacnb.graph.anchors import Anchor, NodeAnchor
from jacnb.graph.archetypes import Walker, newest
from jacnb.graph.changes import freezer, has_changed
from jacnb.graph.context import UNSET
from jacnb.graph.loading import fill
from jacnb.graph.session import Session
from jacnb.graph.walk import Place


class NotebookSession(Session):
    """A session that is its own run loop: for code outside of walker runs.

    Objects stay the same from cell to cell and show the store's newest state after
    each `root()`, `jobj()` and `spawn()`. Fields assigned in a cell are written by the
    next operation, or by `commit()`.
    """

    _is_walking = False

    def walk(self, walker: Walker, places: list[Place]) -> None:
        """Run a walker, and commit; an exception keeps nothing."""
        if self._is_walking:
            super().walk(walker, places)
            return
        with self._run():
            super().walk(walker, places)

    async def walk_async(self, walker: Walker, places: list[Place]) -> None:
        """Run a walker with ``async def`` abilities, and commit."""
        if self._is_walking:
            await super().walk_async(walker, places)
            return
        with self._run():
            await super().walk_async(walker, places)

    def settle(self) -> None:
        """Commit what an operation did.

        Raises:
            ConflictError: If another run changed one of these objects first.
        """
        if not self._is_walking:
            self.commit()

    def commit(self) -> None:
        """Write all changes; after a conflict, objects show the store's state again.

        Raises:
            ConflictError: If another run changed one of these objects first.
        """
        try:
            super().commit()
        except ConflictError:
            self.roll_back()
            raise

    def renew(self) -> None:
        """See the newest state of everything but what a cell changed."""
        if self._is_walking:
            return
        copier = freezer(self)
        for anchor in list(self.anchors.values()):
            if anchor.record is not None and not has_changed(anchor, copier):
                self._reload(anchor)

    def roll_back(self) -> None:
        """Forget what was not committed."""
        for anchor in self.fresh:
            self._loosen(anchor)
        self.fresh.clear()
        self.removed.clear()
        self.cut.clear()
        for anchor in list(self.anchors.values()):
            anchor.deleted = False
            self._reload(anchor, force=True)

    @contextmanager
    def _run(self) -> Iterator[None]:
        self.commit()
        self.renew()
        self.reports, self.raw_custom, self.status = [], UNSET, 200
        self.reported.clear()
        self.walker = None
        self._is_walking = True
        try:
            with self:
                yield
                self.commit()
        except BaseException:
            self.roll_back()
            raise
        finally:
            self._is_walking = False

    def _loosen(self, anchor: Anchor) -> None:
        """Take an object that was never committed out of the session."""
        self.anchors.pop(anchor.id, None)
        anchor.persistent = False
        anchor.session = None
        if isinstance(anchor, NodeAnchor):
            anchor.edges, anchor.added = None, ()

    def _reload(self, anchor: Anchor, force: bool = False) -> None:
        record = self.store.get(anchor.id)
        if record is None:
            anchor.deleted = True
            return
        is_news = force or record.version != getattr(anchor.record, "version", 0)
        anchor.take(record)
        if isinstance(anchor, NodeAnchor):
            anchor.edges, anchor.added = None, ()
        obj = anchor.archetype
        if obj is not None and (is_news or type(obj) is not newest(record.cls).cls):
            fill(self, anchor)
