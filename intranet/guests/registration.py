"""What accesses without an account offer the core."""

from __future__ import annotations

from intranet.guests import door, pages, papers, promises  # noqa: F401 - they register their pages on the blueprint
from intranet.guests.blueprint import bp
from intranet.guests.service import DAYS_SETTING
from intranet.plugin_api import Setting
from intranet.translation import lazy_gettext as _l

BLUEPRINTS = (bp,)
SETTINGS = (
    Setting(
        DAYS_SETTING,
        _l("Durée d’un accès sans compte, en jours"),
        "30",
        int,
        _l("De 1 à 180. Compte pour les accès ouverts ensuite, par lettre ou par courriel."),
    ),
)
