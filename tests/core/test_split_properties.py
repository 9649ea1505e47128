"""Random sequences of moves by all sides: whatever they try, the agreement is one that everyone gave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from intranet.dossiers.models import Dwelling, Survey
from intranet.extensions import db
from intranet.testing.works import lines_of
from intranet.works.terms import Holder, SplitState
from tests.core.random_negotiation import CODES, Negotiation

pytestmark = pytest.mark.slow


def test_whatever_the_sides_try_the_agreement_is_everyones(app: Flask) -> None:
    class Here(Negotiation):
        pass

    Here.app = app
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_random_walk_can_reach_an_agreement(app: Flask) -> None:
    """Else the properties above would say nothing."""
    walk = Negotiation()
    walk.app = app
    walk.open(2005)
    steps: list[Callable[[], Any]] = [
        lambda: walk.add(CODES.index("I.c.1") + 1, None, None, None, False),
        lambda: walk.lift(2, "condition_unmet", Holder.TENANT, True, True),
        lambda: walk.wait(24 * 7),
        lambda: walk.propose(0),
        lambda: walk.accept_the_rest(0),
        walk.send_back,
        lambda: walk.household([], True),
    ]
    for step in steps:
        step()

    assert walk.split().state is SplitState.AGREED
    walk.an_agreed_split_holds_only_lines_everyone_accepted_in_that_wording()
    walk.no_line_breaks_a_guard_rail()
    walk.every_wording_is_in_the_history_of_its_line()
    walk.the_days_with_each_side_add_up_to_the_life_of_the_split()
    assert [line.holder for line in lines_of(walk.split_id)][2] is Holder.TENANT  # set aside, and agreed
    assert db.session.get_one(Dwelling, walk.split().dwelling_id).asbestos is Survey.MISSING
    walk.teardown()
