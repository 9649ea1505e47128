"""What people do with their own account. Each command commits once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from intranet.access import Actor
from intranet.accounts import attempts, links, passwords, second_factor
from intranet.accounts.links import Addressee, Purpose
from intranet.accounts.models import Membership, User, UserSession
from intranet.accounts.rules import check_password
from intranet.accounts.session import digest, open_session
from intranet.accounts.signing_in import first_membership, normalise_email
from intranet.database import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.jobs.service import enqueue
from intranet.mail.service import link, queue_mail
from intranet.organisations.models import Organisation
from intranet.phones import checked_phone
from intranet.timeline import service as timeline
from intranet.translation import gettext as _

PASSWORD_LINK_JOB = "accounts.password_link"  # noqa: S105 - the name of a job
ASK_EVERY_SECONDS = 300
"""One mail in five minutes, however often the form is sent."""

LANGUAGES = ("fr", "en")
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person may change about herself."""

    name: str
    phone: str
    language: str
    theme: str


def change_profile(actor: Actor, profile: Profile) -> None:
    """Change one's own name, telephone, language and theme."""
    if profile.language not in LANGUAGES or profile.theme not in THEMES:
        raise Refused("profile.choice", _("Ce choix n’existe pas."))
    user = db.session.get_one(User, actor.user_id)
    user.name, user.phone = profile.name, checked_phone(profile.phone, known=user.phone)
    user.language, user.theme = profile.language, profile.theme
    changes = timeline.field_changes(user)
    if changes:
        timeline.record(
            "core.user.changed",
            actor=actor,
            subject="user",
            subject_id=actor.user_id,
            data={"name": user.name, "changes": changes},
        )
    timeline.commit()


def change_password(actor: Actor, current: str, new: str) -> None:
    """Change one's own password; every other session ends. Raises ``Refused`` at ``current`` or ``password``."""
    second_factor.confirm_password(actor, current)
    check_password(new, email=actor.email, name=actor.name)
    _set_password(actor.user_id, new)
    revoke_sessions(actor.user_id, keep=actor.session_id)
    links.void(actor.user_id, Purpose.PASSWORD)
    timeline.record("core.user.password_changed", actor=actor, subject="user", subject_id=actor.user_id)
    timeline.commit()


def ask_password_link(email: str) -> None:
    """Have a link mailed if there is such an account. The same work either way: a job looks, not the request."""
    address = normalise_email(email)
    slot = int(time.time()) // ASK_EVERY_SECONDS
    enqueue(PASSWORD_LINK_JOB, {"email": address}, unique_key=f"every:password:{digest(address)[:40]}:{slot}")
    db.session.commit()


def send_password_link(payload: dict[str, Any]) -> None:
    """The job: mail the link to an active account that was opened; do nothing for any other address."""
    user = db.session.execute(
        select(User.id, User.email, User.name, User.language).where(
            User.email == payload["email"], User.active, User.password_hash.is_not(None)
        )
    ).first()
    if user is None:
        return
    token = links.issue(user.id, Purpose.PASSWORD)
    queue_mail(
        "password",
        to=user.email,
        language=user.language,
        name=user.name,
        url=link("accounts.reset_password", token=token),
    )
    db.session.commit()


def reset_password(token: str, new: str) -> Addressee:
    """Set the password the link's owner chose; every session ends, lock-out too. Raises ``Refused``."""
    person = links.addressee(token, Purpose.PASSWORD)
    check_password(new, email=person.email, name=person.name)
    links.use(token, Purpose.PASSWORD)
    _set_password(person.user_id, new)
    revoke_sessions(person.user_id)
    attempts.note(person.email, "", attempts.PASSWORD_RENEWED, person.user_id)
    _record_of("core.user.password_reset", person)
    timeline.commit()
    return person


def accept_invitation(token: str, name: str, password: str) -> None:
    """Open the invited person's account and sign her in. Raises ``Refused``."""
    person = links.addressee(token, Purpose.INVITATION)
    check_password(password, email=person.email, name=name)
    membership_id = first_membership(person.user_id)
    if membership_id is None:
        raise Refused("invitation.no_role", _("Votre compte n’a plus de rôle. Écrivez à la coordination."))
    links.use(token, Purpose.INVITATION)
    db.session.execute(update(User).where(User.id == person.user_id).values(name=name))
    _set_password(person.user_id, password)
    revoke_sessions(person.user_id)
    open_session(person.user_id, membership_id, second_factor=False)
    _record_of("core.user.joined", person._replace(name=name))
    timeline.commit()


def switch_membership(actor: Actor, membership_id: int) -> None:
    """Go on in another of one's own organisations or roles. ``LookupError`` for someone else's."""
    mine = db.session.scalars(
        select(Membership.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.id == membership_id, Membership.user_id == actor.user_id)
        .where(Membership.active, Organisation.active)
    ).first()
    if mine is None:
        raise LookupError("not a membership of this person")
    db.session.execute(
        update(UserSession).where(UserSession.id == actor.session_id).values(membership_id=mine)
    )
    db.session.commit()


def revoke_session(actor: Actor, session_id: int) -> None:
    """End one of one's own sessions. ``LookupError`` for someone else's."""
    ended = db.session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == actor.user_id)
        .values(revoked_at=now())
    )
    if not ended.rowcount:  # type: ignore[attr-defined]
        raise LookupError("not a session of this person")
    db.session.commit()


def revoke_other_sessions(actor: Actor) -> None:
    """End all of one's own sessions but this one."""
    revoke_sessions(actor.user_id, keep=actor.session_id)
    db.session.commit()


def revoke_sessions(user_id: int, keep: int | None = None) -> None:
    """End the person's sessions, but for ``keep``. Does not commit."""
    db.session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.id != (keep or 0))
        .where(UserSession.revoked_at.is_(None))
        .values(revoked_at=now())
        .execution_options(synchronize_session=False)
    )


def _set_password(user_id: int, password: str) -> None:
    db.session.execute(
        update(User)
        .where(User.id == user_id)
        .values(password_hash=passwords.hash_password(password), password_changed_at=now())
        .execution_options(synchronize_session=False)
    )


def _record_of(kind: str, person: Addressee) -> None:
    """Record what a person did through a mailed link, before any session names her."""
    timeline.record(kind, actor=None, subject="user", subject_id=person.user_id, data={"name": person.name})
