"""The partner's chantiers: the list, the page worked on from a phone, the handover."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import actor, requires
from intranet.chantiers import queries
from intranet.chantiers.page import working_page
from intranet.chantiers.terms import ChantierState
from intranet.chantiers.views import Problem, add_site_views
from intranet.chantiers.wordings import CHANTIER_STATES, state_word
from intranet.dossiers.wordings import SURVEYS
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Filter, Listing
from intranet.works.terms import Side
from portals.partner.blueprint import bp

FILTERS = (
    Filter("q", _l("Locataire ou adresse"), kind="text"),
    Filter("state", _l("État"), [(state.value, word.label) for state, word in CHANTIER_STATES.items()]),
    Filter("mine", _l("Ceux que j’anime"), kind="check"),
)
SORTS = {"since": _l("Dernier changement"), "start": _l("Date de début"), "tenant": _l("Locataire")}


@bp.get("/chantiers")
@requires(p.CHANTIER_READ)
def chantiers() -> ResponseReturnValue:
    """The organisation's chantiers, two statements."""
    listing = Listing.of(request.args, filters=FILTERS, sorts=SORTS, default_sort="since")
    chosen = listing.values["state"]
    states = (ChantierState(chosen),) if chosen else tuple(ChantierState)
    mine, search = bool(listing.values["mine"]), listing.values["q"]
    rows = queries.chantier_list(
        states, mine=mine, search=search, order=listing.sort, limit=listing.limit, offset=listing.offset
    )
    total = queries.chantier_count(states, mine=mine, search=search)
    return render_template(
        "partner/chantiers.html",
        listing=listing.with_rows(rows, total),
        word=lambda state: state_word(state, Side.PARTNER),
    )


@bp.get("/chantiers/<int:chantier_id>")
@requires(p.CHANTIER_READ)
def chantier(chantier_id: int) -> ResponseReturnValue:
    """The chantier, with all that is done on it; 404 for another organisation's."""
    return show(chantier_id, None)


def show(chantier_id: int, problem: Problem | None) -> str:
    """The page, with what was refused in one of its forms."""
    return _render("partner/chantier.html", chantier_id, problem)


@bp.get("/chantiers/<int:chantier_id>/handover")
@requires(p.CHANTIER_READ)
def chantier_handover(chantier_id: int) -> ResponseReturnValue:
    """How the handover goes, task by task; ALC decides."""
    return _render("partner/handover.html", chantier_id, None)


def _render(template: str, chantier_id: int, problem: Problem | None) -> str:
    person = actor()
    return render_template(
        template,
        **working_page(person, Side.PARTNER, chantier_id, problem),
        may_run=person.may(p.CHANTIER_RUN),
        may_decide=False,
        remove_any=False,
        may_agree=False,
        show_partner=False,
        insurance_url="",
        survey_words=SURVEYS,
        prefix=url_for("partner.chantier", chantier_id=chantier_id),
        files=url_for("documents.file", document_id=0).removesuffix("/0"),
    )


add_site_views(bp, show)
