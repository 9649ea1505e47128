"""What is still due when a dossier is to be closed: named before anyone closes it, forbidden by none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import bindparam, func, select

from intranet.chantiers.doubts import works_due
from intranet.chantiers.models import Chantier
from intranet.chantiers.terms import ChantierState
from intranet.clock import PARIS, today
from intranet.commitments.models import Commitment
from intranet.rows import fetch_one
from intranet.translation import gettext as _
from intranet.translation import ngettext
from intranet.web.formatting import day
from intranet.works.models import Contract, ContractState, Split, SplitState

FOLLOW_UP = (1, 3, 6, 12)
"""Months after the family settles in at which it is visited (``domain.md`` §2)."""

_OPEN_SPLITS = (SplitState.DRAFT, SplitState.PROPOSED, SplitState.COUNTERED, SplitState.AGREED)


def _counted(model: Any, *criteria: Any) -> Any:
    return (
        select(func.count())
        .select_from(model)
        .where(model.dossier_id == bindparam("dossier_id"), *criteria)
        .scalar_subquery()
    )


_DUE = select(
    _counted(Split, Split.state.in_(_OPEN_SPLITS)).label("splits"),
    _counted(Contract, Contract.state == ContractState.PREPARED).label("contracts"),
    _counted(Chantier, Chantier.state != ChantierState.HANDED_OVER).label("chantiers"),
    _counted(
        Commitment,
        Commitment.withdrawn_on.is_(None),
        Commitment.done_on.is_not(None),
        Commitment.confirmed_on.is_(None),
    ).label("unconfirmed"),
    select(func.max(Chantier.handed_over_on))
    .where(Chantier.dossier_id == bindparam("dossier_id"))
    .scalar_subquery()
    .label("handed_over_on"),
)


def still_due(dossier: Any) -> tuple[str, ...]:
    """One sentence for each thing that is left, of a dossier or of its header. Two statements."""
    return tuple(_sentences(dossier, fetch_one(_DUE, dossier_id=dossier.id)))


def _sentences(dossier: Any, due: Any) -> Iterator[str]:
    promised = works_due(dossier.id)
    if promised:
        yield str(_("Le bailleur doit encore : %(works)s.", works=", ".join(promised)))
    if due.unconfirmed:
        yield ngettext(
            "%(num)d travail dit fait par le bailleur n’est pas confirmé.",
            "%(num)d travaux dits faits par le bailleur ne sont pas confirmés.",
            due.unconfirmed,
        )
    if dossier.entry_on and dossier.entry_on > today():
        yield str(_("La famille n’entre dans les lieux que le %(day)s.", day=day(dossier.entry_on)))
    if due.splits:
        yield str(_("Une répartition des travaux est encore ouverte."))
    if due.contracts:
        yield str(_("Un contrat attend des signatures."))
    if due.chantiers:
        yield str(_("Un chantier n’est pas réceptionné."))
    visits = follow_ups(due.handed_over_on or dossier.state_since.astimezone(PARIS).date())
    if visits:
        yield str(
            _("Visites de suivi encore à venir : %(days)s.", days=", ".join(day(each) for each in visits))
        )


def follow_ups(settled_on: date) -> list[date]:
    """The visits of the follow-up that are still to come, for a family settled that day."""
    days = (settled_on + relativedelta(months=months) for months in FOLLOW_UP)
    return [each for each in days if each > today()]
