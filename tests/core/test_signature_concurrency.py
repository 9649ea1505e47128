"""Several people signing in the same second, in threads of their own, on a real database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor
from intranet.commitments.models import Commitment
from intranet.dossiers.models import DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.signatures.codes import send_code, sign_with_code
from intranet.signatures.commands import Draw, RefuseToSign, SendCode, Signer, UseCode
from intranet.signatures.models import Signature
from intranet.signatures.rules import SEAL_JOB
from intranet.signatures.service import refuse_to_sign, sign_drawn
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import A_DRAWING, a_signer, fresh, make_contract, make_parties, make_split
from intranet.timeline.models import TimelineEntry
from intranet.works.models import Contract
from intranet.works.terms import ContractState, Side, SplitState
from tests.core.test_split_concurrency import at_once

pytestmark = pytest.mark.slow
OTHER_DRAWING = [[[0, 0], [900, 300]]]


@pytest.fixture
def contract(db_session: object) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.AGREED)
    return make_contract(split.id)


def drawing(actor: Actor, signer: Signer, strokes: object = A_DRAWING) -> Callable[[], object]:
    return lambda: sign_drawn(actor, Draw(signer, strokes)).id


def count(kind: str) -> int:
    return db.session.scalar(select(func.count()).where(TimelineEntry.kind == kind)) or 0


def test_the_three_parties_signing_at_once_sign_and_conclude_once(
    app: Flask, contract: Contract, db_session: scoped_session[Session]
) -> None:
    parties = make_parties(fresh(contract.split_id))
    contract_id, split_id = contract.id, contract.split_id
    commands = [
        drawing(parties.coordinator, a_signer(contract_id, Side.HOUSEHOLD)),
        drawing(parties.agent, a_signer(contract_id, Side.BAILLEUR)),
        drawing(parties.coordinator, a_signer(contract_id, Side.ALC)),
    ]
    db.session.rollback()

    assert at_once(app, commands) == [contract_id] * 3
    db.session.expire_all()
    assert db.session.get_one(Contract, contract_id).state is ContractState.SIGNED
    assert fresh(split_id).state is SplitState.SIGNED
    assert (count("works.contract.signature"), count("works.contract.signed")) == (3, 1)
    seals = db.session.scalar(select(func.count()).where(OutboxRow.job == SEAL_JOB))
    assert seals == 1
    lines = db.session.scalars(select(Commitment.line_id)).all()
    assert len(lines) == len(set(lines))


def test_two_people_of_one_side_signing_at_once_give_one_signature(
    app: Flask, contract: Contract, db_session: scoped_session[Session]
) -> None:
    parties = make_parties(fresh(contract.split_id))
    signer = a_signer(contract.id, Side.HOUSEHOLD)
    commands = [
        drawing(parties.coordinator, signer),
        drawing(parties.coordinator, signer, OTHER_DRAWING),
        drawing(parties.coordinator, signer, [[[10, 10], [600, 390]]]),
    ]
    db.session.rollback()

    given = at_once(app, commands)
    assert sum(isinstance(each, Refused) and each.rule == "signature.twice" for each in given) == 2
    assert db.session.scalar(select(func.count()).select_from(Signature)) == 1


def test_one_code_used_twice_at_once_signs_once(
    app: Flask, contract: Contract, db_session: scoped_session[Session]
) -> None:
    coordinator = make_parties(fresh(contract.split_id)).coordinator
    signer = a_signer(contract.id, Side.HOUSEHOLD)
    code = send_code(coordinator, SendCode(signer))
    db.session.rollback()

    given = at_once(app, [lambda: sign_with_code(coordinator, UseCode(signer, code)).id] * 4)
    assert sum(not isinstance(each, Refused) for each in given) == 1
    assert db.session.scalar(select(func.count()).select_from(Signature)) == 1


def test_signing_and_refusing_at_once_end_in_one_of_the_two(
    app: Flask, contract: Contract, db_session: scoped_session[Session]
) -> None:
    parties = make_parties(fresh(contract.split_id))
    contract_id, split_id = contract.id, contract.split_id
    sign_drawn(parties.coordinator, Draw(a_signer(contract_id, Side.HOUSEHOLD), A_DRAWING))
    sign_drawn(parties.coordinator, Draw(a_signer(contract_id, Side.ALC), A_DRAWING))
    signer = a_signer(contract_id, Side.BAILLEUR)
    db.session.rollback()

    given = at_once(
        app,
        [
            drawing(parties.agent, signer),
            lambda: refuse_to_sign(parties.agent, RefuseToSign(signer, "Non")).id,
        ],
    )
    assert sum(isinstance(each, Refused) for each in given) == 1
    state = db.session.get_one(Contract, contract_id, populate_existing=True).state
    ends = {ContractState.SIGNED: SplitState.SIGNED, ContractState.REFUSED: SplitState.COUNTERED}
    assert fresh(split_id).state is ends[state]
