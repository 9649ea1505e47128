"""The participation contract: established from an agreed split, rendered once, then signed elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, require_may
from intranet.chantiers import amending
from intranet.clock import PARIS, now, today
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.freetext import checked
from intranet.jobs.service import enqueue
from intranet.organisations.models import Organisation
from intranet.rent.offsets import offset_of
from intranet.signatures.rules import SEAL_JOB
from intranet.signatures.rules import needed_sides as needed_sides
from intranet.timeline.service import commit
from intranet.translation import gettext as _
from intranet.works.commands import IssueContract
from intranet.works.contract_changes import Terms
from intranet.works.contract_content import ContractContent
from intranet.works.contract_facts import PARTIES, read_content
from intranet.works.facts import snapshot_one
from intranet.works.machine import CONTRACT, CONTRACT_ACTS, JOINED_STATES, ContractFacts, check_still_agreed
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.service.amending import contract_amended, settle, settles
from intranet.works.service.checking import MOST_CENTS, MOST_MINUTES
from intranet.works.service.loading import (
    check_may_act,
    facts_of,
    refuse_stale_split,
    take_split,
    trace_contract,
)
from intranet.works.terms import GIVEN_UP, ContractState, Holder
from intranet.works.untouched import stands_as_signed
from intranet.works.wordings import contract_state_refusal

SUPPORT_LIMIT = 4000
LATEST_YEARS = 3
"""A chantier planned to end later than that was mistyped."""

AMENDMENT = re.compile(r"-A\d+$")
RENDER_JOB = "contract.render"

_SPLIT_OF = select(Contract.split_id).where(Contract.id == bindparam("contract_id"))
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(0x0C0417AC7))  # any number of its own
_LAST_NUMBER = select(func.max(Contract.number)).where(Contract.number.like(bindparam("pattern")))


def issue(actor: Actor, command: IssueContract) -> Contract:
    """Establish the contract of an agreed split: its lines are fixed here, its document is made after the commit.

    May: the coordinator and the référents. Refused before the household has joined, without a works partner
    when one holds a line, while another contract of the split is open, and when a guard-rail or the home's decency
    has come in the way of what was agreed. An amendment that discusses no works is established as soon as it is open,
    and has to change something: its calendar, the support.
    """
    require_may(actor, p.CONTRACT_ISSUE)
    contract = _drafted(actor, command)
    db.session.add(contract)
    db.session.flush()
    trace_contract("works.contract.issued", contract, actor, to_state=contract.state)
    enqueue(RENDER_JOB, {"contract_id": contract.id}, unique_key=f"{RENDER_JOB}:{contract.id}")
    commit()
    return contract


def _drafted(actor: Actor, command: IssueContract) -> Contract:
    """The contract as it would stand, checked, not yet kept. ``Refused`` as ``issue`` says."""
    split = take_split(command.split_id)
    early = settles(split)
    if not early:
        check_may_act(split, "issue_contract")
    if command.version is not None:
        refuse_stale_split(split, command.version, actor)
    _refuse_second(split)
    if early:
        settle(actor, split)
    offset = offset_of(split.id)
    pending = offset is not None and not offset.consented
    check_still_agreed(facts_of(split, rent_pending=pending))
    if split.dossier.state not in JOINED_STATES:
        raise Refused(
            "contract.not_joined",
            _("L’adhésion de la famille n’est pas encore enregistrée : enregistrez-la d’abord."),
        )
    _check_calendar(split, command)
    kept = [line for line in split.lines if line.holder is not Holder.DROPPED]
    _check_lines(kept)
    partner = _partner(command.partner_id, kept)
    former = contract_amended(split)
    lines = [_fixed(line) for line in kept]
    if former is not None:
        amending.check(former.id, partner.id if partner else None, lines)
    contract = Contract(
        number=_amendment_number(former) if former else _next_number(),
        split_id=split.id,
        amends_id=former.id if former else None,
        dossier_id=split.dossier_id,
        support_technical=checked(command.support_technical, SUPPORT_LIMIT, field="support_technical"),
        support_social=checked(command.support_social, SUPPORT_LIMIT, field="support_social"),
        support_volunteers=checked(command.support_volunteers, SUPPORT_LIMIT, field="support_volunteers"),
        insurance=checked(command.insurance, 255, field="insurance", multiline=False),
        insured_until=command.insured_until,
        image_consent=command.image_consent,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        days_a_week=command.days_a_week,
        partner_id=partner.id if partner else None,
        lines=lines,
        rent_offset=offset.data() if offset else None,
        created_at=now(),
    )
    if former is not None:
        _refuse_same(former, contract)
    return contract


def preview(actor: Actor, command: IssueContract) -> ContractContent:
    """The facts of the contract that ``command`` would establish, which is neither kept nor numbered.

    May, and refused: as ``issue``.
    """
    require_may(actor, p.CONTRACT_ISSUE)
    try:
        contract = _drafted(actor, command)
        contract.split = db.session.scalars(PARTIES.where(Split.id == command.split_id)).one()
        return read_content(contract)
    finally:
        db.session.rollback()


def cancel_contract(actor: Actor, contract_id: int, version: int, reason: str) -> Contract:
    """Cancel a contract not yet signed by all, with a reason, to establish another; the split stays agreed."""
    require_may(actor, p.CONTRACT_ISSUE)
    _split, contract = _take_contract(contract_id)
    if contract.state is not ContractState.PREPARED:
        raise Refused("contract.cancel.state", contract_state_refusal(contract.state))
    if contract.version != version:
        raise Stale(_("Le contrat a changé pendant que vous le lisiez. Relisez-le avant de recommencer."))
    why = checked(reason, SUPPORT_LIMIT, field="reason")
    move = CONTRACT.check("cancel", contract.state, ContractFacts(), why)
    before, contract.state = contract.state, move.target
    db.session.flush()
    trace_contract(move.event, contract, actor, from_state=before, reason=why)
    commit()
    return contract


def render_again(actor: Actor, contract_id: int) -> None:
    """Have the document, or the sealed file, made once more after it failed, its cause mended. Twice is once."""
    require_may(actor, p.CONTRACT_ISSUE)
    _split, contract = _take_contract(contract_id)
    if contract.state not in CONTRACT_ACTS["render_again"].states:
        raise Refused("contract.render.state", contract_state_refusal(contract.state))
    if not contract.failure:
        return
    contract.failure = ""
    db.session.flush()
    enqueue(
        RENDER_JOB if contract.state is ContractState.PREPARED else SEAL_JOB, {"contract_id": contract.id}
    )
    commit()


def render(payload: Mapping[str, Any]) -> None:
    """The job: make the PDF of one contract and keep it among the dossier's documents. Once is enough."""
    from intranet.works.contract_document import make_document

    make_document(payload["contract_id"])


def _take_contract(contract_id: int) -> tuple[Split, Contract]:
    """The contract and its split, locked in that order everywhere: the split first."""
    split_id = db.session.scalar(_SPLIT_OF, {"contract_id": contract_id})
    if split_id is None:
        raise Refused("contract.unknown", _("Ce contrat n’existe plus."))
    split = take_split(split_id)
    contract = db.session.get(Contract, contract_id, populate_existing=True, with_for_update=True)
    assert contract is not None  # nothing deletes a contract
    return split, contract


def _refuse_second(split: Split) -> None:
    other = db.session.scalar(
        select(Contract.number).where(
            Contract.split_id == split.id,
            Contract.state.not_in(GIVEN_UP),
        )
    )
    if other is not None:
        raise Refused(
            "contract.exists",
            _("Le contrat %(number)s est déjà établi pour cette répartition.", number=other),
        )


def _refuse_same(former: Contract, contract: Contract) -> None:
    """An amendment says something else than the contract it amends."""
    if Terms.of(former) == Terms.of(contract) and stands_as_signed(contract.split_id):
        raise Refused(
            "amendment.same",
            _(
                "Cet avenant ne change rien au contrat %(number)s : changez le calendrier ou l’accompagnement, ou "
                "rouvrez des lignes.",
                number=former.number,
            ),
        )


def _check_calendar(split: Split, command: IssueContract) -> None:
    if command.ends_on < command.starts_on:
        raise Refused("contract.dates", _("La fin est avant le début : vérifiez les dates."), field="ends_on")
    agreed = split.agreed_at.astimezone(PARIS).date() if split.agreed_at else today()
    if command.starts_on < agreed and split.amends_id is None:  # an amendment may find the chantier under way
        raise Refused(
            "contract.early",
            _("Le chantier ne peut pas commencer avant l’accord de chacun."),
            field="starts_on",
        )
    if command.ends_on.year - agreed.year > LATEST_YEARS:
        raise Refused(
            "contract.late",
            _("La fin prévue est trop lointaine : vérifiez l’année."),
            field="ends_on",
        )
    if not 1 <= command.days_a_week <= 6:
        raise Refused("contract.days", _("Le nombre de jours par semaine va de 1 à 6."), field="days_a_week")
    if command.insured_until is not None and command.insured_until < today():
        raise Refused(
            "contract.insurance",
            _("Cette attestation d’assurance est déjà périmée : demandez la nouvelle à la famille."),
            field="insured_until",
        )


def _check_lines(kept: Sequence[WorksLine]) -> None:
    """At least one line, and amounts that can be: what signs a contract is looked at once more.

    A contract without a line for one of the parties is allowed: its document says so in plain words.
    """
    if not kept:
        raise Refused(
            "contract.empty", _("Tous les travaux ont été abandonnés : il n’y a rien à mettre au contrat.")
        )
    for line in kept:
        amounts = (line.materials_cents, line.tenant_cents or 0)
        if not all(0 <= cents <= MOST_CENTS for cents in amounts) or not 0 <= line.minutes <= MOST_MINUTES:
            raise Refused(
                "contract.amount",
                _(
                    "Un montant ou une durée n’est pas possible : %(room)s — %(line)s. Rouvrez la répartition "
                    "pour corriger la ligne.",
                    room=line.room,
                    line=line.label,
                ),
            )


def _partner(partner_id: int | None, lines: Iterable[WorksLine]) -> Organisation | None:
    partner = db.session.get(Organisation, partner_id) if partner_id is not None else None
    unfit = partner is not None and not (partner.active and partner.kind is OrganisationKind.WORKS_PARTNER)
    missing = partner is None and any(line.holder is Holder.PARTNER for line in lines)
    if unfit or missing or (partner is None and partner_id is not None):
        raise Refused(
            "contract.partner", _("Choisissez le partenaire qui fait ces travaux."), field="partner_id"
        )
    return partner


def _fixed(line: WorksLine) -> dict[str, Any]:
    """A line as the contract holds it for good: its wording, and what its clauses rest on."""
    kind = line.kind
    return {
        **snapshot_one(line),
        "trade": kind.trade if kind else "",
        "legal_basis": kind.legal_basis if kind else "",
        "default_rule": line.default_rule,
        "consent": kind.consent if kind else "",
        "consent_on": line.consent_on.isoformat() if line.consent_on else None,
        "consent_document_id": line.consent_document_id,
        "wear": line.wear,
        "origin_id": line.origin_id,
    }


def _next_number() -> str:
    """``CP-2019-0007``: the next of the year in Nice. Two at once take their numbers one after the other."""
    if db.engine.dialect.name == "postgresql":  # on SQLite only one transaction writes at a time
        db.session.execute(_ONE_AT_A_TIME)
    year = today().year
    last = db.session.scalar(_LAST_NUMBER, {"pattern": f"CP-{year}-____"})
    return f"CP-{year}-{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _amendment_number(former: Contract) -> str:
    """``CP-2019-0007-A1``: the first contract's number and the rank of the amendment, cancelled ones counted."""
    first = AMENDMENT.sub("", former.number)
    made = db.session.scalar(
        select(func.count()).select_from(Contract).where(Contract.number.like(f"{first}-A%"))
    )
    return f"{first}-A{(made or 0) + 1}"
