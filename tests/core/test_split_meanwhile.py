"""What changed around a split since it was written: the home, the family's address, what the bailleur said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor
from intranet.database import writing
from intranet.dossiers.models import Dossier, DossierState, Dwelling
from intranet.errors import Refused, Stale
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.works import (
    answer_split_line,
    fresh,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    send_split_back,
)
from intranet.works import service
from intranet.works.commands import AddLine, AnswerLine, GrantTime, Propose
from intranet.works.contract import cancel_contract
from intranet.works.models import Contract, Split
from intranet.works.terms import Answer, ContractState, Holder, Need, Payer, Side, SplitState
from tests.core.negotiating import answers_of


@pytest.fixture
def split(db_session: scoped_session[Session]) -> Split:
    return make_split(make_dossier(state=DossierState.JOINED), 2)


@pytest.fixture
def alc(split: Split) -> Actor:
    return make_parties(split).coordinator


def bring_back(split: Split) -> None:
    """Proposed, accepted whole by the bailleur, sent back."""
    with writing():
        alc = make_parties(split).coordinator
        service.propose(alc, Propose(split.id, fresh(split.id).version))
        send_split_back(split.id)


def test_what_the_bailleur_accepted_is_not_asked_of_it_again(split: Split, alc: Actor) -> None:
    bring_back(split)
    line = lines_of(split.id)[0]

    with writing(), pytest.raises(Refused) as refused:
        service.keep_line(alc, line.id, line.version)

    assert refused.value.rule == "line.no_counter"
    db.session.rollback()
    assert answers_of(line.id)[Side.BAILLEUR] is Answer.ACCEPTED


def test_an_offer_that_the_state_of_the_home_came_to_forbid_is_not_adopted(split: Split, alc: Actor) -> None:
    with writing():
        free = AddLine(
            split.id,
            "Séjour",
            Need.NEEDED,
            label="Repeindre le séjour",
            holder=Holder.BAILLEUR,
            materials_payer=Payer.BAILLEUR,
        )
        line_id = service.add_line(alc, free).id
        service.propose(alc, Propose(split.id, fresh(split.id).version))
        line = next(each for each in lines_of(split.id) if each.id == line_id)
        answer_split_line(line, Answer.COUNTERED, counter_holder=Holder.TENANT)
        send_split_back(split.id)
        db.session.get_one(Dwelling, split.dwelling_id).decent = False
        db.session.commit()
        line = next(each for each in lines_of(split.id) if each.id == line_id)
        with pytest.raises(Refused) as refused:
            service.adopt_counter(alc, line_id, line.version)

    assert refused.value.rule == "decency"
    db.session.rollback()
    kept = next(each for each in lines_of(split.id) if each.id == line_id)
    assert kept.holder is Holder.BAILLEUR


def move_house(split: Split) -> None:
    """The family is allocated another dwelling; nobody has withdrawn the split yet."""
    dossier = db.session.get_one(Dossier, split.dossier_id)
    dossier.dwelling_id = make_dwelling().id
    db.session.commit()


def test_a_split_of_a_home_that_is_no_longer_the_familys_goes_nowhere(split: Split, alc: Actor) -> None:
    move_house(split)

    with writing(), pytest.raises(Refused) as refused:
        service.propose(alc, Propose(split.id, fresh(split.id).version))

    assert refused.value.rule == "split.other_dwelling"
    db.session.rollback()
    assert fresh(split.id).state is SplitState.DRAFT


def test_nor_is_a_line_of_it_answered(split: Split, alc: Actor) -> None:
    with writing():
        service.propose(alc, Propose(split.id, fresh(split.id).version))
    move_house(split)
    line = lines_of(split.id)[0]

    with writing(), pytest.raises(Refused) as refused:
        service.answer_line(make_parties(split).agent, AnswerLine(line.id, line.digest, Answer.ACCEPTED))

    assert refused.value.rule == "split.other_dwelling"


@pytest.mark.parametrize("state", [SplitState.AGREED, SplitState.WITHDRAWN])
def test_nothing_is_remarked_on_a_line_once_it_is_settled(
    db_session: scoped_session[Session], state: SplitState
) -> None:
    settled = make_split(make_dossier(state=DossierState.JOINED), 1, state)

    with writing(), pytest.raises(Refused) as refused:
        service.comment(make_parties(settled).coordinator, lines_of(settled.id)[0].id, "Encore un mot")

    assert refused.value.rule == "split.comment_alc.state"


def test_who_has_not_said_a_name_answers_nothing_by_any_way(split: Split, alc: Actor) -> None:
    with writing():
        service.propose(alc, Propose(split.id, fresh(split.id).version))
    nobody = replace(make_parties(split).agent, name="")
    line = lines_of(split.id)[0]
    ways = (
        lambda: service.answer_line(nobody, AnswerLine(line.id, line.digest, Answer.ACCEPTED)),
        lambda: service.accept_undisputed(nobody, split.id, fresh(split.id).version),
        lambda: service.comment(nobody, line.id, "Bonjour"),
    )
    for way in ways:
        with writing(), pytest.raises(Refused) as refused:
            way()
        db.session.rollback()
        assert refused.value.rule == "guest.nameless"
    assert Side.BAILLEUR not in answers_of(line.id)


def test_a_bailleur_that_is_late_is_given_a_day_to_come(db_session: scoped_session[Session]) -> None:
    with time_machine.travel(datetime(2019, 2, 4, 9, tzinfo=UTC), tick=False):
        late = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.PROPOSED)
        db.session.get_one(Organisation, late.bailleur_id).answer_days = 7
        db.session.commit()
    with time_machine.travel(datetime(2019, 2, 20, 9, tzinfo=UTC), tick=False), writing():
        coordinator = make_parties(fresh(late.id)).coordinator
        since_the_delay = GrantTime(late.id, fresh(late.id).version, date(2019, 2, 18), "Congés")
        with pytest.raises(Refused) as refused:
            service.grant_time(coordinator, since_the_delay)

    assert refused.value.rule == "split.grant_time.past"


def test_a_contract_that_changed_since_it_was_read_is_not_cancelled(
    db_session: scoped_session[Session],
) -> None:
    contract = make_contract(make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.AGREED).id)
    alc = make_parties(fresh(contract.split_id)).coordinator

    with writing(), pytest.raises(Stale):
        cancel_contract(alc, contract.id, contract.version - 1, "Une date à changer")

    db.session.rollback()
    kept = db.session.get_one(Contract, contract.id, populate_existing=True)
    assert kept.state is ContractState.PREPARED


@pytest.mark.parametrize(("column", "figure"), [("materials_cents", -500), ("minutes", 10_000_000)])
def test_a_figure_that_cannot_be_is_not_written_into_a_contract(
    db_session: scoped_session[Session], column: str, figure: int
) -> None:
    agreed = make_split(make_dossier(state=DossierState.JOINED), 1, SplitState.AGREED)
    setattr(lines_of(agreed.id)[0], column, figure)  # as an import, or a mistake of ours, could have left it
    db.session.commit()

    with writing(), pytest.raises(Refused) as refused:
        make_contract(agreed.id, rendered=False)

    assert refused.value.rule == "contract.amount"
