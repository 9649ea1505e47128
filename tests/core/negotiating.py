"""A split and what is done to its lines, for the tests of the negotiation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from intranet.dossiers.models import DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.works import make_split
from intranet.works.commands import ChangeLine
from intranet.works.models import LineAnswer, LineWording, Split, WorksLine
from intranet.works.terms import Answer, Side, SplitState


def a_split(state: SplitState = SplitState.DRAFT, lines: int = 3, **dwelling: Any) -> Split:
    home = make_dwelling(**dwelling)
    return make_split(make_dossier(dwelling=home, state=DossierState.JOINED), lines, state)


def answers_of(line_id: int) -> dict[Side, Answer]:
    rows = db.session.execute(select(LineAnswer.side, LineAnswer.answer).where(LineAnswer.line_id == line_id))
    return {row.side: row.answer for row in rows}


def reworded(line: WorksLine, **changes: object) -> ChangeLine:
    command = ChangeLine(
        line_id=line.id,
        version=line.version,
        room=line.room,
        need=line.need,
        holder=line.holder,
        materials_payer=line.materials_payer,
        kind_id=line.kind_id,
        cause=line.cause,
        condition_met=line.condition_met,
        tenant_share_pct=line.tenant_share_pct,
        materials_cents=line.materials_cents,
        minutes=line.minutes,
        due_on=line.due_on,
    )
    return replace(command, **changes)  # type: ignore[arg-type]


def acts(line_id: int) -> list[tuple[int, str, str, Side]]:
    rows = db.session.execute(
        select(LineWording.number, LineWording.act, LineWording.by_name, LineWording.side)
        .where(LineWording.line_id == line_id)
        .order_by(LineWording.number)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def rules_of(refused: pytest.ExceptionInfo[Refused]) -> str:
    db.session.rollback()
    return refused.value.rule
