"""What stands beside a split in the stories: rent, written consents, a guard-rail set aside, a refusal, codes."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select, update

from intranet.accounts.session import digest
from intranet.clock import today
from intranet.demo.days import on, working_days_ago
from intranet.demo.doors import Door
from intranet.demo.housed import Path
from intranet.demo.papers import send, write_paper
from intranet.demo.signing import ADDRESS
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.rules import normalise
from intranet.guests.service import open_access
from intranet.rent.commands import AnswerOffset, SaveOffset, TenantAnswer
from intranet.rent.offsets import offset_of
from intranet.rent.service import answer_offset, attach_document, record_tenant, save_offset
from intranet.rent.wordings import EARLY_DEPARTURE
from intranet.signatures.commands import RefuseToSign, Signer
from intranet.signatures.queries import document_digest
from intranet.signatures.service import refuse_to_sign
from intranet.timeline.models import TimelineEntry
from intranet.works.commands import ChangeLine, OverrideGuardrail
from intranet.works.models import WorksLine
from intranet.works.service.consents import file_consent
from intranet.works.service.overriding import override
from intranet.works.terms import Holder, Payer, Side


def write_rent(path: Path, days: int, lines: tuple[int, ...], monthly: int, months: int) -> None:
    """Works of the family against its rent (euros a month), with their estimate, while the split is prepared."""
    with on(working_days_ago(days), 17, 10) as day:
        chosen = [path.lines()[number] for number in lines]
        offset = save_offset(
            path.cast.technical,
            SaveOffset(
                path.split.id,
                0,
                monthly * 100,
                months,
                _first_of_month(day + timedelta(days=75)),
                monthly * months * 100,
                tuple(line.id for line in chosen),
                str(EARLY_DEPARTURE),
                day,
                path.home.bailleur,
            ),
        )
        paper = write_paper(
            "Devis des fournitures",
            *(f"{line.room} : {line.label}" for line in chosen),
            f"En tout : {monthly * months},00 euros",
        )
        attach_document(path.cast.technical, path.split.id, offset.version, send(paper, "devis.pdf"))


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def agree_on_rent(path: Path, days: int) -> None:
    """The bailleur, then the family, agree to the figures of the clause."""
    with on(working_days_ago(days), 15, 5):
        answer_offset(path.agent, AnswerOffset(path.split.id, _figures(path), given=True))
    with on(working_days_ago(days), 17, 40) as day:
        answer = TenantAnswer(path.split.id, _figures(path), True, path.family.name, day)
        record_tenant(path.follower, answer)


def _figures(path: Path) -> str:
    offset = offset_of(path.split.id)
    assert offset is not None  # the story wrote it
    return offset.digest


def file_written_consent(path: Path, days: int, line: WorksLine) -> None:
    """The bailleur's letter that allows a transformation is joined to its line (loi 89-462, art. 7 f)."""
    paper = write_paper(
        "Accord écrit du bailleur",
        f"{path.home.bailleur} autorise le locataire à réaliser les travaux suivants :",
        f"{line.room} : {line.label}",
    )
    with on(working_days_ago(days), 17, 30):
        asked = line.consent_on or today()
        file_consent(path.cast.technical, line.id, line.version, asked, send(paper, "accord-ecrit.pdf"))


def set_guardrail_aside(path: Path, days: int, line: WorksLine, reason: str) -> None:
    """The coordinator lets the family do what would ask for a professional, and says why."""
    with on(working_days_ago(days), 17, 50):
        change = ChangeLine(
            line.id,
            line.version,
            line.room,
            line.need,
            Holder.TENANT,
            Payer.BAILLEUR,
            kind_id=line.kind_id,
            condition_met=False,
            materials_cents=line.materials_cents,
            minutes=line.minutes,
        )
        command = OverrideGuardrail(line.id, line.version, "condition_unmet", reason, change)
        override(path.cast.coordination, command)


def refuse_signature(path: Path, days: int, reason: str) -> None:
    """The family will not sign; its référent writes down why."""
    with on(working_days_ago(days), 16, 20):
        contract_id = path.contract.id
        signer = Signer(contract_id, Side.HOUSEHOLD, path.family.name, document_digest(contract_id), ADDRESS)
        refuse_to_sign(path.follower, RefuseToSign(signer, reason))


def open_door(path: Path, days: int, door: Door) -> None:
    """An access by letter whose reference and code are the ones told: drawn at random, nobody could try it."""
    with on(working_days_ago(days), 11, 30):
        opened = open_access(path.cast.technical, path.split.id, door.side, days=90)
    known = normalise(door.reference)
    db.session.execute(
        update(GuestAccess)
        .where(GuestAccess.id == opened.access_id)
        .values(reference=known, code_digest=digest(normalise(door.code)))
    )
    told = db.session.scalars(
        select(TimelineEntry)
        .where(TimelineEntry.dossier_id == path.dossier_id, TimelineEntry.kind == "guests.access.opened")
        .order_by(TimelineEntry.id.desc())
        .limit(1)
    ).one()
    told.data = {**told.data, "reference": door.reference}
    db.session.commit()
