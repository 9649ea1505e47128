"""The bailleur gives the turn back to ALC."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.extensions import db
from intranet.freetext import checked
from intranet.timeline.service import commit
from intranet.works.commands import SendBack
from intranet.works.facts import good_answer
from intranet.works.machine import SPLIT
from intranet.works.mailing import tell_alc
from intranet.works.models import LineComment, Split, WorksLine
from intranet.works.service.loading import facts_of, refuse_stale_split, take_split, trace
from intranet.works.service.moves import MESSAGE_LIMIT, check_state, just_sent, send
from intranet.works.terms import Side, SplitState

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
