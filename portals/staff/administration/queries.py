"""What administration reads. Builders are run through ``intranet.rows``: each list is a constant number of statements.

Whoever reaches these pages sees every row of them: the permission alone decides.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    bindparam,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    union_all,
)

from intranet.access import Scope
from intranet.accounts.models import Membership, SignInAttempt, User, UserSession
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier, DossierState, Household
from intranet.organisations.models import Organisation, Pole, Site
from intranet.rows import Statement
from intranet.search.folding import holds
from intranet.timeline.models import DossierRead
from intranet.web.listing import PER_PAGE
from intranet.works.models import WorksKind

Asked = tuple[str, ...]
"""Which filters are on."""

SIGN_IN, READ = "sign_in", "read"


def _page(statement: Statement) -> Statement:
    return statement.limit(bindparam("limit")).offset(bindparam("offset"))


# People


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
        "name": (User.name, User.id),
        "newest": (User.created_at.desc(), User.id.desc()),
        "seen": (_last_seen.desc().nulls_last(), User.id),
    }
    return _page(
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
        .order_by(Organisation.name, Membership.id)
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
        .order_by(Membership.active.desc(), Organisation.name, Membership.id)
    )


def open_sessions(_scope: Scope) -> Statement:
    """How many sessions a person has open."""
    return (
        select(func.count())
        .select_from(UserSession)
        .where(UserSession.user_id == bindparam("user_id"), UserSession.revoked_at.is_(None))
        .where(UserSession.expires_at > bindparam("at", type_=UtcDateTime()))
    )


# Organisations, pôles, sites


def organisation_choices(_scope: Scope) -> Statement:
    """Organisations to choose from."""
    return (
        select(Organisation.id, Organisation.name.label("label"), Organisation.kind)
        .where(Organisation.active)
        .order_by(Organisation.name)
    )


def pole_choices(_scope: Scope) -> Statement:
    """Pôles to choose from."""
    return select(Pole.id, Pole.name.label("label")).where(Pole.active).order_by(Pole.name)


def _organisations(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if "q" in asked:
        wanted.append(holds(Organisation.name, Organisation.address))
    if "kind" in asked:
        wanted.append(Organisation.kind == bindparam("kind"))
    if "closed" not in asked:
        wanted.append(Organisation.active.is_(True))
    return wanted


def organisations(_scope: Scope, asked: Asked, _sort: str) -> Statement:
    """Organisations with how many people work there, a page at a time."""
    people_there = (
        select(func.count(func.distinct(Membership.user_id)))
        .where(Membership.organisation_id == Organisation.id, Membership.active)
        .scalar_subquery()
    )
    return _page(
        select(
            Organisation.id,
            Organisation.name,
            Organisation.kind,
            Organisation.phone,
            Organisation.email,
            Organisation.active,
            people_there.label("people"),
        )
        .where(*_organisations(asked))
        .order_by(Organisation.name, Organisation.id)
    )


def organisation_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(Organisation).where(*_organisations(asked))


def organisation(_scope: Scope) -> Statement:
    return select(*Organisation.__table__.columns).where(Organisation.id == bindparam("id"))


def poles(_scope: Scope) -> Statement:
    """Pôles with the households announced and those counted: with a dossier that is not closed."""
    counted = (
        select(Household.pole_id, func.count(Household.id.distinct()).label("counted"))
        .join(Dossier, Dossier.household_id == Household.id)
        .where(Dossier.state.not_in((DossierState.CLOSED, DossierState.LEFT)))
        .group_by(Household.pole_id)
        .subquery()
    )
    return (
        select(
            Pole.id,
            Pole.code,
            Pole.name,
            Pole.audience,
            Pole.confidentiality,
            Pole.announced_households,
            Pole.active,
            func.coalesce(counted.c.counted, 0).label("counted"),
        )
        .outerjoin(counted, counted.c.pole_id == Pole.id)
        .order_by(Pole.code)
    )


def pole(_scope: Scope) -> Statement:
    return select(*Pole.__table__.columns).where(Pole.id == bindparam("id"))


def _sites(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if "q" in asked:
        wanted.append(holds(Site.name, Site.address))
    if "pole" in asked:
        wanted.append(Site.pole_id == bindparam("pole"))
    if "closed" not in asked:
        wanted.append(Site.active.is_(True))
    return wanted


def sites(_scope: Scope, asked: Asked, _sort: str) -> Statement:
    """Sites, a page at a time."""
    return _page(
        select(
            Site.id,
            Site.name,
            Site.address,
            Site.phone,
            Site.associated,
            Site.active,
            Pole.name.label("pole"),
        )
        .outerjoin(Pole, Pole.id == Site.pole_id)
        .where(*_sites(asked))
        .order_by(Site.name, Site.id)
    )


def site_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(Site).where(*_sites(asked))


def site(_scope: Scope) -> Statement:
    return select(*Site.__table__.columns).where(Site.id == bindparam("id"))


# Catalogue


def _kinds(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if "q" in asked:
        wanted.append(holds(WorksKind.label_fr, WorksKind.label_en, WorksKind.code))
    if "trade" in asked:
        wanted.append(WorksKind.trade == bindparam("trade"))
    if "locked" in asked:
        wanted.append(WorksKind.locked_to_bailleur.is_(True))
    if "closed" not in asked:
        wanted.append(WorksKind.active.is_(True))
    return wanted


def kinds(_scope: Scope, asked: Asked, _sort: str) -> Statement:
    """Kinds of works by trade, a page at a time."""
    return _page(
        select(
            WorksKind.id,
            WorksKind.code,
            WorksKind.trade,
            WorksKind.label_fr,
            WorksKind.label_en,
            WorksKind.default_holder,
            WorksKind.locked_to_bailleur,
            WorksKind.professional_only,
            WorksKind.active,
        )
        .where(*_kinds(asked))
        .order_by(WorksKind.trade, WorksKind.position, WorksKind.id)
    )


def kind_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(WorksKind).where(*_kinds(asked))


def kind(_scope: Scope) -> Statement:
    return select(*WorksKind.__table__.columns).where(WorksKind.id == bindparam("id"))


def trades(_scope: Scope) -> Statement:
    return select(WorksKind.trade).distinct().order_by(WorksKind.trade)


# Access log


def _log(asked: Asked) -> Any:
    """Attempts to sign in and dossiers opened, as one table ``at, what, who, detail, address``."""
    attempts = select(
        SignInAttempt.at,
        SignInAttempt.outcome.label("what"),
        func.coalesce(User.name, SignInAttempt.email).label("who"),
        cast(null(), String).label("detail"),
        SignInAttempt.address,
    ).outerjoin(User, User.id == SignInAttempt.user_id)
    reads = (
        select(
            DossierRead.first_at.label("at"),
            literal(READ).label("what"),
            User.name.label("who"),
            Dossier.number.label("detail"),
            literal("").label("address"),
        )
        .join(User, User.id == DossierRead.user_id)
        .join(Dossier, Dossier.id == DossierRead.dossier_id)
    )
    parts = {SIGN_IN: [attempts], READ: [reads]}.get(
        next((a for a in asked if a in (SIGN_IN, READ)), ""), [attempts, reads]
    )
    wanted = []
    for part in parts:
        columns = part.selected_columns
        if "q" in asked:
            part = part.where(holds(columns["who"], func.coalesce(columns["detail"], "")))
        if "since" in asked:
            part = part.where(columns["at"] >= bindparam("since", type_=UtcDateTime()))
        if "until" in asked:
            part = part.where(columns["at"] < bindparam("until", type_=UtcDateTime()))
        wanted.append(part)
    return union_all(*wanted).subquery() if len(wanted) > 1 else wanted[0].subquery()


def access_log(_scope: Scope, asked: Asked) -> Statement:
    """The access log, the newest first, a page at a time."""
    log = _log(asked)
    return _page(
        select(log.c.at, log.c.what, log.c.who, log.c.detail, log.c.address).order_by(
            log.c.at.desc(), log.c.who, log.c.what
        )
    )


def access_log_count(_scope: Scope, asked: Asked, most: int) -> Statement:
    """How many entries, counted up to one more than ``most``."""
    return select(func.count()).select_from(select(_log(asked).c.at).limit(most + 1).subquery())
