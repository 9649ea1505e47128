"""How a signed contract makes commitments, an amendment takes them over, and a departure ends them.

Parts of the commands of others, which commit: nothing here may depend on them.
"""

from __future__ import annotations

from sqlalchemy import select

from intranet.clock import now, today
from intranet.commitments.models import Commitment
from intranet.commitments.rules import Promise, promises
from intranet.extensions import db
from intranet.works.models import Contract, Split, WorksLine


def make_commitments(contract: Contract) -> None:
    """The commitments of a contract that everyone has signed. Part of that command: does not commit.

    Made twice they are made once. An amendment takes over those of the contract it amends: a line signed in the
    same words goes on with what was done, another starts anew, one that is gone is withdrawn.
    """
    split = db.session.get_one(Split, contract.split_id)
    earlier = _earlier(contract)
    known = set(
        db.session.scalars(select(Commitment.line_id).where(Commitment.contract_id == contract.id)).all()
    )
    lines = select(WorksLine.id, WorksLine.origin_id).where(WorksLine.split_id == contract.split_id)
    origins = {row.id: row.origin_id for row in db.session.execute(lines)}
    signed_on = contract.signed_on or today()
    for promise in promises(contract.lines, contract.starts_on, contract.ends_on, signed_on):
        if promise.line_id in known:
            continue
        before = earlier.pop(origins.get(promise.line_id) or 0, None)
        if before is not None and before[1] == promise.digest:
            _carry_over(before[0], contract, promise)
            continue
        if before is not None:
            before[0].withdrawn_on = today()
        db.session.add(
            Commitment(
                contract_id=contract.id,
                line_id=promise.line_id,
                dossier_id=contract.dossier_id,
                dwelling_id=split.dwelling_id,
                bailleur_id=split.bailleur_id,
                label=promise.label,
                room=promise.room,
                due_on=promise.due_on,
                created_at=now(),
            )
        )
    for gone, _digest in earlier.values():
        gone.withdrawn_on = today()
    db.session.flush()


def end_commitments(dossier_id: int) -> None:
    """The household has left its home: what the bailleur had not done for it is promised to nobody any more.

    Part of the command that records the departure: does not commit. What was done waits for its confirmation.
    """
    going = select(Commitment).where(
        Commitment.dossier_id == dossier_id, Commitment.done_on.is_(None), Commitment.withdrawn_on.is_(None)
    )
    for commitment in db.session.scalars(going):
        commitment.withdrawn_on = today()


def _earlier(contract: Contract) -> dict[int, tuple[Commitment, str]]:
    """Those of the amended contract still alive, by line, each with the wording it was signed in."""
    if contract.amends_id is None:
        return {}
    digests = {line["id"]: line["digest"] for line in db.session.get_one(Contract, contract.amends_id).lines}
    alive = db.session.scalars(
        select(Commitment).where(
            Commitment.contract_id == contract.amends_id, Commitment.withdrawn_on.is_(None)
        )
    )
    return {each.line_id: (each, digests.get(each.line_id, "")) for each in alive}


def _carry_over(commitment: Commitment, contract: Contract, promise: Promise) -> None:
    commitment.contract_id = contract.id
    commitment.line_id = promise.line_id
    if commitment.done_on is None:
        commitment.due_on = promise.due_on
