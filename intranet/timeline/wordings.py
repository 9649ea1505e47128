"""What each kind of event is called on screen: a sentence whose subject is the person (or the clock).

A wording is a lazy string, filled with the entry's ``data`` and its ``from_state`` and ``to_state``; or a
function of these, when the sentence depends on them. Whoever adds a kind adds its wording here; a plugin gives
its own by ``register_event_wordings``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import structlog

from intranet.access import registry
from intranet.chantiers.wordings import TIMELINE as CHANTIER_WORDINGS
from intranet.commitments.wordings import TIMELINE as COMMITMENT_WORDINGS
from intranet.dossiers.wordings import TIMELINE as DOSSIER_WORDINGS
from intranet.guests.wordings import TIMELINE as GUEST_WORDINGS
from intranet.rent.wordings import TIMELINE as RENT_WORDINGS
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.wear.wordings import TIMELINE as WEAR_WORDINGS
from intranet.works.events import TIMELINE as WORKS_WORDINGS

log = structlog.get_logger()

Facts = Mapping[str, Any]
Wording = Any  # a lazy string, or Callable[[Facts], str]

WORDINGS: dict[str, Wording] = {
    "core.exported": _l("a téléchargé le tableau %(name)s (%(form)s)"),
    # Accounts
    "core.user.invited": _l("a invité %(name)s"),
    "core.user.joined": _l("%(name)s a ouvert son compte"),
    "core.user.password_reset": _l("%(name)s a choisi un nouveau mot de passe"),
    "core.user.recovery_codes": _l("a renouvelé ses codes de secours"),
    "core.user.changed": _l("a modifié le compte de %(name)s"),
    "core.user.deactivated": _l("a désactivé le compte de %(name)s"),
    "core.user.reactivated": _l("a réactivé le compte de %(name)s"),
    "core.user.password_changed": _l("a changé son mot de passe"),
    "core.user.second_factor_on": _l("a activé la double vérification"),
    "core.user.second_factor_off": _l("a désactivé la double vérification"),
    "core.user.second_factor_reset": _l("a réinitialisé la double vérification de %(name)s"),
    "core.user.sessions_revoked": _l("a fermé les sessions de %(name)s"),
    "core.membership.added": _l("a donné un rôle à %(name)s dans %(organisation)s"),
    "core.membership.ended": _l("a retiré un rôle à %(name)s dans %(organisation)s"),
    # Organisations, catalogue, settings
    "core.organisation.added": _l("a ajouté l’organisme %(name)s"),
    "core.organisation.changed": _l("a modifié l’organisme %(name)s"),
    "core.pole.added": _l("a ajouté le pôle %(name)s"),
    "core.pole.changed": _l("a modifié le pôle %(name)s"),
    "core.site.added": _l("a ajouté le site %(name)s"),
    "core.site.changed": _l("a modifié le site %(name)s"),
    "core.works_kind.changed": _l("a modifié « %(name)s » dans le catalogue des travaux"),
    "core.setting.changed": _l("a modifié le réglage « %(name)s »"),
    # Dossiers and dwellings
    **DOSSIER_WORDINGS,
    # Splits and contracts
    **CHANTIER_WORDINGS,
    **COMMITMENT_WORDINGS,
    **WORKS_WORDINGS,
    **GUEST_WORDINGS,
    **RENT_WORDINGS,
    **WEAR_WORDINGS,
}


class _Gaps(dict[str, Any]):
    """Facts in which a missing name reads as nothing: an old row must never break a page."""

    def __missing__(self, key: str) -> str:
        return ""


def _wording_of_a_plugin(kind: str) -> Wording:
    """What the owner of the event registered; nothing once it is disabled: the entry stays, in general words."""
    found = registry().event_wordings.get(kind)
    return found.wording if found else None


def sentence(kind: str, facts: Facts) -> str:
    """The sentence of one entry, in the language of the request."""
    wording = WORDINGS.get(kind) or _wording_of_a_plugin(kind)
    try:
        if callable(wording):
            return str(wording(_Gaps(facts)))
        if wording is not None:
            return str(wording) % _Gaps(facts)
    except (KeyError, ValueError):
        log.warning("an entry of the history cannot be worded", kind=kind)
    return str(_("a fait avancer le dossier"))
