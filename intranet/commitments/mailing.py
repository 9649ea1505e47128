"""Who is written to about commitments. Mails leave after the commit, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from intranet.commitments.models import Commitment
from intranet.dossiers.joins import with_home
from intranet.dossiers.models import Dwelling, Household
from intranet.extensions import db
from intranet.mail.service import queue_mail
from intranet.organisations.models import Organisation
from intranet.works.mailing import Reader, agents_of, followers_of, page_of

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
    """Write to the bailleur's agents."""
    for reader in agents_of(commitment.bailleur_id):
        _queue(template, commitment, reader, "bailleur.commitment", who=who, words=words)


def remind(bailleur_id: int, count: int, mark: str) -> None:
    """Tell a bailleur how many of its commitments are overdue; ``mark`` names this reminder."""
    for reader in agents_of(bailleur_id):
        queue_mail(
            "commitments_overdue",
            to=reader.email,
            language=reader.language,
            unique_key=f"commitments_overdue:{bailleur_id}:{mark}:{reader.id}",
            count=count,
            url=page_of("bailleur.commitments") + "?state=overdue",
        )


def _queue(template: str, commitment: Commitment, reader: Reader, endpoint: str, **context: Any) -> None:
    about = db.session.execute(_ABOUT, {"commitment_id": commitment.id}).one()
    queue_mail(
        template,
        to=reader.email,
        language=reader.language,
        unique_key=f"{template}:{commitment.id}:{commitment.version}:{reader.id}",
        household=about.household,
        bailleur=about.bailleur,
        address=f"{about.address}, {about.postcode} {about.town}",
        line=commitment.label,
        room=commitment.room,
        url=page_of(endpoint, commitment_id=commitment.id),
        **context,
    )
