"""Every cell of the split's table in ``docs/negociation.md``, by a forged request with a valid session and token."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, scoped_session

from intranet.access import GuestRole, Role
from intranet.voice.texts import words as family_words
from intranet.works.machine import SPLIT
from intranet.works.matrix import CHAPTERS
from intranet.works.terms import SplitState
from intranet.works.wordings import state_refusal
from tests.portals.forged_doors import ABOUT_ANOTHER, SPLIT_DOORS
from tests.portals.forged_scenes import (
    Scene,
    callers,
    close_doors,
    closed_out,
    make_scene,
    strangers,
)
from tests.portals.forging import (
    DONE,
    FAMILY,
    OWN,
    REFUSED,
    Caller,
    Door,
    digest,
    is_led_away,
    plain,
    restore,
    rows,
    statuses,
    words,
)

SPLITS = next(chapter for chapter in CHAPTERS if chapter.name == "split")
HOUSEHOLD_ONLY = {"answer_as_household"}
WITH_A_CONTRACT = ("staff.split_contract", "staff.contract_amend")
"""Where a split has its contract already one is led to it; of another amendment it is said that one is open."""


def doors_in(state: SplitState) -> list[Door]:
    return [door for door in SPLIT_DOORS if state not in ABOUT_ANOTHER.get(door.endpoint, ())]


def promised(door: Door, state: SplitState, caller: Caller) -> frozenset[int]:
    """What the table says, but for what the caller cannot see: a draft never sent, a split withdrawn."""
    own = caller.role in OWN[door.portal]
    if state is SplitState.DRAFT and caller.role is Role.AGENT and own:
        return frozenset({404})
    if state is SplitState.WITHDRAWN and caller.role is GuestRole.AGENT:
        return frozenset({303})  # the family still comes in, to read that it was withdrawn
    return statuses(SPLITS, door, state, caller.role)


def told(scene: Scene, door: Door, caller: Caller, answer: Any) -> bool:
    """Whether the page says, in words, where the split is."""
    if door.endpoint in WITH_A_CONTRACT:
        return True
    page = words(caller, answer)
    if door.portal == FAMILY or door.endpoint == "staff.split_family":
        return plain(family_words("fr")("told.not_now")) in page
    return plain(state_refusal(scene.split.state)) in page


@pytest.mark.parametrize("state", SplitState)
def test_every_cell_answers_what_the_table_says_and_a_refusal_changes_nothing(
    app: Flask, db_session: scoped_session[Session], state: SplitState
) -> None:
    scene = make_scene(app, state)
    everyone = callers(scene)
    kept, before = rows(), digest()
    wrong, done = [], []
    for door in doors_in(state):
        address, form = door.address(scene), door.data(scene)
        for caller in everyone:
            expected = promised(door, state, caller)
            if expected == DONE:
                done.append((door, caller))
                continue
            answer = caller.post(address, form)
            wrong += unexpected(scene, door, caller, answer, expected)
        if digest() != before:
            wrong.append(f"{door.endpoint} {door.act}: something was written")
            break
    for door, caller in done:
        wrong += not_done(scene, door, caller)
        if not restore(kept):
            wrong.append(f"{door.endpoint} {door.act} by {caller.name}: nothing was written")
    assert not wrong, "\n".join(wrong)


def unexpected(scene: Scene, door: Door, caller: Caller, answer: Any, expected: frozenset[int]) -> list[str]:
    """What is wrong with a refusal."""
    where = f"{door.endpoint} {door.act} by {caller.name}"
    if door.endpoint == "staff.split_contract" and answer.status_code == 303 and scene.contract_id:
        return []
    if expected == REFUSED and answer.status_code == 303 and not is_led_away(answer):
        expected = expected | {303}  # led back to the page, which says why
    if answer.status_code not in expected:
        return [f"{where}: {answer.status_code}, not {sorted(expected)}"]
    if answer.status_code == 303 and 409 not in expected and not is_led_away(answer):
        return [f"{where}: led to {answer.headers['Location']}"]
    if 409 in expected and not told(scene, door, caller, answer):
        return [f"{where}: {answer.status_code} does not say where the split is"]
    return []


def not_done(scene: Scene, door: Door, caller: Caller) -> list[str]:
    """What is missing of something that was to be done."""
    where = f"{door.endpoint} {door.act} by {caller.name}"
    before = prepared(scene, door)
    answer = caller.post(door.address(scene), door.data(scene))
    if answer.status_code not in DONE or is_led_away(answer):
        return [f"{where}: {answer.status_code}, to be done"]
    if before and digest() == before:
        return [f"{where}: {answer.status_code}, nothing was written but what prepared it"]
    if door.act in SPLIT.transitions and scene.split.state is not SPLIT.transitions[door.act].target:
        return [f"{where}: leaves it {scene.split.state}"]
    return []


def prepared(scene: Scene, door: Door) -> str:
    """The digest of what there is once it is prepared; nothing when it needs not be."""
    if door.prepare is None:
        return ""
    door.prepare(scene)
    return digest()


@pytest.mark.parametrize("state", SplitState)
def test_the_same_roles_find_nothing_of_a_split_that_is_not_theirs_and_a_closed_access_opens_nothing(
    app: Flask, db_session: scoped_session[Session], state: SplitState
) -> None:
    scene = make_scene(app, state)
    others = strangers(scene)
    outside = closed_out(scene)
    close_doors(scene)
    before = digest()
    wrong = []
    for door in doors_in(state):
        address, form = door.address(scene), door.data(scene)
        for caller in [*others, *outside]:
            if caller.role not in OWN[door.portal]:
                continue
            stranger = caller in others
            if stranger and isinstance(caller.role, GuestRole) and "/lines/" not in address:
                continue  # her cookie names her own split: nothing in this address is another's
            if "nameless" in caller.name and door.act in HOUSEHOLD_ONLY:
                continue  # the family says who it is on the page itself
            answer = caller.post(address, form)
            good = answer.status_code in (404, 403) if stranger else led_to_the_door(caller, answer)
            if not good:
                wrong.append(f"{door.endpoint} {door.act} by {caller.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert digest() == before


def led_to_the_door(caller: Caller, answer: Any) -> bool:
    """An access that is over leads to ``/acces``; one without a name asks for it, or says that one is needed."""
    if "nameless" in caller.name:
        return is_led_away(answer) or answer.status_code in (422, 303)
    return bool(answer.status_code == 303 and answer.headers["Location"] == "/acces")
