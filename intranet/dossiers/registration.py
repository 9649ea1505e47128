"""What dossiers and dwellings register with the core."""

from intranet.plugin_api import Setting
from intranet.translation import lazy_gettext as _l

SETTINGS = (
    Setting(
        "core.programme.announced_households",
        _l("Ménages annoncés par le programme"),
        "104",
        int,
        _l("Chiffre du texte du programme. L’écart avec les pôles est montré sur l’accueil."),
    ),
)
