"""The works of the joint visit: opening a split, adding, changing and removing its lines. ALC only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import PARIS, now, today
from intranet.dossiers.models import Dossier
from intranet.errors import Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.wear.rules import Calculation
from intranet.wear.service import assess
from intranet.works.commands import AddLine, ChangeLine
from intranet.works.facts import dwelling_facts, kind_facts, line_facts, wording_of
from intranet.works.guardrails import DwellingFacts, LineFacts, check_line, lock, starting_point
from intranet.works.machine import SplitFacts, dwelling_allocated
from intranet.works.models import LineAnswer, Split, SplitVersion, WorksKind, WorksLine
from intranet.works.rules import (
    BAILLEUR_HOLDERS,
    WORDING_COLUMNS,
    Wording,
    differences,
    digest,
    propose_default,
    snapshot_line,
)
from intranet.works.service.loading import check_may_act, refuse_stale_line, take_line, take_split, trace
from intranet.works.terms import Answer, Cause, Holder, Payer, Side, SplitState
from intranet.works.wordings import in_words

MOST_CENTS = 10_000_000
"""100 000 €: above, a figure was mistyped."""

MOST_MINUTES = 60_000
"""1 000 hours on one line."""

_CLOSED = (SplitState.WITHDRAWN, SplitState.AMENDED)


def open_split(actor: Actor, dossier_id: int) -> Split:
    """The open split of the dossier's dwelling, made if there is none. Opening twice opens one.

    Refused before a dwelling is allocated. May: those who note the works of the visit.
    """
    require_may(actor, p.VISIT_WRITE)
    dossier = db.session.scalar(
        select(Dossier)
        .where(Dossier.id == dossier_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if dossier is None:
        raise Refused("dossier.unknown", _("Ce dossier n’existe plus."))
    refusal = dwelling_allocated(SplitFacts(dossier_state=dossier.state))
    if refusal is not None:
        raise refusal
    if dossier.dwelling_id is None or dossier.bailleur_id is None:
        raise Refused("split.not_allocated", _("Aucun logement n’est attribué à ce ménage."))
    open_one = db.session.scalar(
        select(Split).where(
            Split.dossier_id == dossier_id,
            Split.dwelling_id == dossier.dwelling_id,
            Split.state.not_in(_CLOSED),
        )
    )
    if open_one is not None:
        commit()  # nothing to write: gives the dossier back at once
        return open_one
    split = Split(
        dossier_id=dossier_id,
        dwelling_id=dossier.dwelling_id,
        bailleur_id=dossier.bailleur_id,
        turn=Side.ALC,
        turn_since=now(),
    )
    db.session.add(split)
    db.session.flush()
    record(
        "works.split.opened",
        actor=actor,
        subject="split",
        subject_id=split.id,
        dossier_id=dossier_id,
        to_state=split.state.value,
        data={"version": split.version, "number": 0},
    )
    commit()
    return split


def add_line(actor: Actor, command: AddLine) -> WorksLine:
    """A line of the visit, with its default holder and the source of the rule. Nothing sent is touched.

    Without a ``holder`` the rules propose one, within the guard-rails; with one, the guard-rails decide.
    """
    require_may(actor, p.VISIT_WRITE)
    split = take_split(command.split_id)
    check_may_act(split, "add_line")
    kind = _kind(command.kind_id)
    home = dwelling_facts(split.dwelling)
    label = _label(kind, command.label)
    asked = LineFacts(
        kind=kind_facts(kind),
        label=label,
        need=command.need,
        cause=command.cause,
        holder=command.holder or Holder.BAILLEUR,
        materials_payer=command.materials_payer or Payer.BAILLEUR,
        condition_met=command.condition_met,
        consent_on=command.consent_on,
    )
    default, holder, payer = starting_point(asked, home)
    asked = replace(
        asked,
        holder=command.holder or holder,
        materials_payer=command.materials_payer or payer,
    )
    _refuse_broken(asked, home)
    owed = _owed(split, kind, asked.holder, command, today())
    wording = Wording(
        kind_id=kind.id if kind else None,
        label=label,
        room=_room(command.room),
        need=command.need,
        cause=command.cause,
        holder=asked.holder,
        tenant_share_pct=checked_share(asked.holder, command.tenant_share_pct),
        materials_payer=asked.materials_payer,
        materials_cents=_amount(command.materials_cents),
        minutes=_minutes(command.minutes),
        tenant_cents=owed.tenant_cents if owed else None,
        due_on=command.due_on if asked.holder in BAILLEUR_HOLDERS else None,
    )
    line = WorksLine(
        split_id=split.id,
        position=max((each.position for each in split.lines), default=0) + 1,
        condition_met=command.condition_met,
        consent_on=_consent_day(command.consent_on),
        wear=owed.data() if owed else None,
        default_holder=default.holder,
        default_rule=default.rule,
        lock=lock(asked, home),
        kind=kind,
    )
    put_wording(line, wording)
    db.session.add(line)
    trace("works.line.added", split, actor, audience=("alc",), line=line.label, room=line.room)
    commit()
    return line


def change_line(actor: Actor, command: ChangeLine) -> WorksLine:
    """The line as the form has it. Another wording sets every answer back to waiting.

    ``Stale`` when the line changed since the form was opened. A date of consent or the answer to a safety
    question is not part of what was agreed: changing it alone keeps the answers.
    """
    require_may(actor, p.SPLIT_WRITE)
    split, line = take_line(command.line_id)
    check_may_act(split, "change_line")
    kind = _kind(command.kind_id, already=line.kind)
    owed = _owed(split, kind, command.holder, command, line.created_at.astimezone(PARIS).date())
    wording = Wording(
        kind_id=kind.id if kind else None,
        label=_label(kind, command.label),
        room=_room(command.room),
        need=command.need,
        cause=command.cause,
        holder=command.holder,
        tenant_share_pct=checked_share(command.holder, command.tenant_share_pct),
        materials_payer=command.materials_payer,
        materials_cents=_amount(command.materials_cents),
        minutes=_minutes(command.minutes),
        tenant_cents=owed.tenant_cents if owed else None,
        due_on=command.due_on if command.holder in BAILLEUR_HOLDERS else None,
    )
    refuse_stale_line(line, command.version, _in_words(line, wording))
    line.kind = kind
    line.condition_met = command.condition_met
    line.consent_on = _consent_day(command.consent_on)
    line.wear = owed.data() if owed else None
    _refuse_broken(line_facts(line, wording), dwelling_facts(split.dwelling))
    reword(split, line, wording)
    trace("works.line.changed", split, actor, audience=("alc",), line=line.label, room=line.room)
    commit()
    return line


def remove_line(actor: Actor, line_id: int, version: int) -> None:
    """Take a line away. One the bailleur has seen is not erased but dropped, so that each side agrees to it."""
    require_may(actor, p.SPLIT_WRITE)
    split, line = take_line(line_id)
    check_may_act(split, "remove_line")
    refuse_stale_line(line, version)
    label, room = line.label, line.room
    if _was_sent(split, line):
        reword(split, line, wording_of(line).with_counter(Holder.DROPPED, None, None))
    else:
        split.lines.remove(line)
        db.session.delete(line)
    trace("works.line.removed", split, actor, audience=("alc",), line=label, room=room)
    commit()


def put_wording(line: WorksLine, wording: Wording) -> None:
    """Write the wording and its digest on the line."""
    for name in WORDING_COLUMNS:
        setattr(line, name, getattr(wording, name))
    line.digest = digest(wording)


def reword(split: Split, line: WorksLine, wording: Wording) -> bool:
    """Give the line another wording: its lock and default follow, its answers are waited for again.

    Returns whether the wording changed. An old answer is erased, not only outdated: should the same
    wording come back, it must be asked again.
    """
    before = line.digest
    put_wording(line, wording)
    facts = line_facts(line)
    default = propose_default(facts.kind, facts.cause, facts.need, facts.consent_on)
    line.default_holder, line.default_rule = default.holder, default.rule
    line.lock = lock(facts, dwelling_facts(split.dwelling))
    if line.digest == before:
        return False
    for answer in line.answers:
        forget(answer)
    return True


def forget(answer: LineAnswer) -> None:
    """Set an answer back to waiting."""
    answer.answer = Answer.WAITING
    answer.digest = ""
    answer.counter_holder = answer.counter_share_pct = answer.counter_payer = None
    answer.at = now()


def checked_share(holder: Holder, share: int | None) -> int | None:
    """The tenant's part of shared works, 1 to 99 %; nothing for any other holder."""
    if holder is not Holder.SHARED:
        return None
    if share is None or not 1 <= share <= 99:
        raise Refused(
            "line.share", _("Indiquez la part de la famille, de 1 à 99 %."), field="tenant_share_pct"
        )
    return share


def _kind(kind_id: int | None, already: WorksKind | None = None) -> WorksKind | None:
    if kind_id is None:
        return None
    kind = db.session.get(WorksKind, kind_id)
    if kind is None or not (kind.active or kind is already):
        raise Refused("line.kind", _("Choisissez un type de travaux du catalogue."), field="kind_id")
    return kind


def _label(kind: WorksKind | None, typed: str) -> str:
    label = checked(typed, 255, field="label", multiline=False)
    if label:
        return label
    if kind is None:
        raise Refused("line.label", _("Dites quels travaux, ou choisissez-les au catalogue."), field="label")
    return kind.label_fr


def _room(typed: str) -> str:
    room = checked(typed, 60, field="room", multiline=False)
    if not room:
        raise Refused("line.room", _("Indiquez la pièce."), field="room")
    return room


def _amount(cents: int) -> int:
    if not 0 <= cents <= MOST_CENTS:
        raise Refused("line.amount", _("Le montant va de 0 à 100 000 €."), field="materials_cents")
    return cents


def _owed(
    split: Split, kind: WorksKind | None, holder: Holder, command: AddLine | ChangeLine, written_on: date
) -> Calculation | None:
    """What the family owes for a damage, by the grid in force on the day of the visit, else of the line."""
    damage = command.damage
    if damage is None or command.cause is not Cause.DAMAGE or holder is Holder.DROPPED:
        return None
    day = split.dossier.visited_on or written_on
    return assess(split.bailleur_id, kind.id if kind else None, damage.age_years, damage.cost_cents, day)


def _minutes(minutes: int) -> int:
    if not 0 <= minutes <= MOST_MINUTES:
        raise Refused("line.minutes", _("Le temps prévu va de 0 à 1 000 heures."), field="minutes")
    return minutes


def _consent_day(on: date | None) -> date | None:
    if on is not None and on > today():
        raise Refused(
            "line.consent_future", _("L’accord écrit ne peut pas être daté du futur."), field="consent_on"
        )
    return on


def _refuse_broken(line: LineFacts, home: DwellingFacts) -> None:
    for violation in check_line(line, home):
        raise Refused(violation.rule, violation.message, field=violation.field)


def _in_words(line: WorksLine, wanted: Wording) -> tuple[str, ...]:
    """What the line says now where it differs from the wording the form wanted to write."""
    typed, present = (snapshot_line(line.id, "", wording, {}) for wording in (wanted, wording_of(line)))
    return in_words(differences([typed], [present]))


def _was_sent(split: Split, line: WorksLine) -> bool:
    if not split.number:
        return False
    sent = db.session.scalar(
        select(SplitVersion.lines).where(
            SplitVersion.split_id == split.id, SplitVersion.number == split.number
        )
    )
    return any(each["id"] == line.id for each in sent or ())
