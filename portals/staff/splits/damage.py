"""The calculator of a damage, as it is filled in: the grid in force, and what the family would owe."""

from __future__ import annotations

from typing import NamedTuple

from intranet.translation import gettext as _
from intranet.wear.grids import ground_of, rate_in_force
from intranet.wear.rules import MOST_COST, OLDEST, calculate
from intranet.wear.wordings import explained, grid_named, rate_in_words
from intranet.works.models import Cause
from portals.staff.splits.forms import LineForm


class DamagePreview(NamedTuple):
    """What the grid says of the works chosen, and the calculation once age and cost are both there."""

    rate: str
    grid: str = ""
    result: tuple[str, ...] = ()


def damage_preview(form: LineForm, dossier_id: int, line_id: int = 0) -> DamagePreview | None:
    """For a damage only; nothing for any other cause. Two statements at most."""
    if form.cause.data != Cause.DAMAGE:
        return None
    ground, kind_id = ground_of(dossier_id, line_id), form.chosen_kind
    found = rate_in_force(ground.bailleur_id, kind_id, ground.day) if ground and kind_id else None
    if found is None or found.rate is None or ground is None:
        return DamagePreview(
            _("Aucune grille ne donne la vétusté de ces travaux : choisissez au catalogue les plus proches.")
        )
    said = DamagePreview(rate_in_words(found.rate), grid_named(found.grid))
    age, cost = form.age_years.data, form.cost_cents.data
    if age is None or cost is None or not (0 <= age <= OLDEST and 0 < cost <= MOST_COST):
        return said
    return said._replace(result=explained(calculate(age, cost, found.rate, found.grid, ground.day)))
