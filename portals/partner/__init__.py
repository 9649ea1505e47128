"""The works partner's portal: its chantiers, tasks, hours, pictures; designed for a phone on site."""

from flask_babel import lazy_gettext as _l

from intranet.plugin_api import Plugin

plugin = Plugin(
    name="partner",
    label=_l("Espace compagnons"),
    hooks="portals.partner.hooks",
    description=_l("Tenir ses chantiers à jour : tâches, heures, photos, comptes rendus."),
    portal=True,
)
