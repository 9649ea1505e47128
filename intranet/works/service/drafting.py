"""The works of the joint visit: opening a split, adding, changing and removing its lines. ALC only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import PARIS, now, today
from intranet.deletion import check_delete
from intranet.dossiers.models import Dossier
from intranet.errors import Refused
from intranet.extensions import db
from intranet.rent.standing import restate
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.commands import AddLine, ChangeLine
from intranet.works.facts import dwelling_facts, kind_facts, line_facts, wording_of
from intranet.works.guardrails import LineFacts, lock, refuse_broken, starting_point
from intranet.works.machine import SplitFacts, dwelling_allocated
from intranet.works.models import LineAnswer, Split, SplitVersion, WorksLine
from intranet.works.rules import (
    WORDING_COLUMNS,
    Wording,
    consent_covers,
    differences,
    digest,
    propose_default,
    snapshot_line,
)
from intranet.works.service.checking import (
    checked_consent_day,
    checked_debt,
    checked_kind,
    checked_label,
    checked_wording,
    kept_consent,
    refuse_fixed,
)
from intranet.works.service.loading import check_may_act, refuse_stale_line, take_line, take_split, trace
from intranet.works.service.wording import note_wording
from intranet.works.terms import Answer, Holder, Payer, Side, SplitState
from intranet.works.wordings import in_words
from intranet.works.workdays import is_business_day

_CLOSED = (SplitState.WITHDRAWN, SplitState.AMENDED)


def open_split(actor: Actor, dossier_id: int) -> Split:
    """The open split of the dossier's dwelling, made if there is none. Opening twice opens one.

    Part of the command that writes its first line, which commits: a line refused leaves no empty split behind.
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
        commit()  # nothing was written: gives the dossier back before the split is held, as everywhere
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
    return split


def add_line(actor: Actor, command: AddLine) -> WorksLine:
    """A line of the visit, with its default holder and the source of the rule. Nothing sent is touched.

    Without a ``holder`` the rules propose one, within the guard-rails; with one, the guard-rails decide.
    """
    require_may(actor, p.VISIT_WRITE)
    split = take_split(command.split_id)
    check_may_act(split, "add_line")
    kind = checked_kind(command.kind_id)
    home = dwelling_facts(split.dwelling)
    label = checked_label(kind, command.label)
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
    refuse_broken(asked, home)
    owed = checked_debt(split, kind, asked.holder, command, today())
    wording = checked_wording(command, kind, label, asked.holder, asked.materials_payer, owed)
    line = WorksLine(
        split_id=split.id,
        position=max((each.position for each in split.lines), default=0) + 1,
        condition_met=command.condition_met,
        consent_on=checked_consent_day(command.consent_on),
        wear=owed.data() if owed else None,
        default_holder=default.holder,
        default_rule=default.rule,
        lock=lock(asked, home),
        kind=kind,
    )
    put_wording(line, wording)
    note_wording(line, "added", actor)
    trace("works.line.added", split, actor, audience=("alc",), line=line.label, room=line.room)
    _note_rest_day(actor, split, line, command, None)
    commit()
    return line


def change_line(actor: Actor, command: ChangeLine) -> WorksLine:
    """The line as the form has it. Another wording sets every answer back to waiting.

    ``Stale`` when the line changed since the form was opened. A date of consent or the answer to a safety
    question is not part of what was agreed: changing it alone keeps the answers. A written consent does not
    pass to other works (``rules.consent_covers``).
    """
    require_may(actor, p.SPLIT_WRITE)
    split, line = take_line(command.line_id)
    check_may_act(split, "change_line")
    due_before = line.due_on
    wording = rewrite(actor, split, line, command)
    refuse_broken(line_facts(line, wording), dwelling_facts(split.dwelling))
    if reword(split, line, wording):
        note_wording(line, "changed", actor)
    trace("works.line.changed", split, actor, audience=("alc",), line=line.label, room=line.room)
    _note_rest_day(actor, split, line, command, due_before)
    commit()
    return line


def _note_rest_day(
    actor: Actor, split: Split, line: WorksLine, command: AddLine | ChangeLine, before: date | None
) -> None:
    """The tenant's express consent to works on a rest day enters the history, with who took it and when."""
    on = line.due_on
    if on is None or on == before or not command.rest_day_agreed or is_business_day(on):
        return
    trace("works.line.rest_day", split, actor, line=line.label, room=line.room, on=on)


def rewrite(actor: Actor, split: Split, line: WorksLine, command: ChangeLine) -> Wording:
    """The wording the form asks for; what stands beside it (kind, condition, consent) is written at once."""
    refuse_fixed(line)
    kind = checked_kind(command.kind_id, already=line.kind)
    label = checked_label(kind, command.label)
    owed = checked_debt(split, kind, command.holder, command, line.created_at.astimezone(PARIS).date())
    wording = checked_wording(
        command, kind, label, command.holder, command.materials_payer, owed, line.due_on
    )
    refuse_stale_line(line, command.version, _in_words(line, wording))
    covered = consent_covers(wording_of(line), wording)
    consent_on = kept_consent(line, kind, wording, command.consent_on)
    if line.consent_on is not None and consent_on is None:
        trace("works.consent.ended", split, actor, line=line.label, room=line.room, on=line.consent_on)
    if consent_on is None or not covered:
        line.consent_document_id = None
    line.kind = kind
    line.condition_met = command.condition_met
    line.consent_on = consent_on
    line.wear = owed.data() if owed else None
    return wording


def remove_line(actor: Actor, line_id: int, version: int) -> None:
    """Take a line away. One the bailleur has seen is not erased but dropped, so that each side agrees to it."""
    require_may(actor, p.SPLIT_WRITE)
    split, line = take_line(line_id)
    check_may_act(split, "remove_line")
    refuse_fixed(line)
    refuse_stale_line(line, version)
    label, room = line.label, line.room
    if line.origin_id is not None or _was_sent(split, line):  # a line signed once is given up by all
        if reword(split, line, wording_of(line).with_counter(Holder.DROPPED, None, None)):
            note_wording(line, "dropped", actor)
    else:
        check_delete(line)
        split.lines.remove(line)
        db.session.delete(line)
        restate(split.id)
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
    restate(split.id)
    return True


def forget(answer: LineAnswer) -> None:
    """Set an answer back to waiting."""
    answer.answer = Answer.WAITING
    answer.digest = ""
    answer.counter_holder = answer.counter_share_pct = answer.counter_payer = answer.counter_due_on = None
    answer.guest_id = None
    answer.at = now()


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
