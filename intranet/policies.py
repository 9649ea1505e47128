"""Which rows each core permission reaches (``domain.md`` §6). Default: none.

- coordinator: all; administrator: all but child protection;
- référent and director: households of their own pôle; éducateur technique and TISF: the dossiers they are named on;
- a child-protection dossier (PEP): only people named on it or granted, and the coordinator: neither the director of
  its pôle nor the administrator;
- bailleur: what concerns its own dwellings; works partner: its own chantiers; a contract refused or cancelled only as
  long as the family is the bailleur's tenant, the partner is not replaced, and the split is not withdrawn;
- a guest: the one split her access names, its contracts and what they commit the bailleur to, and the scan of her
  own side's signature (the bailleur’s: the written consents, receipts and proofs of that split too).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from intranet import permissions as p
from intranet.access import ACTOR, GuestRole, OrganisationKind, Role, Scope
from intranet.chantiers.models import Chantier, SitePhoto
from intranet.commitments.models import Commitment
from intranet.database import Model
from intranet.documents.models import Document, DocumentKind
from intranet.dossiers.models import Dossier, DossierGrant, Dwelling, Household
from intranet.organisations.models import Confidentiality, Pole
from intranet.plugin_api import Policy
from intranet.rent.models import RentOffset
from intranet.signatures.models import Signature
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.rules import side_of
from intranet.works.terms import GIVEN_UP, SplitState


def _named() -> ColumnElement[bool]:
    # Each of the four is a search of its own index; an ``EXISTS`` among them would make a scan of all.
    granted = Dossier.id.in_(select(DossierGrant.dossier_id).where(DossierGrant.user_id == ACTOR.user_id))
    return or_(
        Dossier.referent_id == ACTOR.user_id,
        Dossier.technical_id == ACTOR.user_id,
        Dossier.tisf_id == ACTOR.user_id,
        granted,
    )


def _protected_poles() -> Select[int]:
    return select(Pole.id).where(Pole.confidentiality == Confidentiality.CHILD_PROTECTION)


def _household_where(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """Asked of each dossier by its household's key: a list of every household would be made each time."""
    statement = select(Household.id).where(Household.id == Dossier.household_id, *where)
    return statement.correlate(Dossier).exists()


def _open_of_my_pole() -> ColumnElement[bool]:
    """Of the person's own pôle, child protection left out: that is for those it names."""
    return _household_where(Household.pole_id == ACTOR.pole_id, Household.pole_id.not_in(_protected_poles()))


def _staff_dossiers(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is not OrganisationKind.ASSOCIATION:
        return false()
    match scope.role:
        case Role.COORDINATOR:
            return true()
        case Role.ADMIN:
            return or_(_household_where(Household.pole_id.not_in(_protected_poles())), _named())
        case Role.REFERENT | Role.DIRECTOR:
            return or_(_named(), _open_of_my_pole())
        case Role.TECHNICAL | Role.TISF:
            return _named()
        case _:
            return false()


def _staff(scope: Scope, dossier_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Rows hanging on a dossier that the staff member may see."""
    if scope.role is Role.COORDINATOR:
        return true()
    if scope.role is Role.ADMIN:
        return dossier_id.not_in(_closed_to_administrators())
    return dossier_id.in_(select(Dossier.id).where(_staff_dossiers(scope)))


def _closed_to_administrators() -> Select[int]:
    """The few dossiers of child protection that do not name her: what is hidden is a shorter list than what is not."""
    unnamed = ~func.coalesce(_named(), false())  # a place that nobody fills is unknown, not another's
    statement = select(Dossier.id).join(Household, Household.id == Dossier.household_id)
    return statement.where(Household.pole_id.in_(_protected_poles()), unnamed)


def _dwellings(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is OrganisationKind.ASSOCIATION:
        return true()
    if scope.kind is OrganisationKind.BAILLEUR:
        return Dwelling.bailleur_id == ACTOR.organisation_id
    return false()


def _splits(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is OrganisationKind.ASSOCIATION:
        return _staff(scope, Split.dossier_id)
    if scope.kind is OrganisationKind.BAILLEUR:
        # A draft never sent is ALC's own business.
        return and_(Split.bailleur_id == ACTOR.organisation_id, Split.number > 0)
    if scope.role is GuestRole.AGENT:
        return and_(Split.id == ACTOR.guest_split_id, Split.number > 0)
    if scope.role is GuestRole.HOUSEHOLD:
        return Split.id == ACTOR.guest_split_id
    return false()


_BINDING = Contract.state.not_in(sorted(GIVEN_UP))
"""Neither refused nor cancelled. What binds nobody is shown to another party while it has a reason to see it."""


def _on_the_table() -> ColumnElement[bool]:
    """The contract's split is not withdrawn."""
    split = exists().where(Split.id == Contract.split_id, Split.state != SplitState.WITHDRAWN)
    return split.correlate(Contract)


def _mine_to_the_last() -> ColumnElement[bool]:
    """No later contract of the split is made without the partner."""
    later = aliased(Contract)
    without = exists().where(
        later.split_id == Contract.split_id,
        later.id > Contract.id,
        later.partner_id.is_distinct_from(ACTOR.organisation_id),
    )
    return and_(~without.correlate(Contract), _on_the_table())


def _contracts(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is OrganisationKind.ASSOCIATION:
        return _staff(scope, Contract.dossier_id)
    if scope.kind is OrganisationKind.BAILLEUR:
        mine = Contract.split_id.in_(select(Split.id).where(Split.bailleur_id == ACTOR.organisation_id))
        return and_(mine, or_(_BINDING, Contract.dossier_id.in_(_my_tenants()) & _on_the_table()))
    if scope.kind is OrganisationKind.WORKS_PARTNER:
        held = and_(Contract.partner_id == ACTOR.organisation_id, ~_revoked(Contract.dossier_id))
        return and_(held, or_(_BINDING, _mine_to_the_last()))
    if isinstance(scope.role, GuestRole):
        return Contract.split_id == ACTOR.guest_split_id
    return false()


def _revoked(dossier_id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """The family took its adhésion back: from that day its works are no partner's business."""
    ended = select(Dossier.id).where(Dossier.id == dossier_id, Dossier.joining_revoked_on.is_not(None))
    return ended.correlate(Contract, Chantier).exists()


def _commitments(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is OrganisationKind.ASSOCIATION:
        return _staff(scope, Commitment.dossier_id)
    if scope.kind is OrganisationKind.BAILLEUR:
        return Commitment.bailleur_id == ACTOR.organisation_id
    if isinstance(scope.role, GuestRole):
        return Commitment.contract_id.in_(select(Contract.id).where(_contracts(scope)))
    return false()


def _chantiers(scope: Scope) -> ColumnElement[bool]:
    if scope.kind is OrganisationKind.ASSOCIATION:
        return _staff(scope, Chantier.dossier_id)
    if scope.kind is OrganisationKind.BAILLEUR:
        return Chantier.bailleur_id == ACTOR.organisation_id
    if scope.kind is OrganisationKind.WORKS_PARTNER:
        return and_(Chantier.partner_id == ACTOR.organisation_id, ~_revoked(Chantier.dossier_id))
    return false()


def _not_of_another(
    chantier_owner: InstrumentedAttribute[Any], contract: ColumnElement[bool]
) -> ColumnElement[bool]:
    """A picture or a contract made with another organisation on the same dossier, before or after me, is not mine."""
    picture = (
        exists()
        .where(SitePhoto.document_id == Document.id, SitePhoto.chantier_id == Chantier.id)
        .where(chantier_owner != ACTOR.organisation_id)
    )
    return and_(~picture, ~exists().where(_of_a_contract(), ~contract))


def _of_a_contract() -> ColumnElement[bool]:
    """The document to sign, its reading copy, the sealed one, or the scan of a signature."""
    return or_(_scan_of_a_contract(), _paper_of_a_contract())


def _scan_of_a_contract(*whose: ColumnElement[bool]) -> ColumnElement[bool]:
    """The scan of a signature on it. Two selects deep, what it speaks of must be named: else it is any document."""
    scan = exists().where(Signature.contract_id == Contract.id, Signature.document_id == Document.id, *whose)
    return scan.correlate(Contract, Document)


def _paper_of_a_contract() -> ColumnElement[bool]:
    return or_(
        Contract.document_id == Document.id,
        Contract.reading_document_id == Document.id,
        Contract.sealed_document_id == Document.id,
    )


def _joined(split: ColumnElement[bool]) -> ColumnElement[bool]:
    """Joined to such a split: a written consent to one of its lines, the receipts behind its rent."""
    consent = exists().where(
        WorksLine.consent_document_id == Document.id, Split.id == WorksLine.split_id, split
    )
    receipts = exists().where(RentOffset.document_id == Document.id, Split.id == RentOffset.split_id, split)
    return or_(consent, receipts)


def _my_tenants() -> Select[int]:
    """The dossiers whose dwelling is the bailleur's today."""
    return select(Dossier.id).where(Dossier.bailleur_id == ACTOR.organisation_id)


def _files(scope: Scope) -> ColumnElement[bool]:
    """A file of a dossier: its audience names my side, the dossier concerns me, and it was not made with another."""
    if scope.kind is OrganisationKind.ASSOCIATION:
        return _staff(scope, Document.dossier_id)
    if scope.kind is OrganisationKind.BAILLEUR:
        mine = select(Split.dossier_id).where(Split.bailleur_id == ACTOR.organisation_id, Split.number > 0)
        return and_(
            Document.audience.contains("bailleur"),
            or_(
                and_(Document.kind != DocumentKind.INSURANCE, Document.dossier_id.in_(mine)),
                and_(Document.kind == DocumentKind.INSURANCE, Document.dossier_id.in_(_my_tenants())),
            ),
            _not_of_another(Chantier.bailleur_id, _contracts(scope)),
            ~exists().where(Commitment.document_id == Document.id, ~_commitments(scope)),
            ~_joined(Split.bailleur_id != ACTOR.organisation_id),
        )
    if scope.kind is OrganisationKind.WORKS_PARTNER:
        mine = select(Chantier.dossier_id).where(_chantiers(scope))
        return and_(
            Document.audience.contains("partner"),
            or_(Document.dossier_id.in_(mine), exists().where(_of_a_contract(), _contracts(scope))),
            _not_of_another(Chantier.partner_id, _contracts(scope)),
        )
    if isinstance(scope.role, GuestRole):
        own = _scan_of_a_contract(Signature.side == side_of(scope))
        signed = exists().where(or_(_paper_of_a_contract(), own), _contracts(scope))
        if scope.role is not GuestRole.AGENT:
            return signed
        proof = exists().where(Commitment.document_id == Document.id, _commitments(scope))
        return or_(signed, _joined(Split.id == ACTOR.guest_split_id), proof)
    return false()


def _on(model: type[Model], criterion: object, *names: str) -> tuple[Policy, ...]:
    return tuple(Policy(name, model, criterion) for name in names)  # type: ignore[arg-type]


POLICIES = (
    *_on(
        Dossier,
        _staff_dossiers,
        p.DOSSIER_READ,
        p.DOSSIER_EDIT,
        p.DOSSIER_ALLOCATE,
        p.DOSSIER_EXPORT,
        p.DOSSIER_GRANT,
        p.HOUSEHOLD_ERASE,
        p.VISIT_WRITE,
    ),
    *_on(Dwelling, _dwellings, p.DWELLING_READ, p.DWELLING_MANAGE),
    *_on(Split, _splits, p.SPLIT_GRANT_TIME, p.SPLIT_OVERRIDE),
    *_on(Split, _splits, p.SPLIT_READ, p.SPLIT_WRITE, p.SPLIT_ANSWER, p.SPLIT_HOUSEHOLD, p.CONTRACT_ISSUE),
    *_on(Split, _splits, p.GUEST_ADOPT, p.GUEST_INVITE, p.SPLIT_VOICE),
    *_on(Commitment, _commitments, p.COMMITMENT_READ, p.COMMITMENT_DO),
    *_on(Commitment, _commitments, p.COMMITMENT_CONFIRM, p.COMMITMENT_VOICE),
    *_on(Contract, _contracts, p.CONTRACT_READ, p.CONTRACT_RECORD, p.CONTRACT_SIGN, p.CHANTIER_PREPARE),
    *_on(
        Chantier,
        _chantiers,
        p.CHANTIER_IMAGE,
        p.CHANTIER_READ,
        p.CHANTIER_RUN,
        p.CHANTIER_PREPARE,
        p.HANDOVER_DECIDE,
    ),
    *_on(Document, _files, p.FILE_READ),
)
