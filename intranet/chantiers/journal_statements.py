"""The statements of what is kept day by day on site: hours, pictures, notes, ticks of the start list.

A bailleur gets the pictures taken after the works with nobody on them, and nothing of the rest whoever asks
(``domain.md`` §6).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, null, select

from intranet.access import OrganisationKind, Scope
from intranet.accounts.models import User
from intranet.chantiers.insurance import OF_THIS_HOME
from intranet.chantiers.models import Chantier, Hours, SessionNote, SitePhoto, StartCheck, Task
from intranet.chantiers.rules import BY_HAND
from intranet.chantiers.statements import not_for_bailleur, of_chantier
from intranet.chantiers.terms import Moment
from intranet.documents.models import Document
from intranet.rows import Statement


def hours_totals(scope: Scope) -> Statement:
    """Minutes of a chantier by task and role. Not for a bailleur: it gets nothing."""
    statement = (
        select(Hours.task_id, Hours.role, func.sum(Hours.minutes).label("minutes"))
        .join(Chantier, Chantier.id == Hours.chantier_id)
        .group_by(Hours.task_id, Hours.role)
    )
    return not_for_bailleur(scope, of_chantier(scope, statement))


def hours_entries(scope: Scope) -> Statement:
    """The latest entries of hours of a chantier, newest first."""
    statement = (
        select(
            Hours.id,
            Hours.on,
            Hours.role,
            Hours.person,
            Hours.minutes,
            Hours.entered_by,
            Task.label.label("task"),
            Task.room,
        )
        .join(Chantier, Chantier.id == Hours.chantier_id)
        .join(Task, Task.id == Hours.task_id)
    )
    latest = of_chantier(scope, statement).order_by(Hours.on.desc(), Hours.id.desc()).limit(30)
    return not_for_bailleur(scope, latest)


def photos(scope: Scope) -> Statement:
    """Pictures of a chantier, spot by spot; a bailleur sees those taken after the works, with nobody on them."""
    statement = (
        select(
            SitePhoto.id,
            SitePhoto.document_id,
            SitePhoto.task_id,
            SitePhoto.moment,
            SitePhoto.spot,
            SitePhoto.caption,
            SitePhoto.shows_people,
            SitePhoto.taken_on,
            Document.width,
            Document.height,
        )
        .join(Chantier, Chantier.id == SitePhoto.chantier_id)
        .join(Document, Document.id == SitePhoto.document_id)
    )
    if scope.kind is OrganisationKind.BAILLEUR:
        statement = statement.where(SitePhoto.moment == Moment.AFTER, ~SitePhoto.shows_people)
    return of_chantier(scope, statement).order_by(SitePhoto.spot, SitePhoto.taken_on, SitePhoto.id)


def notes(scope: Scope) -> Statement:
    """Session notes of a chantier, latest day first. Not for a bailleur."""
    statement = select(
        SessionNote.id, SessionNote.on, SessionNote.author_name, SessionNote.at, SessionNote.text
    ).join(Chantier, Chantier.id == SessionNote.chantier_id)
    latest = of_chantier(scope, statement).order_by(SessionNote.on.desc(), SessionNote.id.desc()).limit(50)
    return not_for_bailleur(scope, latest)


def start_checks(scope: Scope) -> Statement:
    """Ticked items of the right to start: who, when, with what remark. Those somebody ticks only."""
    statement = (
        select(StartCheck.item, StartCheck.checked_at, StartCheck.note, User.name.label("who"))
        .join(Chantier, Chantier.id == StartCheck.chantier_id)
        .join(User, User.id == StartCheck.checked_by)
        .where(StartCheck.item.in_(BY_HAND))
    )
    return not_for_bailleur(scope, of_chantier(scope, statement))


def attestation(scope: Scope) -> Statement:
    """The family's attestation of insurance that stands longest. Only ALC is led to the file (``domain.md`` §6)."""
    file_id: Any = Document.id if scope.kind is OrganisationKind.ASSOCIATION else null()
    statement = (
        select(Document.valid_until, file_id.label("file_id"))
        .join(Chantier, Chantier.dossier_id == Document.dossier_id)
        .where(*OF_THIS_HOME)
        .order_by(Document.valid_until.desc(), Document.id.desc())
        .limit(1)
    )
    return not_for_bailleur(scope, of_chantier(scope, statement))
