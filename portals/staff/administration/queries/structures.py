"""Organisations, pôles and sites."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    bindparam,
    func,
    select,
)

from intranet.access import Scope
from intranet.accounts.models import Membership
from intranet.organisations.models import Organisation, Pole, Site
from intranet.rows import Statement
from intranet.search.folding import SortKey, holds
from portals.staff.administration.queries.paging import Asked, page


def organisation_choices(_scope: Scope) -> Statement:
    """Organisations to choose from."""
    return (
        select(Organisation.id, Organisation.name.label("label"), Organisation.kind)
        .where(Organisation.active)
        .order_by(SortKey(Organisation.name))
    )


def pole_choices(_scope: Scope) -> Statement:
    """Pôles to choose from."""
    return select(Pole.id, Pole.name.label("label")).where(Pole.active).order_by(SortKey(Pole.name))


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
    return page(
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
        .order_by(SortKey(Organisation.name), Organisation.id)
    )


def organisation_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(Organisation).where(*_organisations(asked))


def organisation(_scope: Scope) -> Statement:
    return select(*Organisation.__table__.columns).where(Organisation.id == bindparam("id"))


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
    return page(
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
        .order_by(SortKey(Site.name), Site.id)
    )


def site_count(_scope: Scope, asked: Asked) -> Statement:
    return select(func.count()).select_from(Site).where(*_sites(asked))


def site(_scope: Scope) -> Statement:
    return select(*Site.__table__.columns).where(Site.id == bindparam("id"))
