"""All the bailleur's dwellings on one page: where each one stands, and what is promised there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask import render_template, request
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import requires
from intranet.chantiers.wordings import state_word as chantier_word
from intranet.clock import today
from intranet.commitments.queries import counts
from intranet.plugin_api import Actor, Exporter
from intranet.rows import Row, fetch_all, fetch_value
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Filter, Listing
from intranet.web.states import StateWord
from intranet.works.terms import Side
from intranet.works.wordings import contract_state_word, state_word
from portals.bailleur import queries
from portals.bailleur.blueprint import bp

FILTERS = (
    Filter("q", _l("Locataire ou adresse"), kind="text"),
    Filter("late", _l("Avec un engagement en retard"), kind="check"),
)


class Standing(NamedTuple):
    """A dwelling with the words of its split, contract and chantier; nothing where there is none yet."""

    row: Row
    split: StateWord | None
    contract: StateWord | None
    chantier: StateWord | None


@bp.get("/portfolio")
@requires(p.DWELLING_READ)
def portfolio() -> ResponseReturnValue:
    """Three statements."""
    listing = Listing.of(
        request.args,
        filters=FILTERS,
        sorts={"address": _l("Adresse")},
        default_sort="address",
        export=EXPORTER.name,
    )
    searched, late = bool(listing.values["q"]), bool(listing.values["late"])
    params = {"q": listing.values["q"]} if searched else {}
    rows = fetch_all(
        queries.portfolio_page,
        searched,
        late,
        limit=listing.limit,
        offset=listing.offset,
        today=today(),
        **params,
    )
    total = fetch_value(queries.portfolio_count, searched, late, today=today(), **params)
    return render_template(
        "bailleur/portfolio.html",
        listing=listing.with_rows([_standing(row) for row in rows], total),
        promised=counts(),
    )


def _standing(row: Row) -> Standing:
    return Standing(
        row,
        state_word(row.split_state, Side.BAILLEUR) if row.split_id else None,
        contract_state_word(row.contract_state) if row.contract_id else None,
        chantier_word(row.chantier_state, Side.BAILLEUR) if row.chantier_id else None,
    )


def _cells(_person: Actor, filters: Mapping[str, str]) -> Iterable[Sequence[Any]]:
    """The dwellings that the page's filters leave, as cells."""
    text = filters.get("q", "")
    params = {"q": text} if text else {}
    for row in fetch_all(
        queries.portfolio_rows, bool(text), filters.get("late") == "1", today=today(), **params
    ):
        stands = _standing(row)
        yield (
            row.address,
            row.postcode,
            row.town,
            row.kind,
            row.tenant or "",
            str(stands.split.label) if stands.split else "",
            row.contract or "",
            str(stands.contract.label) if stands.contract else "",
            str(stands.chantier.label) if stands.chantier else "",
            row.due,
            row.overdue,
            row.done,
            row.confirmed,
        )


EXPORTER = Exporter(
    "portfolio",
    _l("Logements et engagements"),
    p.SPLIT_ANSWER,
    (
        _l("Adresse"),
        _l("Code postal"),
        _l("Ville"),
        _l("Type"),
        _l("Locataire"),
        _l("Répartition"),
        _l("Contrat"),
        _l("État du contrat"),
        _l("Chantier"),
        _l("Engagements à faire"),
        _l("Engagements en retard"),
        _l("Faits, à confirmer"),
        _l("Confirmés"),
    ),
    _cells,
    filters=lambda: FILTERS,
)
