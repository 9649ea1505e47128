"""What the works say of a household: the negotiation, the contract, the chantier. A part of its right of access."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select, union

from intranet.chantiers.models import Chantier, Hours, Reserve, SessionNote, SitePhoto, StartCheck, Task
from intranet.commitments.models import Commitment
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.privacy.terms import Said
from intranet.rent.models import RentConsent, RentOffset
from intranet.signatures.models import Signature, SigningCode
from intranet.translation import gettext as _
from intranet.web.formatting import day, hours, instant, money
from intranet.works.models import (
    Contract,
    GuardrailOverride,
    LineAnswer,
    LineComment,
    LineWording,
    Split,
    SplitVersion,
    WorksLine,
)
from intranet.works.terms import Side

Dossiers = Select[int]


def negotiated(dossiers: Dossiers) -> Iterator[Said]:
    """Answers, remarks, messages, amounts and accesses of its splits."""
    splits = select(Split.id).where(Split.dossier_id.in_(dossiers))
    lines = select(WorksLine.id).where(WorksLine.split_id.in_(splits))
    for split in db.session.scalars(select(Split).where(Split.id.in_(splits)).order_by(Split.id)):
        place = split.household_answered_at_place
        yield _("Réponse de la famille à la répartition"), _listed(day(split.household_answered_on), place)
        yield _("Raison de l’avenant"), split.amend_reason
    for at, message in _rows(
        select(SplitVersion.sent_at, SplitVersion.message)
        .where(SplitVersion.split_id.in_(splits), SplitVersion.message != "")
        .order_by(SplitVersion.sent_at)
    ):
        yield _("Message joint à la répartition"), f"{instant(at)} : {message}"
    answered, worded = (
        select(table.by_name).where(table.line_id.in_(lines), table.side == Side.HOUSEHOLD)
        for table in (LineAnswer, LineWording)
    )
    for name in db.session.scalars(union(answered, worded)):
        yield _("Nom donné en répondant"), name
    for at, author, text in _rows(
        select(LineComment.at, LineComment.author_name, LineComment.text)
        .where(LineComment.line_id.in_(lines))
        .order_by(LineComment.at)
    ):
        yield _("Remarque sur une ligne de travaux"), f"{instant(at)}, {author} : {text}"
    for at, reason in _rows(
        select(GuardrailOverride.at, GuardrailOverride.reason).where(GuardrailOverride.line_id.in_(lines))
    ):
        yield _("Garde-fou levé"), f"{instant(at)} : {reason}"
    for label, cents in _rows(
        select(WorksLine.label, WorksLine.tenant_cents).where(
            WorksLine.split_id.in_(splits), WorksLine.tenant_cents.is_not(None)
        )
    ):
        yield _("Reste à la charge de la famille"), f"{label} : {money(cents)}"
    yield from _rent(splits)
    for at, person, sent_to in _rows(
        select(GuestAccess.created_at, GuestAccess.person, GuestAccess.sent_to).where(
            GuestAccess.split_id.in_(splits), GuestAccess.side == Side.HOUSEHOLD
        )
    ):
        yield _("Accès par code"), _listed(day(at), person, sent_to)


def _rent(splits: Select[int]) -> Iterator[Said]:
    offsets = select(RentOffset.id).where(RentOffset.split_id.in_(splits))
    for cents, months, early in _rows(
        select(RentOffset.monthly_cents, RentOffset.months, RentOffset.early_departure).where(
            RentOffset.id.in_(offsets)
        )
    ):
        yield _("Travaux déduits du loyer"), f"{money(cents)} × {months} ; {early}"
    consents = select(RentConsent.on, RentConsent.by_name).where(
        RentConsent.offset_id.in_(offsets), RentConsent.side == Side.HOUSEHOLD
    )
    for on, name in _rows(consents):
        yield _("Réponse de la famille aux travaux déduits du loyer"), _listed(day(on), name)


def contracted(dossiers: Dossiers) -> Iterator[Said]:
    """What its contracts foresee, how it signed, and what the bailleur did of what it promised."""
    contracts = select(Contract.id).where(Contract.dossier_id.in_(dossiers))
    for contract in db.session.scalars(select(Contract).where(Contract.id.in_(contracts))):
        yield _("Contrat de participation"), f"{contract.number} {day(contract.signed_on)}".strip()
        yield _("Accompagnement technique"), contract.support_technical
        yield _("Accompagnement social"), contract.support_social
        yield _("Bénévoles"), contract.support_volunteers
        yield _("Assurance déclarée"), _listed(contract.insurance, day(contract.insured_until))
        yield (
            _("Droit à l’image"),
            {True: _("Accepte de paraître"), False: _("Refuse de paraître"), None: ""}[
                contract.image_consent
            ],
        )
    for name, on, address, reason in _rows(
        select(Signature.name, Signature.signed_on, Signature.address, Signature.reason).where(
            Signature.contract_id.in_(contracts), Signature.side == Side.HOUSEHOLD
        )
    ):
        yield _("Signature de la famille"), _listed(name, day(on), address, reason)
    for at, name, sent_to in _rows(
        select(SigningCode.created_at, SigningCode.name, SigningCode.sent_to).where(
            SigningCode.contract_id.in_(contracts), SigningCode.side == Side.HOUSEHOLD
        )
    ):
        yield _("Code pour signer"), _listed(day(at), name, sent_to)
    for label, on, note in _rows(
        select(Commitment.label, Commitment.done_on, Commitment.done_note).where(
            Commitment.contract_id.in_(contracts), Commitment.done_note != ""
        )
    ):
        yield _("Engagement du bailleur"), f"{label}, {day(on)} : {note}"


def on_site(dossiers: Dossiers) -> Iterator[Said]:
    """Hours, notes, pictures and remarks of its chantiers."""
    chantiers = select(Chantier.id).where(Chantier.dossier_id.in_(dossiers))
    tasks = select(Task.id).where(Task.chantier_id.in_(chantiers))
    for note in db.session.scalars(select(Chantier.safety_note).where(Chantier.id.in_(chantiers))):
        yield _("Consigne de sécurité"), note
    checks = select(StartCheck.note).where(StartCheck.chantier_id.in_(chantiers))
    for note in db.session.scalars(checks):
        yield _("Note de démarrage du chantier"), note
    for on, person, minutes in _rows(
        select(Hours.on, Hours.person, Hours.minutes)
        .where(Hours.chantier_id.in_(chantiers), Hours.person != "")
        .order_by(Hours.on, Hours.id)
    ):
        yield _("Heures de chantier"), f"{day(on)}, {person} : {hours(minutes)}"
    for on, author, text in _rows(
        select(SessionNote.on, SessionNote.author_name, SessionNote.text)
        .where(SessionNote.chantier_id.in_(chantiers))
        .order_by(SessionNote.on)
    ):
        yield _("Note de séance"), f"{day(on)}, {author} : {text}"
    for on, spot, caption, shown in _rows(
        select(SitePhoto.taken_on, SitePhoto.spot, SitePhoto.caption, SitePhoto.shows_people)
        .where(SitePhoto.chantier_id.in_(chantiers))
        .order_by(SitePhoto.taken_on, SitePhoto.id)
    ):
        yield (
            _("Photo de chantier"),
            _listed(day(on), spot, caption, _("la famille y paraît") if shown else ""),
        )
    for label, reason in _rows(
        select(Task.label, Task.blocked_reason).where(Task.id.in_(tasks), Task.blocked_reason != "")
    ):
        yield _("Tâche bloquée"), f"{label} : {reason}"
    for on, text in _rows(select(Reserve.due_on, Reserve.text).where(Reserve.task_id.in_(tasks))):
        yield _("Réserve à la réception"), f"{day(on)} : {text}"


def _listed(*words: str) -> str:
    return ", ".join(filter(None, words))


def _rows(statement: Any) -> Any:
    return db.session.execute(statement).all()
