"""The clauses of the participation contract: each says when it applies and what it rests on.

Their words are the site's or the default ones (``contract_texts``); conditions and sources are fixed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from intranet.dossiers.terms import Survey
from intranet.translation import gettext as _
from intranet.web.formatting import day, money
from intranet.works.contract_markup import blocks, fill
from intranet.works.contract_texts import Texts, text_of
from intranet.works.guardrails import ASBESTOS_LAST_YEAR, LEAD_FIRST_SAFE_YEAR, DwellingFacts
from intranet.works.terms import Holder, Side
from intranet.works.wordings import SIDES

Line = Mapping[str, Any]


class Clause(NamedTuple):
    """A clause in words. ``facts`` are labelled values.

    ``source`` is the text it rests on, empty when it is the parties' own.
    """

    key: str
    title: str
    blocks: list[dict[str, Any]]
    facts: list[list[str]]
    source: str = ""


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """What the clauses look at. ``values`` stand for the names in braces, ``texts`` are the site's own."""

    lines: Sequence[Line]
    home: DwellingFacts
    asbestos_on: date | None
    lead_on: date | None
    insurance: str
    insured_until: date | None
    image_consent: bool | None
    rent: Mapping[str, Any] | None
    amends: bool
    values: Mapping[str, str]
    texts: Texts

    def held_by(self, *holders: Holder) -> list[Line]:
        return [line for line in self.lines if Holder(line["holder"]) in holders]


def clauses(facts: ClauseFacts) -> Iterator[Clause]:
    """The clauses that apply, in the order they are read."""
    if facts.amends:
        yield _clause(facts, "amendment", source=_("Code civil, article 1193."))
    yield _clause(facts, "object", source=_("Loi n° 89-462 du 6 juillet 1989, articles 6 et 7."))
    family = facts.held_by(Holder.TENANT, Holder.SHARED)
    if any("87-712" in line["legal_basis"] for line in family):
        yield _clause(
            facts,
            "tenant_repairs",
            source=_("Décret n° 87-712 du 26 août 1987 ; loi n° 89-462, article 7 d."),
        )
    yield from _transformations(facts, family)
    if facts.held_by(Holder.BAILLEUR, Holder.SHARED):
        yield _clause(
            facts,
            "bailleur_works",
            source=_("Loi n° 89-462, articles 6 et 7 e ; décret n° 2002-120 du 30 janvier 2002."),
        )
    if any(line.get("tenant_cents") for line in facts.lines):
        yield _clause(
            facts,
            "wear",
            source=_("Loi n° 89-462, article 7 c ; décret n° 2016-382 du 30 mars 2016, article 4."),
        )
    if facts.rent is not None:
        yield _rent(facts, facts.rent)
    yield from _asbestos(facts)
    yield from _lead(facts)
    yield _clause(facts, "safety")
    yield _insurance(facts)
    yield _image(facts)
    yield _clause(facts, "stopping", source=_("Code civil, articles 1103 et 1104."))
    yield _clause(facts, "changes", source=_("Code civil, article 1193."))
    yield _clause(facts, "data", source=_("Règlement (UE) 2016/679 (RGPD)."))


def _clause(
    facts: ClauseFacts,
    key: str,
    *,
    on: date | None = None,
    pairs: Sequence[tuple[str, str]] = (),
    source: str = "",
) -> Clause:
    title, text = text_of(key, facts.texts)
    values = {**facts.values, "jour": day(on) if on else _("logement")}
    shown = [[label, value] for label, value in pairs if value]
    return Clause(key, title, blocks(fill(text, values)), shown, source)


def _transformations(facts: ClauseFacts, family: Sequence[Line]) -> Iterator[Clause]:
    written = [line for line in family if line["consent"] == "written" and line["consent_on"]]
    if written:
        yield _clause(
            facts,
            "transformation",
            pairs=[(f"{line['room']} — {line['label']}", _consent(line)) for line in written],
            source=_("Loi n° 89-462 du 6 juillet 1989, article 7 f."),
        )
    if any(line["consent"] == "tacit_2_months" for line in family):
        yield _clause(
            facts,
            "adaptation",
            source=_("Loi n° 89-462, article 7 f ; décret n° 2016-1282 du 29 septembre 2016."),
        )


def _consent(line: Line) -> str:
    on = day(date.fromisoformat(line["consent_on"]))
    if line.get("consent_document_id"):
        return str(_("accord du %(day)s, joint au dossier", day=on))
    return str(_("accord du %(day)s", day=on))


def _rent(facts: ClauseFacts, rent: Mapping[str, Any]) -> Clause:
    """Works against rent: what art. 6 a asks to be written, figure by figure."""
    works = " ; ".join(f"{line['room']} — {line['label']}" for line in rent["lines"])
    consents = ", ".join(
        _(
            "%(who)s (%(name)s, le %(day)s)",
            who=SIDES[Side(side)],
            name=each["by_name"],
            day=day(date.fromisoformat(each["on"])),
        )
        for side, each in rent["consents"].items()
    )
    return _clause(
        facts,
        "rent",
        pairs=[
            (_("Travaux"), works),
            (_("Baisse du loyer"), _("%(amount)s par mois", amount=money(rent["monthly_cents"]))),
            (_("Durée"), _("%(months)d mois", months=rent["months"])),
            (_("À partir du"), day(date.fromisoformat(rent["starts_on"]))),
            (_("En tout"), money(rent["total_cents"])),
            (_("Coût justifié des travaux"), money(rent["documented_cents"])),
            (_("Si la famille part plus tôt"), rent["early_departure"]),
            (
                _("Logement décent, attesté par"),
                _(
                    "%(name)s, le %(day)s",
                    name=rent["decency_attested_by"],
                    day=day(date.fromisoformat(rent["decency_attested_on"])),
                ),
            ),
            (_("Accords donnés sur ces chiffres"), consents),
        ],
        source=_("Loi n° 89-462 du 6 juillet 1989, article 6 a."),
    )


def _asbestos(facts: ClauseFacts) -> Iterator[Clause]:
    home = facts.home
    old = home.permit_year is None or home.permit_year <= ASBESTOS_LAST_YEAR
    if old or home.asbestos is Survey.FOUND:
        yield _clause(
            facts,
            "asbestos_doubt" if home.may_hold_asbestos else "asbestos_clear",
            on=facts.asbestos_on,
            source=_("Permis de construire antérieur au 1er juillet 1997 ; code de la santé publique."),
        )


def _lead(facts: ClauseFacts) -> Iterator[Clause]:
    home = facts.home
    old = home.permit_year is None or home.permit_year < LEAD_FIRST_SAFE_YEAR
    if old or home.lead is Survey.FOUND:
        yield _clause(
            facts,
            "lead_doubt" if home.may_hold_lead else "lead_clear",
            on=facts.lead_on,
            source=_("Logement antérieur à 1949 ; code de la santé publique."),
        )


def _insurance(facts: ClauseFacts) -> Clause:
    until = day(facts.insured_until) if facts.insured_until else ""
    return _clause(
        facts,
        "insurance",
        pairs=[
            (
                _("Assurance de la famille"),
                facts.insurance or _("attestation à remettre avant le début du chantier"),
            ),
            (_("Valable jusqu’au"), until),
        ],
        source=_("Loi n° 89-462, article 7 g."),
    )


def _image(facts: ClauseFacts) -> Clause:
    """What the family answered. Nothing is left to tick: who signs on a screen could not, and silence is no consent."""
    said = {
        True: _("La famille accepte que ses membres paraissent sur les photos du chantier."),
        False: _("La famille refuse que ses membres paraissent sur les photos du chantier."),
        None: _(
            "La question n’a pas encore été posée : sans accord écrit, personne de la famille ne paraît "
            "sur les photos."
        ),
    }
    return _clause(
        facts,
        "image",
        pairs=[(_("Réponse de la famille"), said[facts.image_consent])],
        source=_("Code civil, article 9 ; RGPD, articles 6 et 7."),
    )
