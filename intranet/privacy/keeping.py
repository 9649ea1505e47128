"""How long what is held about a household is kept: two years after the last contact (``domain.md`` §6)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from intranet.chantiers.models import Chantier, ChantierState
from intranet.clock import PARIS, now, today
from intranet.dossiers.machine import OPEN_STATES
from intranet.dossiers.models import Dossier, Household
from intranet.extensions import db
from intranet.privacy.erasing import dossiers_of
from intranet.translation import gettext as _
from intranet.web.formatting import day
from intranet.works.models import Contract, ContractState

RETENTION = timedelta(days=730)
NOTICE = timedelta(days=30)
"""How long before its end the coordinator's home page says so."""

RUNNING = (ChantierState.OPEN, ChantierState.PAUSED)


def kept_until(last_contact: datetime) -> date:
    """The day from which a household may be erased without being asked; Paris time."""
    return (last_contact.astimezone(PARIS) + RETENTION).date()


def notice_from() -> datetime:
    """Dossiers without contact since then are announced."""
    return now() - RETENTION + NOTICE


def reasons_to_keep(obj: Any) -> list[str]:
    """Why a household must not be erased yet: a path under way, a chantier running, a signed contract too young."""
    if not isinstance(obj, Household):
        return []
    rows = db.session.execute(
        select(Dossier.number, Dossier.state, Dossier.changed_at).where(Dossier.household_id == obj.id)
    ).all()
    reasons = [
        _("Le dossier %(number)s est en cours : closez-le ou enregistrez le départ.", number=row.number)
        for row in rows
        if row.state in OPEN_STATES
    ]
    if _any(Chantier, Chantier.state.in_(RUNNING), obj):
        reasons.append(_("Un chantier de la famille est en cours."))
    until = kept_until(max(row.changed_at for row in rows)) if rows else today()
    if today() < until and _any(Contract, Contract.state == ContractState.SIGNED, obj):
        reasons.append(
            _(
                "Un contrat signé se garde deux ans après le dernier contact : jusqu’au %(day)s.",
                day=day(until),
            )
        )
    return reasons


def _any(model: Any, criterion: Any, household: Household) -> bool:
    found = (
        select(func.count()).select_from(model).where(criterion, model.dossier_id.in_(dossiers_of(household)))
    )
    return bool(db.session.scalar(found))
