"""Organisations, pôles and sites: what the coordination keeps in order. Each command commits once."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.accounts.models import Membership
from intranet.editing import flush_unique, write_fields
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import refuse_forbidden
from intranet.mail.addresses import checked_address
from intranet.organisations.models import Confidentiality, Organisation, Pole, Site
from intranet.organisations.wordings import LABELS
from intranet.phones import checked_phone
from intranet.timeline import service as timeline
from intranet.translation import gettext as _

T = TypeVar("T", Organisation, Pole, Site)


@dataclass(frozen=True, slots=True)
class OrganisationFields:
    kind: OrganisationKind
    name: str
    email: str
    phone: str
    address: str
    answer_days: int
    active: bool


@dataclass(frozen=True, slots=True)
class PoleFields:
    code: str
    name: str
    audience: str
    confidentiality: Confidentiality
    announced_households: int
    active: bool


@dataclass(frozen=True, slots=True)
class SiteFields:
    name: str
    pole_id: int | None
    associated: bool
    address: str
    phone: str
    email: str
    notes: str
    active: bool


def save_organisation(
    actor: Actor, fields: OrganisationFields, organisation_id: int | None = None, version: int = 0
) -> int:
    """Add an organisation, or change one opened at ``version``; its id. For the coordination.

    Its kind does not change once someone works there (it decides what they see); one's own stays active.
    """
    require_may(actor, p.ORGANISATION_MANAGE)
    if organisation_id is not None:
        stored = _one(Organisation, organisation_id)
        if stored.kind is not fields.kind and _has_members(organisation_id):
            raise Refused(
                "organisation.kind",
                _("Des personnes y travaillent déjà : la nature de l’organisme ne change plus."),
                field="kind",
            )
        if not fields.active and organisation_id == actor.organisation_id:
            raise Refused(
                "organisation.own", _("Vous travaillez dans cet organisme : il reste actif."), field="active"
            )
    taken = _("Un organisme porte déjà ce nom.")
    # A bailleur without an account is written to there: an address no mail reaches would silence its reminders.
    values = asdict(fields) | {
        "email": checked_address(fields.email) if fields.email.strip() else "",
        "phone": checked_phone(
            fields.phone, known=stored.phone if organisation_id is not None else "", short=True
        ),
    }
    return _save(actor, Organisation, "organisation", values, organisation_id, version, taken, "name")


def save_pole(actor: Actor, fields: PoleFields, pole_id: int | None = None, version: int = 0) -> int:
    """Add a pôle, or change one opened at ``version``; its id. For the coordination."""
    require_may(actor, p.ORGANISATION_MANAGE)
    return _save(
        actor, Pole, "pole", asdict(fields), pole_id, version, _("Un pôle porte déjà ce sigle."), "code"
    )


def save_site(actor: Actor, fields: SiteFields, site_id: int | None = None, version: int = 0) -> int:
    """Add a site, or change one opened at ``version``; its id. For the coordination."""
    require_may(actor, p.ORGANISATION_MANAGE)
    refuse_forbidden(fields.notes, field="notes")
    if fields.pole_id is not None:
        _one(Pole, fields.pole_id)
    known = _one(Site, site_id).phone if site_id is not None else ""
    values = asdict(fields) | {"phone": checked_phone(fields.phone, known=known, short=True)}
    return _save(actor, Site, "site", values, site_id, version, _("Un site porte déjà ce nom."), "name")


def _save(
    actor: Actor,
    model: type[T],
    subject: str,
    values: dict[str, Any],
    object_id: int | None,
    version: int,
    taken: str,
    unique: str,
) -> int:
    if object_id is None:
        obj = model(**values)
        db.session.add(obj)
        changes: dict[str, tuple[Any, Any]] = {}
    else:
        obj = _one(model, object_id)
        write_fields(obj, version, values, LABELS)
        changes = timeline.field_changes(obj)
        if not changes:
            return obj.id
    flush_unique(taken, field=unique)
    timeline.record(
        f"core.{subject}.{'added' if object_id is None else 'changed'}",
        actor=actor,
        subject=subject,
        subject_id=obj.id,
        data={"name": obj.name, "changes": changes},
    )
    timeline.commit()
    return obj.id


def _one(model: type[T], object_id: int) -> T:
    obj = db.session.get(model, object_id)
    if obj is None:
        raise LookupError(f"no such {model.__name__.lower()}")
    return obj


def _has_members(organisation_id: int) -> bool:
    found = select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.active)
    return db.session.scalars(found.limit(1)).first() is not None


__all__ = [
    "OrganisationFields",
    "PoleFields",
    "SiteFields",
    "save_organisation",
    "save_pole",
    "save_site",
]
