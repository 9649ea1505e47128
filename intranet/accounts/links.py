"""Mailed links: a secret in the address, good once and for a time. Only its digest is kept."""

from __future__ import annotations

import enum
import secrets
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import insert, select, update

from intranet.accounts.models import SingleUseLink, User
from intranet.accounts.session import digest
from intranet.database import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.translation import gettext as _


class Purpose(enum.StrEnum):
    """What a link opens."""

    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - the name of a purpose


LASTS = {Purpose.INVITATION: timedelta(days=7), Purpose.PASSWORD: timedelta(hours=1)}


class Addressee(NamedTuple):
    """Whose link it is."""

    user_id: int
    email: str
    name: str
    language: str
    second_factor: bool


def issue(user_id: int, purpose: Purpose) -> str:
    """A new link's token; the person's former links of that purpose are void. Does not commit."""
    void(user_id, purpose)
    token = secrets.token_urlsafe(32)
    at = now()
    db.session.execute(
        insert(SingleUseLink).values(
            user_id=user_id,
            purpose=purpose,
            token_digest=digest(token),
            created_at=at,
            expires_at=at + LASTS[purpose],
        )
    )
    return token


def addressee(token: str, purpose: Purpose) -> Addressee:
    """Whose unused link this is. Opening the page uses nothing up: mail programs open links by themselves.

    Raises ``Refused`` when the link is unknown, used, too old, or its person no longer has an account.
    """
    row = db.session.execute(
        select(User.id, User.email, User.name, User.language, User.totp_since)
        .join(SingleUseLink, SingleUseLink.user_id == User.id)
        .where(SingleUseLink.token_digest == digest(token), SingleUseLink.purpose == purpose)
        .where(SingleUseLink.used_at.is_(None), SingleUseLink.expires_at > now())
        .where(User.active)
    ).first()
    if row is None:
        raise _spent()
    return Addressee(row.id, row.email, row.name, row.language, row.totp_since is not None)


def use(token: str, purpose: Purpose) -> None:
    """Use the link up; of two at once only one succeeds. Raises ``Refused``. Does not commit."""
    used = db.session.execute(
        update(SingleUseLink)
        .where(SingleUseLink.token_digest == digest(token), SingleUseLink.purpose == purpose)
        .where(SingleUseLink.used_at.is_(None), SingleUseLink.expires_at > now())
        .values(used_at=now())
    )
    if not used.rowcount:  # type: ignore[attr-defined]
        raise _spent()


def void(user_id: int, purpose: Purpose) -> None:
    """Make the person's unused links of that purpose worthless. Does not commit."""
    db.session.execute(
        update(SingleUseLink)
        .where(SingleUseLink.user_id == user_id, SingleUseLink.purpose == purpose)
        .where(SingleUseLink.used_at.is_(None))
        .values(used_at=now())
    )


def _spent() -> Refused:
    return Refused("link.spent", _("Ce lien a déjà servi ou n’est plus valable. Demandez-en un nouveau."))
