"""The list of commitments, the same in both portals: filters in the URL, 25 rows, a count, a table to take away."""

from __future__ import annotations

from typing import Any

from flask import request

from intranet.commitments.queries import View, commitment_count, commitments
from intranet.commitments.rules import CommitmentState
from intranet.commitments.table import FILTERS, NAME
from intranet.commitments.wordings import state_word
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Listing
from intranet.web.states import StateWord
from intranet.works.terms import Side

SORTS: dict[str, Any] = {
    "due": _l("Échéance"),
    "address": _l("Adresse"),
    "tenant": _l("Locataire"),
}


def read_list(side: Side) -> Listing:
    """The list as the address asks for it; each row with its word as ``side`` reads it. Two statements."""
    listing = Listing.of(request.args, filters=FILTERS, sorts=SORTS, default_sort="due", export=NAME)
    chosen, search = listing.values["state"], listing.values["q"]
    state = CommitmentState(chosen) if chosen else None
    rows = commitments(state, search=search, sort=listing.sort, limit=listing.limit, offset=listing.offset)
    return listing.with_rows(worded(rows, side), commitment_count(state, search=search))


def worded(views: Any, side: Side) -> list[tuple[Any, StateWord]]:
    """Each commitment's row with its state in words."""
    found: list[tuple[Any, StateWord]] = []
    view: View
    for view in views:
        found.append((view.row, state_word(view.state, side)))
    return found
