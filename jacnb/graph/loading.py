"""Make an object from its record, in the newest class of its name."""

from __future__ import annotations

from dataclasses import MISSING, replace
from typing import TYPE_CHECKING, Any

from jacnb.errors import DeclarationError
from jacnb.graph.anchors import Anchor
from jacnb.graph.archetypes import Archetype, ClassInfo, field_specs, newest
from jacnb.graph.copying import Copier, is_flat, is_shallow
from jacnb.graph.storage import Record, Ref

if TYPE_CHECKING:
    from jacnb.graph.session import Session


def fill(session: Session, anchor: Anchor) -> None:
    """Give an anchor its object, and the object the record's values.

    An object that exists already is filled again. Objects it refers to by its fields
    come along; a queue in the session keeps a long chain of them from recursing.
    """
    record = anchor.record
    assert record is not None  # Only objects from the store lack their values.
    info = newest(record.cls)
    if tuple(record.values) != info.fields:
        record = anchor.record = migrated(record, info)
    own = _emptied(anchor, info)
    values = record.values
    if tuple(values) == info.fields:
        own.update(values)
    else:  # The record keeps values of fields that the class no longer has.
        own.update({name: values[name] for name in info.fields if name in values})
    if not _copy_short_ones(own, record.deep):
        session.unfilled.append(anchor)
        if len(session.unfilled) == 1:
            _thaw_all(session)


def _emptied(anchor: Anchor, info: ClassInfo) -> dict[str, Any]:
    """Return the attributes of an anchor's object, which has none but the anchor."""
    obj = anchor.archetype
    if obj is None:
        obj = anchor.archetype = object.__new__(info.cls)
    elif type(obj) is not info.cls:
        obj.__class__ = info.cls
    own: dict[str, Any] = vars(obj)
    own.clear()
    own["__jac__"] = anchor
    return own


def _copy_short_ones(own: dict[str, Any], deep: tuple[str, ...]) -> bool:
    """Copy lists of flat values; tell whether there was nothing else to copy."""
    are_all = True
    for name in deep:
        value = own.get(name)
        if type(value) is list and is_shallow(value):
            own[name] = value.copy()
        else:
            are_all = False
    return are_all


def _thaw_all(session: Session) -> None:
    def resolve(value: Any) -> Any:
        if not isinstance(value, Ref):
            return value
        anchor = session.anchor(value.id)
        return None if anchor is None else session.object_of(anchor)

    try:
        for anchor in session.unfilled:  # The list grows meanwhile.
            record = anchor.record
            copier = Copier(resolve, newest_of)
            own = vars(anchor.archetype)
            for name in record.deep if record else ():
                if name in own:
                    own[name] = copier.copy(own[name])
    finally:
        session.unfilled.clear()


def newest_of(cls: type) -> type:
    """Return the newest class of this name, for archetypes that lie in fields."""
    return newest(cls.__jac__.key).cls if issubclass(cls, Archetype) else cls


def migrated(record: Record, info: ClassInfo) -> Record:
    """Return a record fit for a class that was defined again.

    New fields get their defaults; values of fields that vanished stay in the record.

    Raises:
        DeclarationError: If a new field has no default.
    """
    values: dict[str, Any] = {}
    deep = set(record.deep)
    for spec in field_specs(info.cls):
        if spec.name in record.values:
            values[spec.name] = record.values[spec.name]
        elif spec.default is not MISSING:
            values[spec.name] = spec.default
        elif spec.default_factory is not MISSING:
            values[spec.name] = spec.default_factory()
        elif spec.init:
            raise DeclarationError(
                f"{info.name} has a new field {spec.name!r}, which the stored "
                f"{record.id} lacks: give it a default"
            )
        if spec.name in values and not is_flat(values[spec.name]):
            deep.add(spec.name)
    return replace(record, values=values | record.values, deep=tuple(deep))
