"""Reading dossiers: the list and its filters, one record, its notes, who works on it and who may open it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from intranet import permissions as p
from intranet.access import STAFF_ROLES, OrganisationKind, Role, Scope, visible
from intranet.accounts.models import Membership, User
from intranet.dossiers.machine import OPEN_STATES
from intranet.dossiers.models import Dossier, DossierGrant, DossierNote, Dwelling, Household
from intranet.organisations.models import Organisation, Pole, Site
from intranet.rows import Statement
from intranet.search.folding import SortKey
from intranet.search.queries import matching

COUNT_UP_TO = 1000
"""Rows are counted up to here; beyond, the list says "more than": nobody reads page 41."""

Referent = aliased(User, name="referent")
Technical = aliased(User, name="technical")
Tisf = aliased(User, name="tisf")

_ORDERS: dict[str, tuple[Any, ...]] = {
    "changed": (Dossier.changed_at.desc(), Dossier.id.desc()),
    "waiting": (Dossier.state_since, Dossier.id),
    "name": (Household.sort_name, Household.id, Dossier.id),
    "number": (Dossier.number.desc(),),
}


def incomplete_trio() -> ColumnElement[bool]:
    """One of éducateur technique, TISF and référent is missing (R20), on a dossier under way."""
    return and_(
        Dossier.state.in_(OPEN_STATES),
        or_(Dossier.referent_id.is_(None), Dossier.technical_id.is_(None), Dossier.tisf_id.is_(None)),
    )


def _asked(name: str) -> ColumnElement[bool]:
    """The criterion of one filter of the list, on a bound parameter of the same name."""
    match name:
        case "q":
            return Dossier.id.in_(matching("dossier"))
        case "state":
            return Dossier.state == bindparam("state")
        case "bailleur":
            return Dossier.bailleur_id == bindparam("bailleur")
        case "referent":
            return Dossier.referent_id == bindparam("referent")
        case "unfollowed":
            return Dossier.referent_id.is_(None)
        case "pole":
            return Dossier.household_id.in_(
                select(Household.id).where(Household.pole_id == bindparam("pole"))
            )
        case "trio":
            return incomplete_trio()
        case _:
            raise ValueError(name)


def filtered(scope: Scope, filters: tuple[str, ...], permission: str = p.DOSSIER_READ) -> Statement:
    """The ids of the dossiers that the filters and the policy leave."""
    return visible(scope, select(Dossier.id).where(*(_asked(name) for name in filters)), permission, Dossier)


def _queued(scope: Scope, ids: Statement, queue: Any) -> Statement:
    """``ids`` of one queue of the home page, if one is named."""
    if queue is None:
        return ids
    return ids.where(Dossier.id.in_(select(queue(scope).subquery().c.dossier_id)))


def dossier_list(scope: Scope, filters: tuple[str, ...], sort: str, queue: Any = None) -> Statement:
    """A page of dossiers. The ids are found and cut first, so that only 25 rows are joined.

    ``queue`` is a builder of a queue of the home page (``(scope) -> Select`` with ``dossier_id``): the list
    behind a counter is the same statement as the counter.
    """
    ids = _queued(scope, filtered(scope, filters), queue)
    if sort == "name":
        ids = ids.join(Household, Household.id == Dossier.household_id)
    page = ids.order_by(*_ORDERS[sort]).limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    return rows_of(page, *LISTED).order_by(*_ORDERS[sort])


LISTED = (
    Dossier.id,
    Dossier.number,
    Household.name,
    Dossier.state,
    Dossier.state_since,
    Dwelling.address,
    Dwelling.town,
    Organisation.name.label("bailleur"),
    Pole.code.label("pole"),
    Referent.name.label("referent"),
)
"""The columns of the list, in the order its template takes them."""

EXPORTED = (
    *LISTED,
    Dossier.changed_at,
    Dossier.opened_on,
    Dossier.entry_on,
    Household.adults,
    Household.children,
    Household.children_under_3,
    Household.lone_parent,
)


def rows_of(page: Any, *columns: Any) -> Statement:
    """``columns`` of the dossiers whose ids are in ``page``."""
    return (
        select(*columns)
        .select_from(page)
        .join(Dossier, Dossier.id == page.c.id)
        .join(Household, Household.id == Dossier.household_id)
        .join(Pole, Pole.id == Household.pole_id)
        .outerjoin(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .outerjoin(Organisation, Organisation.id == Dossier.bailleur_id)
        .outerjoin(Referent, Referent.id == Dossier.referent_id)
    )


def dossier_count(scope: Scope, filters: tuple[str, ...], queue: Any = None) -> Statement:
    """How many dossiers the filters leave, counted up to one more than ``COUNT_UP_TO``."""
    ids = _queued(scope, filtered(scope, filters), queue)
    return select(func.count()).select_from(ids.limit(COUNT_UP_TO + 1).subquery())


def dossier_export(scope: Scope, filters: tuple[str, ...], sort: str, queue: Any = None) -> Statement:
    """Every dossier the filters leave, in order, for a download."""
    ids = _queued(scope, filtered(scope, filters, p.DOSSIER_EXPORT), queue)
    return rows_of(ids.subquery(), *EXPORTED).order_by(*_ORDERS[sort])


def filter_options(scope: Scope) -> Statement:
    """The choices of the list's filters in one statement: ``(kind, id, label)``."""
    bailleurs = select(
        literal("bailleur").label("kind"), Organisation.id.label("id"), Organisation.name.label("label")
    ).where(Organisation.kind == OrganisationKind.BAILLEUR)
    poles = select(literal("pole"), Pole.id, Pole.code).where(Pole.active)
    serving = select(Membership.id).where(
        Membership.user_id == User.id, Membership.role == Role.REFERENT, Membership.active, User.active
    )
    following = select(Dossier.id).where(Dossier.referent_id == User.id)  # whatever her role, and if she left
    referents = select(literal("referent"), User.id, User.name).where(
        or_(serving.exists(), following.exists())
    )
    found = select(union_all(bailleurs, poles, referents).subquery()).distinct().subquery()
    return select(found).order_by(found.c.kind, SortKey(found.c.label))


def dossier_header(scope: Scope) -> Statement:
    """One dossier (``:dossier_id``) with household, pôle, site, dwelling, bailleur and people."""
    statement = (
        select(
            Dossier.id,
            Dossier.version,
            Dossier.number,
            Dossier.state,
            Dossier.state_since,
            Dossier.opened_on,
            Dossier.allocated_on,
            Dossier.entry_on,
            Dossier.joined_on,
            Dossier.joining_revoked_on,
            Dossier.visited_on,
            Dossier.left_on,
            Dossier.left_reason,
            Dossier.referent_id,
            Dossier.technical_id,
            Dossier.tisf_id,
            Dossier.dwelling_id,
            Household.id.label("household_id"),
            Household.version.label("household_version"),
            Household.name,
            Household.phone,
            Household.email,
            Household.contact_choice,
            Household.adults,
            Household.children,
            Household.children_under_3,
            Household.lone_parent,
            Household.pole_id,
            Household.site_id,
            Pole.code.label("pole"),
            Pole.name.label("pole_name"),
            Pole.confidentiality,
            Site.name.label("site"),
            Dwelling.address,
            Dwelling.postcode,
            Dwelling.town,
            Dwelling.floor,
            Dwelling.kind,
            Dwelling.surface_m2,
            Dwelling.permit_year,
            Dwelling.asbestos,
            Dwelling.lead,
            Dwelling.dpe_class,
            Dwelling.decent,
            Organisation.name.label("bailleur"),
            Referent.name.label("referent"),
            Technical.name.label("technical"),
            Tisf.name.label("tisf"),
        )
        .select_from(Dossier)
        .join(Household, Household.id == Dossier.household_id)
        .join(Pole, Pole.id == Household.pole_id)
        .outerjoin(Site, Site.id == Household.site_id)
        .outerjoin(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .outerjoin(Organisation, Organisation.id == Dwelling.bailleur_id)
        .outerjoin(Referent, Referent.id == Dossier.referent_id)
        .outerjoin(Technical, Technical.id == Dossier.technical_id)
        .outerjoin(Tisf, Tisf.id == Dossier.tisf_id)
        .where(Dossier.id == bindparam("dossier_id"))
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


def notes(scope: Scope) -> Statement:
    """The notes of a dossier (``:dossier_id``), newest first, at most ``:limit``."""
    statement = (
        select(DossierNote.id, DossierNote.at, DossierNote.text, User.name.label("author"))
        .join(Dossier, Dossier.id == DossierNote.dossier_id)
        .join(User, User.id == DossierNote.author_id)
        .where(DossierNote.dossier_id == bindparam("dossier_id"))
        .order_by(DossierNote.at.desc(), DossierNote.id.desc())
        .limit(bindparam("limit"))
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


def staff_people(scope: Scope) -> Statement:
    """Everyone of the association who is active: ``(id, name, role, pole_id)``."""
    return (
        select(User.id, User.name, Membership.role, Membership.pole_id)
        .join(Membership, Membership.user_id == User.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(
            Organisation.kind == OrganisationKind.ASSOCIATION,
            Membership.role.in_(STAFF_ROLES),
            Membership.active,
            User.active,
        )
        .order_by(SortKey(User.name), User.id)
    )


def grants(scope: Scope) -> Statement:
    """The persons to whom a dossier (``:dossier_id``) was opened by name."""
    statement = (
        select(User.id, User.name, DossierGrant.granted_at)
        .join(DossierGrant, DossierGrant.user_id == User.id)
        .join(Dossier, Dossier.id == DossierGrant.dossier_id)
        .where(DossierGrant.dossier_id == bindparam("dossier_id"))
        .order_by(SortKey(User.name))
    )
    return visible(scope, statement, p.DOSSIER_GRANT, Dossier)
