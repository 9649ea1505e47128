"""The facts of a contract's document, read from the database: who, where, which works, in which language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from intranet.access import OrganisationKind
from intranet.clock import PARIS, now
from intranet.dossiers.models import Dossier, Dwelling, Household
from intranet.dossiers.terms import Survey
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.signatures.rules import needed_sides
from intranet.translation import gettext as _
from intranet.web.formatting import day, surface
from intranet.works.contract_changes import Terms
from intranet.works.contract_content import Amended, ContractContent, Party
from intranet.works.contract_party import association_address, association_name
from intranet.works.contract_texts import Texts
from intranet.works.facts import dwelling_facts
from intranet.works.guardrails import DwellingFacts
from intranet.works.models import Contract, Split, WorksKind, WorksLine
from intranet.works.queries.texts import texts_in_force, untranslated
from intranet.works.rules import Difference, differences
from intranet.works.terms import Holder, Side
from intranet.works.wordings import ROOMS

_WITH_PARTIES = (
    joinedload(Split.dossier, innerjoin=True).joinedload(Dossier.household, innerjoin=True),
    joinedload(Split.dwelling, innerjoin=True).joinedload(Dwelling.bailleur, innerjoin=True),
)
CONTRACT = select(Contract).options(joinedload(Contract.split, innerjoin=True).options(*_WITH_PARTIES))
PARTIES = select(Split).options(*_WITH_PARTIES).execution_options(populate_existing=True)
"""The split a contract not yet kept is drafted for, with those it names."""


def read_content(contract: Contract, language: str = "fr") -> ContractContent:
    """The facts of a contract. Needs ``contract.split`` with its dwelling, bailleur and household loaded."""
    split = contract.split
    home, household = split.dwelling, split.dossier.household
    association = _association()
    partner = db.session.get(Organisation, contract.partner_id) if contract.partner_id else None
    dropped = db.session.scalar(
        select(func.count()).where(WorksLine.split_id == split.id, WorksLine.holder == Holder.DROPPED)
    )
    assert contract.starts_on is not None  # asked for by ``issue``
    assert contract.ends_on is not None
    with force_locale(language):
        dwelling = _dwelling(home, split.dossier)
    return ContractContent(
        number=contract.number,
        issued_at=contract.created_at.astimezone(PARIS),
        household=Party(household.name, _reached(household)),
        bailleur=_party(home.bailleur),
        association=_own_party(association),
        partner=_party(partner) if partner else None,
        partner_signs=Side.PARTNER in needed_sides(contract.lines),
        dwelling=dwelling,
        home=dwelling_facts(home),
        asbestos_on=home.asbestos_on,
        lead_on=home.lead_on,
        lines=_in_language(contract.lines, language),
        dropped=dropped or 0,
        support_technical=contract.support_technical,
        support_social=contract.support_social,
        support_volunteers=contract.support_volunteers,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        days_a_week=contract.days_a_week,
        insurance=contract.insurance,
        insured_until=contract.insured_until,
        image_consent=contract.image_consent,
        rent=contract.rent_offset,
        amended=_amended(contract, split, language),
        texts=texts_in_force(language),
        untranslated=language != "fr" and untranslated(),
        language=language,
    )


def sample_content(language: str, texts: Texts, *, untranslated: bool = False) -> ContractContent:
    """A contract of nobody, with something in every section: what a text looks like once printed."""
    association = _association()
    start = now().astimezone(PARIS).date() + timedelta(days=14)
    with force_locale(language):
        dwelling = ((_("Adresse"), _("12 rue de l’Exemple, 06000 Nice")), (_("Type"), "T3"))
        bailleur, partner = _("Bailleur Exemple"), _("Partenaire Exemple")
    return ContractContent(
        number="CP-0000-0000",
        issued_at=_midnight(now().astimezone(PARIS)),
        household=Party("Famille Exemple"),
        bailleur=Party(bailleur),
        association=_own_party(association),
        partner=Party(partner),
        partner_signs=True,
        dwelling=dwelling,
        home=DwellingFacts(1948, Survey.MISSING, Survey.MISSING, decent=True),
        asbestos_on=None,
        lead_on=None,
        lines=_in_language(_sample_lines(), language),
        dropped=1,
        support_technical="Un animateur technique, deux jours par semaine.",
        support_social="Une visite de la référente chaque semaine.",
        support_volunteers="Deux voisins prêtent main-forte le samedi.",
        starts_on=start,
        ends_on=start + timedelta(days=42),
        days_a_week=2,
        texts=texts,
        untranslated=untranslated,
        language=language,
    )


def _midnight(instant: datetime) -> datetime:
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)


def _sample_lines() -> list[dict[str, Any]]:
    shown = (
        ("Séjour", "Peindre les murs et le plafond", Holder.TENANT, "bailleur", 18_000, 960, "décret 87-712"),
        ("Cuisine", "Poser une crédence", Holder.SHARED, "alc", 6_500, 360, ""),
        ("Salle d’eau", "Remplacer le chauffe-eau", Holder.BAILLEUR, "bailleur", 42_000, 240, ""),
        ("Chambre 1", "Poser un sol souple", Holder.PARTNER, "partner", 15_000, 480, ""),
    )
    return [
        {
            "id": number,
            "code": "",
            "label": label,
            "room": room,
            "holder": holder.value,
            "tenant_share_pct": 50 if holder is Holder.SHARED else None,
            "materials_payer": payer,
            "materials_cents": cents,
            "minutes": minutes,
            "legal_basis": basis,
            "consent": "",
            "consent_on": None,
        }
        for number, (room, label, holder, payer, cents, minutes, basis) in enumerate(shown, start=1)
    ]


def _association() -> Organisation | None:
    return db.session.scalars(
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.ASSOCIATION, Organisation.active)
        .order_by(Organisation.id)
    ).first()


def _party(organisation: Organisation) -> Party:
    return Party(organisation.name, (organisation.address, organisation.phone, organisation.email))


def _own_party(association: Organisation | None) -> Party:
    """The association, in full as the site's settings say it."""
    known = _party(association) if association else Party("ALC")
    address, *reached = known.details or ("",)
    return Party(association_name(known.name), (association_address(address), *reached))


def _reached(household: Household) -> tuple[str, ...]:
    """How the family is reached: its telephone, then as it asked to be, unless that says the number already."""
    chosen = household.contact_choice
    said = _digits(household.phone)
    if not said or said in _digits(chosen):
        return (chosen,)
    return (household.phone, chosen)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _dwelling(home: Dwelling, dossier: Dossier) -> tuple[tuple[str, str], ...]:
    pairs = (
        (_("Adresse"), f"{home.address}, {home.postcode} {home.town}"),
        (_("Étage ou accès"), home.floor),
        (_("Type"), home.kind),
        (_("Surface"), surface(home.surface_m2)),
        (_("Permis de construire"), str(home.permit_year or "")),
        (_("Classe énergie (DPE)"), home.dpe_class),
        (_("Entrée dans les lieux"), day(dossier.entry_on)),
    )
    return tuple((label, value) for label, value in pairs if value)


def _amended(contract: Contract, split: Split, language: str) -> Amended | None:
    """What the amendment changes: each line against the one of the contract it amends, and what surrounds them."""
    if contract.amends_id is None:
        return None
    former = db.session.get_one(Contract, contract.amends_id)
    before = _in_language(former.lines, language)
    after = [
        {**line, "id": line.get("origin_id") or -line["id"]}  # a new line is none of the former's
        for line in _in_language(contract.lines, language)
    ]
    terms = (Terms.of(former), Terms.of(contract))
    return Amended(former.number, former.signed_on, split.amend_reason, _changes(before, after), terms)


def _changes(
    before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]]
) -> tuple[Difference, ...]:
    return tuple(change for change in differences(before, after) if change.what != "answer")


def _in_language(lines: Sequence[Mapping[str, Any]], language: str) -> Sequence[Mapping[str, Any]]:
    """The lines, with the catalogue's words and the usual rooms in ``language``; what was typed stays."""
    if language == "fr":
        return lines
    codes = {line["code"] for line in lines if line.get("code")}
    kinds = db.session.execute(
        select(WorksKind.label_fr, WorksKind.label_en).where(WorksKind.code.in_(codes))
    ).all()
    words = {kind.label_fr: kind.label_en for kind in kinds}
    with force_locale("fr"):
        known = [str(room) for room in ROOMS]
    with force_locale(language):
        rooms = dict(zip(known, (str(room) for room in ROOMS), strict=True))
    return [
        {
            **line,
            "label": words.get(line["label"], line["label"]),
            "room": rooms.get(line["room"], line["room"]),
        }
        for line in lines
    ]
