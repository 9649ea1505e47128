"""The texts of the contract that a site may write its own way: what they are called, and their default words.

The law each clause rests on and the conditions under which it is there are not for the site to change
(``clauses``). Words in braces stand for facts of the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from intranet.translation import lazy_gettext as _l

LANGUAGES = ("fr", "en")
"""French is signed, English is the reading copy."""

NAMES: Mapping[str, Any] = {
    "association": _l("l’association"),
    "bailleur": _l("le bailleur"),
    "debut": _l("le début prévu"),
    "famille": _l("la famille"),
    "fin": _l("la fin prévue"),
    "jour": _l("la date du repérage ou du constat (amiante, plomb)"),
    "numero": _l("le numéro du contrat"),
    "partenaire": _l("le partenaire travaux"),
}
"""What may stand in braces in any text."""


class Text(NamedTuple):
    """A text in words. ``title`` is empty for a part that has none."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A text of the contract. ``label`` is what the page of administration calls it; ``when``: if not always."""

    key: str
    label: Any
    text: Any
    title: Any = ""
    when: Any = ""
    one_line: bool = False

    def default(self) -> Text:
        """The text as it comes, in the language of the moment."""
        return Text(str(self.title), str(self.text))


def _clause(key: str, title: Any, text: Any, when: Any = "") -> Part:
    return Part(key, title, text, title, when)


_PARTS = (
    Part(
        "header",
        _l("En-tête"),
        _l("Accompagnement de l’auto-réhabilitation accompagnée · Nice"),
        one_line=True,
    ),
    Part(
        "intro",
        _l("Introduction"),
        _l(
            "Ce contrat dit qui fait quoi pour améliorer ce logement, avec quelle aide et à quelles dates. "
            "Il est écrit pour être lu par tous ; chacun peut demander qu’on le lui explique avant de signer."
        ),
    ),
    _clause(
        "object",
        _l("Ce que dit ce contrat"),
        _l(
            "Chacun réalise les travaux inscrits à son nom et ne réalise que ceux-là. Le contrat complète le "
            "bail sans le remplacer : les charges et les obligations du bail ne changent pas, et le loyer ne "
            "change que si un article de ce contrat le dit."
        ),
    ),
    _clause(
        "amendment",
        _l("Ce que dit cet avenant"),
        _l(
            "Cet avenant remplace le contrat précédent dès qu’il est signé par chacun. Jusque-là, le contrat "
            "précédent reste en vigueur. Ce que l’avenant ne change pas est repris à l’identique."
        ),
        _l("dans un avenant"),
    ),
    _clause(
        "tenant_repairs",
        _l("Entretien et réparations locatives"),
        _l(
            "Une partie des travaux de la famille relève de l’entretien courant et des menues réparations, "
            "à la charge du locataire, sauf usure du temps, malfaçon ou force majeure."
        ),
        _l("si la famille fait des réparations locatives"),
    ),
    _clause(
        "transformation",
        _l("Accord écrit du bailleur"),
        _l(
            "Le bailleur a donné son accord écrit aux transformations dites ci-dessous. Il ne demandera pas la "
            "remise en état de ces travaux au départ de la famille, s’ils sont bien faits."
        ),
        _l("si la famille transforme le logement"),
    ),
    _clause(
        "adaptation",
        _l("Adaptation du logement"),
        _l(
            "Les travaux d’adaptation s’annoncent au bailleur par lettre recommandée. Sans réponse de sa "
            "part dans les deux mois, son accord est acquis. La signature de ce contrat vaut accord."
        ),
        _l("si la famille adapte le logement au handicap ou à l’âge"),
    ),
    _clause(
        "bailleur_works",
        _l("Travaux du bailleur"),
        _l(
            "Le bailleur remet un logement décent et en bon état, et fait réaliser ses travaux par des "
            "professionnels assurés, dans le calendrier prévu. Il prévient la famille avant chaque venue. Le "
            "samedi, le dimanche et les jours fériés, il lui faut l’accord exprès de la famille."
        ),
        _l("si le bailleur fait des travaux"),
    ),
    _clause(
        "wear",
        _l("Dégradations et vétusté"),
        _l(
            "Une dégradation est à la charge de la famille, vétusté déduite : plus la chose était ancienne, moins "
            "la famille paie. Le calcul est écrit dans ce contrat, avec la grille dont il vient."
        ),
        _l("si la famille doit une part d’une dégradation"),
    ),
    _clause(
        "asbestos_doubt",
        _l("Amiante"),
        _l(
            "Le logement peut contenir de l’amiante. Ni la famille ni le partenaire ne percent, ne poncent, ne "
            "soulèvent ni ne déposent un sol ou un revêtement. Au moindre doute, on arrête et on appelle."
        ),
        _l("permis d’avant le 1er juillet 1997 et repérage absent, ou amiante trouvé"),
    ),
    _clause(
        "asbestos_clear",
        _l("Amiante"),
        _l("Le repérage amiante du {jour} n’en a pas signalé. Au moindre doute, on arrête et on appelle."),
        _l("repérage sans amiante"),
    ),
    _clause(
        "lead_doubt",
        _l("Plomb"),
        _l(
            "Les peintures anciennes peuvent contenir du plomb, dangereux pour les jeunes enfants. Ni la famille "
            "ni le partenaire ne les grattent ni ne les poncent."
        ),
        _l("logement d’avant 1949 et constat absent, ou plomb trouvé"),
    ),
    _clause(
        "lead_clear",
        _l("Plomb"),
        _l("Le constat plomb du {jour} n’en a pas signalé."),
        _l("constat sans plomb"),
    ),
    _clause(
        "safety",
        _l("Sécurité"),
        _l(
            "Les équipements de protection sont remis avant le premier jour, sans frais pour la famille. Les "
            "enfants ne sont pas sur le chantier. On coupe l’eau et le courant avant d’y toucher."
        ),
    ),
    _clause(
        "insurance",
        _l("Assurances"),
        _l(
            "La famille remet l’attestation de son assurance habitation avant le début du chantier, et la "
            "renouvelle si elle expire pendant les travaux. Les professionnels, les associations et leurs "
            "bénévoles sont couverts par leur propre assurance."
        ),
    ),
    _clause(
        "image",
        _l("Droit à l’image"),
        _l(
            "Les photos montrent les travaux. Une personne n’y paraît que si elle a donné son accord par écrit ; "
            "elle peut le reprendre à tout moment, et refuser ne change rien à l’aide reçue. Pour un enfant, "
            "l’accord est celui de ses parents."
        ),
    ),
    _clause(
        "rent",
        _l("Travaux et loyer"),
        _l(
            "En échange des travaux nommés ci-dessous, le loyer baisse comme il est dit ici, et jamais "
            "au-delà de leur coût justifié. Le bailleur atteste que le logement est décent."
        ),
        _l("si des travaux sont pris sur le loyer"),
    ),
    _clause(
        "stopping",
        _l("Si quelqu’un s’arrête"),
        _l(
            "La famille peut s’arrêter sans pénalité : son logement et son bail n’en dépendent pas. Qui ne peut "
            "plus tenir son engagement prévient {association}, qui réunit les parties sous quinze jours.\n\n"
            "- Les travaux commencés sont d’abord mis en sécurité.\n"
            "- Ce qui reste est réparti à nouveau par un avenant.\n"
            "- Les matériaux non employés reviennent à celui qui les a payés."
        ),
    ),
    _clause(
        "changes",
        _l("Changer ce contrat"),
        _l("Ce contrat ne change que par un avenant, signé par les mêmes parties."),
    ),
    _clause(
        "data",
        _l("Vos données"),
        _l(
            "Les parties ne gardent que ce que ce contrat demande, pendant la durée du chantier et les deux ans "
            "qui suivent le dernier contact. Chacun peut lire, corriger ou faire effacer ce qui le concerne en "
            "s’adressant à l’association."
        ),
    ),
    Part(
        "signing",
        _l("Avant les signatures"),
        _l("Fait en autant d’exemplaires que de parties. Chacun signe ce qu’il a lu ou ce qu’on lui a lu."),
    ),
    Part("footer", _l("Pied de page"), _l("Contrat de participation {numero}"), one_line=True),
)
PARTS: Mapping[str, Part] = {part.key: part for part in _PARTS}
"""Every part, in the order it is read."""

Texts = Mapping[str, Text]
"""What the site wrote itself, by part; a part that is not there has its default."""


def text_of(part: str, written: Texts) -> Text:
    """The text of a part: the site's, else the default."""
    return written.get(part) or PARTS[part].default()
