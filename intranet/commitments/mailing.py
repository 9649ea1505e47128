"""Who is written to about commitments. Mails leave after the commit, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from intranet.commitments.models import Commitment
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.extensions import db
from intranet.mail.service import queue_mail
from intranet.organisations.models import Organisation
from intranet.works.mailing import Reader, agents_of, followers_of, guests_of, speakers_of
from intranet.works.models import Contract, Split

_ABOUT = (
    with_home(
        select(
            Household.name.label("household"),
            Dwelling.address,
            Dwelling.postcode,
            Dwelling.town,
            Organisation.name.label("bailleur"),
        ).select_from(Commitment),
        Commitment.dossier_id,
        Commitment.dwelling_id,
    )
    .join(Organisation, Organisation.id == Commitment.bailleur_id)
    .where(Commitment.id == bindparam("commitment_id"))
)


def tell_followers(template: str, commitment: Commitment, *, who: str, words: str) -> None:
    """Write to those who follow the dossier."""
    for reader in followers_of(commitment.dossier_id):
        _queue(template, commitment, reader, "staff.commitment", who=who, words=words)


def tell_bailleur(template: str, commitment: Commitment, *, who: str, words: str) -> None:
    """Write to those who speak for the bailleur about this home: its agents, and whoever was sent a code."""
    contract = db.session.get_one(Contract, commitment.contract_id)
    for reader in speakers_of(db.session.get_one(Split, contract.split_id)):
        _queue(template, commitment, reader, "bailleur.commitment", who=who, words=words)


def remind(bailleur_id: int, late: Mapping[int, int], mark: str) -> None:
    """Tell a bailleur how much of what it undertook is overdue; ``mark`` names this reminder.

    ``late`` counts it by split. An agent reads of all of it, whoever was sent a code of her split alone; its own
    address stands in where neither is there.
    """
    guests = {split_id: guests_of(split_id) for split_id in late}
    agents = [each for each in agents_of(bailleur_id) if each.id or not all(guests.values())]
    for reader in agents:
        _remind(reader, bailleur_id, sum(late.values()), mark)
    written = {each.email for each in agents}
    for split_id, readers in guests.items():
        for reader in readers:
            if reader.email not in written:
                _remind(reader, bailleur_id, late[split_id], mark)


def _remind(reader: Reader, bailleur_id: int, count: int, mark: str) -> None:
    page = reader.page("bailleur.commitments")
    queue_mail(
        "commitments_overdue",
        to=reader.email,
        language=reader.language,
        unique_key=f"commitments_overdue:{bailleur_id}:{mark}:{reader.key}",
        count=count,
        url=page if reader.reference else f"{page}?state=overdue",
    )


def _queue(template: str, commitment: Commitment, reader: Reader, endpoint: str, **context: Any) -> None:
    about = db.session.execute(_ABOUT, {"commitment_id": commitment.id}).one()
    queue_mail(
        template,
        to=reader.email,
        language=reader.language,
        unique_key=f"{template}:{commitment.id}:{commitment.version}:{reader.key}",
        household=about.household,
        bailleur=about.bailleur,
        address=f"{about.address}, {about.postcode} {about.town}",
        line=commitment.label,
        room=commitment.room,
        url=reader.page(endpoint, commitment_id=commitment.id),
        **context,
    )
