"""Who follows a household (the trio of R20), who may open a protected dossier, and ALC's notes."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, exists, select

from intranet import permissions as p
from intranet.access import STAFF_ROLES, Actor, OrganisationKind, Role, require_may
from intranet.accounts.models import Membership, User
from intranet.database import now
from intranet.dossiers.commands import NamePeople
from intranet.dossiers.loading import take_dossier
from intranet.dossiers.models import Dossier, DossierGrant, DossierNote
from intranet.errors import Refused
from intranet.extensions import db
from intranet.health_words import checked_note
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _

NOTE_LENGTH = 4000
DOUBLE_CLICK = timedelta(minutes=2)
PLACES = {
    "referent_id": frozenset({Role.REFERENT, Role.COORDINATOR}),
    "technical_id": frozenset({Role.TECHNICAL}),
    "tisf_id": frozenset({Role.TISF}),
}
"""The three places of the trio and the roles that may fill them."""


def _is_staff(user_id: int, roles: frozenset[Role]) -> bool:
    """Whether the person works at ALC in one of ``roles`` today."""
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    Membership.user_id == user_id,
                    Membership.role.in_(roles),
                    Membership.active,
                    User.id == Membership.user_id,
                    User.active,
                    Organisation.id == Membership.organisation_id,
                    Organisation.kind == OrganisationKind.ASSOCIATION,
                )
            )
        )
    )


def name_people(actor: Actor, command: NamePeople) -> Dossier:
    """Name référent, éducateur technique and TISF: they may open the dossier. Référent, coordinator."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(command.dossier_id, command.version)
    changed = {}
    for place, roles in PLACES.items():
        user_id: int | None = getattr(command, place)
        if user_id == getattr(dossier, place):
            continue
        if user_id is not None and not _is_staff(user_id, roles):
            raise Refused(
                "dossier.people", _("Cette personne n’exerce pas cette fonction à ALC."), field=place
            )
        setattr(dossier, place, user_id)
        changed[place] = db.session.scalar(select(User.name).where(User.id == user_id)) or ""
    if not changed:
        return dossier
    record(
        "dossier.people_named",
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        data={"people": changed},
    )
    commit()
    return dossier


def grant(actor: Actor, dossier_id: int, user_id: int) -> None:
    """Open a protected dossier to one person of ALC. Coordinator, administrator. Twice is once."""
    require_may(actor, p.DOSSIER_GRANT)
    dossier = take_dossier(dossier_id)
    if not _is_staff(user_id, STAFF_ROLES):
        raise Refused("dossier.grant", _("Choisissez une personne de l’équipe."), field="user_id")
    if db.session.get(DossierGrant, (dossier_id, user_id)) is not None:
        return
    db.session.add(DossierGrant(dossier_id=dossier_id, user_id=user_id, granted_by=actor.user_id))
    _tell_grant("dossier.granted", actor, dossier, user_id)


def revoke_grant(actor: Actor, dossier_id: int, user_id: int) -> None:
    """Close it to that person again, at once. Coordinator, administrator."""
    require_may(actor, p.DOSSIER_GRANT)
    dossier = take_dossier(dossier_id)
    if db.session.get(DossierGrant, (dossier_id, user_id)) is None:
        return
    db.session.execute(
        delete(DossierGrant).where(DossierGrant.dossier_id == dossier_id, DossierGrant.user_id == user_id)
    )
    _tell_grant("dossier.grant_revoked", actor, dossier, user_id)


def _tell_grant(kind: str, actor: Actor, dossier: Dossier, user_id: int) -> None:
    record(
        kind,
        actor=actor,
        subject="dossier",
        subject_id=dossier.id,
        dossier_id=dossier.id,
        data={"person": db.session.scalar(select(User.name).where(User.id == user_id)) or ""},
    )
    commit()


def add_note(actor: Actor, dossier_id: int, text: str) -> DossierNote:
    """Write a note, seen by ALC alone. The same words sent twice at once are one note."""
    require_may(actor, p.DOSSIER_EDIT)
    dossier = take_dossier(dossier_id)
    kept = checked_note(text, NOTE_LENGTH, field="text")
    if not kept:
        raise Refused("dossier.note.empty", _("La note est vide."), field="text")
    twin = db.session.scalar(
        select(DossierNote)
        .where(
            DossierNote.dossier_id == dossier_id,
            DossierNote.author_id == actor.user_id,
            DossierNote.text == kept,
            DossierNote.at > now() - DOUBLE_CLICK,
        )
        .limit(1)
    )
    if twin is not None:
        return twin
    note = DossierNote(dossier_id=dossier_id, author_id=actor.user_id, text=kept)
    db.session.add(note)
    record("dossier.note_added", actor=actor, subject="dossier", subject_id=dossier.id, dossier_id=dossier.id)
    commit()
    return note
