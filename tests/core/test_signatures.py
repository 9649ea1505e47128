"""Signing: what is kept, in what order, what is wrong or late, who may sign for whom."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from intranet.access import OrganisationKind, Role
from intranet.clock import today
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier, DossierState
from intranet.errors import NotAllowed, Refused, Stale
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.jobs.service import run_due
from intranet.signatures.commands import Draw, RefuseToSign
from intranet.signatures.models import Method
from intranet.signatures.rules import LEAST_INK, PAD_HEIGHT, PAD_WIDTH, ink, read_strokes
from intranet.signatures.service import refuse_to_sign, sign_drawn, sign_on_paper
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.works import (
    A_DRAWING,
    a_signer,
    agree_split,
    fresh,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.timeline.models import TimelineEntry
from intranet.works import service
from intranet.works.commands import AddLine
from intranet.works.contract import cancel_contract, render
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState, Holder, Need, Side, SplitState
from tests.core.signing import agent, coordinator, paper, signatures, stored


@pytest.fixture
def contract(db_session: object) -> Contract:
    split = make_split(make_dossier(state=DossierState.JOINED), 3, SplitState.AGREED)
    return make_contract(split.id)


# What is kept


def test_a_signature_keeps_who_how_when_from_where_and_of_what(contract: Contract) -> None:
    sign_drawn(
        coordinator(contract), Draw(a_signer(contract.id, Side.HOUSEHOLD, name="Nour Essai"), A_DRAWING)
    )

    kept = signatures(contract.id)[Side.HOUSEHOLD]
    document = db.session.get_one(Document, contract.document_id)
    assert (kept.name, kept.method, kept.signed_on) == ("Nour Essai", Method.DRAWN, today())
    assert (kept.address, kept.digest, kept.strokes) == ("192.0.2.7", document.digest, A_DRAWING)
    assert kept.recorded_by == coordinator(contract).user_id


def test_somebody_with_an_account_signs_in_her_own_name(contract: Contract) -> None:
    person = agent(contract)
    sign_drawn(person, Draw(a_signer(contract.id, Side.BAILLEUR, name="Quelqu’un d’autre"), A_DRAWING))

    assert signatures(contract.id)[Side.BAILLEUR].name == person.name


def test_the_order_is_free_and_the_last_signature_may_be_the_bailleurs(contract: Contract) -> None:
    sign_contract(contract.id, Side.ALC, Side.HOUSEHOLD)
    assert stored(contract.id).state is ContractState.PREPARED
    sign_drawn(agent(contract), Draw(a_signer(contract.id, Side.BAILLEUR), A_DRAWING))

    assert stored(contract.id).state is ContractState.SIGNED
    assert fresh(contract.split_id).state is SplitState.SIGNED
    dossier = db.session.get_one(Dossier, contract.dossier_id, populate_existing=True)
    assert dossier.state is DossierState.WORKS


def test_the_partner_that_holds_a_line_must_sign_and_does_so_itself(db_session: object) -> None:
    split = make_split(make_dossier(state=DossierState.JOINED), 1)
    line = AddLine(split.id, "Cuisine", Need.WISHED, label="Ranger", holder=Holder.PARTNER)
    service.add_line(make_parties(split).coordinator, line)
    for step in (propose_split, send_split_back, agree_split):
        step(split.id)
    partner = make_organisation(OrganisationKind.WORKS_PARTNER)
    contract = make_contract(split.id, partner)
    sign_contract(contract.id)
    assert stored(contract.id).state is ContractState.PREPARED
    animator = make_actor(make_user(Role.ANIMATOR, partner))
    sign_drawn(animator, Draw(a_signer(contract.id, Side.PARTNER), A_DRAWING))

    assert stored(contract.id).state is ContractState.SIGNED


def test_the_document_is_fixed_before_the_first_signature_and_never_made_again(contract: Contract) -> None:
    before = contract.document_id
    sign_contract(contract.id, Side.ALC)
    render({"contract_id": contract.id})

    assert stored(contract.id).document_id == before


def test_those_who_have_an_account_are_told_when_there_is_something_to_sign_and_when_it_is_sealed(
    contract: Contract,
) -> None:
    agent_id, coordinator_id = agent(contract).user_id, coordinator(contract).user_id
    sign_contract(contract.id)
    run_due()

    keys = set(db.session.scalars(select(OutboxRow.unique_key).where(OutboxRow.job == "mail.send")))
    assert f"contract_ready:{contract.id}:{agent_id}" in keys
    assert {
        f"contract_sealed:{contract.id}:{agent_id}",
        f"contract_sealed:{contract.id}:{coordinator_id}",
    } <= keys


# Wrong, late, twice


def test_what_was_read_must_be_what_is_signed(contract: Contract) -> None:
    other = a_signer(contract.id, Side.ALC, digest="0" * 64)
    with pytest.raises(Stale):
        sign_drawn(coordinator(contract), Draw(other, A_DRAWING))

    assert signatures(contract.id) == {}


def test_a_contract_cancelled_meanwhile_is_not_signed(contract: Contract) -> None:
    signer = a_signer(contract.id, Side.BAILLEUR)
    cancel_contract(coordinator(contract), contract.id, contract.version, "Une date à changer")
    with pytest.raises(Refused) as refused:
        sign_drawn(agent(contract), Draw(signer, A_DRAWING))

    assert refused.value.rule == "contract.sign.state"
    assert signatures(contract.id) == {}


def test_a_split_reopened_meanwhile_takes_its_contract_with_it(contract: Contract) -> None:
    signer = a_signer(contract.id, Side.BAILLEUR)
    split: Split = fresh(contract.split_id)
    service.reopen(coordinator(contract), split.id, split.version, "Une ligne oubliée")
    with pytest.raises(Refused):
        sign_drawn(agent(contract), Draw(signer, A_DRAWING))

    assert signatures(contract.id) == {}


def test_the_same_drawing_sent_again_is_one_signature(contract: Contract) -> None:
    """The network was lost before the answer came: the browser sends the very same thing again."""
    command = Draw(a_signer(contract.id, Side.ALC), A_DRAWING)
    for _attempt in range(3):
        sign_drawn(coordinator(contract), command)

    assert list(signatures(contract.id)) == [Side.ALC]
    entries = db.session.scalars(
        select(TimelineEntry).where(TimelineEntry.kind == "works.contract.signature")
    ).all()
    assert len(entries) == 1


def test_another_drawing_for_the_same_party_is_refused(contract: Contract) -> None:
    sign_contract(contract.id, Side.HOUSEHOLD)
    with pytest.raises(Refused) as refused:
        sign_drawn(coordinator(contract), Draw(a_signer(contract.id, Side.HOUSEHOLD), [[[0, 0], [900, 300]]]))

    assert refused.value.rule == "signature.twice"


@pytest.mark.parametrize(
    "drawing",
    [
        None,
        "",
        {},
        [],
        [[]],
        [[[1, 2]]],
        [[[500, 200], [510, 200]]],
        [[[0, 0], [1001, 0]]],
        [[[0, 0], [0, 401]]],
        [[[-1, 0], [500, 0]]],
        [[[0, 0, 0], [500, 0, 0]]],
        [[[0.5, 0], [500, 0]]],
        [[[True, False], [500, 0]]],
        [[["0", "0"], ["500", "0"]]],
        [[[0, 0], [500, 0]]] * 201,
        [[[0, 0], [500, 0]] * 3001],
        [[[float("nan"), 0], [500, 0]]],
    ],
)
def test_what_no_hand_drew_is_no_signature(contract: Contract, drawing: object) -> None:
    with pytest.raises(Refused) as refused:
        sign_drawn(coordinator(contract), Draw(a_signer(contract.id, Side.ALC), drawing))

    assert refused.value.field == "strokes"
    assert signatures(contract.id) == {}


point = st.tuples(st.integers(0, PAD_WIDTH), st.integers(0, PAD_HEIGHT)).map(list)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(st.lists(point, min_size=1, max_size=9), min_size=1, max_size=6))
def test_whatever_a_hand_draws_is_kept_as_it_is_if_it_is_long_enough(drawing: list[list[list[int]]]) -> None:
    assert read_strokes(drawing) == (drawing if ink(drawing) >= LEAST_INK else None)


@settings(deadline=None)
@given(anything)
def test_no_json_breaks_the_reading_of_a_drawing(sent: object) -> None:
    read_strokes(sent)


def test_a_party_that_holds_nothing_has_nothing_to_sign(contract: Contract) -> None:
    with pytest.raises(Refused) as refused:
        sign_drawn(coordinator(contract), Draw(a_signer(contract.id, Side.PARTNER), A_DRAWING))

    assert refused.value.field == "side"


def test_a_signature_needs_a_name(contract: Contract) -> None:
    with pytest.raises(Refused) as refused:
        sign_drawn(coordinator(contract), Draw(a_signer(contract.id, Side.HOUSEHOLD, name=" "), A_DRAWING))

    assert refused.value.field == "name"


# Role × side × state


MAY_RECORD = {Role.COORDINATOR, Role.REFERENT}
OWN = {Role.AGENT: Side.BAILLEUR, Role.ANIMATOR: Side.PARTNER}


@pytest.mark.parametrize("role", Role)
def test_each_role_signs_for_its_own_side_and_alc_records_the_others(contract: Contract, role: Role) -> None:
    person = make_actor(make_user(role))
    for side in Side:
        attempt = Draw(a_signer(contract.id, side), A_DRAWING)
        no = RefuseToSign(a_signer(contract.id, side), "Non")
        may = role in MAY_RECORD or OWN.get(role) is side
        if may and side is not Side.PARTNER:
            continue  # tried above, each for what it does
        for act in (partial(sign_drawn, person, attempt), partial(refuse_to_sign, person, no)):
            with pytest.raises(Refused) as refused:
                act()
            assert isinstance(refused.value, NotAllowed) is not may
            db.session.rollback()
    assert signatures(contract.id) == {}


@pytest.mark.parametrize("state", [each for each in ContractState if each is not ContractState.PREPARED])
def test_nothing_is_signed_or_refused_but_a_contract_that_waits_for_it(
    contract: Contract, state: ContractState
) -> None:
    signer = a_signer(contract.id, Side.ALC)
    contract.state = state
    db.session.commit()
    person = coordinator(contract)
    attempts = (
        lambda: sign_drawn(person, Draw(signer, A_DRAWING)),
        lambda: sign_on_paper(person, paper(contract, Side.ALC)),
        lambda: refuse_to_sign(person, RefuseToSign(signer, "Non")),
    )
    for attempt in attempts:
        with pytest.raises(Refused) as refused:
            attempt()
        assert refused.value.rule == "contract.sign.state"
        db.session.rollback()
