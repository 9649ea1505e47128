"""Accounts, their roles and their sessions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
)

from intranet.access import Scope
from intranet.accounts.models import Membership, User, UserSession
from intranet.database import UtcDateTime
from intranet.organisations.models import Organisation, Pole
from intranet.rows import Statement
from intranet.search.folding import SortKey, holds
from intranet.web.listing import PER_PAGE
from portals.staff.administration.queries.paging import Asked, page


def _people(asked: Asked) -> list[ColumnElement[bool]]:
    mine = select(Membership.id).where(Membership.user_id == User.id, Membership.active)
    wanted: list[ColumnElement[bool]] = []
    if "q" in asked:
        wanted.append(holds(User.name, User.email))
    if "role" in asked:
        wanted.append(exists(mine.where(Membership.role == bindparam("role"))))
    if "organisation" in asked:
        wanted.append(exists(mine.where(Membership.organisation_id == bindparam("organisation"))))
    if "state" in asked:
        wanted.append(_person_state == bindparam("state", type_=String))
    return wanted


_person_state = case(
    (~User.active, literal("inactive")),
    (User.password_hash.is_(None), literal("invited")),
    else_=literal("active"),
)

_last_seen = (
    select(func.max(UserSession.seen_at))
    .where(UserSession.user_id == User.id)
    .scalar_subquery()
    .label("seen_at")
)


def people(_scope: Scope, asked: Asked, sort: str) -> Statement:
    """Accounts, a page at a time."""
    order: dict[str, tuple[Any, ...]] = {
        "name": (SortKey(User.name), User.id),
        "newest": (User.created_at.desc(), User.id.desc()),
        "seen": (_last_seen.desc().nulls_last(), User.id),
    }
    return page(
        select(
            User.id,
            User.name,
            User.email,
            User.job_title,
            _person_state.label("state"),
            User.totp_since,
            _last_seen,
        )
        .where(*_people(asked))
        .order_by(*order[sort])
    )


def people_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(User).where(*_people(asked))


PLACES = tuple(f"id_{place}" for place in range(PER_PAGE))


def places_of(_scope: Scope) -> Statement:
    """The active roles of the people of one page of the list: ``id_0`` … (0 where there is nobody)."""
    return (
        select(Membership.user_id, Membership.role, Organisation.name.label("organisation"))
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id.in_([bindparam(name) for name in PLACES]), Membership.active)
        .order_by(SortKey(Organisation.name), Membership.id)
    )


def person(_scope: Scope) -> Statement:
    """One account."""
    return select(
        User.id,
        User.version,
        User.name,
        User.email,
        User.phone,
        User.job_title,
        User.active,
        _person_state.label("state"),
        User.totp_since,
        User.created_at,
        User.password_changed_at,
        _last_seen,
    ).where(User.id == bindparam("user_id"))


def person_places(_scope: Scope) -> Statement:
    """Every role of one person, ended ones last."""
    return (
        select(
            Membership.id,
            Membership.role,
            Membership.active,
            Organisation.name.label("organisation"),
            Pole.name.label("pole"),
        )
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .outerjoin(Pole, Pole.id == Membership.pole_id)
        .where(Membership.user_id == bindparam("user_id"))
        .order_by(Membership.active.desc(), SortKey(Organisation.name), Membership.id)
    )


def open_sessions(_scope: Scope) -> Statement:
    """How many sessions a person has open."""
    return (
        select(func.count())
        .select_from(UserSession)
        .where(UserSession.user_id == bindparam("user_id"), UserSession.revoked_at.is_(None))
        .where(UserSession.expires_at > bindparam("at", type_=UtcDateTime()))
    )
