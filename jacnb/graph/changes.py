"""Find out what a run changed, and write it down as records."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jacnb.graph.anchors import Anchor, EdgeAnchor, NodeAnchor
from jacnb.graph.archetypes import ClassInfo, info_of
from jacnb.graph.copying import Copier, is_flat, is_shallow, same
from jacnb.graph.loading import newest_of
from jacnb.graph.storage import CONNECT, ROOT_CLASS, WRITE, ChangeSet, Ends, Record, Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jacnb.graph.session import Session

Frozen = tuple[dict[str, Any], tuple[str, ...]]
"""An object's values as a record holds them, and the names of those to be copied."""

_MISSING = object()


def collect_changes(session: Session) -> ChangeSet:
    """Return what the next commit has to write."""
    changes = ChangeSet(deletes=dict(session.removed))
    copier = freezer(session)
    changes.updates = [
        record
        for anchor in list(session.anchors.values())
        if anchor.archetype is not None
        and (record := _updated(anchor, copier)) is not None
    ]
    changes.orphans = {each.id for each in session.cut if _may_be_orphan(each)}
    for anchor in session.fresh:  # The list grows: fields may refer to loose nodes.
        if not anchor.deleted and not _is_new_orphan(session, anchor):
            changes.inserts.append(_new_record(anchor, copier))
    # Loose edges are kept when their nodes are, which may be in any order.
    changes.inserts.sort(key=lambda record: session.anchors[record.id].number)
    return changes


def apply_changes(session: Session, changes: ChangeSet, orphans: Sequence[str]) -> None:
    """Let a session go on after its changes were written."""
    for record in (*changes.inserts, *changes.updates):
        session.anchors[record.id].record = record
    for object_id in orphans:
        session.anchors[object_id].deleted = True
    session.fresh.clear()
    session.removed.clear()
    session.cut.clear()


def has_changed(anchor: Anchor, copier: Copier) -> bool:
    """Tell whether a stored object's fields or access differ from its record.

    Args:
        anchor: The object's anchor.
        copier: The `freezer` of its session.
    """
    record = anchor.record
    if record is None or anchor.archetype is None:
        return False
    if anchor.access is not record.access:
        return True
    return _has_new_values(anchor, record, copier)


def freezer(session: Session) -> Copier:
    """Return a copier from this session's objects to a record's values."""

    def swap(value: Any) -> Any:
        anchor: Anchor = value.__jac__
        if anchor.deleted:
            return None
        is_placed = isinstance(anchor, NodeAnchor) or (
            isinstance(anchor, EdgeAnchor) and anchor.source is not None
        )
        if is_placed and not anchor.persistent:
            session.keep(anchor)
        return Ref(anchor.id) if anchor.persistent else value

    return Copier(swap, newest_of)


def _has_new_values(anchor: Anchor, record: Record, copier: Copier) -> bool:
    own, values = vars(anchor.archetype), record.values
    for name in info_of(anchor.archetype).fields:
        value, before = own.get(name, _MISSING), values.get(name, _MISSING)
        if value is before and name not in record.deep:
            continue
        if not is_shallow(value):
            value = copier.copy(value)
        if not same(value, before):
            return True
    return False


def _updated(anchor: Anchor, copier: Copier) -> Record | None:
    """Return a stored object's next record, or None if it did not change."""
    record = anchor.record
    if record is None or anchor.deleted or anchor.level < WRITE:
        return None
    if not has_changed(anchor, copier):
        return None
    values, deep = _frozen(anchor, copier)
    info: ClassInfo = info_of(anchor.archetype)
    old = record.values.items()
    vanished = {name: value for name, value in old if name not in info.fields}
    return replace(
        record,
        cls=info.key,
        values=values | vanished,
        deep=(*deep, *(name for name in record.deep if name in vanished)),
        access=anchor.access,
        version=record.version + 1,
    )


def _new_record(anchor: Anchor, copier: Copier) -> Record:
    values, deep = _frozen(anchor, copier)
    ends = None
    if isinstance(anchor, EdgeAnchor) and anchor.source and anchor.target:
        ends = Ends(anchor.source.id, anchor.target.id, anchor.undirected)
    key = info_of(anchor.archetype).key
    owner, access = anchor.root_id, anchor.access
    return Record(anchor.id, key, values, deep, owner, access, ends=ends)


def _frozen(anchor: Anchor, copier: Copier) -> Frozen:
    own = vars(anchor.archetype)
    names = info_of(anchor.archetype).fields
    values = {name: copier.copy(own[name]) for name in names if name in own}
    return values, tuple(name for name in values if not is_flat(values[name]))


def _may_be_orphan(node: NodeAnchor) -> bool:
    if node.record is None or node.deleted or node.level < CONNECT:
        return False
    return node.record.cls != ROOT_CLASS and not node.edges and not node.added


def _is_new_orphan(session: Session, anchor: Anchor) -> bool:
    """Tell whether a new node was connected and lost all its edges in this run."""
    if not isinstance(anchor, NodeAnchor) or anchor not in session.cut:
        return False
    return not anchor.edges and not anchor.added
