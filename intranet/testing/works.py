"""The catalogue, splits and contracts for tests, reached through the real services."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select

from intranet.access import Actor, OrganisationKind, Role
from intranet.accounts.models import Membership, User
from intranet.clock import today
from intranet.database import writing
from intranet.documents.models import Document
from intranet.dossiers.models import Dossier
from intranet.extensions import db
from intranet.jobs.service import run_due
from intranet.organisations.models import Organisation
from intranet.signatures.commands import Draw, Signer
from intranet.signatures.service import sign_drawn
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.timeline.service import commit
from intranet.works import service
from intranet.works.catalogue import load_catalogue
from intranet.works.commands import AddLine, AnswerLine, HouseholdAnswer, IssueContract, Propose, SendBack
from intranet.works.contract import issue
from intranet.works.models import Contract, Split, WorksKind, WorksLine
from intranet.works.terms import Answer, Holder, Need, Payer, Side, SplitState

EASY_CODES = ("II.a.2", "III.c.2", "E.7", "E.8", "IV.d.3", "E.9")
"""Kinds no guard-rail keeps from the tenant in the decent flat of 1998 that ``make_dwelling`` makes."""

A_DRAWING = [[[100, 200], [300, 120], [500, 260], [760, 90]], [[200, 300], [640, 300]]]
"""Strokes as a browser sends them."""

PATH = (SplitState.DRAFT, SplitState.PROPOSED, SplitState.COUNTERED, SplitState.AGREED, SplitState.SIGNED)


@dataclass(frozen=True, slots=True)
class Parties:
    """Somebody of each side, in her usual role."""

    coordinator: Actor
    agent: Actor


def make_catalogue() -> None:
    """The 72 kinds of works, committed. Harmless when they are there."""
    with writing():
        load_catalogue()


def kind_id(code: str) -> int:
    """The id of a kind of the catalogue, by its code."""
    make_catalogue()
    return db.session.scalars(select(WorksKind.id).where(WorksKind.code == code)).one()


def make_parties(split: Split) -> Parties:
    """A coordinator, and an agent of the split's bailleur; those already there are taken."""
    return Parties(_somebody(Role.COORDINATOR), _somebody(Role.AGENT, split.bailleur_id))


def make_split(dossier: Dossier, lines: int = 3, state: SplitState = SplitState.DRAFT) -> Split:
    """A split of the dossier's dwelling with that many lines the family can do, brought to ``state``.

    Every step is the real command, by a coordinator and an agent of the bailleur. ``signed`` needs a dossier
    that has joined; ``withdrawn`` comes straight after the draft.
    """
    make_catalogue()
    coordinator = _somebody(Role.COORDINATOR)
    with writing():
        split_id = service.open_split(coordinator, dossier.id).id
        commit()
        for number in range(lines):
            add_easy_line(coordinator, split_id, number)
        if state is SplitState.WITHDRAWN:
            service.withdraw(coordinator, split_id, fresh(split_id).version, "Essai")
            return fresh(split_id)
    return bring_split(split_id, state)


def bring_split(split_id: int, state: SplitState, since: SplitState = SplitState.DRAFT) -> Split:
    """A split brought from ``since`` to ``state``, step by step, everyone accepting everything."""
    steps = {
        SplitState.PROPOSED: propose_split,
        SplitState.COUNTERED: send_split_back,
        SplitState.AGREED: agree_split,
        SplitState.SIGNED: sign_split,
    }
    with writing():
        for step in PATH[PATH.index(since) + 1 : PATH.index(state) + 1]:
            steps[step](split_id)
    return fresh(split_id)


def add_easy_line(actor: Actor, split_id: int, number: int = 0) -> WorksLine:
    """A line for the family, that no guard-rail forbids."""
    return service.add_line(
        actor,
        AddLine(
            split_id=split_id,
            room=("Séjour", "Cuisine", "Salle d’eau")[number % 3],
            need=Need.WISHED,
            kind_id=kind_id(EASY_CODES[number % len(EASY_CODES)]),
            holder=Holder.TENANT,
            materials_payer=Payer.BAILLEUR,
            materials_cents=4_000,
            minutes=240,
        ),
    )


def propose_split(split_id: int) -> Split:
    """ALC proposes the split as it stands."""
    split = fresh(split_id)
    return service.propose(make_parties(split).coordinator, Propose(split_id, split.version))


def send_split_back(split_id: int) -> Split:
    """The bailleur accepts every line and sends back."""
    agent = make_parties(fresh(split_id)).agent
    service.accept_undisputed(agent, split_id, fresh(split_id).version)
    return service.send_back(agent, SendBack(split_id, fresh(split_id).version))


def answer_split_line(line: WorksLine, answer: Answer = Answer.ACCEPTED, **more: object) -> None:
    """The bailleur's agent answers one line."""
    agent = make_parties(fresh(line.split_id)).agent
    service.answer_line(agent, AnswerLine(line.id, line.digest, answer, **more))  # type: ignore[arg-type]


def agree_split(split_id: int) -> Split:
    """The household accepts every line."""
    split = fresh(split_id)
    answers = {line.id: Answer.ACCEPTED for line in lines_of(split_id)}
    return service.record_household(
        make_parties(split).coordinator,
        HouseholdAnswer(split_id, split.version, today(), "Au logement", answers),
    )


def make_contract(split_id: int, partner: Organisation | None = None, *, rendered: bool = True) -> Contract:
    """The contract of an agreed split, with a works partner; its document made unless told otherwise."""
    partner = partner or _organisation(OrganisationKind.WORKS_PARTNER)
    contract = issue(
        make_parties(fresh(split_id)).coordinator,
        IssueContract(
            split_id=split_id,
            support_technical="Un éducateur technique, deux jours par semaine.",
            support_social="La référente de la famille, une visite par semaine.",
            starts_on=today() + timedelta(days=14),
            ends_on=today() + timedelta(days=42),
            partner_id=partner.id,
        ),
    )
    contract_id = contract.id
    if rendered:
        run_due()
    return db.session.get_one(Contract, contract_id, populate_existing=True)


def sign_contract(contract_id: int, *sides: Side) -> Contract:
    """Draw the signatures of ``sides`` on ALC's screen (when none is named: all but the partner's)."""
    contract = db.session.get_one(Contract, contract_id)
    coordinator = make_parties(fresh(contract.split_id)).coordinator
    for side in sides or (Side.HOUSEHOLD, Side.BAILLEUR, Side.ALC):
        contract = sign_drawn(coordinator, Draw(a_signer(contract_id, side), A_DRAWING))
    return contract


def a_signer(contract_id: int, side: Side, **changes: object) -> Signer:
    """Somebody of that side who was shown the contract's document."""
    document_id = db.session.scalar(select(Contract.document_id).where(Contract.id == contract_id))
    digest = db.session.scalar(select(Document.digest).where(Document.id == document_id))
    whole = Signer(contract_id, side, f"Signataire {side}", digest or "", "192.0.2.7")
    return replace(whole, **changes)  # type: ignore[arg-type]


def sign_split(split_id: int) -> Split:
    """The contract is established, made and signed by everyone."""
    sign_contract(make_contract(split_id).id)
    return fresh(split_id)


def fresh(split_id: int) -> Split:
    """The split as the database has it now."""
    return db.session.get_one(Split, split_id, populate_existing=True)


def lines_of(split_id: int) -> list[WorksLine]:
    """Its lines, in order, as the database has them now."""
    statement = (
        select(WorksLine)
        .where(WorksLine.split_id == split_id)
        .order_by(WorksLine.position, WorksLine.id)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(statement))


def _somebody(role: Role, organisation_id: int | None = None) -> Actor:
    statement = (
        select(User).join(Membership, Membership.user_id == User.id).where(Membership.role == role)
    ).order_by(User.id)
    if organisation_id is not None:
        statement = statement.where(Membership.organisation_id == organisation_id)
    user = db.session.scalars(statement).first()
    if user is None:
        owner = db.session.get(Organisation, organisation_id) if organisation_id else None
        user = make_user(role, owner)
    return make_actor(user)


def _organisation(kind: OrganisationKind) -> Organisation:
    found = db.session.scalars(
        select(Organisation).where(Organisation.kind == kind).order_by(Organisation.id)
    ).first()
    return found or make_organisation(kind)
