"""Starting from an earlier split: its lines, taken over through the same guard-rails as any other."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.errors import Refused
from intranet.extensions import db
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.facts import dwelling_facts, kind_facts, wording_of
from intranet.works.guardrails import DwellingFacts, LineFacts, check_line, lock, starting_point
from intranet.works.models import Split, WorksLine
from intranet.works.rules import Wording, consent_covers
from intranet.works.service.drafting import open_split, put_wording
from intranet.works.service.loading import check_may_act, take_split, trace
from intranet.works.service.wording import note_wording
from intranet.works.terms import Cause, Holder, Payer


class Moved(NamedTuple):
    """A line that goes to the bailleur here, and why in plain words."""

    label: str
    room: str
    reason: str


class Reused(NamedTuple):
    """What was taken over: the split, how many lines, and those a guard-rail gave to the bailleur."""

    split: Split
    lines: int
    moved: tuple[Moved, ...]


def reuse_split(actor: Actor, dossier_id: int, from_split_id: int) -> Reused:
    """Open the dossier's split, if need be, and copy into it the lines of an earlier one.

    May: those who note the works of the visit; the view has asked that she may read the earlier split. Refused
    once the split has lines, or when the earlier one is of another bailleur and another dwelling. What belonged to
    another family or home is not taken over: damages and what was owed for them, consents, dates, answers to
    safety questions. A line the guard-rails refuse here goes to the bailleur.
    """
    require_may(actor, p.VISIT_WRITE)
    split = take_split(open_split(actor, dossier_id).id)
    check_may_act(split, "reuse_split")
    if split.lines:
        raise Refused(
            "split.reuse.started",
            _("Cette répartition a déjà des lignes : on ne peut plus repartir d’une autre."),
        )
    earlier = _earlier(from_split_id)
    if earlier is None or split.id == earlier.id or not _may_lend(earlier, split):
        raise Refused("split.reuse.other", _("Repartez d’une répartition de ce logement ou de ce bailleur."))
    home = dwelling_facts(split.dwelling)
    moved = []
    kept = [line for line in earlier.lines if line.holder is not Holder.DROPPED]
    for position, old in enumerate(kept, 1):
        line, reason = _taken_over(old, earlier, split, home)
        line.position = position
        note_wording(line, "reused", actor)
        if reason:
            moved.append(Moved(line.label, line.room, reason))
    split.reused_from_id = earlier.id
    trace("works.split.reused", split, actor, audience=("alc",), lines=len(kept), moved=len(moved))
    commit()
    return Reused(split, len(kept), tuple(moved))


def _earlier(split_id: int) -> Split | None:
    statement = (
        select(Split)
        .where(Split.id == split_id)
        .options(joinedload(Split.lines).joinedload(WorksLine.kind))
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).unique().one_or_none()


def _may_lend(earlier: Split, split: Split) -> bool:
    return earlier.dwelling_id == split.dwelling_id or earlier.bailleur_id == split.bailleur_id


def _taken_over(old: WorksLine, earlier: Split, split: Split, home: DwellingFacts) -> tuple[WorksLine, str]:
    """The line as it may stand here, and why it goes to the bailleur if it does."""
    same_home = earlier.dwelling_id == split.dwelling_id
    same_family = earlier.dossier_id == split.dossier_id
    kind = old.kind if old.kind is not None and old.kind.active else None
    others_damage = old.cause is Cause.DAMAGE and not same_family
    wording = replace(
        wording_of(old),
        kind_id=kind.id if kind else None,
        cause=Cause.WEAR if others_damage else old.cause,
        tenant_cents=None,
        due_on=None,
    )
    consented = same_home and same_family and consent_covers(wording_of(old), wording)
    line = WorksLine(
        split_id=split.id,
        kind=kind,
        condition_met=old.condition_met if same_home else None,
        consent_on=old.consent_on if consented else None,
        consent_document_id=old.consent_document_id if consented else None,
    )
    facts = LineFacts(
        kind=kind_facts(kind),
        label=wording.label,
        need=wording.need,
        cause=wording.cause,
        holder=wording.holder,
        materials_payer=wording.materials_payer,
        condition_met=line.condition_met,
        consent_on=line.consent_on,
    )
    default, holder, payer = starting_point(facts, home)
    if others_damage:
        facts = replace(facts, holder=holder, materials_payer=payer)
    facts, reason = _within_guardrails(facts, home)
    put_wording(line, _with_holder(wording, facts))
    line.default_holder, line.default_rule = default.holder, default.rule
    line.lock = lock(facts, home)
    return line, reason


def _within_guardrails(facts: LineFacts, home: DwellingFacts) -> tuple[LineFacts, str]:
    """The facts with a holder and a payer that no guard-rail refuses; the reason when the bailleur takes over."""
    refused = check_line(facts, home)
    if not refused:
        return facts, ""
    facts = replace(facts, holder=Holder.BAILLEUR)
    if check_line(facts, home):
        facts = replace(facts, materials_payer=Payer.BAILLEUR)
    return facts, str(refused[0].message)


def _with_holder(wording: Wording, facts: LineFacts) -> Wording:
    share = wording.tenant_share_pct if facts.holder is Holder.SHARED else None
    return replace(
        wording, holder=facts.holder, tenant_share_pct=share, materials_payer=facts.materials_payer
    )
