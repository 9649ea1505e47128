"""What every move of the split is made of: an acceptance, a version sent, a turn handed over, a remark."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from intranet.access import Actor
from intranet.clock import now
from intranet.errors import Refused
from intranet.extensions import db
from intranet.translation import gettext as _
from intranet.works.facts import snapshot
from intranet.works.machine import SPLIT, TURN
from intranet.works.models import LineAnswer, LineComment, Split, SplitVersion, WorksLine
from intranet.works.service.drafting import forget
from intranet.works.terms import Answer, Side, SplitState
from intranet.works.wordings import state_refusal

MESSAGE_LIMIT = 4000
SAME_CLICK = timedelta(minutes=2)
"""Sending twice within this time, by the same person, is one sending."""


def check_named(actor: Actor) -> None:
    """``Refused`` for a guest who has not said who she is: every answer names the person who gives it."""
    if not actor.name:
        raise Refused("guest.nameless", _("Dites d’abord qui vous êtes : chaque réponse porte un nom."))


def add_comment(
    line_id: int, speaker: Side, actor: Actor, text: str, *, resolves: bool = False
) -> LineComment:
    """Write a remark in the line's thread; ``resolves`` closes it, until somebody remarks something again."""
    check_named(actor)
    remark = LineComment(
        line_id=line_id,
        side=speaker,
        author_id=actor.author_id,
        author_name=actor.name,
        at=now(),
        text=text,
        resolves=resolves,
    )
    db.session.add(remark)
    return remark


def check_state(split: Split, move: str) -> None:
    """``Refused`` with where the split is now, when ``move`` does not leave its state."""
    if split.state not in SPLIT.transitions[move].sources:
        raise Refused(f"split.{move}.state", state_refusal(split.state))


def accept(line: WorksLine, one: Side, actor: Actor | None) -> LineAnswer:
    """Write that the side accepts the line in its present wording."""
    if actor is not None:
        check_named(actor)
    answer = next((each for each in line.answers if each.side is one), None)
    if answer is None:
        answer = LineAnswer(side=one)
        line.answers.append(answer)
    forget(answer)
    answer.answer = Answer.ACCEPTED
    answer.digest = line.digest
    answer.by_id, answer.by_name = (actor.author_id, actor.name) if actor else (None, "")
    answer.guest_id = actor.guest_id if actor else None
    return answer


def send(split: Split, actor: Actor, sender: Side, target: SplitState, message: str) -> SplitVersion:
    """Hand the split over: another version is kept as it stands, and the turn changes."""
    check_named(actor)
    split.number += 1
    split.message = message
    hand_over(split, target)
    version = SplitVersion(
        split_id=split.id,
        number=split.number,
        side=sender,
        sent_at=split.turn_since,
        sent_by=actor.author_id,
        message=message,
        lines=snapshot(split.lines),
    )
    db.session.add(version)
    return version


def hand_over(split: Split, to_state: SplitState, *, silent: bool = False) -> None:
    """Move the split and start the turn of whoever's it is then."""
    split.state = to_state
    split.turn = TURN[to_state]
    split.turn_since = now()
    split.silent = silent
    split.more_time_until = None
    split.reminders = 0
    split.reminded_at = None


def just_sent(split: Split, actor: Actor) -> bool:
    """Whether this person sent the present version a moment ago: a double click, not a second proposal."""
    sent = db.session.execute(
        select(SplitVersion.sent_by, SplitVersion.sent_at).where(
            SplitVersion.split_id == split.id, SplitVersion.number == split.number
        )
    ).first()
    return sent is not None and sent.sent_by == actor.author_id and now() - sent.sent_at < SAME_CLICK
