"""Taking a dossier or a dwelling in hand to change it: locked, and of the version the form showed."""

from __future__ import annotations

from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.timeline.queries import entries
from intranet.translation import gettext as _


def _gone() -> Refused:
    return Refused("dossier.gone", _("Cet enregistrement n’existe plus."))


def stale(dossier_id: int | None) -> Stale:
    """The refusal, with the last things that happened to the dossier in words."""
    recent = () if dossier_id is None else entries(dossier_id, "alc", 3)
    changes = tuple(f"{entry.who} {entry.sentence}".strip() for entry in recent)
    return Stale(
        _("Quelqu’un a modifié cette fiche depuis que vous l’avez ouverte. Rien n’a été enregistré."), changes
    )


def take_dossier(dossier_id: int, version: int | None = None) -> Dossier:
    """The dossier, locked until the commit. ``version`` differs: ``Stale``."""
    dossier = db.session.get(Dossier, dossier_id, with_for_update=True)
    if dossier is None:
        raise _gone()
    if version is not None and dossier.version != version:
        raise stale(dossier.id)
    return dossier


def take_household(dossier: Dossier, version: int) -> Household:
    """The dossier's household, locked until the commit; ``version`` is the household's own."""
    household = db.session.get(Household, dossier.household_id, with_for_update=True)
    if household is None:
        raise _gone()
    if household.version != version:
        raise stale(dossier.id)
    return household


def take_dwelling(dwelling_id: int, version: int | None = None) -> Dwelling:
    """The dwelling, locked until the commit. ``version`` differs: ``Stale``."""
    dwelling = db.session.get(Dwelling, dwelling_id, with_for_update=True)
    if dwelling is None:
        raise _gone()
    if version is not None and dwelling.version != version:
        raise stale(None)
    return dwelling
