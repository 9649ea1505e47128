"""Who is at work: the signed cookie, the row it names, and the one statement that reads the person.

The cookie holds a session's id and secret; the database only the secret's digest. A session ends with its
time, its revocation, its person, its membership or its organisation: the statement finds no row.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from flask import Request, request, session
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.engine import Connection

from intranet.access import STAFF_ROLES, Actor, Scope, registry
from intranet.accounts.models import Membership, User, UserSession
from intranet.afterwards import write_afterwards
from intranet.config import settings
from intranet.current import this_session
from intranet.database import UtcDateTime, now
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.rows import fetch_one

SEEN_EVERY = timedelta(minutes=5)
LARGEST_ID = 2**31

_ACTOR = (
    select(
        UserSession.id,
        UserSession.seen_at,
        UserSession.second_factor,
        User.id.label("user_id"),
        User.name,
        User.email,
        User.language,
        User.theme,
        User.totp_since,
        Membership.id.label("membership_id"),
        Membership.role,
        Membership.pole_id,
        Organisation.id.label("organisation_id"),
        Organisation.name.label("organisation_name"),
        Organisation.kind,
    )
    .join(User, User.id == UserSession.user_id)
    .join(Membership, Membership.id == UserSession.membership_id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(UserSession.id == bindparam("sid"))
    .where(UserSession.secret_digest == bindparam("digest"))
    .where(UserSession.revoked_at.is_(None))
    .where(UserSession.expires_at > bindparam("at", type_=UtcDateTime()))
    .where(User.active, Membership.active, Organisation.active)
    .where(Membership.user_id == User.id)
)
_SEEN = update(UserSession).where(UserSession.id == bindparam("sid")).values(seen_at=bindparam("at"))


def load_actor(_request: Request | None = None) -> Actor | None:
    """The signed-in person of this request, or ``None``. Flask-Login's request loader: one statement."""
    cookie = this_session()
    sid, secret = cookie.get("sid"), cookie.get("secret")
    if not isinstance(sid, int) or not 0 < sid < LARGEST_ID or not isinstance(secret, str):
        return None
    at = now()
    row = fetch_one(_ACTOR, sid=sid, digest=digest(secret), at=at)
    if row is None:
        return None
    if row.totp_since is not None and not row.second_factor:
        return None
    if at - row.seen_at > SEEN_EVERY:
        _note_seen(sid)
    return Actor(
        user_id=row.user_id,
        session_id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        theme=row.theme,
        membership_id=row.membership_id,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        scope=Scope(row.kind, row.role),
        pole_id=row.pole_id,
        permissions=registry().role_permissions(row.role),
        second_factor_missing=row.totp_since is None
        and row.role in STAFF_ROLES
        and settings().second_factor_for_staff,
    )


def _note_seen(sid: int) -> None:
    def write(connection: Connection) -> None:
        connection.execute(_SEEN, {"sid": sid, "at": now()})

    write_afterwards(write)


def open_session(user_id: int, membership_id: int, *, second_factor: bool) -> None:
    """Sign this browser in: a new row, and a cookie emptied of all that was in it. Does not commit.

    Whatever an attacker planted in the cookie before (a session, a CSRF token) is gone.
    """
    secret = secrets.token_urlsafe(32)
    at = now()
    sid = db.session.execute(
        insert(UserSession)
        .values(
            user_id=user_id,
            membership_id=membership_id,
            secret_digest=digest(secret),
            second_factor=second_factor,
            address=client_address(),
            agent=request.user_agent.string[:255],
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=settings().session_hours),
        )
        .returning(UserSession.id)
    ).scalar_one()
    session.clear()
    session["sid"] = sid
    session["secret"] = secret


def client_address() -> str:
    """The address of the browser, as the trusted proxies tell it."""
    return (request.remote_addr or "")[:45]


def digest(secret: str) -> str:
    """What is stored of a secret drawn at random: nothing can be guessed from it, so it needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
