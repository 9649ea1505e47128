"""The works partner's portal: its chantiers, tasks, hours, pictures; designed for a phone on site."""

from intranet.plugin_api import Plugin
from intranet.translation import lazy_gettext as _l

plugin = Plugin(
    name="partner",
    label=_l("Espace compagnons"),
    hooks="portals.partner.hooks",
    description=_l("Tenir ses chantiers à jour : tâches, heures, photos, comptes rendus."),
    portal=True,
)
