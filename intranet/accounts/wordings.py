"""Words of the account pages: roles, outcomes of signing in, browsers."""

from __future__ import annotations

from intranet.access import Role
from intranet.accounts import attempts
from intranet.translation import gettext as _
from intranet.translation import lazy_gettext as _l

ROLES = {
    Role.ADMIN: _l("Administration"),
    Role.COORDINATOR: _l("Coordination du programme"),
    Role.DIRECTOR: _l("Direction de pôle"),
    Role.REFERENT: _l("Référent de ménages"),
    Role.TECHNICAL: _l("Éducateur technique"),
    Role.TISF: _l("TISF"),
    Role.AGENT: _l("Agent de bailleur"),
    Role.ANIMATOR: _l("Animateur de chantier"),
    Role.MEMBER: _l("Membre d’un partenaire"),
}

OUTCOMES = {
    attempts.SIGNED_IN: _l("Connexion"),
    attempts.SIGNED_OUT: _l("Déconnexion"),
    attempts.PASSWORD_ACCEPTED: _l("Mot de passe accepté, code attendu"),
    attempts.PASSWORD_RENEWED: _l("Nouveau mot de passe choisi"),
    attempts.WRONG_PASSWORD: _l("Mot de passe refusé"),
    attempts.WRONG_CODE: _l("Code refusé"),
    attempts.LOCKED: _l("Refusé : trop d’essais"),
    attempts.INACTIVE: _l("Refusé : compte désactivé"),
}

# The order matters: most browsers also claim to be the ones below them.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """What a browser says it is, in two words: ``Firefox, Windows``."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return ", ".join(part for part in (browser, system) if part) or _("Navigateur inconnu")
