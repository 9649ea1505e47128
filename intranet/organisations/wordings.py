"""Words for organisations, pôles and sites."""

from __future__ import annotations

from intranet.access import OrganisationKind
from intranet.organisations.models import Confidentiality
from intranet.translation import lazy_gettext as _l

KINDS = {
    OrganisationKind.ASSOCIATION: _l("Association"),
    OrganisationKind.BAILLEUR: _l("Bailleur"),
    OrganisationKind.WORKS_PARTNER: _l("Partenaire de travaux"),
    OrganisationKind.ENERGY_PARTNER: _l("Partenaire énergie"),
    OrganisationKind.CCAS: _l("CCAS"),
    OrganisationKind.CAF: _l("CAF"),
    OrganisationKind.OTHER: _l("Autre partenaire"),
}

CONFIDENTIALITIES = {
    Confidentiality.STANDARD: _l("Ordinaire"),
    Confidentiality.CHILD_PROTECTION: _l("Protection de l’enfance : personnes nommées seulement"),
    Confidentiality.ORIGIN_HIDDEN: _l("L’origine n’est dite à personne hors d’ALC"),
}

LABELS = {
    "kind": _l("Nature"),
    "code": _l("Sigle"),
    "name": _l("Nom"),
    "email": _l("Adresse électronique"),
    "phone": _l("Téléphone"),
    "address": _l("Adresse"),
    "answer_days": _l("Délai de réponse"),
    "active": _l("En service"),
    "audience": _l("Public accueilli"),
    "confidentiality": _l("Confidentialité"),
    "announced_households": _l("Ménages annoncés"),
    "pole_id": _l("Pôle"),
    "associated": _l("Site associé"),
    "notes": _l("Notes"),
}
"""Each field's name, for saying what someone else changed."""
