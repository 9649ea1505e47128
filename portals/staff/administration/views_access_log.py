"""The access log: who signed in or tried to, who read what or was refused it. For coordination and administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, request

from intranet import permissions as p
from intranet.access import Actor, registry, requires
from intranet.accounts.wordings import OUTCOMES
from intranet.clock import PARIS
from intranet.plugin_api import Exporter
from intranet.rows import fetch_all, fetch_value
from intranet.timeline.models import ReadSubject
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.forms import parse_date
from intranet.web.listing import Filter, Listing
from intranet.works.terms import Side
from intranet.works.wordings import SIDES
from portals.staff.administration import queries
from portals.staff.blueprint import bp

MOST_COUNTED = 1000
MOST_EXPORTED = 50_000

SUBJECTS: Mapping[str, Any] = {
    ReadSubject.DOSSIER: _l("le dossier"),
    ReadSubject.HOUSEHOLD: _l("la fiche du ménage"),
    ReadSubject.NOTES: _l("les notes"),
    ReadSubject.PERSONAL_DATA: _l("les données de la famille"),
    ReadSubject.DWELLING: _l("le logement"),
    ReadSubject.SPLIT: _l("la répartition"),
    ReadSubject.CONTRACT: _l("le contrat"),
    ReadSubject.CHANTIER: _l("le chantier"),
    ReadSubject.COMMITMENT: _l("un engagement"),
    ReadSubject.FILE: _l("un fichier"),
}
KINDS = (
    (queries.SIGN_IN, _l("Connexions")),
    (queries.READ, _l("Lectures")),
    (queries.REFUSED, _l("Lectures refusées")),
    (queries.EXPORT, _l("Tableaux téléchargés")),
)


def said(what: str) -> str:
    """What happened, in words; a table of a module that was switched off by its name."""
    if what in OUTCOMES:
        return str(OUTCOMES[what])
    kind, _dot, name = what.partition(".")
    match kind:
        case queries.READ:
            return str(_("Lecture : %(what)s", what=SUBJECTS.get(name, name)))
        case queries.REFUSED:
            return str(_("Lecture refusée : %(what)s", what=SUBJECTS.get(name, name)))
        case queries.EXPORT:
            exporter = registry().exporters.get(name)
            return str(_("Tableau téléchargé : %(name)s", name=exporter.label if exporter else name))
        case _:
            return what


def side_said(side: str) -> str:
    """The party a reader spoke for; that of another kind of organisation stands as it was kept."""
    return str(SIDES[Side(side)]) if side in set(Side) else side


FILTERS = (
    Filter("q", _l("Rechercher"), kind="text", placeholder=_l("Personne, dossier")),
    Filter("kind", _l("Quoi"), KINDS),
    Filter("since", _l("Depuis le"), kind="text", placeholder=_l("14/03/2019")),
    Filter("until", _l("Jusqu’au"), kind="text", placeholder=_l("14/03/2019")),
)


@bp.get("/administration/access-log")
@requires(p.ACCESS_LOG_READ)
def access_log() -> str:
    """Kept twelve months, the newest first."""
    listing = Listing.of(
        request.args,
        filters=FILTERS,
        sorts={"at": _l("Date")},
        default_sort="at",
        export="access-log",
    )
    asked, params = _asked(listing.values)
    rows = fetch_all(queries.access_log, asked, **params, limit=listing.limit, offset=listing.offset)
    total = fetch_value(queries.access_log_count, asked, MOST_COUNTED, **params)
    return render_template(
        "staff/administration/access_log.html",
        listing=listing.with_rows(rows, min(total, MOST_COUNTED), capped=total > MOST_COUNTED),
        said=said,
        side_said=side_said,
    )


def exported(_person: Actor, filters: Mapping[str, str]) -> Iterable[Sequence[Any]]:
    """The log that the filters leave, as cells."""
    asked, params = _asked(filters)
    for row in fetch_all(queries.access_log, asked, **params, limit=MOST_EXPORTED, offset=0):
        yield row.at, said(row.what), row.who, side_said(row.side), row.detail or "", row.address


EXPORTER = Exporter(
    "access-log",
    _l("Journal des accès"),
    p.ACCESS_LOG_READ,
    (_l("Quand"), _l("Quoi"), _l("Qui"), _l("Partie"), _l("Dossier"), _l("Adresse réseau")),
    exported,
    filters=lambda: FILTERS,
)


def _asked(values: Mapping[str, str]) -> tuple[queries.Asked, dict[str, Any]]:
    """The statement's shape and parameters; a date nobody can read counts as none."""
    asked: list[str] = []
    params: dict[str, Any] = {}
    if values.get("q"):
        asked.append("q")
        params["q"] = values["q"]
    if values.get("kind") in queries.KINDS:
        asked.append(values["kind"])
    if (since := _day(values.get("since", ""))) is not None:
        asked.append("since")
        params["since"] = _midnight(since)
    if (until := _day(values.get("until", ""))) is not None:
        asked.append("until")
        params["until"] = _midnight(until + timedelta(days=1))
    return tuple(asked), params


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, PARIS)
