"""Keeping the directory."""

from __future__ import annotations

import dataclasses
from typing import Any

from sqlalchemy import select

from intranet.access import Actor, require_may
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.phones import checked_phone
from intranet.search.service import put_entry
from intranet.timeline import service as timeline
from intranet.translation import gettext as _
from plugins.directory.commands import EntryFields
from plugins.directory.models import Entry
from plugins.directory.permissions import MANAGE
from plugins.directory.search import SEARCH_KIND, words_of

LIMITS = {"name": 120, "contact": 120, "services": 255, "notes": 4000}
"""Free text, in characters: checked for what must not be kept."""


def add_entry(actor: Actor, fields: EntryFields) -> Entry:
    """A new entry, recorded and committed. For the coordinator.

    Raises ``Refused`` when its name is taken or a text holds a forbidden number.
    """
    require_may(actor, MANAGE)
    fields = _checked(fields)
    _refuse_taken(fields.name, None)
    entry = Entry(**dataclasses.asdict(fields))
    db.session.add(entry)
    db.session.flush()
    put_entry(SEARCH_KIND, entry.id, entry.name, words_of(entry))
    timeline.record(
        "directory.entry.added",
        actor=actor,
        subject="directory",
        subject_id=entry.id,
        data={"name": entry.name},
    )
    timeline.commit()
    return entry


def change_entry(actor: Actor, entry_id: int, version: int, fields: EntryFields) -> Entry:
    """Change an entry that was opened at ``version``, recorded and committed. For the coordinator.

    Raises ``Stale`` when somebody saved it meanwhile, ``Refused`` as ``add_entry`` does.
    """
    require_may(actor, MANAGE)
    entry = db.session.get_one(Entry, entry_id)
    if entry.version != version:
        raise Stale(
            _("Cette fiche a été modifiée pendant que vous la remplissiez. Relisez-la avant d’enregistrer.")
        )
    fields = _checked(fields, entry.phone)
    _refuse_taken(fields.name, entry_id)
    for name, value in dataclasses.asdict(fields).items():
        setattr(entry, name, value)
    changes = timeline.field_changes(entry)
    if not changes:
        return entry
    db.session.flush()
    put_entry(SEARCH_KIND, entry.id, entry.name, words_of(entry))
    timeline.record(
        "directory.entry.changed",
        actor=actor,
        subject="directory",
        subject_id=entry.id,
        data={"name": entry.name, "changes": changes},
    )
    timeline.commit()
    return entry


def _checked(fields: EntryFields, known: str = "") -> EntryFields:
    texts: dict[str, Any] = {
        name: checked(getattr(fields, name), limit, field=name, multiline=name == "notes")
        for name, limit in LIMITS.items()
    }
    phone = checked_phone(fields.phone, known=known, short=True)
    return dataclasses.replace(fields, **texts, phone=phone)


def _refuse_taken(name: str, entry_id: int | None) -> None:
    taken = db.session.scalar(select(Entry.id).where(Entry.name == name))
    if taken is not None and taken != entry_id:
        raise Refused("directory.name", _("L’annuaire a déjà une fiche à ce nom."), field="name")
