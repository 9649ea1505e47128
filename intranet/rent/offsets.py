"""The works set against the rent of a split, with the consents that hold for its exact figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from intranet.clock import today
from intranet.documents.models import Document
from intranet.dossiers.models import Dwelling
from intranet.rent.models import RentConsent, RentOffset
from intranet.rent.rules import (
    LineFacts,
    Problem,
    Terms,
    digest,
    last_month,
    missing,
    wrong_figures,
    wrong_works,
)
from intranet.rows import Row, fetch_all, fetch_one
from intranet.works import guardrails
from intranet.works.models import Split, WorksKind, WorksLine
from intranet.works.rules import TENANT_HOLDERS, KindFacts
from intranet.works.terms import Holder, Payer, Side

_OFFSET = (
    select(
        RentOffset.id,
        RentOffset.version,
        RentOffset.split_id,
        RentOffset.monthly_cents,
        RentOffset.months,
        RentOffset.starts_on,
        RentOffset.documented_cents,
        RentOffset.document_id,
        RentOffset.line_ids,
        RentOffset.early_departure,
        RentOffset.decency_attested_on,
        RentOffset.decency_attested_by,
        Document.digest.label("document_digest"),
        Document.name.label("document_name"),
    )
    .outerjoin(Document, Document.id == RentOffset.document_id)
    .where(RentOffset.split_id == bindparam("split_id"))
)
_KIND = tuple(KindFacts.__dataclass_fields__)
_LINES = (
    select(
        WorksLine.id,
        WorksLine.label,
        WorksLine.room,
        WorksLine.need,
        WorksLine.cause,
        WorksLine.holder,
        WorksLine.materials_cents,
        WorksLine.minutes,
        WorksLine.digest,
        *(getattr(WorksKind, name).label(f"kind_{name}") for name in _KIND),
        Dwelling.permit_year,
        Dwelling.asbestos,
        Dwelling.lead,
        Dwelling.decent,
    )
    .join(Split, Split.id == WorksLine.split_id)
    .join(Dwelling, Dwelling.id == Split.dwelling_id)
    .outerjoin(WorksKind, WorksKind.id == WorksLine.kind_id)
    .where(WorksLine.split_id == bindparam("split_id"))
    .order_by(WorksLine.position, WorksLine.id)
)
_CONSENTS = select(
    RentConsent.side, RentConsent.digest, RentConsent.given, RentConsent.by_name, RentConsent.on
).where(RentConsent.offset_id == bindparam("offset_id"))


@dataclass(frozen=True, slots=True)
class OffsetLine:
    """A line of the split as works against rent look at it. ``why_not``: it can never be one, and why."""

    id: int
    label: str
    room: str
    materials_cents: int
    minutes: int
    digest: str
    facts: LineFacts
    why_not: Any = ""


@dataclass(frozen=True, slots=True)
class ConsentView:
    """A side's answer to the figures as they are now, by whom and on which day."""

    given: bool
    by_name: str
    on: date


@dataclass(frozen=True, slots=True)
class OffsetView:
    """What comes off the rent. ``digest`` is that of the terms and of the lines as they are worded now.

    ``bailleur`` and ``household`` are the answers given to that very digest: any change drops them.
    """

    id: int
    split_id: int
    version: int
    terms: Terms
    digest: str
    lines: tuple[OffsetLine, ...]
    document_id: int | None
    document_name: str
    problems: tuple[Problem, ...]
    bailleur: ConsentView | None
    household: ConsentView | None

    @property
    def ready(self) -> bool:
        """The figures can be consented to: nothing is missing, nothing is forbidden."""
        return not self.problems

    @property
    def consented(self) -> bool:
        """Both the bailleur and the tenant agree to these exact figures, which the law allows."""
        given = (self.bailleur, self.household)
        return self.ready and all(each is not None and each.given for each in given)

    @property
    def last_month(self) -> date:
        """The first day of the last month with less rent."""
        return last_month(self.terms.starts_on, self.terms.months)

    def data(self) -> dict[str, Any]:
        """As a contract keeps it for good, JSON all through."""
        terms = self.terms
        return {
            "monthly_cents": terms.monthly_cents,
            "months": terms.months,
            "total_cents": terms.total_cents,
            "starts_on": terms.starts_on.isoformat(),
            "last_month": self.last_month.isoformat(),
            "documented_cents": terms.documented_cents,
            "document_id": self.document_id,
            "document_name": self.document_name,
            "document_digest": terms.document,
            "lines": [{"id": line.id, "label": line.label, "room": line.room} for line in self.lines],
            "early_departure": terms.early_departure,
            "decency_attested_on": terms.decency_attested_on.isoformat(),
            "decency_attested_by": terms.decency_attested_by,
            "digest": self.digest,
            "consents": {
                side: {"by_name": consent.by_name, "on": consent.on.isoformat()}
                for side, consent in (("bailleur", self.bailleur), ("household", self.household))
                if consent is not None and consent.given
            },
        }


def offset_of(split_id: int) -> OffsetView | None:
    """The works against rent of a split, or ``None``. One statement when there are none, three otherwise."""
    row = fetch_one(_OFFSET, split_id=split_id)
    if row is None:
        return None
    found = fetch_all(_LINES, split_id=split_id)
    chosen = tuple(_line(line) for line in found if line.id in row.line_ids)
    terms = Terms(
        row.monthly_cents,
        row.months,
        row.starts_on,
        row.documented_cents,
        row.document_digest or "",
        tuple((line.id, line.digest) for line in chosen),
        row.early_departure,
        row.decency_attested_on,
        row.decency_attested_by,
    )
    present = digest(terms)
    answers = {
        each.side: ConsentView(each.given, each.by_name, each.on)
        for each in fetch_all(_CONSENTS, offset_id=row.id)
        if each.digest == present
    }
    decent = found[0].decent if found else None
    return OffsetView(
        id=row.id,
        split_id=row.split_id,
        version=row.version,
        terms=terms,
        digest=present,
        lines=chosen,
        document_id=row.document_id,
        document_name=row.document_name or "",
        problems=tuple(_problems(terms, chosen, decent)),
        bailleur=answers.get(Side.BAILLEUR),
        household=answers.get(Side.HOUSEHOLD),
    )


def pending(split_id: int) -> bool:
    """Whether something is to come off the rent that bailleur and tenant have not both agreed to, to the cent."""
    offset = offset_of(split_id)
    return offset is not None and not offset.consented


def candidates(split_id: int) -> tuple[OffsetLine, ...]:
    """The family's lines in a split; those that may never be set against the rent say why. One statement."""
    return tuple(_line(row) for row in fetch_all(_LINES, split_id=split_id) if row.holder in TENANT_HOLDERS)


def _problems(terms: Terms, lines: tuple[OffsetLine, ...], decent: bool | None) -> list[Problem]:
    facts = [line.facts for line in lines]
    return [*wrong_works(facts, decent), *wrong_figures(terms, today()), *missing(terms)]


def _line(row: Row) -> OffsetLine:
    facts = LineFacts(row.label, row.holder, row.cause, _makes_decent(row))
    never = [each for each in wrong_works([facts], True) if each.rule != "rent.not_tenant"]
    return OffsetLine(
        row.id,
        row.label,
        row.room,
        row.materials_cents,
        row.minutes,
        row.digest,
        facts,
        never[0].message if never else "",
    )


def _makes_decent(row: Row) -> bool:
    """Whether the guard-rail of decency would keep the line from the family, whoever holds it now."""
    kind = None
    if row.kind_code is not None:
        kind = KindFacts(**{name: getattr(row, f"kind_{name}") for name in _KIND})
    line = guardrails.LineFacts(kind, row.label, row.need, row.cause, Holder.TENANT, Payer.BAILLEUR)
    home = guardrails.DwellingFacts(row.permit_year, row.asbestos, row.lead, row.decent)
    return guardrails.BY_ID["decency"].broken(line, home)
