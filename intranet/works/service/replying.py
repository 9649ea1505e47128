"""The bailleur's moves: answering line by line, sending back.

An answer is the command people wait for, many times on one page: it reads one row and writes by columns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import and_, bindparam, func, insert, select, update

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.accounts.models import User
from intranet.clock import now, today
from intranet.dossiers.models import Dossier, Dwelling
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.rows import Row, fetch_one, write
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.commands import AnswerLine, SendBack
from intranet.works.facts import good_answer
from intranet.works.guardrails import DwellingFacts, LineFacts, check_line, lock, refuse_broken
from intranet.works.machine import SPLIT, SplitFacts, check_act, dwelling_allocated
from intranet.works.mailing import tell_alc
from intranet.works.models import (
    GuardrailOverride,
    LineAnswer,
    LineComment,
    Split,
    SplitVersion,
    WorksKind,
    WorksLine,
)
from intranet.works.rules import (
    TENANT_HOLDERS,
    WORDING_COLUMNS,
    KindFacts,
    Wording,
    differences,
    digest,
    seen_token,
    snapshot_line,
)
from intranet.works.service.checking import checked_share, fixed_refusal, refuse_bad_offer
from intranet.works.service.loading import (
    facts_of,
    hold_split_of,
    line_gone,
    refuse_stale_split,
    take_split,
    trace,
)
from intranet.works.service.moves import (
    MESSAGE_LIMIT,
    add_comment,
    check_named,
    check_state,
    just_sent,
    send,
)
from intranet.works.terms import Answer, Holder, Side, SplitState
from intranet.works.wordings import ANSWERS, in_words

_KIND_COLUMNS = (
    "code",
    "trade",
    "default_holder",
    "locked_to_bailleur",
    "professional_only",
    "professional_condition",
    "consent",
    "hazard",
    "legal_basis",
)
_LINE = (
    select(
        WorksLine.id,
        WorksLine.split_id,
        WorksLine.digest,
        WorksLine.condition_met,
        WorksLine.consent_on,
        WorksLine.fixed,
        *(getattr(WorksLine, name) for name in WORDING_COLUMNS),
        *(getattr(WorksKind, name).label(f"kind_{name}") for name in _KIND_COLUMNS),
        Split.state,
        Split.number,
        Split.version.label("split_version"),
        Split.dossier_id,
        Split.dwelling_id,
        Dossier.state.label("dossier_state"),
        Dossier.dwelling_id.label("home_id"),
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.lead,
        Dwelling.decent,
        LineAnswer.answer,
        LineAnswer.digest.label("answer_digest"),
        LineAnswer.counter_holder,
        LineAnswer.counter_share_pct,
        LineAnswer.counter_payer,
        LineAnswer.counter_due_on,
        LineAnswer.by_id,
        LineAnswer.at,
        func.coalesce(User.name, LineAnswer.by_name).label("by_name"),
    )
    .join(Split, Split.id == WorksLine.split_id)
    .join(Dossier, Dossier.id == Split.dossier_id)
    .join(Dwelling, Dwelling.id == Split.dwelling_id)
    .outerjoin(WorksKind, WorksKind.id == WorksLine.kind_id)
    .outerjoin(LineAnswer, and_(LineAnswer.line_id == WorksLine.id, LineAnswer.side == Side.BAILLEUR))
    .outerjoin(User, User.id == LineAnswer.by_id)
    .where(WorksLine.id == bindparam("line_id"))
)
_RAISE_VERSION = update(Split).where(Split.id == bindparam("split_id")).values(version=Split.version + 1)
_GIVEN: Any = {
    column: bindparam(f"new_{column}")
    for column in (
        *("answer", "digest", "counter_holder", "counter_share_pct", "counter_payer", "counter_due_on"),
        *("by_id", "by_name", "guest_id", "at"),
    )
}
_ADD = insert(LineAnswer).values(line_id=bindparam("on_line"), side=Side.BAILLEUR, **_GIVEN)
_REPLACE = (
    update(LineAnswer)
    .where(LineAnswer.line_id == bindparam("on_line"), LineAnswer.side == Side.BAILLEUR)
    .values(_GIVEN)
)
_SET_ASIDE = select(GuardrailOverride.rule).where(
    GuardrailOverride.line_id == bindparam("line_id"), GuardrailOverride.digest == bindparam("digest")
)
_CONSENT = (
    update(WorksLine)
    .where(WorksLine.id == bindparam("on_line"))
    .values(consent_on=bindparam("new_day"), lock=bindparam("new_lock"))
)
_SENT_LINES = (
    select(SplitVersion.lines)
    .where(SplitVersion.split_id == bindparam("split_id"))
    .order_by(SplitVersion.number.desc())
)
_REMARKED = (
    select(func.count())
    .select_from(LineComment)
    .join(WorksLine, WorksLine.id == LineComment.line_id)
    .where(
        WorksLine.split_id == bindparam("split_id"),
        LineComment.side == Side.BAILLEUR,
        LineComment.resolves.is_(False),
        LineComment.at >= bindparam("since"),
    )
)


def answer_line(actor: Actor, command: AnswerLine) -> None:
    """The bailleur's answer to one wording. It changes no line: a counter stands beside it.

    May: the bailleur's agents, in their turn. ``Stale`` when the wording is no longer the one that was on the
    screen, or when a colleague gave another answer meanwhile. Answering ``waiting`` takes an answer back.
    """
    require_may(actor, p.SPLIT_ANSWER)
    hold_split_of(command.line_id)
    row = fetch_one(_LINE, line_id=command.line_id)
    if row is None:
        raise line_gone()
    check_act("answer_line", row.state)
    refusal = dwelling_allocated(
        SplitFacts(dossier_state=row.dossier_state, same_dwelling=row.home_id == row.dwelling_id)
    )
    if refusal is not None:
        raise refusal
    if row.fixed:
        raise fixed_refusal()
    if command.digest != row.digest:
        raise Stale(
            _("Cette ligne a changé depuis que vous l’avez lue. Relisez-la avant de répondre."),
            _changed_since(row, command.digest),
        )
    values = _values(command, row)
    _refuse_overwriting(actor, command, row, values)
    wanted = _wanted(row, command)
    consents = command.consents and row.kind_consent == "written" and wanted.holder in TENANT_HOLDERS
    if command.answer in {Answer.ACCEPTED, Answer.COUNTERED}:
        _check_guardrails(row, wanted, consents)
    remark = checked(command.comment, MESSAGE_LIMIT, field="comment")
    if command.answer is Answer.REFUSED and not remark:
        raise Refused("answer.reason", _("Dites pourquoi vous refusez cette ligne."), field="comment")
    _write(actor, row, values)
    if consents:
        _write_consent(row, wanted)
    if remark:
        add_comment(row.id, Side.BAILLEUR, actor, remark)
        db.session.flush()
    write(_RAISE_VERSION, split_id=row.split_id)
    record(
        "works.line.answered",
        actor=actor,
        subject="split",
        subject_id=row.split_id,
        dossier_id=row.dossier_id,
        reason=remark,
        data={
            "version": row.split_version + 1,
            "number": row.number,
            "line": row.label,
            "room": row.room,
            "side": Side.BAILLEUR,
            "answer": command.answer,
        },
        audience=("alc", "bailleur"),
    )
    commit()


def send_back(actor: Actor, command: SendBack) -> Split:
    """Give the split back to ALC, once something was answered, remarked or written in this turn."""
    require_may(actor, p.SPLIT_ANSWER)
    split = take_split(command.split_id)
    if split.state is SplitState.COUNTERED and just_sent(split, actor):
        return split
    check_state(split, "send_back")
    refuse_stale_split(split, command.version, actor)
    message = checked(command.message, MESSAGE_LIMIT, field="message")
    move = SPLIT.check("send_back", split.state, facts_of(split, heard=bool(message) or _heard(split)))
    before = split.state
    send(split, actor, Side.BAILLEUR, move.target, message)
    trace(move.event, split, actor, from_state=before, reason=message)
    tell_alc("split_answered", split, message=message, who=actor.name)
    commit()
    return split


def _heard(split: Split) -> bool:
    answers = (good_answer(line, Side.BAILLEUR) for line in split.lines)
    if any(answer is not None and answer.at >= split.turn_since for answer in answers):
        return True
    found = db.session.execute(_REMARKED, {"split_id": split.id, "since": split.turn_since}).scalar_one()
    return bool(found)


def _values(command: AnswerLine, row: Row) -> dict[str, Any]:
    """The answer's columns. A date is kept when it is another than the line's."""
    due_on = _asked(row, command).due_on
    countered = command.answer is Answer.COUNTERED
    shared = countered and command.counter_holder is Holder.SHARED
    return {
        "answer": command.answer,
        "digest": "" if command.answer is Answer.WAITING else command.digest,
        "counter_holder": command.counter_holder if countered else None,
        "counter_share_pct": command.counter_share_pct if shared else None,
        "counter_payer": command.counter_payer if countered else None,
        "counter_due_on": due_on if due_on != row.due_on else None,
    }


def _refuse_overwriting(actor: Actor, command: AnswerLine, row: Row, values: dict[str, Any]) -> None:
    """``Stale`` when a colleague gave another answer to this wording since the page was read."""
    answered = row.answer_digest == row.digest and row.answer is not Answer.WAITING
    if not answered or actor.wrote(row.by_id, row.by_name) or command.seen == seen_token(row.by_id, row.at):
        return
    if all(
        getattr(row, "answer_digest" if name == "digest" else name) == value for name, value in values.items()
    ):
        return
    raise Stale(
        _("Quelqu’un a répondu à cette ligne pendant que vous la lisiez. Votre saisie est gardée."),
        (_("%(who)s a répondu : %(answer)s.", who=row.by_name, answer=ANSWERS[row.answer]),),
    )


def _asked(row: Row, command: AnswerLine) -> Wording:
    """The wording the answer asks for: the line's own, or the counter-proposal's."""
    wording = _wording(row)
    if command.answer is not Answer.COUNTERED:
        return wording
    return wording.with_counter(
        command.counter_holder, command.counter_share_pct, command.counter_payer, command.counter_due_on
    )


def _wanted(row: Row, command: AnswerLine) -> Wording:
    """The same once it is checked: a counter-proposal is complete, and offers something else."""
    offered = _asked(row, command)
    if command.answer is not Answer.COUNTERED:
        return offered
    if offered.holder is Holder.SHARED:
        try:
            checked_share(offered.holder, offered.tenant_share_pct)
        except Refused as refused:
            raise Refused(refused.rule, refused.message, field="counter_share_pct") from None
    if offered.due_on != row.due_on:
        refuse_bad_offer(offered.due_on)
    if offered == _wording(row):
        raise Refused(
            "answer.same", _("Votre contre-proposition ne change rien à la ligne."), field="counter_holder"
        )
    return offered


def _wording(row: Row) -> Wording:
    return Wording(**{name: getattr(row, name) for name in WORDING_COLUMNS})


def _line_facts(row: Row, wanted: Wording, consents: bool) -> LineFacts:
    kind = None
    if row.kind_code is not None:
        kind = KindFacts(**{name: getattr(row, f"kind_{name}") for name in _KIND_COLUMNS})
    return LineFacts(
        kind=kind,
        label=wanted.label,
        need=wanted.need,
        cause=wanted.cause,
        holder=wanted.holder,
        materials_payer=wanted.materials_payer,
        condition_met=row.condition_met,
        consent_on=today() if consents else row.consent_on,
    )


def _home(row: Row) -> DwellingFacts:
    return DwellingFacts(row.permit_year, row.asbestos, row.lead, row.decent)


_COUNTER_FIELDS = {"holder": "counter_holder", "materials_payer": "counter_payer", "consent_on": "consents"}


def _check_guardrails(row: Row, wanted: Wording, consents: bool) -> None:
    facts = _line_facts(row, wanted, consents)
    broken = check_line(facts, _home(row))
    if not broken:
        return
    if any(violation.overridable for violation in broken):
        found = db.session.execute(_SET_ASIDE, {"line_id": row.id, "digest": digest(wanted)}).scalars()
        facts = replace(facts, set_aside=frozenset(found))
    refuse_broken(facts, _home(row), _COUNTER_FIELDS)


def _write(actor: Actor, row: Row, values: dict[str, Any]) -> None:
    check_named(actor)
    who = {"by_id": actor.author_id, "by_name": actor.name, "guest_id": actor.guest_id}
    signed = {**values, **who, "at": now()}
    given = {f"new_{column}": value for column, value in signed.items()}
    write(_ADD if row.answer is None else _REPLACE, on_line=row.id, **given)


def _write_consent(row: Row, wanted: Wording) -> None:
    """The agent's consent is written and dated: that is what art. 7 f asks for."""
    held = lock(_line_facts(row, wanted, True), _home(row))
    write(_CONSENT, on_line=row.id, new_day=today(), new_lock=held)


def _changed_since(row: Row, seen_digest: str) -> tuple[str, ...]:
    """From the wording that was on the screen to the present one, in words, if that version was kept."""
    present = snapshot_line(row.id, row.kind_code or "", _wording(row), {})
    for (lines,) in db.session.execute(_SENT_LINES, {"split_id": row.split_id}):
        for line in lines:
            if line["id"] == row.id and line["digest"] == seen_digest:
                return in_words(differences([{**line, "answers": {}}], [present]))
    return ()
