"""Chantiers for tests: the signed contract is written directly, all that follows goes through the services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import NamedTuple

from sqlalchemy import select

from intranet.access import Actor, OrganisationKind, Role
from intranet.accounts.models import User
from intranet.chantiers import service
from intranet.chantiers.commands import AddPhoto, EnterHours, HandOverTask, HoursEntry
from intranet.chantiers.models import Chantier, Reserve, Task
from intranet.chantiers.rules import BY_HAND
from intranet.chantiers.terms import ChantierState, HoursRole, Moment, Recognisable, TaskState
from intranet.clock import today
from intranet.documents.models import DocumentKind
from intranet.dossiers.commands import AttestInsurance
from intranet.dossiers.insurance import attest_insurance
from intranet.dossiers.models import Dossier, DossierState, Dwelling
from intranet.extensions import db
from intranet.organisations.models import Organisation
from intranet.testing.dossiers import make_dossier
from intranet.testing.factories import make_actor, make_organisation, make_user
from intranet.testing.files import jpeg, received
from intranet.works.models import Contract, Split, WorksLine
from intranet.works.terms import ContractState, Holder, Need, Payer, Side, SplitState

_numbers = count(1)

HOLDERS = (Holder.TENANT, Holder.PARTNER, Holder.SHARED)
ROOMS = ("Séjour", "Cuisine", "Chambre")


class Cast(NamedTuple):
    """A chantier and those around it. ``coordinator`` and ``animator`` are actors, ready for services."""

    chantier: Chantier
    dossier: Dossier
    coordinator: Actor
    animator: Actor
    animator_user: User
    partner: Organisation
    bailleur_id: int


def make_contract(
    dossier: Dossier,
    partner: Organisation | None,
    *,
    lines: int = 3,
    holders: Sequence[Holder] = HOLDERS,
    state: ContractState = ContractState.SIGNED,
) -> Contract:
    """A contract whose lines stand in three rooms, and one line of the bailleur alone. Committed."""
    dwelling = db.session.get_one(Dwelling, dossier.dwelling_id)
    split = Split(
        dossier_id=dossier.id,
        dwelling_id=dwelling.id,
        bailleur_id=dwelling.bailleur_id,
        state=SplitState.SIGNED,
        number=1,
    )
    db.session.add(split)
    db.session.flush()
    kept = [(holders[number % len(holders)], f"Travaux {number}") for number in range(lines)]
    rows = [
        WorksLine(
            split_id=split.id,
            position=position,
            label=label,
            room=ROOMS[position % len(ROOMS)],
            need=Need.NEEDED,
            holder=holder,
            tenant_share_pct=50 if holder is Holder.SHARED else None,
            materials_payer=Payer.BAILLEUR,
            minutes=600,
            digest="0" * 64,
        )
        for position, (holder, label) in enumerate([*kept, (Holder.BAILLEUR, "Travaux du bailleur")], start=1)
    ]
    db.session.add_all(rows)
    db.session.flush()
    contract = Contract(
        number=f"CP-TEST-{next(_numbers):04}",
        split_id=split.id,
        dossier_id=dossier.id,
        state=state,
        partner_id=partner.id if partner else None,
        lines=[
            {
                "id": row.id,
                "label": row.label,
                "room": row.room,
                "holder": row.holder.value,
                "minutes": row.minutes,
                "trade": "Peinture",
            }
            for row in rows
        ],
        signed_on=today() if state is ContractState.SIGNED else None,
    )
    db.session.add(contract)
    db.session.commit()
    return contract


def make_chantier(
    state: ChantierState = ChantierState.PREPARED,
    *,
    lines: int = 3,
    dossier: Dossier | None = None,
    partner: Organisation | None = None,
    animator: User | None = None,
) -> Cast:
    """A chantier in any state, reached through the services by a coordinator and an animator. Committed."""
    partner = partner or make_organisation(OrganisationKind.WORKS_PARTNER)
    user = animator or make_user(Role.ANIMATOR, partner)
    coordinator, person = make_actor(make_user(Role.COORDINATOR)), make_actor(user)
    dossier = dossier or make_dossier(state=DossierState.JOINED)
    name_team(dossier)
    contract = make_contract(dossier, partner, lines=lines)
    chantier = service.open_from_contract(coordinator, contract.id, today(), None, user.id)
    cast = Cast(chantier, dossier, coordinator, person, user, partner, chantier.bailleur_id)
    for move, reached in _PATH:
        if chantier.state is state:
            break
        _prepare(cast, move)
        actor = coordinator if move == "hand_over" else person
        service.move_chantier(actor, chantier.id, move, chantier.version)
        if state is ChantierState.PAUSED and reached is ChantierState.OPEN:
            service.move_chantier(person, chantier.id, "pause", chantier.version, "La famille déménage.")
    return cast


def name_team(dossier: Dossier) -> None:
    """The social and the technical référent without whom no chantier starts (R13). Committed."""
    dossier.referent_id = dossier.referent_id or make_user(Role.REFERENT).id
    dossier.technical_id = dossier.technical_id or make_user(Role.TECHNICAL).id
    db.session.commit()


_PATH = (
    ("clear", ChantierState.CLEARED),
    ("start", ChantierState.OPEN),
    ("finish", ChantierState.FINISHED),
    ("hand_over", ChantierState.HANDED_OVER),
)


def _prepare(cast: Cast, move: str) -> None:
    """Make the facts hold that the move asks for."""
    if move == "clear":
        tick_all(cast)
    elif move == "finish":
        for task in tasks_of(cast.chantier):
            finish_task(cast, task)
    elif move == "hand_over":
        for task in tasks_of(cast.chantier):
            service.hand_over_task(cast.coordinator, HandOverTask(task.id, task.version, accepted=True))


def tick_all(cast: Cast) -> None:
    """The whole right to start: what somebody ticks, and the insurance on the dossier."""
    for item in BY_HAND:
        service.tick_start(cast.animator, cast.chantier.id, item)
    attest(cast)


def attest(cast: Cast, days: int = 300) -> None:
    """The family's attestation of insurance is on the dossier, good for so many days from today."""
    command = AttestInsurance(cast.dossier.id, today() + timedelta(days=days))
    attest_insurance(cast.coordinator, command, received(jpeg("white"), "attestation.jpg"))


def tasks_of(chantier: Chantier) -> Sequence[Task]:
    """The tasks, in order."""
    return db.session.scalars(
        select(Task).where(Task.chantier_id == chantier.id).order_by(Task.position)
    ).all()


def finish_task(cast: Cast, task: Task) -> None:
    """Start the task if need be, and finish it."""
    if task.state is not TaskState.DOING:
        service.move_task(cast.animator, task.id, "start", task.version)
    service.move_task(cast.animator, task.id, "finish", task.version)


def make_task(cast: Cast, state: TaskState) -> Task:
    """The first task of an open chantier, brought to ``state`` through the services."""
    task = tasks_of(cast.chantier)[0]
    if state is TaskState.BLOCKED:
        service.move_task(cast.animator, task.id, "block", task.version, "Il manque l’enduit.")
    if state in (TaskState.DOING, *_AFTER_DOING):
        service.move_task(cast.animator, task.id, "start", task.version)
    if state in _AFTER_DOING:
        service.move_task(cast.animator, task.id, "finish", task.version)
    if state is TaskState.ACCEPTED:
        service.hand_over_task(cast.coordinator, HandOverTask(task.id, task.version, accepted=True))
    if state in (TaskState.RESERVE, TaskState.LIFTED):
        reserve(cast, task)
    if state is TaskState.LIFTED:
        held = db.session.scalars(select(Reserve).where(Reserve.task_id == task.id)).one()
        service.lift_reserve(cast.coordinator, held.id, held.version)
    return task


_AFTER_DOING = (TaskState.DONE, TaskState.ACCEPTED, TaskState.RESERVE, TaskState.LIFTED)


def reserve(cast: Cast, task: Task, text: str = "Une coulure à reprendre") -> None:
    """Put a reserve on the task, for the partner, due today."""
    service.hand_over_task(
        cast.coordinator,
        HandOverTask(
            task.id, task.version, accepted=False, text=text, lifted_by=Side.PARTNER, due_on=today()
        ),
    )


def enter(
    cast: Cast, task: Task, minutes: int = 60, *, key: str = "", role: HoursRole = HoursRole.FAMILY
) -> None:
    """Enter the hours of one person today."""
    key = key or f"key-{next(_numbers)}"
    entry = HoursEntry(role, minutes)
    service.enter_hours(cast.animator, EnterHours(cast.chantier.id, task.id, today(), (entry,), key))


def let_be_seen(cast: Cast, agreed: bool | None) -> None:
    """What the family answered about its image in the contract. Committed."""
    db.session.get_one(Contract, cast.chantier.contract_id).image_consent = agreed
    db.session.commit()


def add_photo(
    cast: Cast,
    moment: Moment,
    spot: str = "la porte",
    colour: str = "teal",
    task: Task | None = None,
    recognisable: Recognisable = Recognisable.NOBODY,
) -> int:
    """Add a picture; its id."""
    command = AddPhoto(
        cast.chantier.id, moment, today(), task.id if task else None, spot, recognisable=recognisable
    )
    return service.add_photo(cast.animator, command, received(jpeg(colour), kind=DocumentKind.PHOTO)).id
