"""Who holds how much of the works of a split, for a bar and its table. It reads nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from intranet.translation import gettext as _
from intranet.works.queries import LineView
from intranet.works.terms import Holder, Payer


@dataclass(slots=True)
class Share:
    """What one doer holds: lines, minutes of work and cents of materials paid; ``x`` and ``width`` in ‰."""

    side: str
    label: str
    lines: int = 0
    minutes: float = 0
    cents: int = 0
    x: int = 0
    width: int = 0


def shares(rows: Sequence[LineView]) -> tuple[Share, ...]:
    """Who holds how much of the works, by hours (by lines while no hours are given).

    Of what is shared, the tenant's part of the hours is counted to the family and the rest to the bailleur; the line
    is one of each.
    """
    found = {
        Holder.TENANT: Share("tenant", _("La famille")),
        Holder.BAILLEUR: Share("bailleur", _("Le bailleur")),
        Holder.PARTNER: Share("partner", _("Le partenaire travaux")),
    }
    alc = Share("alc", _("ALC"))
    payers = {
        Payer.TENANT: found[Holder.TENANT],
        Payer.BAILLEUR: found[Holder.BAILLEUR],
        Payer.PARTNER: found[Holder.PARTNER],
        Payer.ALC: alc,
    }
    for row in rows:
        if row.holder is Holder.DROPPED:
            continue
        payers[row.materials_payer].cents += row.materials_cents
        if row.holder is Holder.SHARED:
            part = (row.tenant_share_pct or 0) / 100
            found[Holder.TENANT].minutes += row.minutes * part
            found[Holder.BAILLEUR].minutes += row.minutes * (1 - part)
            found[Holder.TENANT].lines += 1
            found[Holder.BAILLEUR].lines += 1
        else:
            found[row.holder].minutes += row.minutes
            found[row.holder].lines += 1
    _draw(tuple(found.values()))
    return tuple(each for each in (*found.values(), alc) if each.lines or each.minutes or each.cents)


def _draw(doers: tuple[Share, ...]) -> None:
    """Lay the parts end to end over a thousand units."""
    by_hours = any(each.minutes for each in doers)
    total = sum(each.minutes if by_hours else each.lines for each in doers)
    reached = 0.0
    for each in doers:
        each.x = round(reached)
        reached += 1000 * (each.minutes if by_hours else each.lines) / total if total else 0
        each.width = round(reached) - each.x
