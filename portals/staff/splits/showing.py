"""What the pages of the split show beside the table: catalogue, default holder, rooms."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from flask_babel import get_locale

from intranet.translation import gettext as _
from intranet.works import queries, table
from intranet.works.guardrails import (
    CONDITIONS,
    DwellingFacts,
    LineFacts,
    lock,
    locked_reason,
    starting_point,
)
from intranet.works.models import Cause, Holder, Need, Payer, Side, SplitState
from intranet.works.queries import KindChoice
from intranet.works.why import Why, normal_holder, steps
from intranet.works.wordings import PAYERS, ROOMS, who_does
from portals.staff.splits.forms import LineForm

Choices = dict[str, list[tuple[Any, ...]]]


class Preview(NamedTuple):
    """The default of the line being written: who, who pays, why; the lock's reason; the question to ask."""

    holder: str
    payer: str
    why: Why
    lock: str
    question: str
    consent: bool


def kind_options(kinds: Sequence[KindChoice]) -> Choices:
    """The catalogue by trade, in the reader's language, with a free line first."""
    locale = get_locale()
    label = "label_en" if locale is not None and locale.language == "en" else "label_fr"
    groups: Choices = {_("Hors catalogue"): [("", _("Travaux que j’écris moi-même"))]}
    for trade, members in groupby(kinds, key=lambda kind: kind.trade):
        groups[trade[:1].upper() + trade[1:]] = [
            (str(each.id), getattr(each, label), {"data-words": each.synonyms}) for each in members
        ]
    return groups


def preview(form: LineForm, dwelling: Any, kinds: Sequence[KindChoice]) -> Preview | None:
    """Who would hold the line as typed so far; nothing before works are chosen or written."""
    kind_id, label = form.chosen_kind, (form.label.data or "").strip()
    kind = next((each for each in kinds if each.id == kind_id), None)
    if kind is None and not label:
        return None
    facts = LineFacts(
        kind=kind.facts if kind else None,
        label=label,
        need=_known(Need, form.need.data, Need.NEEDED),
        cause=_known(Cause, form.cause.data, Cause.USE),
        holder=Holder.TENANT,
        materials_payer=Payer.BAILLEUR,
        condition_met=form.condition,
        consent_on=form.consent_on.data,
    )
    home = DwellingFacts(dwelling.permit_year, dwelling.asbestos, dwelling.lead, dwelling.decent)
    default, holder, payer = starting_point(facts, home)
    held = lock(facts, home)
    return Preview(
        holder=who_does(holder, None),
        payer=str(PAYERS[payer]),
        why=Why(normal_holder(default), steps(default, facts.cause)),
        lock=str(locked_reason(held)) if held and held not in table.MENDABLE else "",
        question=str(CONDITIONS.get(facts.kind.professional_condition, "")) if facts.kind else "",
        consent=facts.kind is not None and facts.kind.consent == "written",
    )


def _known(values: Any, text: str | None, default: Any) -> Any:
    return values(text) if text in set(values) else default


def by_room(split_id: int, state: SplitState) -> tuple[tuple[str, tuple[table.Line, ...]], ...]:
    """The lines of the visit, room by room in the order the rooms were entered."""
    rows = queries.split_lines(split_id)
    shown = table.arrange(rows, state, Side.ALC)
    lines = {line.id: line for _title, members in shown.groups for line in members}
    rooms: dict[str, list[table.Line]] = {}
    for row in rows:
        rooms.setdefault(row.room, []).append(lines[row.id])
    return tuple((room, tuple(members)) for room, members in rooms.items())


def places(rooms: Sequence[tuple[str, Any]]) -> list[str]:
    """Rooms to suggest: those already used, then the usual ones."""
    return list(dict.fromkeys([*(room for room, _lines in rooms), *map(str, ROOMS)]))
