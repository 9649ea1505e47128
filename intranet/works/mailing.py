"""Who is written to about a split, and what. Mails leave after the commit, once (``unique_key``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select
from werkzeug.routing import BuildError

from intranet.access import Role
from intranet.accounts.models import Membership, User
from intranet.config import settings
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.mail.service import link, queue_mail
from intranet.organisations.models import Organisation
from intranet.works.models import Split
from intranet.works.rules import answer_delay

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


class Reader(NamedTuple):
    """Somebody to write to. ``id`` 0 is the organisation's own address."""

    id: int
    email: str
    language: str


def tell_bailleur(template: str, split: Split, *, message: str, who: str) -> None:
    """Write to the bailleur's agents; to its own address when it has no agent."""
    for reader in _agents(split.bailleur_id):
        _queue(template, reader, split, "bailleur.split", message=message, who=who)


def remind_bailleur(split: Split, days: int) -> None:
    """The reminder after ``days`` days: one for each turn and delay, however often the clock asks."""
    for reader in _agents(split.bailleur_id):
        _queue("split_reminder", reader, split, "bailleur.split", mark=str(days), days=days)


def tell_alc(template: str, split: Split, *, message: str, who: str) -> None:
    """Write to those who follow the dossier; to the coordinators when nobody does."""
    readers = db.session.execute(_FOLLOWING, {"dossier_id": split.dossier_id}).all()
    if not readers:
        readers = db.session.execute(_COORDINATORS).all()
    for reader in readers:
        _queue(template, Reader(*reader), split, "staff.split", message=message, who=who)


def _agents(bailleur_id: int) -> Iterator[Reader]:
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
        unique_key=f"{template}{mark}:{split.id}:{split.number}:{reader.id}",
        household=split.dossier.household.name,
        bailleur=bailleur.name,
        delay=answer_delay(bailleur.answer_days),
        address=f"{home.address}, {home.postcode} {home.town}",
        lines=len(split.lines),
        url=_page(endpoint, split.id),
        **context,
    )


def _page(endpoint: str, split_id: int) -> str:
    """The split's page in the reader's portal; the front page when that portal is switched off."""
    try:
        return link(endpoint, split_id=split_id)
    except BuildError:
        return settings().base_url
