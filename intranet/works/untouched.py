"""An amendment that discusses no works: its lines and what comes off the rent are those of the contract it amends."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from intranet.rent.amending import same_rent
from intranet.rows import fetch_all
from intranet.works.models import Split, WorksLine

_LINES = (
    select(Split.amends_id, WorksLine.fixed)
    .join(WorksLine, WorksLine.split_id == Split.id)
    .where(Split.id == bindparam("split_id"))
)


def stands_as_signed(split_id: int) -> bool:
    """Whether this is an amendment with no line open, none added, and the rent as it was agreed.

    It may still change what surrounds the works: the calendar, the support. Two statements at most.
    """
    rows = fetch_all(_LINES, split_id=split_id)
    untouched = bool(rows) and all(row.amends_id is not None and row.fixed for row in rows)
    return untouched and same_rent(split_id)
