"""Signing in and out. The same words and the same time for a wrong password and an unknown account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select, update

from intranet.access import Actor
from intranet.accounts import attempts, passwords, second_factor
from intranet.accounts.models import Membership, User, UserSession
from intranet.database import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Credentials:
    """What was typed at the door, and from where."""

    email: str
    password: str
    address: str


class Admitted(NamedTuple):
    """Whose password was right, and whether a code is still to be given."""

    user_id: int
    email: str
    language: str
    needs_code: bool


def normalise_email(email: str) -> str:
    """An address as it is kept and compared."""
    return email.strip().casefold()[:254]


def check_credentials(given: Credentials) -> Admitted:
    """The person whose e-mail and password these are. Raises ``Refused``; every attempt is written down.

    Commits. The password is checked outside any transaction: hashing is slow and must hold up nobody.
    """
    email = normalise_email(given.email)
    attempts.refuse_if_locked(email, given.address)
    found = db.session.execute(
        select(User.id, User.password_hash, User.active, User.language, User.totp_since).where(
            User.email == email
        )
    ).first()
    db.session.rollback()
    right = passwords.verify(found.password_hash if found else None, given.password)
    if found is None or found.password_hash is None or not right:
        raise _failed(email, given.address, attempts.WRONG_PASSWORD, found.id if found else None)
    if not found.active or first_membership(found.id) is None:
        raise _failed(email, given.address, attempts.INACTIVE, found.id)
    if passwords.needs_rehash(found.password_hash):
        renewed = passwords.hash_password(given.password)
        db.session.execute(update(User).where(User.id == found.id).values(password_hash=renewed))
    needs_code = found.totp_since is not None
    outcome = attempts.PASSWORD_ACCEPTED if needs_code else attempts.SIGNED_IN
    attempts.note(email, given.address, outcome, found.id)
    db.session.commit()
    return Admitted(found.id, email, found.language, needs_code)


def check_code(user_id: int, code: str, address: str) -> None:
    """Go on when ``code`` is the person's second factor (or an unused recovery code). Raises ``Refused``. Commits."""
    email = db.session.scalars(select(User.email).where(User.id == user_id, User.active)).first()
    if email is None:
        raise Refused("sign_in.code", _("Ce code n’est pas le bon."), field="code")
    attempts.refuse_if_locked(email, address)
    if not second_factor.accept(user_id, code):
        attempts.note(email, address, attempts.WRONG_CODE, user_id)
        db.session.commit()
        raise Refused(
            "sign_in.code",
            _("Ce code n’est pas le bon, ou il a déjà servi. Attendez le suivant et réessayez."),
            field="code",
        )
    attempts.note(email, address, attempts.SIGNED_IN, user_id)
    db.session.commit()


def first_membership(user_id: int) -> int | None:
    """The membership a new session starts in: the one last used, else the oldest."""
    last_used = (
        select(UserSession.membership_id)
        .where(UserSession.user_id == user_id)
        .order_by(UserSession.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return db.session.scalars(
        select(Membership.id)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id == user_id, Membership.active, Organisation.active)
        .order_by((Membership.id == last_used).desc().nulls_last(), Membership.id)
        .limit(1)
    ).first()


def sign_out(actor: Actor, address: str) -> None:
    """End this session. Commits."""
    db.session.execute(update(UserSession).where(UserSession.id == actor.session_id).values(revoked_at=now()))
    attempts.note(actor.email, address, attempts.SIGNED_OUT, actor.user_id)
    db.session.commit()


def _failed(email: str, address: str, outcome: str, user_id: int | None) -> Refused:
    attempts.note(email, address, outcome, user_id)
    db.session.commit()
    return Refused("sign_in.wrong", _("L’adresse ou le mot de passe n’est pas le bon."), field="password")
