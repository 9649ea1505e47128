"""The table of commitments as one takes it away: the same columns for ALC and for the bailleur."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from intranet import permissions as p
from intranet.access import Actor
from intranet.commitments.queries import SORTS, commitments
from intranet.commitments.rules import CommitmentState
from intranet.commitments.wordings import LABELS
from intranet.plugin_api import Exporter
from intranet.translation import lazy_gettext as _l
from intranet.web.listing import Filter
from intranet.works.wordings import SIDES

NAME = "commitments"


def rows(_person: Actor, filters: Mapping[str, str]) -> Iterable[Sequence[Any]]:
    """The commitments that the list's filters leave, as cells. Unknown filters count as none."""
    state, sort = filters.get("state", ""), filters.get("sort", "")
    found = commitments(
        CommitmentState(state) if state in set(CommitmentState) else None,
        search=filters.get("q", ""),
        sort=sort if sort in SORTS else "due",
    )
    for row, stands in found:
        yield (
            row.contract,
            row.bailleur,
            row.tenant,
            row.address,
            row.town,
            row.room,
            row.label,
            row.due_on,
            str(LABELS[stands]),
            row.done_on,
            row.done_note,
            row.confirmed_on,
            str(SIDES[row.confirmed_side]) if row.confirmed_side else "",
        )


FILTERS = (
    Filter("q", _l("Locataire, adresse ou travaux"), kind="text"),
    Filter("state", _l("État"), tuple((state.value, word) for state, word in LABELS.items())),
)
EXPORTER = Exporter(
    NAME,
    _l("Engagements du bailleur"),
    p.COMMITMENT_READ,
    (
        _l("Contrat"),
        _l("Bailleur"),
        _l("Locataire"),
        _l("Adresse"),
        _l("Ville"),
        _l("Pièce"),
        _l("Travaux"),
        _l("À faire pour le"),
        _l("État"),
        _l("Fait le"),
        _l("Précision"),
        _l("Confirmé le"),
        _l("Confirmé par"),
    ),
    rows,
    filters=lambda: FILTERS,
)
