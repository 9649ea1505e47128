"""The home of ALC's staff: queues, dossiers, dwellings, splits, chantiers, administration."""

from intranet.plugin_api import Plugin
from intranet.translation import lazy_gettext as _l

plugin = Plugin(
    name="staff",
    label=_l("Équipe ALC"),
    hooks="portals.staff.hooks",
    description=_l("Files d’attente, dossiers, logements, répartitions et chantiers."),
    portal=True,
)
