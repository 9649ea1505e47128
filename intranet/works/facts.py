"""From rows to the values the pure rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from intranet.dossiers.models import Dwelling
from intranet.works.guardrails import DwellingFacts, LineFacts
from intranet.works.models import LineAnswer, WorksKind, WorksLine
from intranet.works.rules import WORDING_COLUMNS, KindFacts, Wording, digest, snapshot_line
from intranet.works.terms import Answer, Side

AGREEING = (Side.ALC, Side.BAILLEUR, Side.HOUSEHOLD)
"""The sides that must each accept a line in its exact wording."""


def kind_facts(kind: WorksKind | None) -> KindFacts | None:
    if kind is None:
        return None
    return KindFacts(
        code=kind.code,
        trade=kind.trade,
        default_holder=kind.default_holder,
        locked_to_bailleur=kind.locked_to_bailleur,
        professional_only=kind.professional_only,
        professional_condition=kind.professional_condition,
        consent=kind.consent,
        hazard=kind.hazard,
        legal_basis=kind.legal_basis,
    )


def dwelling_facts(dwelling: Dwelling) -> DwellingFacts:
    return DwellingFacts(
        permit_year=dwelling.permit_year,
        asbestos=dwelling.asbestos,
        lead=dwelling.lead,
        decent=dwelling.decent,
    )


def line_facts(line: WorksLine, wording: Wording | None = None) -> LineFacts:
    """The line, or what it would be under another ``wording``. Needs ``line.kind`` loaded."""
    shown = wording or wording_of(line)
    wanted = digest(shown) if line.overrides else ""
    return LineFacts(
        kind=kind_facts(line.kind),
        label=shown.label,
        need=shown.need,
        cause=shown.cause,
        holder=shown.holder,
        materials_payer=shown.materials_payer,
        condition_met=line.condition_met,
        consent_on=line.consent_on,
        set_aside=frozenset(each.rule for each in line.overrides if each.digest == wanted),
    )


def wording_of(line: WorksLine) -> Wording:
    return Wording(**{name: getattr(line, name) for name in WORDING_COLUMNS})


def good_answer(line: WorksLine, side: Side) -> LineAnswer | None:
    """The side's answer to the present wording; ``None`` while it is waited for."""
    for answer in line.answers:
        if answer.side is side and answer.digest == line.digest and answer.answer is not Answer.WAITING:
            return answer
    return None


def accepted(line: WorksLine, side: Side) -> bool:
    answer = good_answer(line, side)
    return answer is not None and answer.answer is Answer.ACCEPTED


def answer_data(answer: LineAnswer) -> dict[str, Any]:
    """An answer as a snapshot keeps it."""
    data: dict[str, Any] = {"answer": answer.answer.value}
    if answer.answer is Answer.COUNTERED:
        data |= {
            "counter_holder": answer.counter_holder.value if answer.counter_holder else None,
            "counter_share_pct": answer.counter_share_pct,
            "counter_payer": answer.counter_payer.value if answer.counter_payer else None,
        }
        if answer.counter_due_on:
            data["counter_due_on"] = answer.counter_due_on.isoformat()
    return data


def snapshot(lines: Iterable[WorksLine]) -> list[dict[str, Any]]:
    """The lines as they stand, for ``SplitVersion`` and ``Contract``."""
    return [snapshot_one(line) for line in lines]


def snapshot_one(line: WorksLine) -> dict[str, Any]:
    answers: Mapping[str, Mapping[str, Any]] = {
        side.value: answer_data(answer) for side in AGREEING if (answer := good_answer(line, side))
    }
    return snapshot_line(line.id, line.kind.code if line.kind else "", wording_of(line), answers)
