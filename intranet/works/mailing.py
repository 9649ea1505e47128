"""Who is written to about a split, and what. Mails leave after the commit, once (``unique_key``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from flask_babel import force_locale
from sqlalchemy import bindparam, or_, select
from werkzeug.routing import BuildError

from intranet.access import Role
from intranet.accounts.models import Membership, User
from intranet.clock import now
from intranet.config import settings
from intranet.database import UtcDateTime
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.rules import grouped
from intranet.mail.service import link, queue_mail
from intranet.organisations.models import Organisation
from intranet.web.formatting import day
from intranet.works.delays import Delay
from intranet.works.models import Split
from intranet.works.terms import Side

_AGENTS = (
    select(User.id, User.email, User.language)
    .join(Membership, Membership.user_id == User.id)
    .where(
        Membership.organisation_id == bindparam("bailleur_id"),
        Membership.role == Role.AGENT,
        Membership.active,
        User.active,
    )
    .order_by(User.id)
)
_FOLLOWING = (
    select(User.id, User.email, User.language)
    .join(Dossier, or_(Dossier.referent_id == User.id, Dossier.technical_id == User.id))
    .where(Dossier.id == bindparam("dossier_id"), User.active)
    .order_by(User.id)
)
_COORDINATORS = (
    select(User.id, User.email, User.language)
    .join(Membership, Membership.user_id == User.id)
    .where(Membership.role == Role.COORDINATOR, Membership.active, User.active)
    .order_by(User.id)
)
_BAILLEUR = select(Organisation.name, Organisation.email, Organisation.answer_days).where(
    Organisation.id == bindparam("bailleur_id")
)


_GUESTS = (
    select(GuestAccess.id, GuestAccess.sent_to, GuestAccess.language, GuestAccess.reference)
    .where(
        GuestAccess.split_id == bindparam("split_id"),
        GuestAccess.side == Side.BAILLEUR,
        GuestAccess.sent_to != "",
        GuestAccess.revoked_at.is_(None),
        GuestAccess.expires_at > bindparam("at", type_=UtcDateTime()),
    )
    .order_by(GuestAccess.id)
)


class Reader(NamedTuple):
    """Somebody to write to. ``id`` 0 is the organisation's own address; with a ``reference``, that of a guest."""

    id: int
    email: str
    language: str
    reference: str = ""

    @property
    def key(self) -> str:
        """Tells one reader from another: the same mail is queued once for each."""
        return self.reference or str(self.id)

    def page(self, endpoint: str, **values: int) -> str:
        """Where the reader finds it: a page of her portal, or the door that her code opens."""
        if self.reference:
            return link("guests.enter", reference=grouped(self.reference))
        return page_of(endpoint, **values)


def tell_bailleur(template: str, split: Split, *, message: str, who: str, mark: str = "") -> None:
    """Write to those who speak for the bailleur in this split."""
    for reader in speakers_of(split):
        _queue(template, reader, split, "bailleur.split", mark=mark, message=message, who=who)


def remind_bailleur(split: Split, delay: Delay, days: int) -> None:
    """The reminder, ``days`` days after the turn began: one for each turn and delay, however often the clock asks."""
    mark = f"{split.reminders}.{delay.until or ''}"
    for reader in speakers_of(split):
        _queue("split_reminder", reader, split, "bailleur.split", mark=mark, days=days)


def tell_alc(template: str, split: Split, *, message: str, who: str, days: int = 0) -> None:
    """Write to those who follow the dossier; to the coordinators when nobody does."""
    for reader in followers_of(split.dossier_id):
        _queue(template, reader, split, "staff.split", message=message, who=who, days=days)


def followers_of(dossier_id: int) -> Iterator[Reader]:
    """Those who follow a dossier; the coordinators when nobody does."""
    followers = db.session.execute(_FOLLOWING, {"dossier_id": dossier_id}).all()
    for reader in followers or db.session.execute(_COORDINATORS).all():
        yield Reader(*reader)


def speakers_of(split: Split) -> Iterator[Reader]:
    """A bailleur's agents, and whoever was sent a code for this split that still opens; else its own address."""
    guests = guests_of(split.id)
    agents = [each for each in agents_of(split.bailleur_id) if each.id or not guests]
    yield from agents
    written = {each.email for each in agents}
    yield from (guest for guest in guests if guest.email not in written)


def guests_of(split_id: int) -> Sequence[Reader]:
    """Whoever was sent a code to answer for the bailleur that still opens; of two sent to one address, the last."""
    sent = db.session.execute(_GUESTS, {"split_id": split_id, "at": now()})
    return tuple({row.sent_to: Reader(*row) for row in sent}.values())


def agents_of(bailleur_id: int) -> Iterator[Reader]:
    """A bailleur's agents; its own address when it has none."""
    agents = db.session.execute(_AGENTS, {"bailleur_id": bailleur_id}).all()
    if agents:
        yield from (Reader(*agent) for agent in agents)
        return
    desk = db.session.execute(_BAILLEUR, {"bailleur_id": bailleur_id}).one()
    if desk.email:
        yield Reader(0, desk.email, "fr")


def _queue(
    template: str, reader: Reader, split: Split, endpoint: str, *, mark: str = "", **context: Any
) -> None:
    """Only what the bailleur may see goes into a mail: the tenant's name and the address of the home."""
    home = split.dwelling
    bailleur = db.session.execute(_BAILLEUR, {"bailleur_id": split.bailleur_id}).one()
    queue_mail(
        template,
        to=reader.email,
        language=reader.language,
        unique_key=f"{template}{mark}:{split.id}:{split.number}:{reader.key}",
        household=split.dossier.household.name,
        bailleur=bailleur.name,
        until=_days_in(reader, split, bailleur.answer_days),
        address=f"{home.address}, {home.postcode} {home.town}",
        lines=len(split.lines),
        url=reader.page(endpoint, split_id=split.id),
        **context,
    )


def _days_in(reader: Reader, split: Split, answer_days: int) -> dict[str, str]:
    """The days that count for the bailleur's turn, as the reader writes them."""
    delay = Delay(split.turn_since, answer_days, split.more_time_until)
    with force_locale(reader.language):
        return {"due": day(delay.due), "back": day(delay.back), "granted": day(delay.until)}


def page_of(endpoint: str, **values: int) -> str:
    """A page of the reader's portal; the front page when that portal is switched off."""
    try:
        return link(endpoint, **values)
    except BuildError:
        return settings().base_url
