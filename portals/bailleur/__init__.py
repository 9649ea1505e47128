"""The landlord's portal: its own dwellings, the splits it answers, the chantiers in its homes."""

from intranet.plugin_api import Plugin
from intranet.translation import lazy_gettext as _l

plugin = Plugin(
    name="bailleur",
    label=_l("Espace bailleur"),
    hooks="portals.bailleur.hooks",
    description=_l("Répondre aux répartitions de travaux, suivre ses logements et leurs chantiers."),
    portal=True,
)
