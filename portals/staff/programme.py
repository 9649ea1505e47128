"""The programme as figures by phase, and as dates by month: whatever core and plugins registered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from sqlalchemy import bindparam, func, select

from intranet import permissions as p
from intranet.access import Actor, Scope, actor, registry, requires, visible
from intranet.chantiers.models import Chantier
from intranet.clock import PARIS, today
from intranet.dossiers.joins import with_household
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.plugin_api import CalendarSource, Indicator
from intranet.programme import FAMILIES, HOURS, NUMBER, PERCENT, TOLD_FROM, families_behind, withheld
from intranet.rows import Statement, fetch_all
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from portals.staff import queries
from portals.staff.blueprint import bp

EARLIEST = date(2000, 1, 1)
MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
"""What the address may ask for: a month somebody can have meant."""


class Entry(NamedTuple):
    """One date of the calendar, in Nice. ``until`` is its last day, ``None`` when it lasts one."""

    on: date
    until: date | None
    label: str
    url: str
    kind: str


@bp.get("/indicators")
@requires(p.INDICATOR_READ)
def indicators() -> str:
    """Each figure for each phase of the programme, and since the beginning."""
    person = actor()
    spans = [(row.name, row.starts_on, row.ends_on) for row in fetch_all(queries.phases)]
    spans.append((_("Depuis le début"), EARLIEST, today()))
    shown = [each for each in registry().indicators if person.may(each.permission)]
    return render_template(
        "staff/indicators.html",
        spans=spans,
        rows=[(each.label, _row(each, spans)) for each in shown],
        told_from=TOLD_FROM,
    )


def _row(indicator: Indicator, spans: Sequence[tuple[Any, date, date]]) -> list[str]:
    """The figure of each span in words; the last span holds all the others."""
    sizes = [families_behind(indicator, since, until) for _name, since, until in spans]
    hidden, total_hidden = withheld(sizes[:-1], sizes[-1])
    found = []
    for index, (_name, since, until) in enumerate(spans):
        kept_back = total_hidden if index == len(spans) - 1 else index in hidden
        found.append(
            _withheld(indicator, sizes[index]) if kept_back else _said(indicator, since, until, sizes[index])
        )
    return found


def _withheld(indicator: Indicator, size: float) -> str:
    if indicator.unit in (FAMILIES, NUMBER) and size < TOLD_FROM:
        return str(_("moins de %(few)s", few=TOLD_FROM))
    return str(_("non publié"))


def _said(indicator: Indicator, since: date, until: date, size: float) -> str:
    """The figure in words; an unknown one, and one that is about nobody, is a dash."""
    value = indicator.value(since, until)
    if value is None or (not size and indicator.unit not in (FAMILIES, NUMBER)):
        return "—"
    number = f"{value:.0f}"
    if indicator.unit == HOURS:
        return str(_("%(number)s h", number=number))
    return str(_("%(number)s %%", number=number)) if indicator.unit == PERCENT else number


@bp.get("/calendar")
@requires(p.DOSSIER_READ)
def calendar() -> str:
    """The dates of a month, day by day; a month nobody can read is this one."""
    first = _month(request.args.get("month", ""))
    after = _next(first)
    found = sorted(_between(actor(), first, after - timedelta(days=1)))
    return render_template(
        "staff/calendar.html",
        first=first,
        before=(first - timedelta(days=1)).strftime("%Y-%m"),
        after=after.strftime("%Y-%m"),
        this=today().strftime("%Y-%m"),
        days=[
            (on, list(entries))
            for on, entries in groupby(found, key=lambda entry: entry.on if entry.on >= first else None)
        ],
    )


def _month(text: str) -> date:
    if not MONTH.fullmatch(text):
        return today().replace(day=1)
    return date(int(text[:4]), int(text[5:]), 1)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _between(person: Actor, since: date, until: date) -> Iterable[Entry]:
    for source in registry().calendar:
        if person.may(source.permission):
            for start, end, label, url in source.between(person, since, until):
                last = end.astimezone(PARIS).date() if end else None
                yield Entry(start.astimezone(PARIS).date(), last, label, url, str(source.label))


def chantier_dates(scope: Scope) -> Statement:
    """Chantiers planned on some day of ``:since`` … ``:until``."""
    start = func.coalesce(Chantier.started_on, Chantier.planned_start)
    end = func.coalesce(Chantier.handed_over_on, Chantier.finished_on, Chantier.planned_end, start)
    statement = with_household(
        select(Chantier.id, start.label("start"), end.label("end"), Household.name), Chantier.dossier_id
    ).where(start <= bindparam("until"), end >= bindparam("since"))
    return visible(scope, statement, p.CHANTIER_READ, Chantier)


def entry_dates(scope: Scope) -> Statement:
    """Families who enter their dwelling in ``:since`` … ``:until``."""
    statement = (
        select(Dossier.id, Dossier.entry_on, Household.name, Dwelling.address)
        .join(Household, Household.id == Dossier.household_id)
        .join(Dwelling, Dwelling.id == Dossier.dwelling_id)
        .where(Dossier.entry_on.between(bindparam("since"), bindparam("until")))
    )
    return visible(scope, statement, p.DOSSIER_READ, Dossier)


def _instant(on: date) -> datetime:
    return datetime.combine(on, time(12), PARIS)


def chantiers_between(_person: Actor, since: date, until: date) -> Iterable[Any]:
    for row in fetch_all(chantier_dates, since=since, until=until):
        last = _instant(row.end) if row.end != row.start else None
        yield _instant(row.start), last, row.name, url_for("staff.chantier", chantier_id=row.id)


def entries_between(_person: Actor, since: date, until: date) -> Iterable[Any]:
    for row in fetch_all(entry_dates, since=since, until=until):
        where = url_for("staff.dossier", dossier_id=row.id)
        yield _instant(row.entry_on), None, f"{row.name}, {row.address}", where


CALENDAR = (
    CalendarSource("chantiers", _l("Chantier"), p.CHANTIER_READ, chantiers_between),
    CalendarSource("entries", _l("Entrée dans les lieux"), p.DOSSIER_READ, entries_between),
)
