"""What an amendment may not touch, whoever tries: a line as it was signed, and a chantier whose works are done."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Actor
from intranet.chantiers.terms import ChantierState
from intranet.clock import today
from intranet.database import writing
from intranet.dossiers.models import DossierState
from intranet.errors import Refused
from intranet.extensions import db
from intranet.testing.chantiers import make_chantier
from intranet.testing.dossiers import make_dossier
from intranet.testing.works import (
    bring_split,
    fresh,
    kind_id,
    lines_of,
    make_contract,
    make_parties,
    make_split,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.works import service
from intranet.works.commands import AddLine, AnswerLine, HouseholdVoice, OverrideGuardrail, Said
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.service.amending import open_amendment
from intranet.works.terms import Answer, Need, Side, SplitState
from tests.core.negotiating import answers_of


@pytest.fixture
def amendment(db_session: scoped_session[Session]) -> Split:
    """Open on the first line; the second, which asks the bailleur's written consent, stands as signed."""
    split = make_split(make_dossier(state=DossierState.JOINED), 1)
    alc = make_parties(split).coordinator
    with writing():
        asked = AddLine(split.id, "Cuisine", Need.WISHED, kind_id=kind_id("E.4"), condition_met=False)
        service.add_line(alc, asked)
    bring_split(split.id, SplitState.AGREED)
    contract = sign_contract(make_contract(split.id).id)
    with writing():
        return open_amendment(alc, contract.id, {lines_of(split.id)[0].id}, "Une fuite découverte")


@pytest.fixture
def alc(amendment: Split) -> Actor:
    return make_parties(amendment).coordinator


def as_signed(amendment: Split) -> WorksLine:
    return next(line for line in lines_of(amendment.id) if line.fixed)


def test_the_bailleur_does_not_answer_a_line_that_stands(amendment: Split) -> None:
    with writing():
        propose_split(amendment.id)
    line = as_signed(amendment)

    with writing(), pytest.raises(Refused) as refused:
        service.answer_line(
            make_parties(amendment).agent,
            AnswerLine(line.id, line.digest, Answer.REFUSED, comment="Plus maintenant"),
        )

    assert refused.value.rule == "line.fixed"
    db.session.rollback()
    assert answers_of(line.id)[Side.BAILLEUR] is Answer.ACCEPTED


def test_nor_is_a_guard_rail_set_aside_or_a_consent_filed_for_it(amendment: Split, alc: Actor) -> None:
    line = as_signed(amendment)
    lift = OverrideGuardrail(line.id, line.version, "condition_unmet", "Le partenaire monte l’échafaudage")

    with writing(), pytest.raises(Refused) as lifted:
        service.override(alc, lift)
    db.session.rollback()
    with writing(), pytest.raises(Refused) as filed:
        service.file_consent(alc, line.id, line.version, today(), None)

    assert (lifted.value.rule, filed.value.rule) == ("line.fixed", "line.fixed")


def test_the_family_is_not_heard_again_on_it(amendment: Split, alc: Actor) -> None:
    with writing():
        propose_split(amendment.id)
        send_split_back(amendment.id)
    line = as_signed(amendment)
    said = HouseholdVoice(amendment.id, "Amina", today(), "", {line.id: Said(Answer.REFUSED, line.digest)})

    with writing():
        heard = service.record_voice(alc, said)

    assert heard.taken == 0
    assert answers_of(line.id)[Side.HOUSEHOLD] is Answer.ACCEPTED


@pytest.mark.parametrize("state", [ChantierState.FINISHED, ChantierState.HANDED_OVER])
def test_once_the_works_are_done_there_is_nothing_to_amend(
    db_session: scoped_session[Session], state: ChantierState
) -> None:
    with writing():
        chantier = make_chantier().chantier
        chantier.state = state
        db.session.commit()
    split = fresh(db.session.get_one(Contract, chantier.contract_id).split_id)

    with writing(), pytest.raises(Refused) as refused:
        open_amendment(make_parties(split).coordinator, chantier.contract_id, set(), "Encore un mur")

    assert refused.value.rule == "amendment.chantier_over"
    db.session.rollback()
    assert fresh(split.id).state is split.state
