"""Opening a split to somebody without an account, letting her in, and closing it again."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, select, update

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.accounts import attempts
from intranet.accounts.session import digest
from intranet.accounts.signing_in import normalise_email
from intranet.database import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.guests.mailing import send_code
from intranet.guests.models import GuestAccess
from intranet.guests.rules import (
    CODE_LENGTH,
    LANGUAGES,
    LONGEST_DAYS,
    REFERENCE_LENGTH,
    SIDES,
    draw,
    grouped,
    normalise,
)
from intranet.guests.session import STANDS, Guest
from intranet.mail.addresses import checked_address
from intranet.settings.service import value
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.machine import check_act
from intranet.works.models import LineAnswer, Split
from intranet.works.service.loading import take_split
from intranet.works.terms import Side

DAYS_SETTING = "core.guests.days"
PERSON_LIMIT = 120
AUDIENCE = {Side.BAILLEUR: ("alc", "bailleur"), Side.HOUSEHOLD: ("alc",)}
_NEVER = digest("")
"""Compared with when there is no such reference, so that it takes as long to say no."""


class OpenedAccess(NamedTuple):
    """What goes into the letter or the mail, as it is printed. The code can never be read again."""

    access_id: int
    reference: str
    code: str
    expires_at: datetime


def open_access(
    actor: Actor,
    split_id: int,
    side: Side,
    *,
    email: str = "",
    language: str = "fr",
    days: int | None = None,
) -> OpenedAccess:
    """Open one split to one side for ``days`` (the site's setting if none), by mail or, without ``email``, by letter.

    May: who prepares the split. ``Refused`` for a side that has an account of its own kind, a split withdrawn,
    or one that the bailleur has never been sent. Commits.
    """
    require_may(actor, p.GUEST_INVITE)
    split = take_split(split_id)
    _check(split, side, language)
    at = now()
    code, reference = draw(CODE_LENGTH), draw(REFERENCE_LENGTH)
    access = GuestAccess(
        reference=reference,
        split_id=split.id,
        side=side,
        code_digest=digest(code),
        language=language,
        sent_to=_address(email),
        expires_at=at + timedelta(days=_lasting(days)),
        created_at=at,
        created_by=actor.user_id,
    )
    db.session.add(access)
    db.session.flush()
    if access.sent_to:
        send_code(split, access, grouped(code))
    _trace("guests.access.opened", split, access, actor, to=access.sent_to)
    access_id, expires_at = access.id, access.expires_at
    commit()
    return OpenedAccess(access_id, grouped(reference), grouped(code), expires_at)


def revoke_access(actor: Actor, access_id: int) -> None:
    """Close an access: whoever is inside is outside at the next click. Harmless when it is closed already."""
    require_may(actor, p.GUEST_INVITE)
    access = _take(access_id)
    if access.revoked_at is not None:
        return
    access.revoked_at = now()
    db.session.flush()
    _trace("guests.access.revoked", take_split(access.split_id), access, actor)
    commit()


def enter(reference: str, code: str, address: str) -> str:
    """Check a reference and its code; return the reference as kept. Commits: every attempt is written down.

    ``Refused``, always in the same words, for an unknown reference, a wrong code, or an access locked after too many
    attempts (by reference or by address, as for an account): nothing tells which. Who has the right code of an access
    that is over is told so.
    """
    known = normalise(reference)
    book = normalise_email(f"{grouped(known)[:40]} (/acces)")
    try:
        attempts.refuse_if_locked(book, address)
    except Refused:
        raise _wrong() from None
    access = db.session.execute(
        select(
            GuestAccess.id,
            GuestAccess.split_id,
            GuestAccess.code_digest,
            and_(GuestAccess.revoked_at.is_(None), GuestAccess.expires_at > now(), STANDS).label("opens"),
        )
        .join(Split, Split.id == GuestAccess.split_id)
        .where(GuestAccess.reference == known)
    ).first()
    right = hmac.compare_digest(access.code_digest if access else _NEVER, digest(normalise(code)))
    if access is None or not right:
        attempts.note(book, address, attempts.WRONG_CODE)
        db.session.commit()
        raise _wrong()
    if not access.opens:
        raise Refused(
            "guest.over",
            _("Cet accès est terminé. Demandez un nouveau code à ALC ; vos réponses déjà données restent."),
        )
    attempts.note(book, address, attempts.SIGNED_IN)
    entered = db.session.get_one(GuestAccess, access.id)
    entered.seen_at = now()
    _trace(
        "guests.access.entered", db.session.get_one(Split, access.split_id), entered, None, readers=("alc",)
    )
    commit()
    return known


def introduce(guest: Guest, name: str, function: str = "") -> str:
    """Say who speaks; return it as answers will bear it: ``Jeanne Roux, gestionnaire``. Commits.

    The bailleur's guest also says her function: it is in its name that she commits.
    """
    said = checked(name, PERSON_LIMIT, field="name", multiline=False)
    what = checked(function, PERSON_LIMIT, field="function", multiline=False)
    if not said:
        raise Refused("guest.name", _("Écrivez votre nom."), field="name")
    if guest.side is Side.BAILLEUR and not what:
        raise Refused("guest.function", _("Écrivez votre fonction chez le bailleur."), field="function")
    person = f"{said}, {what}" if what else said
    if len(person) > PERSON_LIMIT:
        raise Refused("guest.long", _("Votre nom et votre fonction sont trop longs."), field="function")
    access = _take(guest.access_id)
    if access.person != person:
        access.person = person
        split = db.session.get_one(Split, access.split_id)
        _trace("guests.access.introduced", split, access, None, person=person)
        commit()
    return person


def adopt(actor: Actor, access_id: int) -> int:
    """Take over the answers given with an access, which closes; return how many. Each keeps the name of who gave it.

    May: the agents of the split's bailleur (the view has asked whether the split is theirs).
    """
    require_may(actor, p.GUEST_ADOPT)
    access = _take(access_id)
    if access.side is not Side.BAILLEUR:
        raise Refused("guest.adopt.side", _("Ces réponses sont celles de la famille."))
    if access.adopted_at is not None:
        raise Refused("guest.adopt.done", _("Ces réponses ont déjà été reprises."))
    at = now()
    access.adopted_by, access.adopted_at = actor.user_id, at
    access.revoked_at = access.revoked_at or at
    adopted = db.session.execute(
        update(LineAnswer)
        .where(LineAnswer.guest_id == access.id, LineAnswer.by_id.is_(None))
        .values(by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    db.session.flush()
    split = db.session.get_one(Split, access.split_id)
    _trace("guests.access.adopted", split, access, actor, person=access.person, answers=adopted)
    commit()
    return int(adopted)


def _check(split: Split, side: Side, language: str) -> None:
    if side not in SIDES:
        raise Refused("guest.side", _("Cette partie répond avec un compte."), field="side")
    if language not in LANGUAGES[side]:
        raise Refused("guest.language", _("Choisissez une langue de la liste."), field="language")
    check_act("open_access", split.state)
    if side is Side.BAILLEUR and not split.number:
        raise Refused(
            "guest.draft", _("Proposez d’abord la répartition : le bailleur n’a encore rien à lire.")
        )


def _lasting(days: int | None) -> int:
    wanted = int(value(DAYS_SETTING)) if days is None else days
    if not 1 <= wanted <= LONGEST_DAYS:
        raise Refused(
            "guest.days",
            _("La durée va de 1 à %(most)s jours.", most=LONGEST_DAYS),
            field="days",
        )
    return wanted


def _address(typed: str) -> str:
    """Where to send the code; empty: it goes into a letter."""
    return checked_address(typed) if typed.strip() else ""


def _take(access_id: int) -> GuestAccess:
    access = db.session.get(GuestAccess, access_id, populate_existing=True, with_for_update=True)
    if access is None:
        raise Refused("guest.unknown", _("Cet accès n’existe plus."))
    return access


def _wrong() -> Refused:
    return Refused(
        "guest.wrong",
        _(
            "Cette référence et ce code n’ouvrent rien. Relisez-les sur votre courrier. Après plusieurs essais, "
            "attendez une heure ; si cela ne va toujours pas, demandez un nouveau code à ALC."
        ),
    )


def _trace(
    kind: str,
    split: Split,
    access: GuestAccess,
    actor: Actor | None,
    readers: tuple[str, ...] = (),
    **data: object,
) -> None:
    record(
        kind,
        actor=actor,
        subject="split",
        subject_id=split.id,
        dossier_id=split.dossier_id,
        data={"reference": grouped(access.reference), "side": access.side, **data},
        audience=readers or AUDIENCE[access.side],
    )
