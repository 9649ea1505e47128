"""A chantier comes out of a signed contract: its tasks are the lines to be done on site."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from intranet import permissions as p
from intranet.access import Actor, OrganisationKind, Role, require_may
from intranet.accounts.models import Membership, User
from intranet.chantiers.loading import gone
from intranet.chantiers.models import Chantier, Task
from intranet.chantiers.recording import AUDIENCE
from intranet.chantiers.rules import SITE_HOLDERS
from intranet.chantiers.safety import block_unsafe
from intranet.chantiers.search import index_chantier
from intranet.dossiers.models import Dwelling
from intranet.errors import NotAllowed, Refused
from intranet.extensions import db
from intranet.health_words import checked_note
from intranet.timeline.service import commit, record
from intranet.translation import gettext as _
from intranet.works.models import Contract, Split
from intranet.works.terms import ContractState, Holder


def open_from_contract(
    actor: Actor,
    contract_id: int,
    planned_start: date | None,
    planned_end: date | None,
    animator_id: int | None,
    safety_note: str = "",
) -> Chantier:
    """Open the chantier of a signed contract; opened already, that one is returned.

    For ALC's coordinator and éducateur technique. The works partner is the contract's; the animator, if one is
    named, is one of its people.
    """
    require_may(actor, p.CHANTIER_PREPARE)
    if actor.scope.kind is not OrganisationKind.ASSOCIATION:
        raise NotAllowed("chantier.open", _("L’ouverture d’un chantier revient à ALC."))
    contract = db.session.get(Contract, contract_id, with_for_update=True)
    if contract is None:
        raise gone()
    existing = db.session.scalar(select(Chantier).where(Chantier.contract_id == contract_id))
    if existing is not None:
        return existing
    if contract.state is not ContractState.SIGNED:
        raise Refused(
            "chantier.contract_unsigned",
            _("Le contrat de participation n’est pas signé de tous : le chantier ne peut pas s’ouvrir."),
        )
    if contract.partner_id is None:
        raise Refused(
            "chantier.no_partner",
            _("Le contrat ne nomme pas d’organisme pour accompagner les travaux : faites-le compléter."),
        )
    safety_note = checked_note(safety_note, 255, field="safety_note", multiline=False)
    check_dates(planned_start, planned_end)
    check_animator(animator_id, contract.partner_id)
    tasks = _tasks(contract)
    if not tasks:
        raise Refused(
            "chantier.no_task",
            _(
                "Le contrat ne contient aucune ligne à réaliser sur place : il n’y a pas de chantier à ouvrir."
            ),
        )
    split = db.session.get_one(Split, contract.split_id)
    dwelling = db.session.get_one(Dwelling, split.dwelling_id)
    chantier = Chantier(
        contract_id=contract.id,
        dossier_id=contract.dossier_id,
        dwelling_id=dwelling.id,
        bailleur_id=split.bailleur_id,
        partner_id=contract.partner_id,
        animator_id=animator_id,
        planned_start=planned_start,
        planned_end=planned_end,
        safety_note=safety_note,
        tasks=tasks,
    )
    db.session.add(chantier)
    db.session.flush()
    index_chantier(chantier.id)
    record(
        "chantier.opened",
        actor=actor,
        subject="chantier",
        subject_id=chantier.id,
        dossier_id=chantier.dossier_id,
        to_state=chantier.state,
        data={"tasks": len(tasks)},
        audience=AUDIENCE,
    )
    block_unsafe(actor, chantier)
    commit()
    return chantier


def check_dates(start: date | None, end: date | None) -> None:
    """``Refused`` when the end is before the start."""
    if start and end and end < start:
        raise Refused("chantier.dates", _("La fin prévue est avant le début prévu."), field="planned_end")


def check_animator(animator_id: int | None, partner_id: int) -> None:
    """``Refused`` for somebody who runs no chantier for the works partner."""
    if animator_id is None:
        return
    found = db.session.scalar(
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.user_id == animator_id,
            Membership.organisation_id == partner_id,
            Membership.role == Role.ANIMATOR,
            Membership.active,
            User.active,
        )
    )
    if found is None:
        raise Refused(
            "chantier.animator",
            _("Cette personne n’anime pas de chantier pour l’organisme du contrat."),
            field="animator_id",
        )


def _tasks(contract: Contract) -> list[Task]:
    """A task for each line the contract fixed that is done on site, room by room in the order of the visit."""
    rooms: dict[str, int] = {}
    for line in contract.lines:
        rooms.setdefault(line["room"], len(rooms))
    kept = [line for line in contract.lines if Holder(line["holder"]) in SITE_HOLDERS]
    kept.sort(key=lambda line: rooms[line["room"]])
    return [
        Task(
            line_id=line["id"],
            position=position,
            label=line["label"],
            room=line["room"],
            trade=line["trade"],
            holder=Holder(line["holder"]),
            planned_minutes=line["minutes"],
        )
        for position, line in enumerate(kept, start=1)
    ]
