"""A finding in a dwelling: what it changes in the works agreed and under way, and who is told of it at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import force_locale
from sqlalchemy import bindparam, select

from intranet.access import Actor
from intranet.chantiers.recording import AUDIENCE
from intranet.chantiers.safety import Stopped, follow_dwelling
from intranet.chantiers.stopping import on_site
from intranet.dossiers.machine import OPEN_STATES
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.terms import Survey
from intranet.dossiers.wordings import finding_words
from intranet.extensions import db
from intranet.mail.service import queue_mail
from intranet.timeline.service import record
from intranet.works.facts import dwelling_facts
from intranet.works.guardrails import DwellingFacts
from intranet.works.mailing import Reader, followers_of, page_of, speakers_of
from intranet.works.service.reassessing import Reassessed, reassess

_DOSSIERS = (
    select(Dossier.id, Household.name)
    .join(Household, Household.id == Dossier.household_id)
    .where(Dossier.dwelling_id == bindparam("dwelling_id"), Dossier.state.in_(OPEN_STATES))
    .order_by(Dossier.id)
)


@dataclass(frozen=True, slots=True)
class _Finding:
    """What changed in a home, and what came of it for one dossier."""

    dwelling: Dwelling
    household: str
    dossier_id: int
    changes: dict[str, object]
    splits: tuple[Reassessed, ...]
    chantiers: tuple[Stopped, ...]


def follow_finding(actor: Actor, dwelling: Dwelling, known: DwellingFacts) -> None:
    """Have splits and chantiers follow what is now known of a home, ``known`` being what was. Does not commit.

    Nothing changed that a guard-rail looks at: nothing happens. Told by mail: those who follow the dossier, the
    bailleur of a split it has seen, the animators of the chantier; only when something moved.
    """
    present = dwelling_facts(dwelling)
    changes = {
        name: getattr(present, name)
        for name in DwellingFacts.__dataclass_fields__
        if getattr(present, name) != getattr(known, name)
    }
    if not changes:
        return
    alarm = any(
        getattr(present, name) is not getattr(known, name) and getattr(present, name) is Survey.FOUND
        for name in ("asbestos", "lead")
    )
    splits = reassess(actor, dwelling.id)
    chantiers = follow_dwelling(actor, dwelling.id, alarm=alarm)
    for dossier_id, household in db.session.execute(_DOSSIERS, {"dwelling_id": dwelling.id}).all():
        record(
            "dossier.finding",
            actor=actor,
            subject="dossier",
            subject_id=dossier_id,
            dossier_id=dossier_id,
            data={"changes": changes},
            audience=AUDIENCE,
        )
        finding = _Finding(
            dwelling,
            household,
            dossier_id,
            changes,
            tuple(each for each in splits if each.split.dossier_id == dossier_id and each.moved),
            tuple(each for each in chantiers if each.chantier.dossier_id == dossier_id and each.moved),
        )
        if finding.splits or finding.chantiers:
            _tell(finding)


def _tell(finding: _Finding) -> None:
    for reader, url in _readers(finding):
        with force_locale(reader.language):
            changes = finding_words(finding.changes)
        queue_mail(
            "safety_finding",
            to=reader.email,
            language=reader.language,
            unique_key=f"safety_finding:{finding.dwelling.id}:{finding.dwelling.version}:{finding.dossier_id}:{reader.key}",
            household=finding.household,
            address=f"{finding.dwelling.address}, {finding.dwelling.postcode} {finding.dwelling.town}",
            changes=changes,
            halted=any(each.halted for each in finding.chantiers),
            blocked=[task for each in finding.chantiers for task in each.blocked],
            freed=[task for each in finding.chantiers for task in each.freed],
            refused=sum(len(each.refused) for each in finding.splits),
            unlocked=sum(len(each.unlocked) for each in finding.splits),
            reopened=any(each.reopened for each in finding.splits),
            to_amend=any(each.to_amend for each in finding.splits),
            url=url,
        )


def _readers(finding: _Finding) -> Iterator[tuple[Reader, str]]:
    """Who is concerned, each with the page of her own portal."""
    for reader in followers_of(finding.dossier_id):
        yield reader, page_of("staff.dossier", dossier_id=finding.dossier_id)
    for each in finding.splits:
        if each.split.number:
            for reader in speakers_of(each.split):
                yield reader, reader.page("bailleur.split", split_id=each.split.id)
    for stopped in finding.chantiers:
        for reader in on_site(stopped.chantier):
            yield reader, page_of("partner.chantier", chantier_id=stopped.chantier.id)
