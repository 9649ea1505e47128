"""Every cell of the commitments' table in ``docs/negociation.md``, by a forged request; and no form without a cell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet.access import Role
from intranet.clock import today
from intranet.commitments.commands import Confirm
from intranet.commitments.models import Commitment
from intranet.commitments.rules import CommitmentState
from intranet.commitments.service import confirm
from intranet.commitments.wordings import state_refusal
from intranet.database import writing
from intranet.extensions import db
from intranet.testing.commitments import a_photo, say_done
from intranet.voice.texts import words as family_words
from intranet.works.matrix import CHAPTERS
from intranet.works.terms import Side, SplitState
from tests.portals.forged_doors import SPLIT_DOORS
from tests.portals.forged_scenes import PERSON, Scene, callers, close_doors, closed_out, make_scene, strangers
from tests.portals.forging import (
    DONE,
    FAMILY,
    GUEST,
    OWN,
    REFUSED,
    Door,
    digest,
    is_led_away,
    plain,
    restore,
    rows,
    statuses,
    words,
)

COMMITMENTS = next(chapter for chapter in CHAPTERS if chapter.name == "commitment")
SIGNING = {
    "signatures.sign_drawn",
    "signatures.sign_with_code",
    "signatures.send_code",
    "signatures.sign_on_paper",
    "signatures.refuse",
    "staff.contract_cancel",
    "staff.contract_render",
}
"""Tried in ``test_forged_contract``."""


def commitment(scene: Scene) -> Commitment:
    found = db.session.scalars(
        select(Commitment)
        .where(Commitment.contract_id == scene.contract_id)
        .order_by(Commitment.id)
        .execution_options(populate_existing=True)
    )
    return next(each for each in found if each.line_id == scene.lines["bailleur"])


def version(scene: Scene) -> Mapping[str, Any]:
    return {
        "version": commitment(scene).version,
        "side": Side.HOUSEHOLD,
        "reason": "La peinture manque",
        "person": PERSON,
    }


def done(scene: Scene) -> Mapping[str, Any]:
    return {**version(scene), "done_on": today().isoformat(), "file": a_photo().getvalue()}


def at_commitment(rest: str) -> Any:
    return lambda scene: rest.format(commitment(scene).id)


DOORS = (
    Door("bailleur.commitment_done", "mark_done", at_commitment("/bailleur/commitments/{}/done"), done),
    Door(
        "bailleur.commitment_take_back",
        "take_back",
        at_commitment("/bailleur/commitments/{}/take-back"),
        version,
    ),
    Door(
        "guests.commitment_done", "mark_done", at_commitment("/acces/repartition/commitments/{}/done"), done
    ),
    Door(
        "guests.commitment_take_back",
        "take_back",
        at_commitment("/acces/repartition/commitments/{}/take-back"),
        version,
    ),
    Door(
        "voice.commitment_seen",
        "confirm_as_household",
        at_commitment("/acces/famille/commitments/{}/done"),
        version,
    ),
    Door(
        "voice.commitment_missing",
        "return_as_household",
        at_commitment("/acces/famille/commitments/{}/not-done"),
        version,
    ),
    Door("staff.commitment_confirm", "confirm", at_commitment("/staff/commitments/{}/confirm"), version),
    Door(
        "staff.commitment_send_back",
        "return_works",
        at_commitment("/staff/commitments/{}/send-back"),
        version,
    ),
)


def bring(scene: Scene, state: CommitmentState) -> None:
    """What was undertaken, brought to ``state``; a departure that ends it is only written down."""
    found = commitment(scene)
    if state in (CommitmentState.DONE, CommitmentState.CONFIRMED):
        say_done(scene.people.actor(Role.AGENT), found, today())
    if state is CommitmentState.CONFIRMED:
        with writing():
            confirm(scene.alc, Confirm(found.id, commitment(scene).version, Side.ALC))
    if state is CommitmentState.OVERDUE:
        commitment(scene).due_on = today() - timedelta(days=3)
    if state is CommitmentState.WITHDRAWN:
        commitment(scene).withdrawn_on = today()
    db.session.commit()


def told(door: Door, state: CommitmentState) -> str:
    """Where the commitment is; on the family's page, in its own words."""
    return plain(family_words("fr")("promise.not_now") if door.portal == FAMILY else state_refusal(state))


@pytest.mark.parametrize("state", CommitmentState)
def test_every_commitment_answers_what_the_table_says_and_a_refusal_changes_nothing(
    app: Flask, db_session: scoped_session[Session], state: CommitmentState
) -> None:
    scene = make_scene(app, SplitState.SIGNED)
    bring(scene, state)
    everyone, others = callers(scene), strangers(scene)
    kept, before = rows(), digest()
    wrong, to_do = [], []
    for door in DOORS:
        address, form = door.address(scene), door.data(scene)
        for caller in everyone:
            expected = statuses(COMMITMENTS, door, state, caller.role)
            if expected == DONE:
                to_do.append((door, caller))
                continue
            answer = caller.post(address, form)
            where = f"{door.act} by {caller.name}: {answer.status_code}"
            if answer.status_code not in expected or (answer.status_code == 303 and not is_led_away(answer)):
                wrong.append(f"{where}, not {sorted(expected)}")
            elif expected == REFUSED and told(door, state) not in words(caller, answer):
                wrong.append(f"{where} does not say where it is")
        for caller in others:
            if caller.role in OWN[door.portal] and caller.post(address, form).status_code not in (403, 404):
                wrong.append(f"{door.act} by {caller.name}")
        assert digest() == before, f"{door.act}: something was written"
    for door, caller in to_do:
        answer = caller.post(door.address(scene), door.data(scene))
        if not restore(kept) or answer.status_code != 303 or is_led_away(answer):
            wrong.append(f"{door.act} by {caller.name}: {answer.status_code}, to be done")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("state", [CommitmentState.DUE, CommitmentState.DONE])
def test_a_closed_access_and_one_without_a_name_say_nothing_of_a_commitment(
    app: Flask, db_session: scoped_session[Session], state: CommitmentState
) -> None:
    scene = make_scene(app, SplitState.SIGNED)
    bring(scene, state)
    outside = closed_out(scene)
    close_doors(scene)
    before = digest()
    wrong = []
    for door in (each for each in DOORS if each.portal in (GUEST, FAMILY)):
        form = {**door.data(scene), "person": ""}
        for caller in outside:
            answer = caller.post(door.address(scene), form)
            nameless = "nameless" in caller.name and caller.role in OWN[door.portal]
            if (
                answer.status_code != 422
                if nameless
                else not (is_led_away(answer) or answer.status_code == 403)
            ):
                wrong.append(f"{door.act} by {caller.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert digest() == before


def test_every_act_on_a_commitment_is_tried_here() -> None:
    assert {door.act for door in DOORS} == set(COMMITMENTS.acts)


def test_every_act_and_move_of_a_split_has_its_door() -> None:
    splits = next(chapter for chapter in CHAPTERS if chapter.name == "split")
    asked = {act for act, (_states, permission) in splits.acts.items() if permission is not None}

    assert {door.act for door in SPLIT_DOORS} == asked - {"sign"}  # the last signature: with the contract


ABOUT = {"split_id", "line_id", "contract_id", "commitment_id"}
ELSEWHERE = {
    "staff.open_chantier",
    "voice.image_taken_back",
}  # the chantier’s own machine; a right of the family


def test_no_form_about_a_split_a_contract_or_a_commitment_is_without_a_cell(app: Flask) -> None:
    takes = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
        and (rule.arguments & ABOUT or rule.rule.startswith(("/acces/repartition", "/acces/famille")))
    }

    assert takes - ELSEWHERE <= {door.endpoint for door in (*SPLIT_DOORS, *DOORS)} | SIGNING
