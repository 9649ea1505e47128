"""The bailleur's answer to one line.

An answer is the command people wait for, many times on one page: it reads one row and writes by columns.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now, today
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.rows import Row, fetch_one, write
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.commands import AnswerLine
from intranet.works.guardrails import check_line, lock, refuse_broken
from intranet.works.machine import SplitFacts, check_act, dwelling_allocated
from intranet.works.models import (
    GuardrailOverride,
    LineAnswer,
    Split,
    SplitVersion,
    WorksLine,
)
from intranet.works.rules import (
    TENANT_HOLDERS,
    Wording,
    differences,
    digest,
    seen_token,
    snapshot_line,
)
from intranet.works.service.checking import checked_share, fixed_refusal, refuse_bad_offer
from intranet.works.service.line_in_hand import LINE, facts_with, home_of, worded
from intranet.works.service.loading import (
    hold_split_of,
    line_gone,
)
from intranet.works.service.moves import (
    MESSAGE_LIMIT,
    add_comment,
    check_named,
)
from intranet.works.terms import Answer, Holder, Side
from intranet.works.wordings import ANSWERS, in_words

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


def answer_line(actor: Actor, command: AnswerLine) -> None:
    """The bailleur's answer to one wording. It changes no line: a counter stands beside it.

    May: the bailleur's agents, in their turn. ``Stale`` when the wording is no longer the one that was on the
    screen, or when a colleague gave another answer meanwhile. Answering ``waiting`` takes an answer back.
    """
    require_may(actor, p.SPLIT_ANSWER)
    hold_split_of(command.line_id)
    row = fetch_one(LINE, line_id=command.line_id)
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
    wording = worded(row)
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
    if offered == worded(row):
        raise Refused(
            "answer.same", _("Votre contre-proposition ne change rien à la ligne."), field="counter_holder"
        )
    return offered


_COUNTER_FIELDS = {"holder": "counter_holder", "materials_payer": "counter_payer", "consent_on": "consents"}


def _check_guardrails(row: Row, wanted: Wording, consents: bool) -> None:
    facts = facts_with(row, wanted, consents)
    broken = check_line(facts, home_of(row))
    if not broken:
        return
    if any(violation.overridable for violation in broken):
        found = db.session.execute(_SET_ASIDE, {"line_id": row.id, "digest": digest(wanted)}).scalars()
        facts = replace(facts, set_aside=frozenset(found))
    refuse_broken(facts, home_of(row), _COUNTER_FIELDS)


def _write(actor: Actor, row: Row, values: dict[str, Any]) -> None:
    check_named(actor)
    who = {"by_id": actor.author_id, "by_name": actor.name, "guest_id": actor.guest_id}
    signed = {**values, **who, "at": now()}
    given = {f"new_{column}": value for column, value in signed.items()}
    write(_ADD if row.answer is None else _REPLACE, on_line=row.id, **given)


def _write_consent(row: Row, wanted: Wording) -> None:
    """The agent's consent is written and dated: that is what art. 7 f asks for."""
    held = lock(facts_with(row, wanted, True), home_of(row))
    write(_CONSENT, on_line=row.id, new_day=today(), new_lock=held)


def _changed_since(row: Row, seen_digest: str) -> tuple[str, ...]:
    """From the wording that was on the screen to the present one, in words, if that version was kept."""
    present = snapshot_line(row.id, row.kind_code or "", worded(row), {})
    for (lines,) in db.session.execute(_SENT_LINES, {"split_id": row.split_id}):
        for line in lines:
            if line["id"] == row.id and line["digest"] == seen_digest:
                return in_words(differences([{**line, "answers": {}}], [present]))
    return ()
