"""What an administrator does with other people's accounts. Each command commits once and is recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from intranet import permissions as p
from intranet.access import Actor, Role, require_may
from intranet.accounts import links, second_factor
from intranet.accounts.links import Purpose
from intranet.accounts.models import Membership, User
from intranet.accounts.roles import NEED_POLE, roles_of
from intranet.accounts.service import revoke_sessions
from intranet.editing import flush_unique, write_fields
from intranet.errors import Refused
from intranet.extensions import db
from intranet.mail.addresses import checked_address
from intranet.mail.service import link, queue_mail
from intranet.organisations.models import Organisation, Pole
from intranet.phones import checked_phone
from intranet.timeline import service as timeline
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l

LABELS = {"name": _l("Nom"), "email": _l("Adresse"), "phone": _l("Téléphone"), "job_title": _l("Fonction")}


@dataclass(frozen=True, slots=True)
class Place:
    """A role in an organisation; ``pole_id`` for those who follow one pôle."""

    organisation_id: int
    role: str
    pole_id: int | None = None


@dataclass(frozen=True, slots=True)
class Invite:
    """A new person, and her first place."""

    email: str
    name: str
    job_title: str
    place: Place
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class EditPerson:
    """What an administrator may correct about a person."""

    user_id: int
    version: int
    name: str
    email: str
    phone: str
    job_title: str


def invite(actor: Actor, command: Invite) -> int:
    """Make an account without password and mail its invitation; the new person's id."""
    require_may(actor, p.USER_MANAGE)
    organisation, role = _check_place(command.place)
    user = User(
        email=checked_address(command.email),
        name=command.name,
        job_title=command.job_title,
        language=command.language,
    )
    db.session.add(user)
    flush_unique(_("Un compte existe déjà à cette adresse."), field="email")
    _add_place(user, command.place, role)
    _mail_invitation(actor, user, organisation.name)
    _record("core.user.invited", actor, user)
    timeline.commit()
    return user.id


def invite_again(actor: Actor, user_id: int) -> None:
    """Mail a new invitation; the former link is void. Refused once the account is open."""
    require_may(actor, p.USER_MANAGE)
    user = _user(user_id)
    if user.password_hash is not None:
        raise Refused("invitation.open", _("Ce compte est déjà ouvert."))
    organisation = db.session.scalars(
        select(Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.user_id == user_id, Membership.active)
        .order_by(Membership.id)
    ).first()
    _mail_invitation(actor, user, organisation or "")
    _record("core.user.invited", actor, user)
    timeline.commit()


def edit_person(actor: Actor, command: EditPerson) -> None:
    """Correct a person's name, address, telephone and function. Raises ``Stale`` or ``Refused``.

    A new address voids the links mailed to the former one and ends the person's sessions.
    """
    require_may(actor, p.USER_MANAGE)
    user = _user(command.user_id)
    values = {
        "name": command.name,
        "email": checked_address(command.email),
        "phone": checked_phone(command.phone, known=user.phone),
        "job_title": command.job_title,
    }
    write_fields(user, command.version, values, LABELS)
    changes = timeline.field_changes(user)
    if not changes:
        return
    flush_unique(_("Un compte existe déjà à cette adresse."), field="email")
    if "email" in changes:
        for purpose in Purpose:
            links.void(user.id, purpose)
        revoke_sessions(user.id, keep=actor.session_id if user.id == actor.user_id else None)
    _record("core.user.changed", actor, user, changes=changes)
    timeline.commit()


def add_place(actor: Actor, user_id: int, place: Place) -> None:
    """Give a person a role in an organisation, or give it back."""
    require_may(actor, p.USER_MANAGE)
    organisation, role = _check_place(place)
    user = _user(user_id)
    former = db.session.scalars(
        select(Membership).where(
            Membership.user_id == user_id,
            Membership.organisation_id == place.organisation_id,
            Membership.role == role,
        )
    ).first()
    if former is None:
        _add_place(user, place, role)
    elif former.active:
        raise Refused(
            "membership.twice", _("Cette personne a déjà ce rôle dans cet organisme."), field="role"
        )
    else:
        former.active, former.pole_id = True, place.pole_id
    _record("core.membership.added", actor, user, organisation=organisation.name, role=role)
    timeline.commit()


def end_place(actor: Actor, user_id: int, membership_id: int) -> None:
    """Take a role away; sessions working in it end at once. ``LookupError`` when it is not that person's.

    Refused when it would leave the intranet, or the actor herself, without an administration role.
    """
    require_may(actor, p.USER_MANAGE)
    user = _user(user_id)
    membership = db.session.scalars(
        select(Membership).where(Membership.id == membership_id, Membership.user_id == user_id)
    ).first()
    if membership is None:
        raise LookupError("not a membership of this person")
    if membership.role is Role.ADMIN and membership.active:
        _keep_an_administrator(actor, leaving=[membership.id])
    organisation = db.session.get_one(Organisation, membership.organisation_id)
    membership.active = False
    _record("core.membership.ended", actor, user, organisation=organisation.name, role=membership.role)
    timeline.commit()


def set_active(actor: Actor, user_id: int, version: int, active: bool) -> None:
    """Close an account (its sessions end at once) or open it again. Nothing of what the person did is lost."""
    require_may(actor, p.USER_MANAGE)
    user = _user(user_id)
    if not active:
        if user_id == actor.user_id:
            raise Refused("user.self", _("Vous ne pouvez pas désactiver votre propre compte."))
        own = db.session.scalars(select(Membership.id).where(Membership.user_id == user_id))
        _keep_an_administrator(actor, leaving=list(own))
    write_fields(user, version, {"active": active}, {"active": _("Compte actif")})
    if not active:
        revoke_sessions(user_id)
        for purpose in Purpose:
            links.void(user_id, purpose)
    _record("core.user.reactivated" if active else "core.user.deactivated", actor, user)
    timeline.commit()


def end_sessions(actor: Actor, user_id: int) -> None:
    """Sign a person out everywhere."""
    require_may(actor, p.USER_MANAGE)
    user = _user(user_id)
    revoke_sessions(user_id)
    _record("core.user.sessions_revoked", actor, user)
    timeline.commit()


def reset_second_factor(actor: Actor, user_id: int) -> None:
    """Remove a lost second factor; the person signs in by password and sets up another. Her sessions end."""
    require_may(actor, p.USER_MANAGE)
    user = _user(user_id)
    second_factor.forget(user_id)
    revoke_sessions(user_id, keep=actor.session_id if user_id == actor.user_id else None)
    _record("core.user.second_factor_reset", actor, user)
    timeline.commit()


def _user(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise LookupError("no such account")
    return user


def _check_place(place: Place) -> tuple[Organisation, Role]:
    organisation = db.session.get(Organisation, place.organisation_id)
    if organisation is None or not organisation.active:
        raise Refused("membership.organisation", _("Choisissez un organisme actif."), field="organisation")
    role = next((each for each in roles_of(organisation.kind) if each == place.role), None)
    if role is None:
        raise Refused("membership.role", _("Ce rôle n’existe pas dans cet organisme."), field="role")
    if role in NEED_POLE and place.pole_id is None:
        raise Refused("membership.pole", _("Ce rôle a besoin d’un pôle."), field="pole")
    if place.pole_id is not None and db.session.get(Pole, place.pole_id) is None:
        raise Refused("membership.pole", _("Ce pôle n’existe pas."), field="pole")
    return organisation, role


def _add_place(user: User, place: Place, role: Role) -> None:
    pole_id = place.pole_id if role in NEED_POLE else None
    db.session.add(
        Membership(user_id=user.id, organisation_id=place.organisation_id, role=role, pole_id=pole_id)
    )
    db.session.flush()


def _keep_an_administrator(actor: Actor, leaving: list[int]) -> None:
    """Refuse what would take the last administration role away, from everyone or from the actor."""
    remaining = (
        select(Membership.id, Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.role == Role.ADMIN, Membership.active, User.active, Organisation.active)
        .where(User.password_hash.is_not(None), Membership.id.not_in(leaving))
    )
    rows = db.session.execute(remaining).all()
    mine = select(func.count()).where(Membership.id.in_(leaving), Membership.user_id == actor.user_id)
    if not rows or (db.session.scalar(mine) and actor.user_id not in {row.user_id for row in rows}):
        raise Refused(
            "membership.last_admin",
            _("C’est le dernier rôle d’administration : donnez-le d’abord à quelqu’un d’autre."),
        )


def _mail_invitation(actor: Actor, user: User, organisation: str) -> None:
    token = links.issue(user.id, Purpose.INVITATION)
    queue_mail(
        "invitation",
        to=user.email,
        language=user.language,
        name=user.name,
        inviter=actor.name,
        organisation=organisation,
        url=link("accounts.invitation", token=token),
    )


def _record(kind: str, actor: Actor, user: User, **data: Any) -> None:
    timeline.record(kind, actor=actor, subject="user", subject_id=user.id, data={"name": user.name, **data})
