"""Every cell of the contract's table in ``docs/negociation.md``, for each party, by a forged request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from intranet import permissions as p
from intranet.access import STAFF_ROLES, GuestRole, Role
from intranet.clock import today
from intranet.database import writing
from intranet.extensions import db
from intranet.jobs.models import OutboxRow
from intranet.signatures.codes import send_code
from intranet.signatures.commands import RefuseToSign, SendCode
from intranet.signatures.service import refuse_to_sign
from intranet.testing.commitments import a_photo
from intranet.testing.works import (
    A_DRAWING,
    a_signer,
    agree_split,
    make_contract,
    propose_split,
    send_split_back,
    sign_contract,
)
from intranet.works.contract import cancel_contract
from intranet.works.matrix import CHAPTERS, Outcome, holders
from intranet.works.service.amending import open_amendment
from intranet.works.terms import ContractState, Side, SplitState
from intranet.works.wordings import contract_state_refusal
from tests.portals.forged_scenes import (
    Scene,
    callers,
    close_doors,
    closed_out,
    establish,
    make_scene,
    strangers,
)
from tests.portals.forging import DONE, Caller, digest, is_led_away, plain, restore, rows, words

C = ContractState
CONTRACTS = next(chapter for chapter in CHAPTERS if chapter.name == "contract")
SIDE_OF: Mapping[Role | GuestRole, Side] = {
    **dict.fromkeys(STAFF_ROLES, Side.ALC),
    Role.AGENT: Side.BAILLEUR,
    GuestRole.AGENT: Side.BAILLEUR,
    Role.ANIMATOR: Side.PARTNER,
    GuestRole.HOUSEHOLD: Side.HOUSEHOLD,
}
ANOTHER_DRAWING = A_DRAWING[::-1]
"""The very drawing that signed, sent again, is answered as signed."""

REASON = "Les travaux ne sont plus ceux-là"


@dataclass(frozen=True)
class Way:
    """One form of the contract. ``side`` is the party it is sent for, none for what only ALC does."""

    name: str
    address: str
    data: Callable[[Scene, Side], Mapping[str, Any]]
    act: str = ""
    prepare: Callable[[Scene, Side], None] | None = None
    for_guests: bool = True

    def act_of(self, role: Role | GuestRole, side: Side) -> str:
        if self.act and self.act != "refuse":
            return self.act
        if SIDE_OF.get(role) is not side:
            return "record_other"
        return self.act or "sign_own"


def shown(scene: Scene, side: Side, **more: Any) -> Mapping[str, Any]:
    return {"digest": a_signer(scene.contract_id, side).digest, **more}


def make_code(scene: Scene, side: Side) -> None:
    """A code read out, or sent: then it is in the mail that waits."""
    with writing():
        scene.code = send_code(scene.alc, SendCode(a_signer(scene.contract_id, side))) or mailed_code()


def mailed_code() -> str:
    mails = db.session.scalars(select(OutboxRow.payload).order_by(OutboxRow.id.desc()))
    return next(str(mail["context"]["code"]) for mail in mails if "code" in mail.get("context", {}))


def others_sign(scene: Scene, side: Side) -> None:
    with writing():
        sign_contract(scene.contract_id, *(each for each in Side if each is not side))


def spoil(scene: Scene, _side: Side) -> None:
    """The document could not be made."""
    contract = scene.contract
    contract.document_id, contract.failure = None, "Le gabarit ne se lit pas."
    db.session.commit()


def version(scene: Scene, _side: Side) -> Mapping[str, Any]:
    return {"version": scene.contract.version, "reason": REASON}


SIGN = "/contracts/{contract}/sign/{side}"


def drawn(scene: Scene, side: Side) -> Mapping[str, Any]:
    return shown(scene, side, **{"draw-name": "Amina", "draw-strokes": json.dumps(ANOTHER_DRAWING)})


WAYS = (
    Way("drawn", f"{SIGN}/drawn", drawn),
    Way(
        "code",
        f"{SIGN}/code",
        lambda scene, side: shown(scene, side, **{"code-code": scene.code}),
        prepare=make_code,
    ),
    Way(
        "send",
        f"{SIGN}/code/send",
        lambda scene, side: shown(scene, side, **{"send-name": "Amina"}),
        for_guests=False,
    ),
    Way(
        "paper",
        f"{SIGN}/paper",
        lambda scene, side: shown(
            scene,
            side,
            **{
                "paper-name": "Amina",
                "paper-signed_on": today().isoformat(),
                "paper-file": a_photo().getvalue(),
            },
        ),
    ),
    Way(
        "refuse",
        f"{SIGN}/refuse",
        lambda scene, side: shown(scene, side, **{"refuse-name": "Amina", "refuse-reason": REASON}),
        act="refuse",
    ),
    Way("cancel", "/staff/contracts/{contract}/cancel", version, act="cancel"),
    Way("render", "/staff/contracts/{contract}/render", version, act="render_again", prepare=spoil),
)
LAST = Way("last", f"{SIGN}/drawn", drawn, prepare=others_sign)


def test_every_act_and_move_of_a_contract_is_tried_here() -> None:
    tried = {way.act_of(role, side) for way in WAYS for role in SIDE_OF for side in Side}
    asked = {act for act, (_states, permission) in CONTRACTS.acts.items() if permission is not None}

    assert tried | {"sign"} == asked


def make_contract_scene(app: Flask, state: ContractState) -> Scene:
    scene = make_scene(app, SplitState.SIGNED if state in (C.SIGNED, C.REPLACED) else SplitState.AGREED)
    with writing():
        if not scene.contract_id:
            establish(scene)
        if state is C.REFUSED:
            refuse_to_sign(scene.alc, RefuseToSign(a_signer(scene.contract_id, Side.BAILLEUR), REASON))
        elif state is C.CANCELLED:
            cancel_contract(scene.alc, scene.contract_id, scene.contract.version, REASON)
        elif state is C.REPLACED:
            amended = open_amendment(scene.alc, scene.contract_id, {scene.lines["bailleur"]}, REASON).id
            for step in (propose_split, send_split_back, agree_split):
                step(amended)
            sign_contract(make_contract(amended, scene.people.partner).id, *Side)
    assert scene.contract.state is state
    db.session.rollback()
    return scene


def promised(way: Way, state: ContractState, caller: Caller, side: Side) -> Outcome | int:
    """What the table says; but for ALC's own pages, which others do not have, and codes, which ALC gives."""
    if way.address.startswith("/staff") and caller.role not in STAFF_ROLES:
        return 303 if isinstance(caller.role, GuestRole) else 404
    found = CONTRACTS.outcome(way.act_of(caller.role, side), state, caller.role)
    if found is Outcome.DONE and isinstance(caller.role, GuestRole) and not way.for_guests:
        return Outcome.FORBIDDEN
    return found


@pytest.mark.parametrize("state", ContractState)
def test_every_party_of_a_contract_is_answered_what_the_table_says_and_a_refusal_changes_nothing(
    app: Flask, db_session: scoped_session[Session], state: ContractState
) -> None:
    scene = make_contract_scene(app, state)
    everyone = callers(scene)
    kept, before = rows(), digest()
    wrong, done = [], []
    for way in WAYS:
        for side in Side if "{side}" in way.address else (Side.ALC,):
            form = way.data(scene, side)
            for caller in everyone:
                found = promised(way, state, caller, side)
                if found is Outcome.DONE:
                    done.append((way, side, caller))
                    continue
                answer = caller.post(address(way, scene, side), form)
                if not answered(answer, found, caller, state):
                    wrong.append(f"{way.name} {side} by {caller.name}: {answer.status_code}, not {found}")
        assert digest() == before, f"{way.name}: something was written"
    for way, side, caller in done:
        wrong += not_done(scene, way, side, caller)
        assert restore(kept)
    assert not wrong, "\n".join(wrong)


def address(way: Way, scene: Scene, side: Side) -> str:
    return way.address.format(contract=scene.contract_id, side=side)


def answered(answer: Any, found: Outcome | int, caller: Caller, state: ContractState) -> bool:
    if found is Outcome.FORBIDDEN:
        return bool(answer.status_code == 403)
    if isinstance(found, int):
        return answer.status_code == found and (found != 303 or is_led_away(answer))
    said = plain(contract_state_refusal(state)) in words(caller, answer)
    return answer.status_code in (303, 409, 422) and not is_led_away(answer) and said


def not_done(scene: Scene, way: Way, side: Side, caller: Caller) -> list[str]:
    """What is missing of something that was to be done."""
    if way.prepare is not None:
        way.prepare(scene, side)
    before, was = digest(), scene.contract.state
    answer = caller.post(address(way, scene, side), way.data(scene, side))
    where = f"{way.name} {side} by {caller.name}"
    if answer.status_code not in DONE or is_led_away(answer) or digest() == before:
        return [f"{where}: {answer.status_code}, to be done"]
    wanted = {"refuse": C.REFUSED, "cancel": C.CANCELLED, "last": C.SIGNED}.get(way.name, was)
    return [] if scene.contract.state is wanted else [f"{where}: leaves it {scene.contract.state}"]


def test_the_last_signature_of_whichever_party_signs_contract_and_split(
    app: Flask, db_session: scoped_session[Session]
) -> None:
    scene = make_contract_scene(app, C.PREPARED)
    everyone = callers(scene)
    kept = rows()
    wrong = []
    for side in Side:
        for caller in everyone:
            if promised(LAST, C.PREPARED, caller, side) is not Outcome.DONE:
                continue
            wrong += not_done(scene, LAST, side, caller)
            if scene.split.state is not SplitState.SIGNED:
                wrong.append(f"{side} by {caller.name}: the split stays {scene.split.state}")
            restore(kept)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("state", [C.PREPARED, C.SIGNED])
def test_the_same_roles_find_nothing_of_a_contract_that_is_not_theirs_and_a_closed_access_signs_nothing(
    app: Flask, db_session: scoped_session[Session], state: ContractState
) -> None:
    scene = make_contract_scene(app, state)
    others, outside = strangers(scene), closed_out(scene)
    close_doors(scene)
    before = digest()
    wrong = []
    for way in WAYS:
        for side in Side if "{side}" in way.address else (Side.ALC,):
            form = way.data(scene, side)
            for caller in others:
                answer = caller.post(address(way, scene, side), form)
                if answer.status_code not in (403, 404) and not is_led_away(answer):
                    wrong.append(f"{way.name} {side} by {caller.name}: {answer.status_code}")
                mine = way.act_of(caller.role, side) == "sign_own"
                if mine and caller.role in holders(p.CONTRACT_SIGN) and answer.status_code != 404:
                    wrong.append(f"{way.name} {side} by {caller.name}: {answer.status_code}, not 404")
            for caller in outside:
                if "nameless" in caller.name:
                    continue  # the name is asked for on the form of a signature
                if not is_led_away(caller.post(address(way, scene, side), form)):
                    wrong.append(f"{way.name} {side} by {caller.name}")
    assert not wrong, "\n".join(wrong)
    assert digest() == before
