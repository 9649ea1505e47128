"""The bailleur accepts at once every line that nobody disputes and nobody discusses."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from intranet import permissions as p
from intranet.access import Actor, require_may
from intranet.extensions import db
from intranet.timeline.service import commit
from intranet.works.facts import dwelling_facts, good_answer, line_facts
from intranet.works.guardrails import check_line
from intranet.works.models import LineComment, Split, WorksLine
from intranet.works.service.loading import check_may_act, refuse_stale_split, take_split, trace
from intranet.works.service.moves import accept
from intranet.works.terms import Answer, Side

_LAST_REMARKS = (
    select(func.max(LineComment.id))
    .join(WorksLine, WorksLine.id == LineComment.line_id)
    .where(WorksLine.split_id == bindparam("split_id"), LineComment.side != Side.HOUSEHOLD)
    .group_by(LineComment.line_id)
)
_DISCUSSED = select(LineComment.line_id).where(
    LineComment.id.in_(_LAST_REMARKS), LineComment.resolves.is_(False)
)


def accept_undisputed(actor: Actor, split_id: int, version: int) -> int:
    """Accept every line the bailleur has not answered yet and nobody disputes; return how many.

    A line the family refuses, that a guard-rail now forbids or whose thread is open is left to be looked at: it is
    not accepted by the way. ``Stale`` like ``send_back``.
    """
    require_may(actor, p.SPLIT_ANSWER)
    split = take_split(split_id)
    check_may_act(split, "accept_undisputed")
    refuse_stale_split(split, version, actor)
    discussed = set(db.session.execute(_DISCUSSED, {"split_id": split_id}).scalars())
    waiting = [line for line in split.lines if line.id not in discussed and _undisputed(split, line)]
    if not waiting:
        return 0
    for line in waiting:
        accept(line, Side.BAILLEUR, actor)
    trace("works.split.accepted_undisputed", split, actor, lines=len(waiting))
    commit()
    return len(waiting)


def _undisputed(split: Split, line: WorksLine) -> bool:
    """Not answered by the bailleur, not refused by the family, within the guard-rails, not signed already."""
    if line.fixed or good_answer(line, Side.BAILLEUR) is not None:
        return False
    family = good_answer(line, Side.HOUSEHOLD)
    refused = family is not None and family.answer is not Answer.ACCEPTED
    return not refused and not check_line(line_facts(line), dwelling_facts(split.dwelling))
