"""The menu of administration."""

from __future__ import annotations

from intranet import permissions as p
from intranet.plugin_api import NavItem
from intranet.translation import lazy_gettext as _l

_GROUP = _l("Administration")
_HERE = ("staff",)

NAV = (
    NavItem(_l("Comptes"), "staff.users", p.USER_MANAGE, "people", 80, _HERE, _GROUP),
    NavItem(_l("Organismes"), "staff.organisations", p.ORGANISATION_MANAGE, "building", 81, _HERE, _GROUP),
    NavItem(_l("Pôles"), "staff.poles", p.ORGANISATION_MANAGE, "diagram-3", 82, _HERE, _GROUP),
    NavItem(_l("Sites"), "staff.sites", p.ORGANISATION_MANAGE, "geo-alt", 83, _HERE, _GROUP),
    NavItem(_l("Catalogue"), "staff.catalogue", p.CATALOGUE_MANAGE, "list-check", 84, _HERE, _GROUP),
    NavItem(
        _l("Textes du contrat"),
        "staff.contract_texts",
        p.CONTRACT_TEXT,
        "file-earmark-text",
        84,
        _HERE,
        _GROUP,
    ),
    NavItem(_l("Vétusté"), "staff.wear", p.WEAR_MANAGE, "hourglass-split", 84, _HERE, _GROUP),
    NavItem(
        _l("Journal des accès"), "staff.access_log", p.ACCESS_LOG_READ, "journal-text", 85, _HERE, _GROUP
    ),
    NavItem(_l("Réglages"), "staff.settings", p.SETTING_MANAGE, "sliders", 86, _HERE, _GROUP),
    NavItem(_l("Modules"), "staff.plugins", p.PLUGIN_READ, "puzzle", 87, _HERE, _GROUP),
)
