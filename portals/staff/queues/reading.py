"""Reading the queues: how many wait in each, the oldest of all, and the answers that are late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, literal, select, union_all

from intranet.access import Scope
from intranet.clock import now, today
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.queries import COUNT_UP_TO
from intranet.organisations.models import Organisation
from intranet.privacy.keeping import notice_from
from intranet.rows import Statement
from intranet.works.models import Split
from portals.staff.queues.declared import BY_KEY, QUEUES

PER_QUEUE = 10
A_WEEK = timedelta(days=7)
"""After it the bailleur is reminded, and a family is late; so long before, an access is about to end."""


def clock() -> dict[str, Any]:
    """What the queues' statements ask: the day in Nice, and the instants around it that they count from."""
    at = now()
    return {
        "today": today(),
        "silent_since": notice_from(),
        "week_ago": at - A_WEEK,
        "ends_soon": at + A_WEEK,
    }


def counts(scope: Scope) -> Statement:
    """How many wait in each queue, up to one more than lists count: ``(queue, waiting)``, one statement."""
    found = union_all(
        *(
            select(literal(queue.key).label("queue"), func.count().label("waiting")).select_from(
                select(queue(scope).subquery().c.dossier_id).distinct().limit(COUNT_UP_TO + 1).subquery()
            )
            for queue in QUEUES
        )
    ).subquery()
    return select(found)


def oldest(scope: Scope) -> Statement:
    """The first of each queue but those shown apart, longest waiting first, with the household's name."""
    parts = []
    for queue in QUEUES:
        if queue.apart:
            continue
        first = queue(scope).order_by("since").limit(PER_QUEUE).subquery()
        parts.append(
            select(
                literal(queue.key).label("queue"),
                first.c.dossier_id,
                first.c.since,
                first.c.target_id,
            )
        )
    found = union_all(*parts).subquery()
    return (
        select(found, Dossier.number, Household.name)
        .join(Dossier, Dossier.id == found.c.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .order_by(found.c.since, found.c.dossier_id)
    )


def late_answers(scope: Scope) -> Statement:
    """The answers that are late: of whom, for which home, since when, and what their delay is (``:limit``)."""
    late = BY_KEY["late"](scope).subquery()
    return (
        select(
            Split.id.label("split_id"),
            Split.state,
            Split.silent,
            Split.turn_since,
            Split.more_time_until,
            Organisation.answer_days,
            Organisation.name.label("bailleur"),
            Household.name,
            Dossier.number,
            Dwelling.address,
            Dwelling.town,
        )
        .select_from(late)
        .join(Split, Split.id == late.c.target_id)
        .join(Organisation, Organisation.id == Split.bailleur_id)
        .join(Dossier, Dossier.id == Split.dossier_id)
        .join(Household, Household.id == Dossier.household_id)
        .join(Dwelling, Dwelling.id == Split.dwelling_id)
        .order_by(Split.turn_since, Split.id)
        .limit(bindparam("limit"))
    )
