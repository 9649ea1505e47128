"""What happens to accesses without an account, in words. Who comes in has no name until she has said it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l
from intranet.web.states import StateWord
from intranet.works.terms import Side
from intranet.works.wordings import SIDES


def _opened(facts: Mapping[str, Any]) -> str:
    side = SIDES[Side(facts["side"])]
    if facts["to"]:
        return str(_("a ouvert un accès sans compte (%(side)s), envoyé à %(to)s", side=side, to=facts["to"]))
    return str(_("a ouvert un accès sans compte (%(side)s), par lettre", side=side))


TIMELINE: Mapping[str, Any] = {
    "guests.access.opened": _opened,
    "guests.access.revoked": _l("a fermé l’accès sans compte %(reference)s"),
    "guests.access.entered": _l("L’accès sans compte %(reference)s a servi"),
    "guests.access.introduced": _l("Avec l’accès sans compte %(reference)s répond %(person)s"),
    "guests.access.adopted": _l("a repris à son compte les réponses de %(person)s"),
}

LANGUAGES: Mapping[str, str] = {
    "fr": "Français",
    "en": "English",
    "ar": "العربية",
    "pt": "Português",
    "uk": "Українська",
}
"""Each language in its own words: who cannot read the page finds it all the same."""


def state_word(access: Any, at: datetime) -> StateWord:
    """Whether the access still opens, and whether it has served."""
    if access.adopted_at is not None:
        return StateWord(_("Repris par un compte"), "green")
    if access.revoked_at is not None:
        return StateWord(_("Fermé"), "grey")
    if access.expires_at <= at:
        return StateWord(_("Expiré"), "grey")
    if access.seen_at is None:
        return StateWord(_("Pas encore utilisé"), "violet")
    return StateWord(_("Ouvert"), "blue")
