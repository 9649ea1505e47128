"""The declared path of a household."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from intranet.dossiers.machine import DOSSIER, OPEN_STATES, Facts
from intranet.dossiers.terms import DossierState as S
from intranet.dossiers.wordings import STATES, next_sentence, state_word
from intranet.errors import Refused
from intranet.transitions import Transition

PATH = [S.SPOTTED, S.DIAGNOSED, S.PREPARING, S.ALLOCATED, S.JOINED, S.WORKS, S.SETTLED, S.CLOSED]
STEPS = ["diagnose", "prepare", "allocate", "join", "start_works", "settle", "close"]


@pytest.fixture(autouse=True)
def _words(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def test_the_path_goes_from_spotted_to_closed_one_step_at_a_time() -> None:
    housed = Facts(has_dwelling=True)
    for step, came_from, goes_to in zip(STEPS, PATH, PATH[1:], strict=False):
        assert DOSSIER.check(step, came_from, housed, "Tout va bien").target is goes_to


@pytest.mark.parametrize("state", sorted(OPEN_STATES))
def test_a_household_leaves_from_anywhere_but_not_without_a_reason(state: S) -> None:
    assert DOSSIER.check("leave", state, Facts(), "moved_away").target is S.LEFT
    with pytest.raises(Refused) as refused:
        DOSSIER.check("leave", state, Facts(), " ")
    assert refused.value.field == "reason"


@pytest.mark.parametrize("state", [S.CLOSED, S.LEFT])
def test_nobody_leaves_twice(state: S) -> None:
    with pytest.raises(Refused):
        DOSSIER.check("leave", state, Facts(), "moved_away")


def test_a_dwelling_that_another_holds_cannot_be_allocated() -> None:
    with pytest.raises(Refused) as refused:
        DOSSIER.check("allocate", S.PREPARING, Facts(has_dwelling=True, dwelling_taken=True))
    assert refused.value.rule == "dossier.dwelling_taken"
    assert refused.value.field == "dwelling_id"


@pytest.mark.parametrize("move", list(DOSSIER), ids=lambda move: move.name)
def test_no_move_is_possible_from_a_state_it_does_not_declare(move: Transition[S]) -> None:
    for state in set(S) - move.sources:
        with pytest.raises(Refused):
            DOSSIER.check(move.name, state, Facts(has_dwelling=True), "moved_away")


@pytest.mark.parametrize("state", list(S))
def test_each_state_has_a_word_for_each_side_and_says_what_comes_next(state: S) -> None:
    assert str(STATES[state].label)
    assert str(state_word(state, "bailleur").label)
    assert next_sentence(state)
    assert next_sentence(state, visited=True)
