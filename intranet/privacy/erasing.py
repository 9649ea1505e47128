"""Emptying what the core holds about a household. Part of the command that erases: nothing is committed here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Select, Table, and_, delete, null, select, update

from intranet.chantiers.models import Chantier
from intranet.chantiers.search import index_chantier
from intranet.clock import now
from intranet.database import Model
from intranet.documents.models import Document
from intranet.documents.service import remove
from intranet.dossiers.models import Dossier, Household
from intranet.dossiers.search import index_dossier
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.privacy.terms import DELETED, EMPTIED, EMPTIED_OF_THE_HOUSEHOLD, ON_THE_WAY
from intranet.translation import gettext as _
from intranet.works.terms import Side

Dossiers = Select[int]
AT_ONCE = {"synchronize_session": False}


def dossiers_of(household: Household) -> Dossiers:
    """The ids of the household's dossiers."""
    return select(Dossier.id).where(Dossier.household_id == household.id)


def erase(household: Household) -> None:
    """Empty every column that says something of the family, delete its notes and files, and forget its name."""
    dossiers = dossiers_of(household)
    db.session.flush()
    _let_go_of_files(dossiers)
    for name in DELETED:
        table = _table(name)
        db.session.execute(delete(table).where(belongs(table, dossiers)), execution_options=AT_ONCE)
    for name, columns in EMPTIED.items():
        _empty(_table(name), columns, belongs(_table(name), dossiers))
    for name, columns in EMPTIED_OF_THE_HOUSEHOLD.items():
        table = _table(name)
        _empty(table, columns, and_(belongs(table, dossiers), table.c.side == Side.HOUSEHOLD))
    access = _table("core_guest_access")
    db.session.execute(
        update(GuestAccess)
        .where(belongs(access, dossiers), GuestAccess.revoked_at.is_(None))
        .values(revoked_at=now()),
        execution_options=AT_ONCE,
    )
    household.name = _("Ménage effacé")
    household.phone = household.email = household.contact_choice = ""
    household.site_id = None
    db.session.flush()
    for dossier_id in db.session.scalars(dossiers).all():
        index_dossier(dossier_id)
    for chantier_id in db.session.scalars(select(Chantier.id).where(Chantier.dossier_id.in_(dossiers))).all():
        index_chantier(chantier_id)
    db.session.expire_all()


def belongs(table: Table, dossiers: Dossiers) -> ColumnElement[bool]:
    """Whether a row of ``table`` hangs on one of ``dossiers``: by its own column, or through its parents."""
    if table.name == "core_dossier":
        return table.c.id.in_(dossiers)
    for column, parent in _parents(table):
        if parent.name == "core_dossier":
            return column.in_(dossiers)
    for column, parent in _parents(table):
        if parent.name in ON_THE_WAY:
            return column.in_(select(parent.c.id).where(belongs(parent, dossiers)))
    raise LookupError(f"{table.name} hangs on no dossier")


def _parents(table: Table) -> list[tuple[Column[Any], Table]]:
    found = [(key.parent, key.column.table) for key in table.foreign_keys]
    return sorted(
        ((column, parent) for column, parent in found if parent is not table), key=lambda pair: pair[0].name
    )


def _table(name: str) -> Table:
    return Model.metadata.tables[name]


def _empty(table: Table, columns: tuple[str, ...], criterion: ColumnElement[bool]) -> None:
    values = {name: _nothing(table.c[name]) for name in columns}
    db.session.execute(update(table).where(criterion).values(values), execution_options=AT_ONCE)


def _nothing(column: Column[Any]) -> Any:
    if column.nullable:
        return null()
    return {} if isinstance(column.type, JSON) else ""


def _let_go_of_files(dossiers: Dossiers) -> None:
    """Every file of the dossiers goes, bytes and all; what points to one points to nothing."""
    documents = select(Document.id).where(Document.dossier_id.in_(dossiers))
    for table in Model.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column.table is not Document.__table__:
                continue
            pointing = key.parent
            statement: Any = update(table).values({pointing: None}) if pointing.nullable else delete(table)
            db.session.execute(statement.where(pointing.in_(documents)), execution_options=AT_ONCE)
    for document in db.session.scalars(select(Document).where(Document.dossier_id.in_(dossiers))).all():
        remove(document)
