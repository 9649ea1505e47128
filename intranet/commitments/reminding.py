"""Reminding a bailleur of what is overdue: once a week at most, one mail for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import exists, func, select

from intranet.clock import PARIS, now, today
from intranet.commitments.mailing import remind
from intranet.commitments.models import Commitment
from intranet.commitments.rules import REMIND_EVERY
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.timeline.models import TimelineEntry
from intranet.timeline.service import commit, record
from intranet.works.models import Contract
from intranet.works.workdays import MORNING, is_business_day

REMINDED = "commitment.reminded"


def remind_overdue(_payload: dict[str, Any] | None = None) -> None:
    """Write to each bailleur that has something overdue, on a business day from eight o'clock in Nice.

    Run every hour; running it again is harmless. Each bailleur has its own transaction.
    """
    moment = now().astimezone(PARIS)
    if not is_business_day(moment.date()) or moment.time() < MORNING:
        return
    late = db.session.execute(
        select(Commitment.bailleur_id, Contract.split_id, func.count().label("late"))
        .join(Contract, Contract.id == Commitment.contract_id)
        .where(
            Commitment.due_on < today(),
            Commitment.done_on.is_(None),
            Commitment.withdrawn_on.is_(None),
        )
        .group_by(Commitment.bailleur_id, Contract.split_id)
        .order_by(Commitment.bailleur_id, Contract.split_id)
    ).all()
    db.session.rollback()
    for bailleur_id, rows in groupby(late, key=attrgetter("bailleur_id")):
        _remind(bailleur_id, {row.split_id: row.late for row in rows})


def _remind(bailleur_id: int, late: Mapping[int, int]) -> None:
    db.session.execute(select(Organisation.id).where(Organisation.id == bailleur_id).with_for_update())
    lately = exists().where(
        TimelineEntry.kind == REMINDED,
        TimelineEntry.subject == "organisation",
        TimelineEntry.subject_id == bailleur_id,
        TimelineEntry.at > now() - REMIND_EVERY,
    )
    if db.session.scalar(select(lately)):
        db.session.rollback()
        return
    record(
        REMINDED,
        actor=None,
        subject="organisation",
        subject_id=bailleur_id,
        data={"count": sum(late.values())},
        audience=("alc", "bailleur"),
    )
    remind(bailleur_id, late, today().isoformat())
    commit()
