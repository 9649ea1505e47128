"""An amendment that discusses no works: its calendar, what surrounds them, and everyone's signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor
from intranet.chantiers.models import Chantier
from intranet.chantiers.service import open_from_contract
from intranet.clock import today
from intranet.dossiers.models import DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.signatures.commands import RefuseToSign
from intranet.signatures.service import refuse_to_sign
from intranet.testing.dossiers import make_dossier
from intranet.testing.rent import make_offset
from intranet.testing.works import (
    a_signer,
    add_easy_line,
    fresh,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    sign_contract,
)
from intranet.works.commands import IssueContract
from intranet.works.contract import issue
from intranet.works.contract_content import document
from intranet.works.contract_facts import CONTRACT, read_content
from intranet.works.models import Contract, Split, WorksKind
from intranet.works.service.amending import open_amendment
from intranet.works.terms import ContractState, Side, SplitState


@pytest.fixture
def signed(db_session: scoped_session[Session]) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.AGREED)
    return sign_contract(make_contract(split.id).id)


def coordinator(contract: Contract) -> Actor:
    return make_parties(fresh(contract.split_id)).coordinator


def again(contract: Contract) -> Contract:
    return db.session.get_one(Contract, contract.id, populate_existing=True)


def amend(contract: Contract, *opened: int) -> Split:
    """Open an amendment of the lines so numbered, counted from 0: of none."""
    lines = lines_of(contract.split_id)
    return open_amendment(
        coordinator(contract), contract.id, {lines[n].id for n in opened}, "Le chantier prend du retard."
    )


def establish(contract: Contract, split_id: int, days: int = 0, **terms: Any) -> Contract:
    """The amendment as its form begins, its end moved by so many days."""
    assert contract.starts_on is not None
    assert contract.ends_on is not None
    same = IssueContract(
        split_id,
        contract.support_technical,
        contract.support_social,
        contract.starts_on,
        contract.ends_on + timedelta(days=days),
        contract.days_a_week,
        contract.partner_id,
    )
    return issue(coordinator(contract), replace(same, **terms))


def test_an_amendment_of_the_calendar_alone_is_established_and_signed_without_discussing_a_line(
    signed: Contract,
) -> None:
    chantier = open_from_contract(coordinator(signed), signed.id, today(), None, None)
    amendment = amend(signed)
    new = establish(signed, amendment.id, days=30)
    split = fresh(amendment.id)

    assert (split.state, split.number, split.turn) == (SplitState.AGREED, 1, Side.ALC)
    assert new.number == f"{signed.number}-A1"
    assert again(signed).state is ContractState.SIGNED  # in force until all have signed
    run_due()
    sign_contract(new.id)
    assert (fresh(amendment.id).state, again(new).state) == (SplitState.SIGNED, ContractState.SIGNED)
    assert again(signed).state is ContractState.REPLACED
    assert [line["label"] for line in new.lines] == [line["label"] for line in signed.lines]
    assert db.session.get_one(Chantier, chantier.id, populate_existing=True).contract_id == new.id


def test_its_document_says_what_changes_in_the_calendar_and_around_the_works(signed: Contract) -> None:
    amendment = amend(signed)
    new = establish(
        signed, amendment.id, days=30, days_a_week=4, support_social="Deux visites", insurance="Mutuelle 12"
    )
    contract = db.session.scalars(CONTRACT.where(Contract.id == new.id)).one()
    changes = document(read_content(contract))["amended"]["changes"]

    assert changes[0] == "Aucune ligne ne change."
    assert [change.split(",")[0].split(" le ")[0] for change in changes[1:]] == [
        "Fin prévue",
        "4 jours par semaine",
        "L’accompagnement prévu change\u00a0: il se lit plus loin.",
        "L’assurance de la famille est mise à jour.",
    ]
    assert changes[2].endswith("au lieu de 2 jours.")


def test_it_has_to_change_something(signed: Contract) -> None:
    amendment = amend(signed)
    with pytest.raises(Refused) as refused:
        establish(signed, amendment.id)
    db.session.rollback()

    assert refused.value.rule == "amendment.same"
    assert fresh(amendment.id).state is SplitState.DRAFT


@pytest.mark.parametrize("change", ["line opened", "line added", "rent"])
def test_works_or_a_rent_under_discussion_are_proposed_first(signed: Contract, change: str) -> None:
    amendment = amend(signed, *([0] if change == "line opened" else []))
    if change == "line added":
        add_easy_line(coordinator(signed), amendment.id, 4)
    if change == "rent":
        make_offset(amendment.id)
    with pytest.raises(Refused) as refused:
        establish(signed, amendment.id, days=30)
    db.session.rollback()

    assert refused.value.rule == "amendment.discussed"
    assert fresh(amendment.id).state is SplitState.DRAFT


def test_a_split_that_amends_nothing_is_not_settled_so(signed: Contract) -> None:
    other = make_split(make_dossier(state=DossierState.JOINED), 1)
    with pytest.raises(Refused) as refused:
        establish(signed, other.id, days=30)

    assert refused.value.rule == "split.issue_contract.state"


def test_a_calendar_somebody_refuses_to_sign_may_be_set_anew(signed: Contract) -> None:
    amendment = amend(signed)
    new = establish(signed, amendment.id, days=30)
    run_due()
    refuse_to_sign(coordinator(signed), RefuseToSign(a_signer(new.id, Side.BAILLEUR), "Trop tard"))
    assert fresh(amendment.id).state is SplitState.COUNTERED

    assert establish(signed, amendment.id, days=14).number == f"{signed.number}-A2"
    assert fresh(amendment.id).state is SplitState.AGREED


def test_works_that_may_no_longer_be_the_familys_stop_it(signed: Contract) -> None:
    amendment = amend(signed)
    kind = db.session.get_one(WorksKind, lines_of(amendment.id)[0].kind_id)
    kind.locked_to_bailleur = True
    db.session.commit()
    with pytest.raises(Refused) as refused:
        establish(signed, amendment.id, days=30)

    assert refused.value.rule == "split.guardrails"
