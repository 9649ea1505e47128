"""What the core holds about a household, in words: its right of access (RGPD, art. 15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Select, select

from intranet.accounts.models import User
from intranet.chantiers.models import Chantier, Hours, SessionNote
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier, DossierNote, Dwelling, Household
from intranet.dossiers.wordings import LEAVING, STATES
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.organisations.models import Pole, Site
from intranet.plugin_api import PersonalData
from intranet.privacy.erasing import dossiers_of
from intranet.signatures.models import Signature
from intranet.timeline.models import TimelineEntry
from intranet.timeline.wordings import sentence
from intranet.web.formatting import day, hours, instant
from intranet.works.models import Contract, LineComment, Split, WorksLine
from intranet.works.terms import Side

Said = tuple[str, str]


def held(household: Household) -> list[PersonalData]:
    """Everything, told by what it is. A dozen statements, whatever there is."""
    dossiers = dossiers_of(household)
    parts = (
        _family(household),
        _dossiers(dossiers),
        _notes(dossiers),
        _agreed(dossiers),
        _on_site(dossiers),
        _files(dossiers),
        _story(dossiers),
    )
    return [PersonalData(label, value) for part in parts for label, value in part if value]


def _rows(statement: Any) -> Any:
    return db.session.execute(statement).all()


def _family(household: Household) -> Iterator[Said]:
    yield _("Nom"), household.name
    yield _("Téléphone"), household.phone
    yield _("Courriel"), household.email
    yield _("Contact choisi"), household.contact_choice
    people = ngettext("%(num)d adulte", "%(num)d adultes", household.adults)
    children = ngettext("%(num)d enfant", "%(num)d enfants", household.children)
    small = _("dont %(num)d de moins de 3 ans", num=household.children_under_3)
    yield _("Composition"), ", ".join([people, children, *([small] if household.children_under_3 else [])])
    yield _("À savoir"), _("Parent seul") if household.lone_parent else ""
    yield _("Pôle"), db.session.scalar(select(Pole.name).where(Pole.id == household.pole_id)) or ""
    yield _("Site"), db.session.scalar(select(Site.name).where(Site.id == household.site_id)) or ""


def _dossiers(dossiers: Select[int]) -> Iterator[Said]:
    statement = (
        select(Dossier, Dwelling.address, Dwelling.town)
        .outerjoin(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .where(Dossier.id.in_(dossiers))
        .order_by(Dossier.id)
    )
    for dossier, address, town in _rows(statement):
        yield (
            _("Dossier %(number)s", number=dossier.number),
            f"{STATES[dossier.state].label}, {day(dossier.opened_on)}",
        )
        yield _("Logement"), f"{address}, {town}" if address else ""
        yield _("Attribué le"), day(dossier.allocated_on)
        yield _("Entrée dans les lieux"), day(dossier.entry_on)
        yield _("Adhésion"), day(dossier.joined_on)
        yield _("Visite commune"), day(dossier.visited_on)
        yield _("Raison du départ"), str(LEAVING[dossier.left_reason]) if dossier.left_reason else ""


def _notes(dossiers: Select[int]) -> Iterator[Said]:
    statement = (
        select(DossierNote.at, User.name, DossierNote.text)
        .join(User, User.id == DossierNote.author_id)
        .where(DossierNote.dossier_id.in_(dossiers))
        .order_by(DossierNote.at)
    )
    for at, author, text in _rows(statement):
        yield _("Note de l’équipe"), f"{instant(at)}, {author} : {text}"


def _agreed(dossiers: Select[int]) -> Iterator[Said]:
    splits = select(Split).where(Split.dossier_id.in_(dossiers)).order_by(Split.id)
    for split in db.session.scalars(splits):
        place = split.household_answered_at_place
        answered = day(split.household_answered_on)
        yield _("Réponse de la famille à la répartition"), ", ".join(filter(None, (answered, place)))
    remarks = (
        select(LineComment.at, LineComment.author_name, LineComment.text)
        .join(WorksLine, WorksLine.id == LineComment.line_id)
        .join(Split, Split.id == WorksLine.split_id)
        .where(Split.dossier_id.in_(dossiers))
        .order_by(LineComment.at)
    )
    for at, author, text in _rows(remarks):
        yield _("Remarque sur une ligne de travaux"), f"{instant(at)}, {author} : {text}"
    accesses = (
        select(GuestAccess.person, GuestAccess.sent_to, GuestAccess.created_at)
        .join(Split, Split.id == GuestAccess.split_id)
        .where(Split.dossier_id.in_(dossiers), GuestAccess.side == Side.HOUSEHOLD)
    )
    for person, sent_to, at in _rows(accesses):
        yield _("Accès par code"), ", ".join(filter(None, (day(at), person, sent_to)))
    for contract in db.session.scalars(select(Contract).where(Contract.dossier_id.in_(dossiers))):
        yield _("Contrat de participation"), f"{contract.number} {day(contract.signed_on)}".strip()
        yield (
            _("Assurance déclarée"),
            ", ".join(filter(None, (contract.insurance, day(contract.insured_until)))),
        )
    signatures = (
        select(Signature.name, Signature.signed_on, Signature.address)
        .join(Contract, Contract.id == Signature.contract_id)
        .where(Contract.dossier_id.in_(dossiers), Signature.side == Side.HOUSEHOLD)
    )
    for name, signed_on, address in _rows(signatures):
        yield _("Signature de la famille"), ", ".join(filter(None, (name, day(signed_on), address)))


def _on_site(dossiers: Select[int]) -> Iterator[Said]:
    chantiers = select(Chantier.id).where(Chantier.dossier_id.in_(dossiers))
    worked = select(Hours.on, Hours.person, Hours.minutes).where(
        Hours.chantier_id.in_(chantiers), Hours.person != ""
    )
    for on, person, minutes in _rows(worked.order_by(Hours.on, Hours.id)):
        yield _("Heures de chantier"), f"{day(on)}, {person} : {hours(minutes)}"
    notes = select(SessionNote.on, SessionNote.author_name, SessionNote.text)
    for on, author, text in _rows(
        notes.where(SessionNote.chantier_id.in_(chantiers)).order_by(SessionNote.on)
    ):
        yield _("Note de séance"), f"{day(on)}, {author} : {text}"


def _files(dossiers: Select[int]) -> Iterator[Said]:
    statement = select(Document.name, Document.uploaded_at).where(Document.dossier_id.in_(dossiers))
    for name, at in _rows(statement.order_by(Document.id)):
        yield _("Fichier"), f"{name}, {day(at)}"


def _story(dossiers: Select[int]) -> Iterator[Said]:
    statement = select(TimelineEntry).where(TimelineEntry.dossier_id.in_(dossiers)).order_by(TimelineEntry.id)
    for entry in db.session.scalars(statement):
        facts = {**entry.data, "from_state": entry.from_state, "to_state": entry.to_state}
        said = f"{instant(entry.at)}, {entry.actor_name} {sentence(entry.kind, facts)}"
        yield _("Historique"), f"{said} ({entry.reason})" if entry.reason else said
