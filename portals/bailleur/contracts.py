"""The participation contract as the bailleur reads it, and the way to sign it."""

from __future__ import annotations

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from intranet import permissions as p
from intranet.access import can, requires
from intranet.rows import Row, fetch_one
from intranet.signatures import wordings as signing
from intranet.works.document_part import answer_part, waiting
from intranet.works.models import Contract
from intranet.works.queries import signatures, standing
from intranet.works.terms import ContractState, Side
from intranet.works.wordings import contract_state_word
from portals.bailleur import queries
from portals.bailleur.blueprint import bp


@bp.get("/contracts/<int:contract_id>")
@requires(p.CONTRACT_READ)
def contract(contract_id: int) -> ResponseReturnValue:
    """State, dates and signatures; the document once it is made."""
    row = _own(contract_id)
    marks = signing.marks(row.lines, signatures(contract_id))
    mine = row.state is ContractState.PREPARED and row.document_id is not None
    awaited = {mark.side for mark in signing.awaited(marks)} if mine else set()
    return render_template(
        "bailleur/contract.html",
        contract=row,
        state=contract_state_word(row.state),
        sentence=signing.contract_sentence(
            row.state, marks, Side.BAILLEUR, ready=row.document_id is not None
        ),
        signatures=marks,
        sign_for=awaited & {Side.BAILLEUR} if can(p.CONTRACT_SIGN, Contract, contract_id) else set(),
        reader=Side.BAILLEUR,
        standing=standing(row.split_id, Side.BAILLEUR),
        standing_links={"split": "bailleur.split", "contract": "bailleur.contract"},
        **waiting(row, _part(contract_id)),
    )


@bp.get("/contracts/<int:contract_id>/document")
@requires(p.CONTRACT_READ)
def contract_document(contract_id: int) -> ResponseReturnValue:
    """The link to the document, or word that it is being made: htmx asks until it is there."""
    return answer_part(_own(contract_id), _part(contract_id))


def _part(contract_id: int) -> str:
    return url_for("bailleur.contract_document", contract_id=contract_id)


def _own(contract_id: int) -> Row:
    row = fetch_one(queries.contract_page, contract_id=contract_id)
    if row is None:
        abort(404)
    return row
