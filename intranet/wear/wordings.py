"""Wear in words: the formula, done with its figures, and what happened to the grids."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.translation import ngettext
from intranet.wear.rules import Calculation, Grid, Rate
from intranet.web.formatting import day, money


def formula(made: Calculation) -> str:
    """How the share was found, in words and figures: ``100 % − 18 % × 3 ans = 46 %``."""
    rate = made.rate
    worn_years = max(0, made.age_years - rate.free_years)
    age = ngettext("%(num)d an", "%(num)d ans", made.age_years)
    if not worn_years:
        return str(
            _(
                "%(age)s : l’abattement ne commence qu’après %(free)s. La part de la famille est de 100 %%.",
                age=age,
                free=ngettext("%(num)d an", "%(num)d ans", rate.free_years),
            )
        )
    sum_ = _(
        "%(age)s, dont %(free)s sans abattement : 100 %% − %(discount)d %% × %(worn)s",
        age=age,
        free=ngettext("%(num)d an", "%(num)d ans", rate.free_years),
        discount=rate.yearly_discount_pct,
        worn=ngettext("%(num)d an", "%(num)d ans", worn_years),
    )
    left = 100 - rate.yearly_discount_pct * worn_years
    if left >= rate.residual_pct:
        return str(_("%(sum)s = %(share)d %%.", sum=sum_, share=made.share_pct))
    return str(
        _("%(sum)s, mais jamais moins que la part résiduelle : %(share)d %%.", sum=sum_, share=made.share_pct)
    )


def result(made: Calculation) -> str:
    """Who owes what of the mending, in one sentence: the family its share, the bailleur what is left of the cost."""
    left = made.cost_cents - made.tenant_cents
    if not left:
        return str(
            _(
                "Remise en état : %(cost)s, que la famille doit en entier (%(share)d %%).",
                cost=money(made.cost_cents),
                share=made.share_pct,
            )
        )
    return str(
        _(
            "Remise en état : %(cost)s, dont la famille doit %(owed)s (%(share)d %%) et le bailleur %(left)s.",
            cost=money(made.cost_cents),
            owed=money(made.tenant_cents),
            share=made.share_pct,
            left=money(left),
        )
    )


def grid_named(grid: Grid) -> str:
    """The grid, from when it holds, and its source."""
    if grid.starts_on is None:
        return str(_("%(name)s (%(source)s)", name=grid.name, source=grid.source))
    return str(
        _(
            "%(name)s, à partir du %(day)s (%(source)s)",
            name=grid.name,
            day=day(grid.starts_on),
            source=grid.source,
        )
    )


def explained(made: Calculation) -> tuple[str, str, str]:
    """The whole calculation in three sentences: result, formula, grid with the day it was looked up for."""
    source = _(
        "%(grid)s, en vigueur le %(day)s. La vétusté s’apprécie selon le décret n° 2016-382.",
        grid=grid_named(made.grid),
        day=day(made.on),
    )
    return result(made), formula(made), str(source)


def rate_in_words(rate: Rate) -> str:
    """A rate in one line, as a grid's table would say it."""
    return str(
        _(
            "%(free)s sans abattement, puis %(discount)d %% par an, jamais moins de %(residual)d %%",
            free=ngettext("%(num)d an", "%(num)d ans", rate.free_years),
            discount=rate.yearly_discount_pct,
            residual=rate.residual_pct,
        )
    )


def _told(sentence: Any) -> Any:
    def worded(facts: Mapping[str, Any]) -> str:
        on = facts["on"]
        return str(sentence) % {**facts, "on": day(date.fromisoformat(on)) if on else ""}

    return worded


TIMELINE: dict[str, Any] = {
    "core.wear_grid.imported": _told(
        _l("a importé la grille de vétusté « %(name)s » de %(bailleur)s, à partir du %(on)s")
    ),
    "core.wear_grid.withdrawn": _told(
        _l("a retiré la grille de vétusté « %(name)s » de %(bailleur)s, qui partait du %(on)s")
    ),
}
"""What each event of this domain is called in the history."""
