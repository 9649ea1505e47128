"""What a dossier's page says next and what it offers, walked over every state of all that hangs on it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from intranet.access import Role
from intranet.chantiers.terms import ChantierState
from intranet.chantiers.wordings import next_sentence
from intranet.database import now
from intranet.dossiers.terms import DossierState as S
from intranet.testing.factories import make_actor, make_user
from intranet.works.terms import ContractState, SplitState
from portals.staff.actions import moves
from portals.staff.next_step import Speaks, next_step, who_speaks

LIVE = set(ChantierState) - {ChantierState.HANDED_OVER}
WALK = list(product(S, (False, True), (None, *SplitState), (None, *ContractState), (None, *ChantierState)))


@pytest.fixture
def person(app: Flask) -> Iterator[Any]:
    with app.test_request_context():
        yield make_actor(make_user(Role.COORDINATOR))


def test_in_every_state_one_thing_speaks_and_the_page_has_its_main_action(person: Any) -> None:
    for state, visited, split, contract, chantier in WALK:
        if chantier is not None and contract is None:
            continue  # a chantier comes out of a contract
        head = SimpleNamespace(id=1, state=state, state_since=now(), visited_on=now() if visited else None)
        step = next_step(
            head,
            SimpleNamespace(id=2, state=split, turn_since=now(), silent=False) if split else None,
            SimpleNamespace(
                id=3,
                state=contract,
                chantier_id=chantier and 4,
                chantier_state=chantier,
                chantier_since=now(),
            )
            if contract
            else None,
            person,
            moves(head, person),
        )
        case = (state, visited, split, contract, chantier)
        assert step.sentence, case
        assert step.action is not None, case
        speaks = who_speaks(state, visited=visited, split=split, contract=contract, chantier=chantier)
        of_chantier = chantier is not None and step.sentence.startswith(
            str(next_sentence(chantier)).rstrip(".")
        )
        assert of_chantier is (speaks is Speaks.CHANTIER), case
        if chantier in LIVE and state in (S.JOINED, S.WORKS, S.SETTLED):
            assert of_chantier, case
        assert (step.action.label == "Voir le chantier") is of_chantier, case
