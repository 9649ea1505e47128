"""The job that finishes a signed contract: the document everyone signed, the page of proof, and the seal over both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import aliased

from intranet.access import OrganisationKind
from intranet.accounts.models import Membership, User
from intranet.clock import now
from intranet.config import settings
from intranet.documents.models import Document, DocumentKind
from intranet.documents.service import read_bytes, store_bytes
from intranet.documents.storage import digest_of
from intranet.dossiers.joins import with_household
from intranet.dossiers.models import Household
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.signatures.certificate import SealFailed, identity
from intranet.signatures.mailing import tell_sealed
from intranet.signatures.models import Signature, SigningCode
from intranet.timeline.service import commit
from intranet.works.models import Contract, Split
from intranet.works.service.loading import PARTIES, trace_contract
from intranet.works.terms import ContractState, Side

NOT_SEALED = "seal"
"""What ``Contract.failure`` says when the sealed file could not be made; its page has the words."""

SEALED_STATES = frozenset({ContractState.SIGNED, ContractState.REPLACED})

_bailleur = aliased(Organisation)
_PARTIES = (
    with_household(
        select(
            Household.name.label("household"),
            _bailleur.name.label("bailleur"),
            Organisation.name.label("partner"),
        )
        .select_from(Contract)
        .join(Split, Split.id == Contract.split_id),
        Contract.dossier_id,
    )
    .join(_bailleur, _bailleur.id == Split.bailleur_id)
    .outerjoin(Organisation, Organisation.id == Contract.partner_id)
    .where(Contract.id == bindparam("contract_id"))
)
_ASSOCIATION = (
    select(Organisation.name)
    .where(Organisation.kind == OrganisationKind.ASSOCIATION, Organisation.active)
    .order_by(Organisation.id)
    .limit(1)
)
_RECORDED_BY = (
    select(Membership.id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Membership.user_id == User.id, Organisation.kind == OrganisationKind.ASSOCIATION)
    .exists()
)
_SIGNATURES = (
    select(
        Signature, User.name.label("recorder"), _RECORDED_BY.label("by_alc"), Document.digest.label("scan")
    )
    .outerjoin(User, User.id == Signature.recorded_by)
    .outerjoin(Document, Document.id == Signature.document_id)
    .where(Signature.contract_id == bindparam("contract_id"), ~Signature.refused)
    .order_by(Signature.recorded_at, Signature.id)
)
_CODES = select(SigningCode.side, SigningCode.sent_to).where(
    SigningCode.contract_id == bindparam("contract_id"), SigningCode.used_at.is_not(None)
)


def ready_certificate(_payload: Mapping[str, Any]) -> None:
    """Job: the certificate to seal with, made if none was given. ``SealFailed`` when the given one cannot be used."""
    identity(settings())


def seal_contract(payload: Mapping[str, Any]) -> None:
    """The job: make the sealed file of one signed contract and keep it with the dossier. Once is enough. Commits.

    Raises ``SealFailed``, to be tried again, when the certificate cannot be used or a signature is not of the
    document that is kept. That it failed is on the contract, for its page and ALC's home to say.
    """
    contract = db.session.get(Contract, payload["contract_id"], with_for_update=True)
    if contract is None or contract.sealed_document_id is not None or contract.state not in SEALED_STATES:
        return
    try:
        _seal(contract)
    except Exception:
        db.session.rollback()
        _write(payload["contract_id"], failure=NOT_SEALED)
        db.session.commit()
        raise


def _seal(contract: Contract) -> None:
    from intranet.signatures.proof import render_proof
    from intranet.signatures.sealing import seal

    document = db.session.get_one(Document, contract.document_id)
    signed = read_bytes(document)
    proof = render_proof(_proof(contract, signed))
    kept = store_bytes(
        seal(signed, proof, contract.number, identity(settings())),
        name=f"{contract.number}-signe.pdf",
        media_type="application/pdf",
        kind=DocumentKind.CONTRACT,
        dossier_id=contract.dossier_id,
        audience=PARTIES,
        actor=None,
    )
    _write(contract.id, sealed_document_id=kept.id, failure="")
    trace_contract("works.contract.sealed", contract, None)
    tell_sealed(contract)
    commit()


def _write(contract_id: int, **values: Any) -> None:
    """By columns: a form opened on the contract is not stale for having its sealed file."""
    db.session.execute(update(Contract).where(Contract.id == contract_id).values(**values))


def _proof(contract: Contract, signed: bytes) -> Any:
    from intranet.signatures.proof import Proof

    digest = digest_of(signed)
    rows = db.session.execute(_SIGNATURES, {"contract_id": contract.id}).all()
    if {row.Signature.digest for row in rows} != {digest}:
        raise SealFailed(f"{contract.number}: a signature is not of the document that is kept.")
    parties = db.session.execute(_PARTIES, {"contract_id": contract.id}).one()
    codes = dict(db.session.execute(_CODES, {"contract_id": contract.id}).all())
    association = db.session.scalar(_ASSOCIATION) or "ALC"
    names = {
        Side.HOUSEHOLD: parties.household,
        Side.BAILLEUR: parties.bailleur,
        Side.ALC: association,
        Side.PARTNER: parties.partner or "",
    }
    return Proof(
        number=contract.number,
        association=association,
        digest=digest,
        size=len(signed),
        made_at=now(),
        signatures=[_signed(row, names, codes) for row in rows],
    )


def _signed(row: Any, names: Mapping[Side, str], codes: Mapping[Side, str]) -> Any:
    from intranet.signatures.proof import Signed

    each = row.Signature
    return Signed(
        side=each.side,
        party=names[each.side],
        name=each.name,
        method=each.method,
        signed_on=each.signed_on,
        recorded_at=each.recorded_at,
        recorder=f"{row.recorder} ({names[Side.ALC]})" if row.by_alc and row.recorder != each.name else "",
        code_sent_to=codes.get(each.side, ""),
        scan_digest=row.scan or "",
        strokes=each.strokes,
    )
