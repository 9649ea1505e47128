"""The clauses of the participation contract: each says when it applies and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _

from intranet.dossiers.terms import Survey
from intranet.web.formatting import day
from intranet.works.guardrails import ASBESTOS_LAST_YEAR, LEAD_FIRST_SAFE_YEAR, DwellingFacts
from intranet.works.terms import Holder

Line = Mapping[str, Any]


class Clause(NamedTuple):
    """A clause in words. ``source`` is the text it rests on, empty when it is the parties' own."""

    title: str
    texts: list[str]
    source: str = ""


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    lines: Sequence[Line]
    home: DwellingFacts
    asbestos_on: date | None
    lead_on: date | None
    association: str

    def held_by(self, *holders: Holder) -> list[Line]:
        return [line for line in self.lines if Holder(line["holder"]) in holders]


def clauses(facts: ClauseFacts) -> Iterator[Clause]:
    """The clauses that apply, in the order they are read."""
    yield _object()
    family = facts.held_by(Holder.TENANT, Holder.SHARED)
    if any("87-712" in line["legal_basis"] for line in family):
        yield _tenant_repairs()
    yield from _transformations(family)
    if facts.held_by(Holder.BAILLEUR, Holder.SHARED):
        yield _bailleur_works()
    yield from _asbestos(facts)
    yield from _lead(facts)
    yield _safety()
    yield _insurance()
    yield _image()
    yield _stopping(facts)
    yield _changes()
    yield _data()


def _object() -> Clause:
    return Clause(
        _("Ce que dit ce contrat"),
        [
            _(
                "Chacun réalise les travaux inscrits à son nom et ne réalise que ceux-là. Le contrat complète le "
                "bail sans le remplacer : le loyer, les charges et les obligations du bail ne changent pas."
            )
        ],
        _("Loi n° 89-462 du 6 juillet 1989, articles 6 et 7."),
    )


def _tenant_repairs() -> Clause:
    return Clause(
        _("Entretien et réparations locatives"),
        [
            _(
                "Une partie des travaux de la famille relève de l’entretien courant et des menues réparations, "
                "à la charge du locataire, sauf usure du temps, malfaçon ou force majeure."
            )
        ],
        _("Décret n° 87-712 du 26 août 1987 ; loi n° 89-462, article 7 d."),
    )


def _transformations(family: Sequence[Line]) -> Iterator[Clause]:
    written = [line for line in family if line["consent"] == "written" and line["consent_on"]]
    if written:
        texts = [_("Le bailleur a donné son accord écrit aux transformations suivantes :")]
        texts += [
            _(
                "%(room)s — %(label)s, accord du %(day)s.",
                room=line["room"],
                label=line["label"],
                day=day(date.fromisoformat(line["consent_on"])),
            )
            for line in written
        ]
        texts.append(
            _(
                "Il ne demandera pas la remise en état de ces travaux au départ de la famille, s’ils sont bien faits."
            )
        )
        yield Clause(_("Accord écrit du bailleur"), texts, _("Loi n° 89-462 du 6 juillet 1989, article 7 f."))
    if any(line["consent"] == "tacit_2_months" for line in family):
        yield Clause(
            _("Adaptation du logement"),
            [
                _(
                    "Les travaux d’adaptation s’annoncent au bailleur par lettre recommandée. Sans réponse de sa "
                    "part dans les deux mois, son accord est acquis. La signature de ce contrat vaut accord."
                )
            ],
            _("Loi n° 89-462, article 7 f ; décret n° 2016-1282 du 29 septembre 2016."),
        )


def _bailleur_works() -> Clause:
    return Clause(
        _("Travaux du bailleur"),
        [
            _(
                "Le bailleur remet un logement décent et en bon état, et fait réaliser ses travaux par des "
                "professionnels assurés, dans le calendrier prévu. Il prévient la famille avant chaque venue. Le "
                "samedi, le dimanche et les jours fériés, il lui faut l’accord exprès de la famille."
            )
        ],
        _("Loi n° 89-462, articles 6 et 7 e ; décret n° 2002-120 du 30 janvier 2002."),
    )


def _asbestos(facts: ClauseFacts) -> Iterator[Clause]:
    home = facts.home
    old = home.permit_year is None or home.permit_year <= ASBESTOS_LAST_YEAR
    if not old and home.asbestos is not Survey.FOUND:
        return
    if home.may_hold_asbestos:
        text = _(
            "Le logement peut contenir de l’amiante. Ni la famille ni le partenaire ne percent, ne poncent, ne "
            "soulèvent ni ne déposent un sol ou un revêtement. Au moindre doute, on arrête et on appelle."
        )
    else:
        text = _(
            "Le repérage amiante du %(day)s n’en a pas signalé. Au moindre doute, on arrête et on appelle.",
            day=day(facts.asbestos_on) or _("logement"),
        )
    yield Clause(
        _("Amiante"),
        [text],
        _("Permis de construire antérieur au 1er juillet 1997 ; code de la santé publique."),
    )


def _lead(facts: ClauseFacts) -> Iterator[Clause]:
    home = facts.home
    old = home.permit_year is None or home.permit_year < LEAD_FIRST_SAFE_YEAR
    if not old and home.lead is not Survey.FOUND:
        return
    if home.may_hold_lead:
        text = _(
            "Les peintures anciennes peuvent contenir du plomb, dangereux pour les jeunes enfants. Ni la famille ni "
            "le partenaire ne les grattent ni ne les poncent."
        )
    else:
        text = _(
            "Le constat plomb du %(day)s n’en a pas signalé.",
            day=day(facts.lead_on) or _("logement"),
        )
    yield Clause(_("Plomb"), [text], _("Logement antérieur à 1949 ; code de la santé publique."))


def _safety() -> Clause:
    return Clause(
        _("Sécurité"),
        [
            _(
                "Les équipements de protection sont remis avant le premier jour, sans frais pour la famille. Les "
                "enfants ne sont pas sur le chantier. On coupe l’eau et le courant avant d’y toucher."
            )
        ],
    )


def _insurance() -> Clause:
    return Clause(
        _("Assurances"),
        [
            _(
                "La famille remet l’attestation de son assurance habitation avant le début du chantier. "
                "Les professionnels et les associations sont couverts par leur propre assurance."
            )
        ],
        _("Loi n° 89-462, article 7 g."),
    )


def _image() -> Clause:
    return Clause(
        _("Photos"),
        [
            _(
                "Les photos montrent les travaux. Une personne n’y paraît que si elle a donné son accord par écrit, "
                "et elle peut le reprendre à tout moment."
            )
        ],
        _("Code civil, article 9."),
    )


def _stopping(facts: ClauseFacts) -> Clause:
    return Clause(
        _("Si quelqu’un s’arrête"),
        [
            _(
                "La famille peut s’arrêter sans pénalité : son logement et son bail n’en dépendent pas. Elle "
                "prévient %(association)s, qui réunit les parties sous quinze jours.",
                association=facts.association,
            ),
            _(
                "Les travaux commencés sont d’abord mis en sécurité. Ce qui reste est réparti à nouveau par un "
                "avenant. Les matériaux non employés reviennent à celui qui les a payés."
            ),
        ],
    )


def _changes() -> Clause:
    return Clause(
        _("Changer ce contrat"),
        [_("Ce contrat ne change que par un avenant, signé par les mêmes parties.")],
    )


def _data() -> Clause:
    return Clause(
        _("Vos données"),
        [
            _(
                "Les parties ne gardent que ce que ce contrat demande, pendant la durée du chantier et les deux ans "
                "qui suivent le dernier contact. Chacun peut lire, corriger ou faire effacer ce qui le concerne en "
                "s’adressant à l’association."
            )
        ],
        _("Règlement (UE) 2016/679 (RGPD)."),
    )
