"""The contract's document: read its facts, have Typst lay them out, keep the PDF with the dossier."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any, Literal, cast

import typst
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from intranet.access import OrganisationKind
from intranet.clock import PARIS
from intranet.documents.models import DocumentKind
from intranet.documents.service import store_bytes
from intranet.dossiers.models import Dossier, Dwelling
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.timeline.service import commit, record
from intranet.web.formatting import day
from intranet.works.contract import AUDIENCE, needed_sides
from intranet.works.contract_content import ContractContent, Party, document
from intranet.works.facts import dwelling_facts
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.terms import Holder, Side

STANDARDS: list[Literal["a-3a", "ua-1"]] = ["a-3a", "ua-1"]
"""Archival and accessible at once: PDF/A-3a and PDF/UA-1, both on PDF 1.7."""

_UNSHOWN = re.compile(r"the text [`\"]+(?P<text>.+?)[`\"]+ could not be displayed", re.DOTALL)
_MISSING = "□"

# Beyond the alphabets the fonts hold (Latin, Greek, Cyrillic, Hebrew, Arabic): ideographs, emoji, private use.
_BEYOND = re.compile("[\u2e80-\ufb1c\ufe00-\ufe0f\ufe20-\ufe6f\uff00-\uffef\U00010000-\U0010ffff]+")
_JOINERS = re.compile("[\u200b-\u200d\u2060\ufeff]")

_CONTRACT = select(Contract).options(
    joinedload(Contract.split, innerjoin=True).options(
        joinedload(Split.dossier, innerjoin=True).joinedload(Dossier.household, innerjoin=True),
        joinedload(Split.dwelling, innerjoin=True).joinedload(Dwelling.bailleur, innerjoin=True),
    )
)


def make_document(contract_id: int) -> None:
    """Make the PDF of the contract, unless it has one, and keep it with the dossier. Commits.

    Safe to run twice: the document is fixed before the first signature and never made again.
    """
    contract = db.session.scalars(_CONTRACT.where(Contract.id == contract_id)).one()
    if contract.document_id is not None:
        return
    pdf = render_pdf(read_content(contract))
    kept = store_bytes(
        pdf,
        name=f"{contract.number}.pdf",
        media_type="application/pdf",
        kind=DocumentKind.CONTRACT,
        dossier_id=contract.dossier_id,
        audience=AUDIENCE,
        actor=None,
    )
    db.session.flush()
    # By columns: a form opened to cancel or sign the contract is not stale for having its document.
    db.session.execute(update(Contract).where(Contract.id == contract_id).values(document_id=kept.id))
    record(
        "works.contract.rendered",
        actor=None,
        subject="contract",
        subject_id=contract_id,
        dossier_id=contract.dossier_id,
        data={"number": contract.number},
        audience=AUDIENCE,
    )
    commit()


def render_pdf(content: ContractContent) -> bytes:
    """The PDF of these facts: the same bytes for the same facts, on any machine (fonts are Typst's own)."""
    with force_locale("fr"):
        values = document(content)
    text = _showable(json.dumps(values, ensure_ascii=False))
    compiler = typst.Compiler(_template(), ignore_system_fonts=True)
    while True:
        try:
            pdf = compiler.compile(
                format="pdf",
                sys_inputs={"contract": text},
                pdf_standards=[*STANDARDS],
                timestamp=int(content.issued_at.timestamp()),
            )
        except typst.TypstError as error:
            text = _without_unshown(text, error)
        else:
            return cast(bytes, pdf)


def read_content(contract: Contract) -> ContractContent:
    """The facts of a contract. Needs ``contract.split`` with its dwelling, bailleur and household loaded."""
    split = contract.split
    home, household = split.dwelling, split.dossier.household
    association = db.session.scalars(
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.ASSOCIATION, Organisation.active)
        .order_by(Organisation.id)
    ).first()
    partner = db.session.get(Organisation, contract.partner_id) if contract.partner_id else None
    dropped = db.session.scalar(
        select(func.count()).where(WorksLine.split_id == split.id, WorksLine.holder == Holder.DROPPED)
    )
    assert contract.starts_on is not None  # asked for by ``issue``
    assert contract.ends_on is not None
    return ContractContent(
        number=contract.number,
        issued_at=contract.created_at.astimezone(PARIS),
        household=Party(household.name, (household.contact_choice,)),
        bailleur=_party(home.bailleur),
        association=_party(association) if association else Party("ALC"),
        partner=_party(partner) if partner else None,
        partner_signs=Side.PARTNER in needed_sides(contract.lines),
        dwelling=_dwelling(home, split.dossier),
        home=dwelling_facts(home),
        asbestos_on=home.asbestos_on,
        lead_on=home.lead_on,
        lines=contract.lines,
        dropped=dropped or 0,
        support_technical=contract.support_technical,
        support_social=contract.support_social,
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        days_a_week=contract.days_a_week,
    )


def _party(organisation: Organisation) -> Party:
    return Party(organisation.name, (organisation.address, organisation.phone, organisation.email))


def _dwelling(home: Dwelling, dossier: Dossier) -> tuple[tuple[str, str], ...]:
    with force_locale("fr"):
        surface = f"{home.surface_m2:g} m²".replace(".", ",") if home.surface_m2 else ""
        pairs = (
            (_("Adresse"), f"{home.address}, {home.postcode} {home.town}"),
            (_("Étage ou accès"), home.floor),
            (_("Type"), home.kind),
            (_("Surface"), surface),
            (_("Permis de construire"), str(home.permit_year or "")),
            (_("Classe énergie (DPE)"), home.dpe_class),
            (_("Entrée dans les lieux"), day(dossier.entry_on)),
        )
    return tuple((label, value) for label, value in pairs if value)


def _template() -> bytes:
    return files("intranet.works").joinpath("contract_template.typ").read_bytes()


def _showable(text: str) -> str:
    """``text`` with a box for each sign no embedded font holds: a missing glyph is an error in PDF/A."""
    return _BEYOND.sub(_MISSING, _JOINERS.sub("", text))


def _without_unshown(text: str, error: Any) -> str:
    """``text`` without the sign Typst could not show; any other error is raised again."""
    found = _UNSHOWN.search(str(error))
    if found is None or found.group("text") not in text or found.group("text") == _MISSING:
        raise error
    return text.replace(found.group("text"), _MISSING)
