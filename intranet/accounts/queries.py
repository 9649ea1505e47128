"""What the account pages show: one's own memberships, sessions and visits. One statement each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select

from intranet.accounts.models import Membership, RecoveryCode, SignInAttempt, User, UserSession
from intranet.database import UtcDateTime, now
from intranet.organisations.models import Organisation, Pole
from intranet.rows import Row, fetch_all, fetch_one, fetch_value
from intranet.search.folding import SortKey

_MEMBERSHIPS = (
    select(Membership.id, Membership.role, Organisation.name.label("organisation"), Pole.name.label("pole"))
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .outerjoin(Pole, Pole.id == Membership.pole_id)
    .where(Membership.user_id == bindparam("user_id"), Membership.active, Organisation.active)
    .order_by(SortKey(Organisation.name), Membership.id)
)
_SESSIONS = (
    select(
        UserSession.id, UserSession.address, UserSession.agent, UserSession.created_at, UserSession.seen_at
    )
    .where(UserSession.user_id == bindparam("user_id"), UserSession.revoked_at.is_(None))
    .where(UserSession.expires_at > bindparam("at", type_=UtcDateTime()))
    .order_by(UserSession.seen_at.desc(), UserSession.id.desc())
    .limit(50)
)
_VISITS = (
    select(SignInAttempt.at, SignInAttempt.outcome, SignInAttempt.address)
    .where(SignInAttempt.email == bindparam("email"))
    .order_by(SignInAttempt.at.desc(), SignInAttempt.id.desc())
    .limit(50)
)
_ACCOUNT = select(User.name, User.email, User.phone, User.language, User.theme, User.totp_since).where(
    User.id == bindparam("user_id")
)
_CODES_LEFT = (
    select(func.count())
    .select_from(RecoveryCode)
    .where(RecoveryCode.user_id == bindparam("user_id"), RecoveryCode.used_at.is_(None))
)


def account(user_id: int) -> Row:
    """The person's own data."""
    row = fetch_one(_ACCOUNT, user_id=user_id)
    if row is None:
        raise LookupError("no such account")
    return row


def memberships(user_id: int) -> Sequence[Row]:
    """Where the person may work, by organisation."""
    return fetch_all(_MEMBERSHIPS, user_id=user_id)


def sessions(user_id: int) -> Sequence[Row]:
    """The person's open sessions, the last seen first."""
    return fetch_all(_SESSIONS, user_id=user_id, at=now())


def visits(email: str) -> Sequence[Row]:
    """The last fifty attempts to sign in to this account, the newest first."""
    return fetch_all(_VISITS, email=email)


def recovery_codes_left(user_id: int) -> int:
    """How many recovery codes were not used yet."""
    return int(fetch_value(_CODES_LEFT, user_id=user_id))
