"""The participation contract: established, made once, signed by each, then fixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_login import login_user
from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, Role, can
from intranet.accounts.models import User
from intranet.clock import today
from intranet.database import writing
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier, DossierState, Dwelling, Household
from intranet.dossiers.terms import Survey
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.organisations.models import Organisation
from intranet.settings.service import set_value
from intranet.signatures.rules import needed_sides
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.works import (
    agree_split,
    bring_split,
    fresh,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import AddLine, IssueContract
from intranet.works.contract import cancel_contract, issue, render
from intranet.works.contract_facts import CONTRACT, read_content
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState, Holder, Need, Side, SplitState

HOSTILE = "#strong[x] *gras* \\u{41} `raw` $x$ <etiquette> @renvoi //fin"


@pytest.fixture
def agreed(db_session: object) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)


def coordinator(split: Split) -> Actor:
    return make_parties(split).coordinator


def asked(split: Split, **changes: Any) -> IssueContract:
    start = today() + timedelta(days=7)
    command = IssueContract(split.id, "Un éducateur.", "Une référente.", start, start + timedelta(days=30))
    return replace(command, **changes)


# Establishing


def test_the_contract_fixes_the_agreed_lines_and_numbers_itself(agreed: Split) -> None:
    contract = issue(coordinator(agreed), asked(agreed))

    assert contract.number == f"CP-{today().year}-0001"
    assert [line["digest"] for line in contract.lines] == [line.digest for line in lines_of(agreed.id)]
    assert contract.state is ContractState.PREPARED


def test_dropped_lines_stay_out_of_the_contract(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.COUNTERED)
    line = lines_of(split.id)[0]
    service.remove_line(coordinator(split), line.id, line.version)
    propose_split(split.id)
    send_split_back(split.id)
    agree_split(split.id)

    contract = issue(coordinator(split), asked(split))
    assert len(contract.lines) == 2
    assert line.id not in {each["id"] for each in contract.lines}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_on": date(2001, 1, 1)}, "ends_on"),
        ({"starts_on": date(2001, 1, 1)}, "starts_on"),
        ({"days_a_week": 0}, "days_a_week"),
        ({"days_a_week": 8}, "days_a_week"),
        ({"partner_id": 999_999}, "partner_id"),
        ({"support_technical": "x" * 10_000}, "support_technical"),
        ({"support_social": "NIR 2 85 05 06 088 123 68"}, "support_social"),
    ],
)
def test_absurd_terms_are_refused_at_their_field(agreed: Split, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        issue(coordinator(agreed), asked(agreed, **changes))

    assert refused.value.field == field


def test_a_bailleur_is_no_works_partner(agreed: Split) -> None:
    with pytest.raises(Refused) as refused:
        issue(coordinator(agreed), asked(agreed, partner_id=agreed.bailleur_id))

    assert refused.value.field == "partner_id"


def test_what_a_report_forbids_since_it_was_agreed_gets_no_contract(db_session: object) -> None:
    dwelling = make_dwelling(asbestos=Survey.CLEAR)
    split = make_split(make_dossier(dwelling=dwelling, state=DossierState.JOINED), 1)
    shelf = AddLine(split.id, "Séjour", Need.WISHED, label="Étagère au mur", holder=Holder.TENANT)
    service.add_line(coordinator(split), shelf)
    bring_split(split.id, SplitState.AGREED)
    db.session.get_one(Dwelling, dwelling.id).asbestos = Survey.FOUND
    db.session.commit()
    with pytest.raises(Refused) as refused:
        issue(coordinator(split), asked(split))

    assert refused.value.rule == "split.guardrails"
    assert "Étagère au mur" in str(refused.value.message)


def test_a_second_contract_is_refused_while_one_is_open(agreed: Split) -> None:
    issue(coordinator(agreed), asked(agreed))
    with pytest.raises(Refused) as refused:
        issue(coordinator(agreed), asked(agreed))

    assert refused.value.rule == "contract.exists"


def test_a_cancelled_contract_makes_room_for_another(agreed: Split) -> None:
    first = issue(coordinator(agreed), asked(agreed))
    cancelled = cancel_contract(coordinator(agreed), first.id, first.version, "Dates à revoir")
    second = issue(coordinator(agreed), asked(agreed))

    assert cancelled.state is ContractState.CANCELLED
    assert second.number.endswith("-0002")
    assert fresh(agreed.id).state is SplitState.AGREED


def test_a_household_that_has_not_joined_gets_no_contract(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.ALLOCATED), 1, SplitState.AGREED)
    with pytest.raises(Refused) as refused:
        issue(coordinator(split), asked(split))

    assert refused.value.rule == "contract.not_joined"


@pytest.mark.parametrize("role", [Role.AGENT, Role.TECHNICAL, Role.DIRECTOR, Role.ANIMATOR, Role.ADMIN])
def test_only_those_who_follow_the_household_establish_it(agreed: Split, role: Role) -> None:
    with pytest.raises(NotAllowed):
        issue(make_actor(make_user(role)), asked(agreed))


def test_reopening_the_split_cancels_the_contract(agreed: Split) -> None:
    contract = issue(coordinator(agreed), asked(agreed))
    service.reopen(coordinator(agreed), agreed.id, fresh(agreed.id).version, "Une ligne oubliée")

    assert db.session.get_one(Contract, contract.id, populate_existing=True).state is ContractState.CANCELLED


# Signing


def test_the_document_is_made_once_and_kept_for_the_three_sides(agreed: Split) -> None:
    contract = make_contract(agreed.id)
    render({"contract_id": contract.id})
    run_due()

    kept = db.session.scalars(select(Document).order_by(Document.id)).first()
    assert kept is not None
    assert len(db.session.scalars(select(Document)).all()) == 2  # with the reading copy
    assert (kept.id, kept.media_type, kept.audience) == (
        contract.document_id,
        "application/pdf",
        "alc bailleur partner",
    )
    assert kept.name == f"{contract.number}.pdf"


def test_nothing_is_signed_before_the_document_exists(agreed: Split) -> None:
    contract = make_contract(agreed.id, rendered=False)
    with pytest.raises(Refused) as refused:
        sign_contract(contract.id, Side.ALC)

    assert refused.value.rule == "signature.no_document"


def test_the_last_signature_signs_contract_split_and_starts_the_works(agreed: Split) -> None:
    contract = make_contract(agreed.id)
    sign_contract(contract.id, Side.HOUSEHOLD, Side.BAILLEUR)
    assert fresh(agreed.id).state is SplitState.AGREED
    signed = sign_contract(contract.id, Side.ALC)

    assert (signed.state, signed.signed_on) == (ContractState.SIGNED, today())
    assert fresh(agreed.id).state is SplitState.SIGNED
    assert db.session.get_one(Dossier, agreed.dossier_id, populate_existing=True).state is DossierState.WORKS
    kinds = set(db.session.scalars(select(TimelineEntry.kind)))
    assert {
        "works.contract.issued",
        "works.contract.rendered",
        "works.contract.signature",
        "works.contract.signed",
        "works.split.signed",
        "dossier.works_started",
    } <= kinds


def test_a_signed_contract_is_immutable(agreed: Split) -> None:
    contract = sign_contract(make_contract(agreed.id).id)
    with pytest.raises(Refused):
        cancel_contract(coordinator(agreed), contract.id, contract.version, "Trop tard")
    db.session.rollback()
    with pytest.raises(Refused):
        service.reopen(coordinator(agreed), agreed.id, fresh(agreed.id).version, "Trop tard")


def test_the_partner_signs_only_when_it_holds_a_line(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1)
    service.add_line(
        coordinator(split), AddLine(split.id, "Cuisine", Need.WISHED, label="Ranger", holder=Holder.PARTNER)
    )
    for step in (propose_split, send_split_back, agree_split):
        step(split.id)
    with pytest.raises(Refused) as refused:
        issue(coordinator(split), asked(split))
    assert refused.value.field == "partner_id"
    db.session.rollback()

    contract = make_contract(split.id, make_organisation(OrganisationKind.WORKS_PARTNER))
    assert needed_sides(contract.lines) == set(Side)
    sign_contract(contract.id)
    assert fresh(split.id).state is SplitState.AGREED
    sign_contract(contract.id, Side.PARTNER)
    assert fresh(split.id).state is SplitState.SIGNED


def test_the_contract_names_the_association_in_full_and_how_the_family_is_reached(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 2, SplitState.AGREED)
    household = db.session.get_one(Dossier, split.dossier_id).household_id
    family = db.session.get_one(Household, household)
    family.phone, family.contact_choice = "06 39 98 12 34", "Par téléphone, le soir"
    administrator = make_actor(make_user(Role.ADMIN))
    with writing():
        set_value(administrator, "core.contract.association", "Association des Exemples, dite ALC")
        set_value(administrator, "core.contract.address", "1 quai des Exemples, 06000 Nice")
    with writing():
        contract_id = make_contract(split.id, rendered=False).id
    content = read_content(db.session.scalars(CONTRACT.where(Contract.id == contract_id)).one())
    assert content.household.details == ("06 39 98 12 34", "Par téléphone, le soir")
    assert content.association.name == "Association des Exemples, dite ALC"
    assert content.association.details[0] == "1 quai des Exemples, 06000 Nice"


# Who still reads what binds nobody


def readable_by(user: User, contract_id: int, app: Flask) -> bool:
    with app.test_request_context():
        login_user(make_actor(user))
        return can(p.CONTRACT_READ, Contract, contract_id)


def test_a_cancelled_contract_is_lost_with_the_reason_to_see_it(app: Flask, agreed: Split) -> None:
    first, second = (make_organisation(OrganisationKind.WORKS_PARTNER) for _each in range(2))
    people = {name: make_user(Role.ANIMATOR, place) for name, place in (("first", first), ("second", second))}
    bailleur = db.session.get_one(Organisation, agreed.bailleur_id)
    agent, alc = make_user(Role.AGENT, bailleur), coordinator(agreed)
    contract = make_contract(agreed.id, first)
    cancel_contract(alc, contract.id, contract.version, "Le partenaire change.")
    assert readable_by(people["first"], contract.id, app)
    assert readable_by(agent, contract.id, app)
    make_contract(agreed.id, second)
    assert not readable_by(people["first"], contract.id, app), "another partner holds the works"
    assert not readable_by(people["second"], contract.id, app)
    assert readable_by(agent, contract.id, app)
    dossier = db.session.get_one(Dossier, agreed.dossier_id)
    dossier.bailleur_id = make_organisation(OrganisationKind.BAILLEUR).id
    db.session.commit()
    assert not readable_by(agent, contract.id, app), "the family is another bailleur's tenant"
