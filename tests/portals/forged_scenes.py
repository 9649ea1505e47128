"""A split in each state with something on it for every act, and everyone who may come near it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from intranet.access import Actor, GuestRole, OrganisationKind, Role
from intranet.accounts.models import User
from intranet.clock import now
from intranet.database import writing
from intranet.dossiers.models import Dossier
from intranet.dossiers.terms import DossierState, Survey
from intranet.extensions import db
from intranet.guests.models import GuestAccess
from intranet.guests.service import OpenedAccess, open_access, revoke_access
from intranet.organisations.models import Organisation
from intranet.rent.offsets import offset_of
from intranet.testing.dossiers import make_dossier, make_dwelling
from intranet.testing.factories import make_actor, make_organisation, make_pole, make_user
from intranet.testing.rent import consent_bailleur, consent_tenant, make_offset
from intranet.testing.works import (
    add_easy_line,
    agree_split,
    answer_split_line,
    fresh,
    kind_id,
    make_catalogue,
    make_contract,
    make_split,
    propose_split,
    sign_contract,
)
from intranet.works import service
from intranet.works.commands import AddLine, SendBack
from intranet.works.models import Contract, Split, SplitVersion, WorksLine
from intranet.works.service.amending import open_amendment
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState
from tests.portals.forging import Caller, with_account, with_code

S = SplitState
PERSON = "Jeanne Roux"
SIDES = {Side.BAILLEUR: GuestRole.AGENT, Side.HOUSEHOLD: GuestRole.HOUSEHOLD}
STAFF_PLACES = {Role.REFERENT: "UIP", Role.DIRECTOR: "UIP"}


@dataclass
class People:
    """Somebody of each role. The éducateur and the TISF are named on the dossier, the agent is the bailleur's own."""

    bailleur: Organisation
    partner: Organisation
    users: dict[Role, User]

    def actor(self, role: Role) -> Actor:
        return make_actor(self.users[role])


@dataclass
class Scene:
    """One split, its lines by what they are for, and the accesses that let somebody in to it."""

    app: Flask
    people: People
    dossier: Dossier
    split_id: int
    lines: dict[str, int]
    other_split: int
    contract_id: int = 0
    code: str = "ABCD EFGH"
    accesses: dict[str, OpenedAccess] = field(default_factory=dict)
    guests: dict[str, Caller] = field(default_factory=dict)

    @property
    def alc(self) -> Actor:
        return self.people.actor(Role.COORDINATOR)

    @property
    def split(self) -> Split:
        return fresh(self.split_id)

    def line(self, name: str) -> WorksLine:
        return db.session.get_one(WorksLine, self.lines[name], populate_existing=True)

    @property
    def contract(self) -> Contract:
        return db.session.get_one(Contract, self.contract_id, populate_existing=True)


def make_people() -> People:
    bailleur, partner = (
        make_organisation(OrganisationKind.BAILLEUR),
        make_organisation(OrganisationKind.WORKS_PARTNER),
    )
    places = {Role.AGENT: bailleur, Role.ANIMATOR: partner}
    poles = {role: make_pole(code) for role, code in STAFF_PLACES.items()}
    return People(
        bailleur, partner, {role: make_user(role, places.get(role), poles.get(role)) for role in Role}
    )


def make_home(people: People) -> Dossier:
    """A family of the pôle, followed by these people, tenant of this bailleur."""
    return make_dossier(
        dwelling=make_dwelling(people.bailleur, asbestos=Survey.CLEAR, lead=Survey.CLEAR),
        state=DossierState.JOINED,
        technical_id=people.users[Role.TECHNICAL].id,
        tisf_id=people.users[Role.TISF].id,
    )


def make_scene(app: Flask, state: SplitState) -> Scene:
    """The real commands all the way, up to ``state``."""
    make_catalogue()
    people = make_people()
    dossier, other = make_home(people), make_home(people)
    alc = people.actor(Role.COORDINATOR)
    with writing():
        split_id = service.open_split(alc, dossier.id).id
        lines = _lines(alc, split_id)
        service.comment(alc, lines["easy"], "À voir ensemble.")
    make_offset(split_id, line_ids=(lines["easy"],))
    scene = Scene(app, people, dossier, split_id, lines, make_split(other, 1, S.PROPOSED).id)
    _let_in(scene, Side.HOUSEHOLD)
    for reached in PATHS[state]:
        with writing():
            STEPS[reached](scene)
    _let_time_pass()
    return scene


def _let_time_pass() -> None:
    """Sending again at once would be a double click, which is answered as done."""
    for version in db.session.scalars(select(SplitVersion)):
        version.sent_at -= timedelta(hours=1)
    db.session.commit()


def _lines(alc: Actor, split_id: int) -> dict[str, int]:
    found = {
        "easy": add_easy_line(alc, split_id).id,
        "countered": add_easy_line(alc, split_id, 1).id,
    }
    for name, code in {"consent": "E.4", "height": "I.c.1"}.items():
        asked = AddLine(split_id, "Cuisine", Need.WISHED, kind_id=kind_id(code), condition_met=False)
        found[name] = service.add_line(alc, asked).id
    for name, holder in {"partner": Holder.PARTNER, "bailleur": Holder.BAILLEUR}.items():
        free = AddLine(
            split_id,
            "Entrée",
            Need.NEEDED,
            label=f"Travaux du {name}",
            holder=holder,
            materials_payer=Payer.BAILLEUR,
        )
        found[name] = service.add_line(alc, free).id
    return found


def _let_in(scene: Scene, side: Side) -> None:
    """Four accesses for a side, and somebody inside with each: two will expire or be closed, one has no name."""
    for name in ("", "expired ", "closed ", "nameless "):
        with writing():
            access = open_access(scene.alc, scene.split_id, side)
        db.session.rollback()
        person = "" if name == "nameless " else PERSON
        scene.accesses[f"{name}{side}"] = access
        scene.guests[f"{name}{side}"] = with_code(scene.app, access, SIDES[side], f"{name}{side}", person)


def close_doors(scene: Scene) -> None:
    """Once everybody is inside: time passes for one access, ALC closes another."""
    with writing():
        for name, access in scene.accesses.items():
            if name.startswith("expired"):
                row = db.session.get_one(GuestAccess, access.access_id)
                row.expires_at = now() - timedelta(seconds=1)
                db.session.commit()
            elif name.startswith("closed"):
                revoke_access(scene.alc, access.access_id)


def _propose(scene: Scene) -> None:
    propose_split(scene.split_id)
    _let_in(scene, Side.BAILLEUR)
    line = scene.line("bailleur")
    answer = scene.guests[Side.BAILLEUR].post(
        f"/acces/repartition/lines/{line.id}/answer", {"answer": "accepted", "digest": line.digest}
    )
    assert answer.status_code == 303, answer.get_data(as_text=True)


def _counter(scene: Scene) -> None:
    agent = scene.people.actor(Role.AGENT)
    answer_split_line(scene.line("countered"), Answer.COUNTERED, counter_holder=Holder.BAILLEUR)
    answer_split_line(scene.line("easy"))  # it is in discussion: not accepted with the rest
    service.accept_undisputed(agent, scene.split_id, scene.split.version)
    service.give_consent(agent, scene.lines["consent"], scene.line("consent").version, None)
    service.send_back(agent, SendBack(scene.split_id, scene.split.version))


def settle(scene: Scene) -> None:
    """Nothing is missing any more but the family's answer."""
    service.adopt_counter(scene.alc, scene.lines["countered"], scene.line("countered").version)
    found = offset_of(scene.split_id)
    assert found is not None
    consent_bailleur(scene.split_id, digest=found.digest)
    consent_tenant(scene.split_id, digest=found.digest)


def _agree(scene: Scene) -> None:
    settle(scene)
    agree_split(scene.split_id)


def establish(scene: Scene) -> None:
    """The contract, to be signed by the four."""
    scene.contract_id = make_contract(scene.split_id, scene.people.partner).id


def _sign(scene: Scene) -> None:
    establish(scene)
    sign_contract(scene.contract_id, *Side)


def amend(scene: Scene) -> Split:
    with writing():
        return open_amendment(scene.alc, scene.contract_id, {scene.lines["easy"]}, "Une fuite découverte")


def _withdraw(scene: Scene) -> None:
    service.withdraw(scene.alc, scene.split_id, scene.split.version, "La famille change de logement")


STEPS = {
    S.PROPOSED: _propose,
    S.COUNTERED: _counter,
    S.AGREED: _agree,
    S.SIGNED: _sign,
    S.AMENDED: amend,
    S.WITHDRAWN: _withdraw,
}
_WAY = (S.PROPOSED, S.COUNTERED, S.AGREED, S.SIGNED, S.AMENDED)
PATHS = {
    S.DRAFT: (),
    S.WITHDRAWN: (S.PROPOSED, S.WITHDRAWN),
    **{state: _WAY[: number + 1] for number, state in enumerate(_WAY)},
}


def callers(scene: Scene) -> list[Caller]:
    """Everyone whose split it is: an account of each role, and a guest of each side that was let in."""
    found = [with_account(scene.app, user, role) for role, user in scene.people.users.items()]
    return found + [guest for name, guest in scene.guests.items() if name in SIDES]


def closed_out(scene: Scene) -> list[Caller]:
    """Guests who were inside when their access expired, was closed, or who never said who they are."""
    return [guest for name, guest in scene.guests.items() if name not in SIDES]


def strangers(scene: Scene) -> list[Caller]:
    """The same roles, elsewhere: another bailleur, pôle, partner, chantier; another split's codes."""
    pole = make_pole("PEP")
    users = {
        Role.AGENT: make_user(Role.AGENT),
        Role.REFERENT: make_user(Role.REFERENT, pole=pole),
        Role.TECHNICAL: make_user(Role.TECHNICAL),
        Role.ANIMATOR: make_user(Role.ANIMATOR),
    }
    found = [with_account(scene.app, user, role, f"another {role}") for role, user in users.items()]
    for side, role in SIDES.items():
        with writing():
            access = open_access(scene.alc, scene.other_split, side)
        found.append(with_code(scene.app, access, role, f"another {role}", PERSON))
    return found
