"""Who may do what: levels of access, granting and revoking them.

As in Jac Cloud: what a user makes is the user's own. A level given to everybody, given
to one user for one object, or given for a whole root opens it to others. Jac Cloud
never says no aloud: what a user may not read is left out, what a user may not change
is not stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from jacnb.errors import DeclarationError
from jacnb.graph.anchors import Anchor
from jacnb.graph.archetypes import Archetype, Root
from jacnb.graph.context import current_session
from jacnb.graph.storage import CONNECT, NO_ACCESS, READ, WRITE, Access, Record
from jacnb.ids import SYSTEM_ROOT_ID

if TYPE_CHECKING:
    from jacnb.graph.session import Session


class AccessLevel(IntEnum):
    """What somebody may do with an object; each level includes those before it."""

    NO_ACCESS = NO_ACCESS
    READ = READ
    CONNECT = CONNECT
    WRITE = WRITE


NoPerm: Final = AccessLevel.NO_ACCESS
ReadPerm: Final = AccessLevel.READ
ConnectPerm: Final = AccessLevel.CONNECT
WritePerm: Final = AccessLevel.WRITE

Level = AccessLevel | int | str
"""A level, its number, or its name."""


def perm_grant(archetype: Archetype, level: Level = ReadPerm) -> None:
    """Give everybody this access to an object."""
    _change(archetype, all_=_as_level(level))


def perm_revoke(archetype: Archetype) -> None:
    """Take from everybody what `perm_grant` gave."""
    _change(archetype, all_=NoPerm)


grant = perm_grant
revoke = perm_revoke


def allow_root(
    archetype: Archetype, root_id: Root | str, level: Level = ReadPerm
) -> None:
    """Give one user this access to an object.

    Args:
        archetype: The object; the giver's root opens all that the giver owns.
        root_id: The user's root, or its id.
        level: What the user may do with it.
    """
    roots = dict(archetype.__jac__.access.roots)
    _change(archetype, roots={**roots, _root_id(root_id): _as_level(level)})


def disallow_root(
    archetype: Archetype, root_id: Root | str, level: Level = ReadPerm
) -> None:
    """Take from one user what `allow_root` gave; ``level`` means nothing, as in Jac."""
    roots = dict(archetype.__jac__.access.roots)
    roots.pop(_root_id(root_id), None)
    _change(archetype, roots=roots)


def level_of(session: Session, record: Record) -> int:
    """Return what a session's user may do with a stored object."""
    user = session.root_id
    if user in (record.root_id, record.id, SYSTEM_ROOT_ID):
        return WRITE
    level = record.access.all
    owner = session.store.get(record.root_id) if record.root_id else None
    if owner is not None:
        level = owner.access.roots.get(user, max(level, owner.access.all))
    return record.access.roots.get(user, level)


def _change(
    archetype: Archetype,
    all_: int | None = None,
    roots: Mapping[str, int] | None = None,
) -> None:
    session = current_session()
    anchor: Anchor = session.own(archetype).__jac__
    old = anchor.access
    new = Access(
        old.all if all_ is None else int(all_), old.roots if roots is None else roots
    )
    if new != old:
        anchor.access = new
        session.settle()


def _as_level(level: Level) -> AccessLevel:
    """Return the level that is meant.

    Raises:
        DeclarationError: If there is no such level.
    """
    try:
        return AccessLevel[level] if isinstance(level, str) else AccessLevel(level)
    except (KeyError, ValueError):
        names = ", ".join(each.name for each in AccessLevel)
        raise DeclarationError(
            f"{level!r} is no access level: use one of {names}"
        ) from None


def _root_id(root: Root | str) -> str:
    found: Any = root if isinstance(root, str) else root.__jac__.id
    return str(found)
