"""ALC's moves: proposing, adopting a counter-proposal or keeping its own; and what either side remarks."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.clock import now
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.commands import Propose
from intranet.works.facts import dwelling_facts, good_answer, line_facts, wording_of
from intranet.works.guardrails import refuse_broken
from intranet.works.machine import SPLIT, check_act
from intranet.works.mailing import tell_bailleur
from intranet.works.models import LineComment, Split, WorksLine
from intranet.works.service.checking import checked_share, refuse_fixed
from intranet.works.service.drafting import forget, reword
from intranet.works.service.loading import (
    check_may_act,
    facts_of,
    refuse_stale_line,
    refuse_stale_split,
    side,
    take_line,
    take_split,
    trace,
)
from intranet.works.service.moves import (
    MESSAGE_LIMIT,
    SAME_CLICK,
    accept,
    add_comment,
    check_state,
    just_sent,
    send,
)
from intranet.works.service.wording import note_wording
from intranet.works.terms import Answer, Side, SplitState
from intranet.works.untouched import stands_as_signed

_LAST_REMARK = (
    select(LineComment)
    .where(LineComment.line_id == bindparam("line_id"))
    .order_by(LineComment.id.desc())
    .limit(1)
)


def propose(actor: Actor, command: Propose) -> Split:
    """Send the split to the bailleur, whose turn it becomes: ALC accepts every line as it stands.

    A second click by the same person finds it done. ``Stale`` when someone else changed a line meanwhile.
    """
    require_may(actor, p.SPLIT_WRITE)
    split = take_split(command.split_id)
    if split.state is SplitState.PROPOSED and just_sent(split, actor):
        return split
    check_state(split, "propose")
    refuse_stale_split(split, command.version, actor)
    message = checked(command.message, MESSAGE_LIMIT, field="message")
    move = SPLIT.check("propose", split.state, facts_of(split, idle=stands_as_signed(split.id)))
    for line in split.lines:
        accept(line, Side.ALC, actor)
    before = split.state
    send(split, actor, Side.ALC, move.target, message)
    trace(move.event, split, actor, from_state=before, reason=message)
    tell_bailleur("split_proposed", split, message=message, who=actor.name)
    commit()
    return split


def adopt_counter(actor: Actor, line_id: int, version: int) -> WorksLine:
    """Take what the bailleur offers for a line: both have then accepted it; the household is to be asked."""
    require_may(actor, p.SPLIT_WRITE)
    split, line = take_line(line_id)
    check_may_act(split, "adopt_counter")
    refuse_fixed(line)
    refuse_stale_line(line, version)
    answer = good_answer(line, Side.BAILLEUR)
    if answer is None or answer.answer is not Answer.COUNTERED:
        raise Refused("line.no_counter", _("Cette ligne ne porte pas de contre-proposition."))
    wording = wording_of(line).with_counter(
        answer.counter_holder, answer.counter_share_pct, answer.counter_payer, answer.counter_due_on
    )
    checked_share(wording.holder, wording.tenant_share_pct)
    refuse_broken(line_facts(line, wording), dwelling_facts(split.dwelling))
    offered_by = (answer.by_id, answer.by_name, answer.guest_id)
    reword(split, line, wording)
    note_wording(line, "adopted", actor)
    accept(line, Side.ALC, actor)
    taken = accept(line, Side.BAILLEUR, None)
    taken.by_id, taken.by_name, taken.guest_id = offered_by
    trace("works.line.adopted", split, actor, line=line.label, room=line.room)
    commit()
    return line


def keep_line(actor: Actor, line_id: int, version: int) -> WorksLine:
    """Keep ALC's own wording against a counter-proposal or a refusal: the bailleur is asked again."""
    require_may(actor, p.SPLIT_WRITE)
    split, line = take_line(line_id)
    check_may_act(split, "adopt_counter")
    refuse_stale_line(line, version)
    answer = good_answer(line, Side.BAILLEUR)
    if answer is None or answer.answer is Answer.ACCEPTED:
        raise Refused("line.no_counter", _("Le bailleur n’a rien contesté sur cette ligne."))
    forget(answer)
    trace("works.line.kept", split, actor, audience=("alc",), line=line.label, room=line.room)
    commit()
    return line


def comment(actor: Actor, line_id: int, text: str) -> LineComment:
    """Remark something on a line, at any time of the negotiation; read by ALC and the bailleur.

    The same words sent again a moment later are one remark.
    """
    speaker, split, line = _speaking(actor, line_id)
    kept = checked(text, MESSAGE_LIMIT, field="comment")
    if not kept:
        raise Refused("comment.empty", _("Écrivez votre commentaire."), field="comment")
    last = db.session.scalars(_LAST_REMARK, {"line_id": line.id}).first()
    if last is not None and (last.side, last.text) == (speaker, kept) and _just_said(last, actor):
        return last
    return _remark("works.line.commented", split, line, actor, add_comment(line.id, speaker, actor, kept))


def _just_said(remark: LineComment, actor: Actor) -> bool:
    """Whether this person wrote it a moment ago: a double click, not a second remark."""
    return actor.wrote(remark.author_id, remark.author_name) and now() - remark.at < SAME_CLICK


def resolve(actor: Actor, line_id: int) -> LineComment:
    """Say that what was discussed on a line is settled. Either side may; a later remark opens it again.

    Closing what is closed already changes nothing. An answer to the line is another thing: none is given here.
    """
    speaker, split, line = _speaking(actor, line_id)
    last = db.session.scalars(_LAST_REMARK, {"line_id": line.id}).first()
    if last is None:
        raise Refused("comment.none", _("Personne n’a rien écrit sur cette ligne : rien à clore."))
    if last.resolves:
        return last
    closing = add_comment(line.id, speaker, actor, "", resolves=True)
    return _remark("works.line.resolved", split, line, actor, closing)


def _speaking(actor: Actor, line_id: int) -> tuple[Side, Split, WorksLine]:
    """Whom the actor speaks for, and the line, while its split is still discussed."""
    speaker = side(actor)
    act = {Side.ALC: "comment_alc", Side.BAILLEUR: "comment_bailleur"}.get(speaker)
    if act is None:
        raise NotAllowed("split.no_party", _("Votre organisme n’est pas partie à cette répartition."))
    split, line = take_line(line_id)
    require_may(actor, check_act(act, split.state).permission)
    return speaker, split, line


def _remark(kind: str, split: Split, line: WorksLine, actor: Actor, remark: LineComment) -> LineComment:
    db.session.flush()
    record(
        kind,
        actor=actor,
        subject="split",
        subject_id=split.id,
        dossier_id=split.dossier_id,
        data={"line": line.label, "room": line.room},
        audience=("alc", "bailleur") if split.number else ("alc",),
    )
    commit()
    return remark
