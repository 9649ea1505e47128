"""Directory of the associated sites and partners (R5, R56)."""

from intranet.plugin_api import Plugin
from intranet.translation import lazy_gettext as _l

plugin = Plugin(
    name="directory",
    label=_l("Annuaire"),
    hooks="plugins.directory.hooks",
    description=_l("Sites associés et partenaires du programme, leurs contacts et leurs services."),
)
