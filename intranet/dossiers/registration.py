"""What dossiers and dwellings register with the core."""

from flask_babel import lazy_gettext as _l

from intranet.plugin_api import Setting

SETTINGS = (
    Setting(
        "core.programme.announced_households",
        _l("Familles annoncées par le programme"),
        "104",
        int,
        _l("Chiffre du texte du programme. L’écart avec les pôles est montré sur l’accueil."),
    ),
)
