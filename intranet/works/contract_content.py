"""What the participation contract says: from facts to the values the template lays out.

Pure: no session, no request. Only the clauses that apply are there, and no empty section. The document is
proposed for signature by people who read it: it names its sources and decides nothing. It is written in the
language of the moment: French to sign, English to read along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from intranet.translation import gettext as _
from intranet.web.formatting import day, hours
from intranet.works import contract_works as works
from intranet.works.clauses import ClauseFacts, clauses
from intranet.works.contract_changes import Terms, terms_in_words
from intranet.works.contract_markup import blocks, fill, plain
from intranet.works.contract_texts import Texts, text_of
from intranet.works.guardrails import DwellingFacts
from intranet.works.rules import Difference
from intranet.works.terms import Holder, Side
from intranet.works.wordings import in_words

Line = Mapping[str, Any]


class Party(NamedTuple):
    """A party by name, with the lines of its address."""

    name: str
    details: tuple[str, ...] = ()


class Amended(NamedTuple):
    """The contract that an amendment changes, why, and what changes: lines, and the terms before and after."""

    number: str
    signed_on: date | None
    reason: str
    changes: tuple[Difference, ...]
    terms: tuple[Terms, Terms] | None = None


@dataclass(frozen=True, slots=True)
class ContractContent:
    """All that the document says comes from here. ``lines`` are ``Contract.lines``: agreed ones only.

    ``texts`` are the site's own, ``untranslated`` the parts it wrote in French alone (reading copy).
    """

    number: str
    issued_at: datetime  # in Nice
    household: Party
    bailleur: Party
    association: Party
    partner: Party | None
    partner_signs: bool
    dwelling: tuple[tuple[str, str], ...]
    home: DwellingFacts
    asbestos_on: date | None
    lead_on: date | None
    lines: Sequence[Line]
    dropped: int
    support_technical: str
    support_social: str
    starts_on: date
    ends_on: date
    days_a_week: int
    support_volunteers: str = ""
    insurance: str = ""
    insured_until: date | None = None
    image_consent: bool | None = None
    rent: Mapping[str, Any] | None = None
    amended: Amended | None = None
    texts: Texts = field(default_factory=lambda: MappingProxyType({}))
    untranslated: bool = False
    language: str = "fr"


def document(content: ContractContent) -> dict[str, Any]:
    """The values of the template, ready for JSON. Call it with the locale of ``content.language``."""
    amended = content.amended
    title = _("Avenant au contrat de participation") if amended else _("Contrat de participation aux travaux")
    values = _values(content)
    return {
        "lang": content.language,
        "title": f"{title} — {content.number}",
        "heading": title,
        "author": content.association.name,
        "description": _("Travaux du logement de %(name)s", name=content.household.name),
        "keywords": ["auto-réhabilitation accompagnée", content.number],
        "day": [content.issued_at.year, content.issued_at.month, content.issued_at.day],
        "programme": _words("header", content, values),
        "number": content.number,
        "subtitle": _("N° %(number)s, établi le %(day)s", number=content.number, day=day(content.issued_at)),
        "footer": _words("footer", content, values),
        "copy": _copy(content),
        "intro": blocks(_words("intro", content, values)),
        "summary": list(_summary(content)),
        "figures": works.figures(content.lines, content.starts_on, content.ends_on),
        "shares": works.shares(content.lines),
        "shares_words": _("Qui donne son temps"),
        "amended": _amended(amended) if amended else None,
        "parties": _parties(content),
        "dwelling": [list(pair) for pair in content.dwelling],
        "sides": list(works.by_side(content.lines)),
        "absent": works.absent(content.lines, content.partner is not None),
        "dropped": works.dropped_words(content.dropped),
        "rooms": works.by_room(content.lines),
        "materials": works.materials(content.lines),
        "damage": works.damage(content.lines),
        "due": works.due(content.lines),
        "support": list(_support(content)),
        "calendar": _calendar(content),
        "clauses": [clause._asdict() for clause in clauses(_clause_facts(content, values))],
        "signing": blocks(_words("signing", content, values)),
        "signatures": _signatures(content),
        "labels": _labels(),
        "unprinted": _(
            "Des signes que ce document ne peut pas imprimer (émoticônes, écritures rares) en ont été retirés."
        ),
    }


def _values(content: ContractContent) -> dict[str, str]:
    """What the names in braces stand for."""
    return {
        "association": content.association.name,
        "bailleur": content.bailleur.name,
        "debut": day(content.starts_on),
        "famille": content.household.name,
        "fin": day(content.ends_on),
        "numero": content.number,
        "partenaire": content.partner.name if content.partner else _("le partenaire travaux"),
    }


def _words(part: str, content: ContractContent, values: Mapping[str, str]) -> str:
    return fill(text_of(part, content.texts).text, values)


def _copy(content: ContractContent) -> dict[str, str] | None:
    """What the reading copy says of itself; nothing on the document to sign."""
    if content.language == "fr":
        return None
    note = _(
        "Cette traduction aide à lire le contrat. Seul le document en français se signe et fait foi. "
        "Ce que les personnes ont écrit elles-mêmes reste en français."
    )
    if content.untranslated:
        note += " " + _(
            "Quelques articles, écrits par l’association en français seulement, le restent aussi."
        )
    return {"banner": _("Copie de lecture — ne pas signer"), "note": note}


def _summary(content: ContractContent) -> Iterator[str]:
    """The first page, for somebody who reads nothing else: each party, then money and dates."""
    lines = content.lines
    if content.amended:
        yield _("Cet avenant change le contrat %(number)s.", number=content.amended.number)
    family = works.held(lines, Holder.TENANT, Holder.SHARED)
    if family:
        minutes = works.family_minutes(lines)
        yield _(
            "La famille (%(name)s) réalise %(count)s%(hours)s, avec l’aide de professionnels.",
            name=content.household.name,
            count=works.works_of(family),
            hours=_(", environ %(hours)s en tout", hours=hours(minutes)) if minutes else "",
        )
    bailleur = works.held(lines, Holder.BAILLEUR, Holder.SHARED)
    if bailleur:
        yield _(
            "Le bailleur (%(name)s) réalise %(count)s.",
            name=content.bailleur.name,
            count=works.works_of(bailleur),
        )
    partner = works.held(lines, Holder.PARTNER)
    if partner and content.partner:
        yield _(
            "Le partenaire (%(name)s) réalise %(count)s avec ses professionnels.",
            name=content.partner.name,
            count=works.works_counted(len(partner)),
        )
    yield from works.absent(lines, content.partner is not None)
    yield _(
        "L’association (%(name)s) accompagne la famille du début à la fin du chantier.",
        name=content.association.name,
    )
    yield works.materials(lines)["sentence"]
    if content.rent is not None:
        yield _("Une partie des travaux de la famille est déduite de son loyer : le détail est plus loin.")
    if any(line.get("tenant_cents") for line in lines):
        yield _(
            "La famille doit une part de certaines dégradations, vétusté déduite : le calcul est plus loin."
        )
    yield _(
        "Le chantier est prévu du %(start)s au %(end)s, %(days)s par semaine.",
        start=day(content.starts_on),
        end=day(content.ends_on),
        days=works.days_counted(content.days_a_week),
    )
    yield _(
        "Personne n’est obligé de continuer en cas de difficulté : on en parle, et on s’organise autrement."
    )


def _amended(amended: Amended) -> dict[str, Any]:
    said = _("Cet avenant change le contrat %(number)s.", number=amended.number)
    if amended.signed_on:
        said = _(
            "Cet avenant change le contrat %(number)s, signé le %(day)s.",
            number=amended.number,
            day=day(amended.signed_on),
        )
    return {
        "sentence": said,
        "reason": plain(amended.reason),
        "changes": [
            *(in_words(amended.changes) or [_("Aucune ligne ne change.")]),
            *(terms_in_words(*amended.terms) if amended.terms else ()),
        ],
    }


def _parties(content: ContractContent) -> list[dict[str, Any]]:
    named = [
        (_("La famille, locataire"), content.household),
        (_("Le bailleur, propriétaire"), content.bailleur),
        (_("L’association qui accompagne"), content.association),
    ]
    if content.partner is not None:
        named.append((_("Le partenaire travaux"), content.partner))
    return [
        {"title": title, "name": party.name, "details": [text for text in party.details if text]}
        for title, party in named
    ]


def _support(content: ContractContent) -> Iterator[dict[str, Any]]:
    """The support foreseen; a kind nobody wrote anything about has no heading, but technical and social do."""
    nothing = _("Rien de particulier n’est prévu.")
    yield {"title": _("Accompagnement technique"), "blocks": plain(content.support_technical or nothing)}
    yield {"title": _("Accompagnement social"), "blocks": plain(content.support_social or nothing)}
    if content.support_volunteers:
        yield {"title": _("Bénévoles et entraide"), "blocks": plain(content.support_volunteers)}


def _calendar(content: ContractContent) -> list[list[str]]:
    minutes = works.family_minutes(content.lines)
    whole = sum(line["minutes"] for line in content.lines)
    pairs = [
        [_("Début prévu"), day(content.starts_on)],
        [_("Fin prévue"), day(content.ends_on)],
        [_("Rythme"), _("%(days)s par semaine", days=works.days_counted(content.days_a_week))],
    ]
    if minutes:
        pairs.append([_("Temps de la famille"), _("environ %(hours)s", hours=hours(minutes))])
    if whole:
        pairs.append([_("Temps prévu en tout"), hours(whole)])
    return pairs


def _clause_facts(content: ContractContent, values: Mapping[str, str]) -> ClauseFacts:
    return ClauseFacts(
        lines=content.lines,
        home=content.home,
        asbestos_on=content.asbestos_on,
        lead_on=content.lead_on,
        insurance=content.insurance,
        insured_until=content.insured_until,
        image_consent=content.image_consent,
        rent=content.rent,
        amends=content.amended is not None,
        values=values,
        texts=content.texts,
    )


def _signatures(content: ContractContent) -> list[dict[str, str]]:
    named: list[tuple[Side, str, Party | None]] = [
        (Side.HOUSEHOLD, _("Pour la famille"), content.household),
        (Side.BAILLEUR, _("Pour le bailleur"), content.bailleur),
        (Side.ALC, _("Pour l’association"), content.association),
    ]
    if content.partner_signs:
        named.append((Side.PARTNER, _("Pour le partenaire travaux"), content.partner))
    return [{"title": title, "name": party.name} for _side, title, party in named if party is not None]


def _labels() -> dict[str, str]:
    """The words of the layout itself."""
    return {
        "summary": _("En bref"),
        "parties": _("Qui s’engage"),
        "amended": _("Ce que change cet avenant"),
        "reason": _("Pourquoi"),
        "dwelling": _("Le logement"),
        "sides": _("Les travaux, par partie"),
        "rooms": _("Les travaux, pièce par pièce"),
        "materials": _("Les matériaux"),
        "damage": _("Ce que la famille doit pour des dégradations"),
        "due": _("Les dates du bailleur"),
        "support": _("L’accompagnement"),
        "calendar": _("Le calendrier"),
        "clauses": _("Les règles qui s’appliquent"),
        "signatures": _("Les signatures"),
        "room": _("Pièce"),
        "works": _("Travaux"),
        "time": _("Temps"),
        "material": _("Matériaux"),
        "paid_by": _("Payés par"),
        "who": _("Qui fait"),
        "payer": _("Qui paie"),
        "amount": _("Montant prévu"),
        "total": _("Total"),
        "age": _("Âge"),
        "cost": _("Coût"),
        "share": _("Part"),
        "owed": _("Dû"),
        "before": _("Au plus tard le"),
        "page": _("Page"),
        "of": _("sur"),
        "by_hand": _(
            "Qui signe à l’écran ou avec un code n’écrit rien ici : son nom, la date et la façon dont il a signé se "
            "lisent sur la page de preuve, à la fin du fichier scellé. Ces lignes servent à qui signe sur papier."
        ),
        "signatory": _("Nom du signataire :"),
        "date": _("Date :"),
        "signature": _("Signature, précédée de « lu et approuvé » :"),
        "colon": _(" :"),
    }
