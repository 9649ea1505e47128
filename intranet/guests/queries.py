"""Reading the accesses of a split: who was let in, until when, and what was answered with each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from intranet.access import Role
from intranet.accounts.models import Membership, User
from intranet.clock import now
from intranet.database import UtcDateTime
from intranet.guests.models import GuestAccess
from intranet.rows import Row, fetch_all, fetch_one, fetch_value
from intranet.works.models import LineAnswer
from intranet.works.terms import Side

_opener, _adopter = aliased(User), aliased(User)
_ANSWERS = (
    select(func.count()).where(LineAnswer.guest_id == GuestAccess.id).correlate(GuestAccess).scalar_subquery()
)
_ACCESSES = (
    select(
        GuestAccess.id,
        GuestAccess.reference,
        GuestAccess.side,
        GuestAccess.language,
        GuestAccess.sent_to,
        GuestAccess.person,
        GuestAccess.created_at,
        GuestAccess.expires_at,
        GuestAccess.revoked_at,
        GuestAccess.seen_at,
        GuestAccess.adopted_at,
        _opener.name.label("opener"),
        _adopter.name.label("adopter"),
        _ANSWERS.label("answers"),
    )
    .join(_opener, _opener.id == GuestAccess.created_by)
    .outerjoin(_adopter, _adopter.id == GuestAccess.adopted_by)
    .where(GuestAccess.split_id == bindparam("split_id"))
    .order_by(GuestAccess.id.desc())
)
_TO_ADOPT = (
    select(GuestAccess.id, GuestAccess.person, GuestAccess.seen_at, _ANSWERS.label("answers"))
    .where(
        GuestAccess.split_id == bindparam("split_id"),
        GuestAccess.side == Side.BAILLEUR,
        GuestAccess.adopted_at.is_(None),
        GuestAccess.person != "",
        _ANSWERS > 0,
    )
    .order_by(GuestAccess.id)
)
_VOICE = select(
    or_(
        exists().where(
            Membership.organisation_id == bindparam("bailleur_id"),
            Membership.role == Role.AGENT,
            Membership.active,
            User.id == Membership.user_id,
            User.active,
        ),
        exists().where(
            GuestAccess.split_id == bindparam("split_id"),
            GuestAccess.side == Side.BAILLEUR,
            GuestAccess.revoked_at.is_(None),
            GuestAccess.expires_at > bindparam("at", type_=UtcDateTime()),
        ),
    )
)
_OF_SPLIT = select(GuestAccess.id).where(
    GuestAccess.id == bindparam("access_id"), GuestAccess.split_id == bindparam("split_id")
)


def has_voice(split_id: int, bailleur_id: int) -> bool:
    """Whether somebody can speak for the bailleur: an account of its own, or an access to that split that opens."""
    return bool(fetch_value(_VOICE, split_id=split_id, bailleur_id=bailleur_id, at=now()))


def accesses(split_id: int) -> Sequence[Row]:
    """The accesses of a split, newest first, with how many answers stand that were given with each. One statement."""
    return fetch_all(_ACCESSES, split_id=split_id)


def to_adopt(split_id: int) -> Sequence[Row]:
    """Accesses of the bailleur's side whose answers no account has taken over yet."""
    return fetch_all(_TO_ADOPT, split_id=split_id)


def is_access_of(split_id: int, access_id: int) -> bool:
    """Whether the access opens that split: an address may name any two numbers."""
    return fetch_one(_OF_SPLIT, split_id=split_id, access_id=access_id) is not None
