"""What the directory reads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from intranet.access import OrganisationKind, Scope
from intranet.chantiers.models import Chantier
from intranet.dossiers.models import Dossier, Household
from intranet.extensions import db
from intranet.organisations.models import Organisation, Site
from intranet.rows import Row, Statement, fetch_all, fetch_one, fetch_value
from intranet.search.folding import SortKey
from intranet.search.queries import matching, newest
from plugins.directory.models import Engagement, Entry
from plugins.directory.search import SEARCH_KIND, words_of

COLUMNS = (
    Entry.id,
    Entry.kind,
    Entry.name,
    Entry.engagement,
    Entry.contact,
    Entry.phone,
    Entry.email,
    Entry.services,
)
SORTS: dict[str, tuple[Any, ...]] = {"name": (SortKey(Entry.name),), "newest": (Entry.changed_at.desc(),)}


def _filtered(statement: Statement, filters: tuple[str, ...]) -> Statement:
    for name in filters:
        if name == "q":
            statement = statement.where(Entry.id.in_(matching(SEARCH_KIND)))
        else:
            column = {"kind": Entry.kind, "engagement": Entry.engagement}[name]
            statement = statement.where(column == bindparam(name))
    return statement


def entry_list(_scope: Scope, filters: tuple[str, ...], sort: str) -> Statement:
    """The entries that the filters leave, in order, a page at a time (``:limit``, ``:offset``)."""
    statement = _filtered(select(*COLUMNS), filters).order_by(*SORTS[sort], Entry.id)
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


def entry_count(_scope: Scope, filters: tuple[str, ...]) -> Statement:
    """How many the filters leave."""
    return _filtered(select(func.count(Entry.id)), filters)


def entry_export(_scope: Scope, filters: tuple[str, ...]) -> Statement:
    """All that the filters leave, by name."""
    return _filtered(select(*COLUMNS), filters).order_by(SortKey(Entry.name), Entry.id)


def _entry_page(_scope: Scope) -> Statement:
    return (
        select(Entry, Site.name.label("site"), Organisation.name.label("organisation"))
        .with_only_columns(
            *Entry.__table__.columns, Site.name.label("site"), Organisation.name.label("organisation")
        )
        .select_from(Entry)
        .outerjoin(Site, Site.id == Entry.site_id)
        .outerjoin(Organisation, Organisation.id == Entry.organisation_id)
        .where(Entry.id == bindparam("entry_id"))
    )


def entry_page(entry_id: int) -> Row | None:
    """One entry with all its columns, and the names of the site and organisation it is tied to."""
    return fetch_one(_entry_page, entry_id=entry_id)


def _household_contacts(_scope: Scope) -> Statement:
    site = (
        select(Household.site_id)
        .join(Dossier, Dossier.household_id == Household.id)
        .where(Dossier.id == bindparam("dossier_id"))
    )
    partner = select(Chantier.partner_id).where(Chantier.dossier_id == bindparam("dossier_id"))
    return (
        select(*COLUMNS)
        .where(or_(Entry.site_id.in_(site), Entry.organisation_id.in_(partner)))
        .order_by(Entry.kind.desc(), SortKey(Entry.name))
    )


def household_contacts(dossier_id: int) -> Sequence[Row]:
    """The entries useful to one household: its site, and the partner of its chantier."""
    return fetch_all(_household_contacts, dossier_id=dossier_id)


def _sounded_out(_scope: Scope) -> Statement:
    return select(func.count(Entry.id)).where(Entry.engagement == Engagement.SOUNDED_OUT)


def count_sounded_out() -> int:
    """How many were only sounded out so far."""
    return int(fetch_value(_sounded_out) or 0)


def found(_scope: Scope) -> Statement:
    """The entries that hold the words ``:q``, the latest first, at most ``:limit``."""
    return newest(select(*COLUMNS).limit(bindparam("limit")), SEARCH_KIND, Entry.id)


def index_entries() -> Iterable[tuple[int, str, str]]:
    """Every entry, for rebuilding the index."""
    for entry in db.session.scalars(select(Entry).order_by(Entry.id)):
        yield entry.id, entry.name, words_of(entry)


def _sites(_scope: Scope) -> Statement:
    return select(Site.id, Site.name).where(Site.active).order_by(SortKey(Site.name))


def _partners(_scope: Scope) -> Statement:
    return (
        select(Organisation.id, Organisation.name)
        .where(Organisation.active, Organisation.kind != OrganisationKind.ASSOCIATION)
        .order_by(SortKey(Organisation.name))
    )


def tie_choices() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Sites and organisations an entry may be tied to, as choices of a select."""
    sites, partners = fetch_all(_sites), fetch_all(_partners)
    return [(str(row.id), row.name) for row in sites], [(str(row.id), row.name) for row in partners]
