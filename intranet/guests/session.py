"""Who comes without an account: the signed cookie that names an access, and the one statement that reads it.

A view open to guests says so (``access.guest_page`` or ``access.open_to_guests``): there ``actor()`` is the
guest, whose role's permissions and policies reach one split. On every other page a guest is a stranger.
``guest()`` tells who she is anywhere. Each request reads the access again: revoked, it is closed at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, session
from sqlalchemy import bindparam, or_, select

from intranet.access import Actor, GuestRole, OrganisationKind, Scope, registry
from intranet.config import settings
from intranet.database import UtcDateTime, now
from intranet.guests.models import GuestAccess
from intranet.organisations.models import Organisation
from intranet.pluginsystem.gate import GUEST_COOKIE
from intranet.rows import fetch_one
from intranet.works.models import Split
from intranet.works.terms import Side, SplitState

COOKIE = GUEST_COOKIE
ROLES = {Side.BAILLEUR: GuestRole.AGENT, Side.HOUSEHOLD: GuestRole.HOUSEHOLD}

STANDS = or_(Split.state != SplitState.WITHDRAWN, GuestAccess.side == Side.HOUSEHOLD)
"""A split withdrawn has nothing more to ask of a bailleur; the family still reads on its page that it was."""

_ACCESS = (
    select(
        GuestAccess.id,
        GuestAccess.split_id,
        GuestAccess.side,
        GuestAccess.language,
        Organisation.name.label("bailleur"),
    )
    .join(Split, Split.id == GuestAccess.split_id)
    .join(Organisation, Organisation.id == Split.bailleur_id)
    .where(GuestAccess.reference == bindparam("reference"))
    .where(GuestAccess.revoked_at.is_(None))
    .where(GuestAccess.expires_at > bindparam("at", type_=UtcDateTime()))
    .where(STANDS)
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody let in to one split. ``person`` is who she says she is, empty until she has said it."""

    access_id: int
    split_id: int
    side: Side
    person: str
    language: str
    bailleur: str  # on whose behalf, when the side is the bailleur's


def guest() -> Guest | None:
    """The guest of this request, or ``None``. One statement, asked once."""
    if "guest" not in g:
        g.guest = _read()
    found: Guest | None = g.guest
    return found


def _read() -> Guest | None:
    kept = session.get(COOKIE)
    if not isinstance(kept, dict) or now().timestamp() - kept["at"] > settings().session_hours * 3600:
        return None
    row = fetch_one(_ACCESS, reference=kept["reference"], at=now())
    if row is None:
        return None
    return Guest(row.id, row.split_id, row.side, kept["person"], row.language, row.bailleur)


def load_guest() -> Actor | None:
    """The guest as the person at work, for pages open to guests; ``None`` when there is none."""
    found = guest()
    if found is None:
        return None
    role = ROLES[found.side]
    return Actor(
        user_id=0,
        session_id=0,
        name=found.person,
        email="",
        language=found.language,
        theme="auto",
        membership_id=0,
        organisation_id=0,
        organisation_name=found.bailleur if found.side is Side.BAILLEUR else "",
        scope=Scope(OrganisationKind.OTHER, role),
        pole_id=None,
        permissions=registry().role_permissions(role),
        guest_id=found.access_id,
        guest_split_id=found.split_id,
    )


def last_language() -> str:
    """The language of who came in last with this browser, whose access may be over since; empty if nobody did."""
    kept = session.get(COOKIE)
    return str(kept.get("language", "")) if isinstance(kept, dict) else ""


def open_session(reference: str, language: str = "") -> None:
    """Let this browser in. The cookie is emptied first: what was planted in it, or who was signed in, is gone.

    ``language``: the door's, when another than the access's was chosen there.
    """
    session.clear()
    session[COOKIE] = {
        "reference": reference,
        "at": int(now().timestamp()),
        "person": "",
        "language": language,
    }
    g.pop("guest", None)


def name_person(person: str) -> None:
    """Keep who speaks in this browser from now on."""
    session[COOKIE] = {**session[COOKIE], "person": person}
    g.pop("guest", None)


def close_session() -> None:
    """Let this browser out."""
    session.clear()
    g.pop("guest", None)
